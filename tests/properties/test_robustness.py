"""The compiled loop against the plain path: what a draw gives is what its scheme gives.

Sums run in another order in the two, so that scores agree to 1e-12 before rounding and not always to the last digit after
it. The values stand on a coarse grid, where different scores differ by far more, and ranks and tiers must be the same.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from instances import options

from hubtiers._methods import METHODS
from hubtiers._rounding import round_significant
from hubtiers.errors import HubtiersError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._plan import make_plan
from hubtiers.robustness._small import load_kernels
from hubtiers.robustness.montecarlo import Local, assess_robustness
from hubtiers.robustness.variation import Dirichlet, Noise, PerLevel, UniformAround, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.scoring.normalise import (
    MinMax,
    ZScore,
)
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import (
    NaturalBreaks,
)

# Small tables would do without the kernels.
load_kernels()

NESTED = Framework(
    (
        Indicator("rd", parent="research", weight=2.0, denominator="people"),
        Indicator("papers", parent="research", denominator="people"),
        Indicator("patents", parent="technology"),
        Indicator("smog", parent="technology", direction=-1),
        Indicator("firms"),
    ),
    (Group("research"), Group("technology", weight=3.0)),
)
FLAT = Framework(tuple(Indicator(i.code, denominator=i.denominator) for i in NESTED.indicators))
OPTIONS = {step: options(step, NESTED.codes) for step in METHODS}
NORMALISE, AGGREGATE, TIER = OPTIONS["normalise"], OPTIONS["aggregate"], OPTIONS["tier"]
WEIGHT, TREAT, IMPUTE = OPTIONS["weight"], OPTIONS["treat"], OPTIONS["impute"]


def some(methods, most=2):
    return st.lists(st.sampled_from(methods), min_size=1, max_size=most, unique=True).map(tuple)


@st.composite
def tables(draw):
    rows = draw(st.integers(8, 24))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frame = pd.DataFrame(rng.integers(1, 33, (rows, 5)) / 4.0, columns=NESTED.codes)
    # City units of three provinces in three macro-regions.
    frame.index = pd.Index([f"{(44, 13, 42)[i % 3]}{i + 1:02}00" for i in range(rows)])
    if draw(st.booleans()):
        frame = frame.mask(rng.random(frame.shape) < 0.08)
    # Powers of two, so that values divided by size stay on the grid.
    frame["people"] = 2.0 ** rng.integers(-1, 3, rows)
    table = IndicatorTable.from_frame(frame, framework=draw(st.sampled_from([NESTED, FLAT])))
    regions = table.regions.assign(province=[f"{region[:2]}0000" for region in frame.index])
    return IndicatorTable(table.values, regions, table.framework, table.status, table.year)


@st.composite
def variations(draw):
    aggregate = draw(
        st.one_of(
            some(AGGREGATE),
            st.just(()),
            st.tuples(some(AGGREGATE), some(AGGREGATE, 1)).map(PerLevel),
            st.tuples(st.sampled_from(AGGREGATE), st.sampled_from(AGGREGATE)).map(
                lambda pair: (pair,)
            ),
        )
    )
    weights = draw(
        st.sampled_from(
            [
                Dirichlet(),
                Dirichlet(30),
                Dirichlet(per="function"),
                Dirichlet(20, per="function"),
                UniformAround(25),
                UniformAround(60, of="indicator"),
                None,
            ]
        )
        | some(WEIGHT)
    )
    return Variation(
        weights=weights,
        normalise=draw(some(NORMALISE)),
        treat=draw(st.just(()) | some(TREAT)),
        aggregate=aggregate,
        tier=draw(st.just(()) | some(TIER, 1)),
        impute=draw(st.just(()) | some(IMPUTE)),
        noise=draw(st.none() | st.none() | st.just(Noise(5))),
        redraw_gaps=draw(st.sampled_from([False, False, True])),
        leave_one_out=draw(st.booleans()),
    )


def plain(evaluator, draws, number):
    """What the plain path gives: the result, or the error."""
    try:
        return evaluator.result(draws, number)
    except HubtiersError as error:
        return error


@settings(max_examples=150, deadline=None)
@given(
    tables(),
    variations(),
    st.sampled_from(OPTIONS["denominate"]),
    st.sampled_from(IMPUTE),
    st.sampled_from(["refit", "fixed"]),
    st.integers(0, 10**9),
)
def test_draws_equal_the_plain_path(table, variation, denominate, impute, tiers, seed):
    scheme = Scheme(
        impute=impute, normalise=MinMax(1, 100), tier=NaturalBreaks(3), denominate=denominate
    )
    assume(not (tiers == "fixed" and variation.tier))
    try:
        base = scheme.run(table)
        plan = make_plan(base, variation, tiers="refit", seed=(seed,))
    except HubtiersError:
        assume(False)
    if tiers == "fixed":
        # Cut-points that are held in another unit are refused; here only the paths are compared.
        plan = dataclasses.replace(plan, fixed=base.breaks)
    evaluator = DrawEvaluator(plan)
    block = plan.block(0)
    for number in range(4):
        expected = plain(evaluator, block, number)
        if isinstance(expected, HubtiersError):
            with pytest.raises(HubtiersError):
                list(evaluator.evaluate(block.take([number])))
            continue
        (drawn,) = evaluator.evaluate(block.take([number]), scores=True)
        wanted = expected.scores.to_numpy(float)
        np.testing.assert_allclose(drawn.scores[0], wanted, rtol=1e-10, atol=1e-11)
        assert drawn.ranks[0].tolist() == expected.rank.fillna(0).astype(int).tolist()
        labels = [plan.labels[c] if c >= 0 else None for c in drawn.classes[0]]
        assert labels == [None if pd.isna(t) else t for t in expected.tier.astype(object)]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.floats(-1e100, 1e100, allow_subnormal=True)
        | st.floats(-10, 10)
        | st.sampled_from([0.0, -0.0, np.nan]),
        min_size=1,
        max_size=40,
    )
)
def test_rounding_is_that_of_the_scheme_bit_by_bit(numbers):
    from hubtiers._rounding import powers_by_exponent
    from hubtiers._rounding_kernel import round_kernel

    x = np.array([numbers])
    rounded = x.copy()
    round_kernel(rounded, rounded.view(np.int64), powers_by_exponent())
    assert rounded.tobytes() == round_significant(x).tobytes()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.integers(-20, 20) | st.floats(-1e9, 1e9) | st.sampled_from([np.nan, -0.0]),
        min_size=1,
        max_size=60,
    ),
    st.data(),
    st.booleans(),
)
def test_ranks_are_those_of_pandas(numbers, data, quickly):
    from hubtiers.robustness._kernel import key_kernel, place_kernel, quick_kernel
    from hubtiers.robustness._small import FIXED

    x = np.array([numbers], dtype=float)
    # Neighbours in the last bits share a key and must be told apart by the scores themselves.
    wobble = data.draw(st.lists(st.integers(0, 2), min_size=len(numbers), max_size=len(numbers)))
    for place, steps in enumerate(wobble):
        for _ in range(steps):
            x[0, place] = np.nextafter(x[0, place], np.inf)
    keys = np.empty(x.shape, np.int64)
    key_kernel(x, x.view(np.int64), keys)
    keys.sort(axis=1)
    ranks, classes = np.empty(x.shape, np.int16), np.empty(x.shape, np.int16)
    breaks, columns, careful = np.array([-3.0, 5.0]), np.array([2, 1, 0]), np.ones(1, np.bool_)
    if quickly:
        quick_kernel(x, keys, breaks, columns, ranks, classes, careful)
    assert place_kernel(x, keys, FIXED, breaks, columns, ranks, classes, careful) == -1
    expected = pd.Series(x[0]).rank(ascending=False, method="min").fillna(0).astype(int)
    assert ranks[0].tolist() == expected.tolist()
    known = ~np.isnan(x[0])
    assert classes[0][known].tolist() == (2 - np.searchsorted(breaks, x[0][known])).tolist()
    assert (classes[0][~known] == -1).all()


@st.composite
def clustered(draw):
    """Clusters of values far apart, some of one value only, which then is a class of its own."""
    sizes = draw(st.lists(st.sampled_from([1, 1, 2, 4, 9]), min_size=2, max_size=7))
    starts = draw(
        st.lists(st.integers(0, 40), min_size=len(sizes), max_size=len(sizes), unique=True)
    )
    wide = draw(st.sampled_from([1, 3]))
    return [
        64 * start + wide * step
        for start, size in zip(starts, sizes, strict=True)
        for step in range(size)
    ]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=80, unique=True) | clustered(),
    st.integers(2, 5),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_quick_breaks_are_the_exact_ones(numbers, k, on_a_grid, random):
    assume(len(numbers) >= k)
    values = np.array(
        sorted(n / 64.0 if on_a_grid else (n + random.random()) / 64.0 for n in numbers)
    )
    counts = np.array([float(random.randint(1, 3)) for _ in numbers])
    assert_same_starts(values, counts, k)


@pytest.mark.parametrize("k", [3, 4])
def test_quick_breaks_find_a_class_of_one(k):
    """A lonely value between two clusters: the cuts beside it are next to each other."""
    rng = np.random.default_rng(3)
    for _ in range(400):
        left, right = rng.integers(2, 9, 2)
        groups = [rng.random(left), [10.0 + rng.random()], 20.0 + rng.random(right)]
        groups += [40.0 + rng.random(3)] if k == 4 else []
        values = np.sort(np.concatenate(groups)) / 64.0
        assert_same_starts(values, np.ones(len(values)), k)


def assert_same_starts(values, counts, k):
    from hubtiers.tiers._kernel import natural_breaks_kernel, new_workspace
    from hubtiers.tiers._kernel_few import Ends, best_starts

    m = len(values)
    floats, wholes = np.zeros((4, m + 1)), np.zeros((2, m + 1), np.int64)
    ends = Ends(*(row.copy() for row in (*floats, *wholes)), np.zeros(4 * m + 8, np.int64))
    quick, exact = np.zeros(k, np.int64), np.zeros(k, np.int64)
    best_starts(values, counts, quick, new_workspace(m, k), ends)
    natural_breaks_kernel(values, counts, exact, new_workspace(m, k))
    assert quick.tolist() == exact.tolist()


@settings(max_examples=15, deadline=None)
@given(tables(), st.integers(0, 10**6), st.integers(1, 3000))
def test_counts_do_not_depend_on_workers_and_blocks(table, seed, draws):
    scheme = Scheme(impute=RequireCoverage(0.6), tier=NaturalBreaks(3))
    variation = Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore()))
    found = [
        assess_robustness(
            scheme,
            table,
            variation,
            draws=draws,
            rng=seed,
            engine=Local(block_size=size),
            workers=workers,
        ).counts
        for workers, size in ((1, 1024), (2, 1024), (1, 4096))
    ]
    for other in found[1:]:
        for name in ("tiers", "ranks", "duels", "sums", "by_option", "option_draws"):
            assert getattr(other, name).tobytes() == getattr(found[0], name).tobytes()
    assert found[0].draws == draws
    assert (found[0].tiers.sum(axis=1) == found[0].ranks.sum(axis=1)).all()
