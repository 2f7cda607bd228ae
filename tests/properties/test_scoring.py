"""What must hold for all data: invariances, order, bounds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hubtiers.scoring.aggregate import (
    Arithmetic,
    Copeland,
    Geometric,
    GreyRelation,
    Harmonic,
    MazziottaPareto,
    PowerMean,
    Topsis,
    Vikor,
)
from hubtiers.scoring.normalise import (
    DistanceToReference,
    Goalposts,
    LogMinMax,
    MinMax,
    PercentileRank,
    RobustScale,
    VectorNorm,
    ZScore,
)
from hubtiers.scoring.weight import (
    BenefitOfDoubt,
    CombinedWeights,
    CriticWeights,
    EntropyWeights,
    EqualWeights,
    PcaWeights,
    VariationWeights,
)

quick = settings(max_examples=12, deadline=None)

CODES = ("a", "b", "c", "d")
BOUNDS = {"a": (-3.0, 40.0), "b": (0.0, 1.0), "c": (-20.0, 7.0), "d": (1.0, 60.0)}
MIRRORED = {code: (-upper, -lower) for code, (lower, upper) in BOUNDS.items()}
NORMALISERS = [
    MinMax(),
    MinMax(low=1, high=100),
    ZScore(),
    ZScore(mean=100, deviation=10),
    PercentileRank(),
    DistanceToReference(),
    DistanceToReference("mean"),
    DistanceToReference("median"),
    DistanceToReference(region="r1"),
    LogMinMax(),
    LogMinMax(offset=1.0),
    VectorNorm(),
    RobustScale(),
]
WEIGHTS = [
    EqualWeights(),
    EntropyWeights(),
    EntropyWeights(shift=0.01),
    CriticWeights(),
    VariationWeights(),
    PcaWeights(),
    PcaWeights(components=2),
    BenefitOfDoubt(),
    BenefitOfDoubt(lower=0.1, upper=0.4),
    CombinedWeights((EntropyWeights(), CriticWeights())),
    CombinedWeights((EntropyWeights(), CriticWeights()), rule="minimum_relative_entropy"),
    CombinedWeights((EntropyWeights(), CriticWeights()), rule="game_theory"),
]
MONOTONE = [
    Arithmetic(),
    Geometric(),
    Harmonic(),
    PowerMean(3),
    PowerMean(-2.5),
    Topsis(),
    Vikor(),
    Vikor(majority=0.0),
    GreyRelation(),
    Copeland(),
]
AGGREGATORS = [*MONOTONE, MazziottaPareto(), MazziottaPareto(sign="+")]


@st.composite
def tables(draw: st.DrawFn, *, lowest: int = 1) -> pd.DataFrame:
    """Regions × 4 indicators with ties, in steps of a quarter; every column varies."""
    rows = draw(st.integers(5, 8))
    cells = draw(st.lists(st.integers(lowest, 200), min_size=4 * rows, max_size=4 * rows))
    frame = pd.DataFrame(
        np.array(cells).reshape(rows, 4) / 4, index=[f"r{n}" for n in range(rows)], columns=CODES
    )
    assume((frame.quantile(0.75) > frame.quantile(0.25)).all())
    return frame


@st.composite
def spread_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Regions × 4 indicators without ties or accidental symmetry, all above 0."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    mixed = rng.lognormal(size=(draw(st.integers(8, 20)), 4)) @ (np.eye(4) + rng.random((4, 4)) / 2)
    return pd.DataFrame(mixed, index=[f"r{n}" for n in range(len(mixed))], columns=CODES)


directions = st.lists(st.sampled_from([1, -1]), min_size=4, max_size=4).map(
    lambda d: pd.Series(d, index=CODES)
)


def positive(values: pd.DataFrame) -> pd.DataFrame:
    return MinMax(low=1, high=10).fit(values).apply(values)


def close(left: Any, right: Any) -> None:
    np.testing.assert_allclose(
        np.asarray(left, float), np.asarray(right, float), rtol=1e-9, atol=1e-9
    )


@quick
@given(values=tables(), direction=directions)
@pytest.mark.parametrize("method", NORMALISERS, ids=repr)
def test_flipping_direction_and_sign_together_changes_nothing(
    method: Any, values: pd.DataFrame, direction: pd.Series
) -> None:
    straight = method.fit(values, direction=direction).apply(values)
    mirrored = method.fit(-values, direction=-direction).apply(-values)
    close(straight, mirrored)


@quick
@given(values=tables(lowest=-200), direction=directions, clip=st.booleans())
def test_flipping_goalposts_with_their_bounds(
    values: pd.DataFrame, direction: pd.Series, clip: bool
) -> None:
    straight = Goalposts(BOUNDS, clip=clip).fit(values, direction=direction).apply(values)
    mirrored = Goalposts(MIRRORED, clip=clip).fit(-values, direction=-direction).apply(-values)
    close(straight, mirrored)


@quick
@given(values=tables(), direction=directions)
@pytest.mark.parametrize("method", [*NORMALISERS, Goalposts(BOUNDS)], ids=repr)
def test_better_is_never_lower(method: Any, values: pd.DataFrame, direction: pd.Series) -> None:
    normalised = method.fit(values, direction=direction).apply(values)
    for code in CODES:
        order = (values[code] * direction[code]).sort_values(kind="stable").index
        assert (normalised[code].loc[order].diff().dropna() >= -1e-12).all()
        assert normalised[code].groupby(values[code]).nunique().max() == 1  # equal stays equal


@quick
@given(
    values=tables(lowest=-200),
    direction=directions,
    scale=st.integers(1, 4000),
    shift=st.integers(-5000, 5000),
)
@pytest.mark.parametrize("method", [MinMax(), ZScore(), RobustScale(), PercentileRank()], ids=repr)
def test_scores_do_not_depend_on_unit_or_zero(
    method: Any, values: pd.DataFrame, direction: pd.Series, scale: int, shift: int
) -> None:
    other = values * (scale / 8) + shift / 8
    before = method.fit(values, direction=direction).apply(values)
    after = method.fit(other, direction=direction).apply(other)
    np.testing.assert_allclose(before, after, rtol=1e-7, atol=1e-7)


@quick
@given(values=tables(), direction=directions, scale=st.integers(1, 4000))
@pytest.mark.parametrize("method", [VectorNorm(), LogMinMax(), DistanceToReference()], ids=repr)
def test_ratios_do_not_depend_on_the_unit(
    method: Any, values: pd.DataFrame, direction: pd.Series, scale: int
) -> None:
    other = values * (scale / 8)
    close(
        method.fit(values, direction=direction).apply(values),
        method.fit(other, direction=direction).apply(other),
    )


@quick
@given(values=tables(), direction=directions, order=st.randoms(use_true_random=False))
@pytest.mark.parametrize("method", NORMALISERS, ids=repr)
def test_normalising_commutes_with_permutation(
    method: Any, values: pd.DataFrame, direction: pd.Series, order: Any
) -> None:
    rows, columns = list(values.index), list(values.columns)
    order.shuffle(rows)
    order.shuffle(columns)
    whole = method.fit(values, direction=direction).apply(values)
    mixed = values.loc[rows, columns]
    close(method.fit(mixed, direction=direction).apply(mixed), whole.loc[rows, columns])
    # A part is scored by the bounds of the whole.
    close(method.fit(values, direction=direction).apply(values.iloc[:2]), whole.iloc[:2])


@quick
@given(values=spread_tables(), order=st.randoms(use_true_random=False))
@pytest.mark.parametrize("method", WEIGHTS, ids=repr)
def test_weights_are_shares_and_commute_with_permutation(
    method: Any, values: pd.DataFrame, order: Any
) -> None:
    normalised = MinMax().fit(values).apply(values)
    weights = method.fit(normalised).weights
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    rows, columns = list(values.index), list(values.columns)
    order.shuffle(rows)
    order.shuffle(columns)
    mixed = method.fit(normalised.loc[rows, columns]).weights
    if not isinstance(
        method, BenefitOfDoubt
    ):  # several sets of multipliers may be equally good for a region
        np.testing.assert_allclose(mixed.loc[list(CODES)], weights, rtol=1e-6, atol=1e-6)


@quick
@given(values=spread_tables(), order=st.randoms(use_true_random=False))
def test_benefit_of_doubt_bounds(values: pd.DataFrame, order: Any) -> None:
    normalised = MinMax().fit(values).apply(values)
    fitted = BenefitOfDoubt(lower=0.1, upper=0.4).fit(normalised)
    scores = (fitted.by_region * normalised).sum(axis=1)
    own = fitted.by_region.to_numpy() @ normalised.to_numpy().T
    assert own.max() <= 1 + 1e-7  # nobody beats 1 under any region's multipliers
    equal = normalised.mean(axis=1) / normalised.mean(axis=1).max()
    assert (
        scores >= equal - 1e-7
    ).all()  # equal weights are allowed, so that no score is below theirs
    rows = list(values.index)
    order.shuffle(rows)
    mixed = BenefitOfDoubt(lower=0.1, upper=0.4).fit(normalised.loc[rows])
    np.testing.assert_allclose(
        (mixed.by_region * normalised.loc[rows]).sum(axis=1), scores.loc[rows], atol=1e-7
    )
    np.testing.assert_allclose(
        (fitted.for_regions(normalised) * normalised).sum(axis=1), scores, atol=1e-7
    )


shares = st.lists(st.integers(1, 20), min_size=4, max_size=4).map(
    lambda w: pd.Series(w, index=CODES) / sum(w)
)


@quick
@given(values=tables(), weights=shares, order=st.randoms(use_true_random=False))
@pytest.mark.parametrize("method", AGGREGATORS, ids=repr)
def test_aggregating_commutes_with_permutation(
    method: Any, values: pd.DataFrame, weights: pd.Series, order: Any
) -> None:
    normalised = positive(values)
    scores = method.fit(normalised, weights=weights).apply(normalised)
    rows, columns = list(values.index), list(values.columns)
    order.shuffle(rows)
    order.shuffle(columns)
    mixed = normalised.loc[rows, columns]
    close(method.fit(mixed, weights=weights).apply(mixed), scores.loc[rows])
    close(method.fit(normalised, weights=weights).apply(normalised.iloc[:2]), scores.iloc[:2])


@quick
@given(values=tables(), weights=shares)
def test_means_are_in_order(values: pd.DataFrame, weights: pd.Series) -> None:
    normalised = positive(values)
    means = [
        m.fit(normalised, weights=weights).apply(normalised)
        for m in (Harmonic(), Geometric(), Arithmetic())
    ]
    means += [PowerMean(p).fit(normalised, weights=weights).apply(normalised) for p in (2, 50)]
    ladder = [normalised.min(axis=1), *means, normalised.max(axis=1)]
    for lower, higher in pairwise(ladder):
        assert (lower <= higher + 1e-9).all()
    for exponent, mean in ((-1, means[0]), (0, means[1]), (1, means[2])):
        close(PowerMean(exponent).fit(normalised, weights=weights).apply(normalised), mean)


@quick
@given(
    values=tables(),
    weights=shares,
    row=st.integers(0, 4),
    code=st.sampled_from(CODES),
    gain=st.floats(0.01, 8, allow_nan=False),
)
@pytest.mark.parametrize("method", MONOTONE, ids=repr)
def test_score_never_falls_when_an_indicator_rises(
    method: Any, values: pd.DataFrame, weights: pd.Series, row: int, code: str, gain: float
) -> None:
    normalised = positive(values)
    fitted = method.fit(normalised, weights=weights)
    better = normalised.copy()
    better.loc[f"r{row}", code] += gain
    before, after = fitted.apply(normalised), fitted.apply(better)
    assert after[f"r{row}"] >= before[f"r{row}"] - 1e-9
    close(after.drop(f"r{row}"), before.drop(f"r{row}"))  # the others stay where they were


@quick
@given(values=tables(), weights=shares)
def test_penalised_mean_never_exceeds_the_mean(values: pd.DataFrame, weights: pd.Series) -> None:
    normalised = positive(values)
    mean = Arithmetic().fit(normalised, weights=weights).apply(normalised)
    down = MazziottaPareto().fit(normalised, weights=weights).apply(normalised)
    up = MazziottaPareto(sign="+").fit(normalised, weights=weights).apply(normalised)
    assert (down <= mean + 1e-9).all()
    close(mean - down, up - mean)


@quick
@given(values=tables())
@pytest.mark.parametrize(
    "method", [MinMax(), ZScore(), LogMinMax(), LogMinMax(offset=2), Goalposts(BOUNDS, clip=False)]
)
def test_invert_goes_back_to_the_unit(method: Any, values: pd.DataFrame) -> None:
    direction = pd.Series([1, -1, 1, -1], index=CODES)
    fitted = method.fit(values, direction=direction)
    close(fitted.invert(fitted.apply(values)), values)
    if isinstance(method, LogMinMax):
        fitted = method.fit(-values, direction=direction)
        close(fitted.invert(fitted.apply(-values)), -values)
