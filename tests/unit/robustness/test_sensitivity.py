"""Sensitivity of a scheme: idle factors, targets, and leaving indicators out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.sensitivity import leave_one_out, sensitivity, sobol_indices
from hubtiers.robustness.variation import Dirichlet, Noise, UniformAround, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.normalise import MinMax, PercentileRank, ZScore
from hubtiers.scoring.weight import EqualWeights, GivenWeights
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

SCHEME = Scheme(tier=NaturalBreaks(3))
UNEVEN = {"a": 5, "b": 1, "c": 1, "d": 1}


def table(rows=12, seed=3):
    rng = np.random.default_rng(seed)
    index = [f"r{i:02}" for i in range(rows)]
    return IndicatorTable.from_frame(
        pd.DataFrame(rng.lognormal(size=(rows, 4)), columns=list("abcd"), index=index)
    )


def test_factors_without_a_choice_have_indices_of_exactly_zero():
    variation = Variation(
        weights=Dirichlet(),
        normalise=(MinMax(), MinMax(0, 1)),
        tier=(NaturalBreaks(3),),
        aggregate=("Arithmetic",),
    )
    found = sensitivity(
        SCHEME, table(), variation, samples=128, targets=["tier_flips", "rank_shift", "r03"]
    ).table
    for idle in ("normalise", "tier", "aggregate"):
        for target in ("tier_flips", "rank_shift", "r03"):
            assert found.loc[(target, idle)].tolist() == [0.0] * 6
    assert (found.xs("weights", level="factor")["total"] > 0.9).all()


def test_all_of_two_independent_choices_is_the_whole_variance():
    variation = Variation(weights=UniformAround(80), normalise=(MinMax(), PercentileRank()))
    found = sensitivity(SCHEME, table(), variation, samples=1024, targets="rank_shift", rng=3)
    first, total = found.table["first"], found.table["total"]
    assert 0.9 < total.sum() < 1.6
    assert (first <= total + 0.05).all()
    assert (found.table["first_low"] <= first).all()
    assert (first <= found.table["first_high"]).all()
    assert found.samples == 1024
    assert found.variance["rank_shift"] > 0


def test_one_factor_of_two_options_explains_what_a_plain_comparison_says():
    variation = Variation(weights=(EqualWeights(), GivenWeights(UNEVEN)), normalise=(MinMax(),))
    found = sensitivity(SCHEME, table(), variation, samples=256, targets=["rank_shift"])
    other = SCHEME.replace(weight=GivenWeights(UNEVEN)).run(table())
    shift = (SCHEME.run(table()).rank - other.rank).abs().mean()
    # Half of the draws have the shift and half have none.
    assert found.variance["rank_shift"] == pytest.approx(float(shift) ** 2 / 4, rel=0.02)
    assert found.table.loc[("rank_shift", "weight"), "first"] == pytest.approx(1.0, abs=0.02)
    assert found.table.loc[("rank_shift", "weight"), "total"] == pytest.approx(1.0, abs=0.02)


def test_noise_and_leave_one_out_are_factors_and_the_seed_counts():
    variation = Variation(noise=Noise(20), leave_one_out=True)
    first, second, other = (
        sensitivity(SCHEME, table(), variation, samples=32, rng=seed) for seed in (1, 1, 2)
    )
    assert list(first.table.loc["tier_flips"].index) == ["leave_out", "noise"]
    pd.testing.assert_frame_equal(first.table, second.table)
    assert not first.table.equals(other.table)
    assert "Sobol indices from 32 samples" in repr(first)
    assert "<table" in first._repr_html_()


def test_drivers_of_a_robustness_analysis():
    robust = assess_robustness(
        SCHEME, table(), Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore())), draws=50
    )
    assert list(robust.drivers.columns) == [
        "first",
        "first_low",
        "first_high",
        "total",
        "total_low",
        "total_high",
    ]
    assert (
        robust.drivers.loc[("rank_shift", "weights"), "total"]
        > robust.drivers.loc[("rank_shift", "normalise"), "total"]
    )
    again = sensitivity(SCHEME, table(), robust.variation, samples=512)
    pd.testing.assert_frame_equal(robust.drivers, again.table)


def test_leave_one_out_against_plain_runs():
    found = leave_one_out(SCHEME, table())
    base = SCHEME.run(table())
    for code in "abcd":
        other = SCHEME.run(table().select([c for c in "abcd" if c != code]))
        shift = (base.rank - other.rank).abs()
        assert found.loc[code, "mean_shift"] == pytest.approx(shift.mean())
        assert found.loc[code, "largest_shift"] == shift.max()
        moved = base.tier.index[base.tier.astype(object) != other.tier.astype(object)]
        assert found.loc[code, "tier_flips"] == len(moved)
        assert found.loc[code, "moved"] == ";".join(moved)
        assert found.loc[code, "weight"] == 0.25
    assert found["tier_flips"].sum() > 0
    assert (found["note"] == "").all()
    with pytest.raises(SpecError, match="at least two indicators"):
        leave_one_out(SCHEME, table().select(["a"]))


def test_leave_one_out_says_why_not():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [1.0, 1.0, 2.0, 1.0]})
    found = leave_one_out(SCHEME, IndicatorTable.from_frame(frame))
    assert "at least 3 different scores" in found.loc["a", "note"]
    assert pd.isna(found.loc["a", "tier_flips"])
    assert found.loc["b", "note"] == ""


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sobol_indices(lambda u: u[:, 0], []), SpecError, "at least one factor"),
        (lambda: sobol_indices(lambda u: u[:, 0], {"a": 0}), SpecError, "at least one input"),
        (lambda: sobol_indices(lambda u: u[:, 0], ["a"], samples=1), SpecError, "samples=1"),
        (
            lambda: sobol_indices(lambda u: u[:5, 0], ["a"], samples=16),
            DataError,
            "one finite number",
        ),
        (
            lambda: sobol_indices(lambda u: u[:, 0] * np.nan, ["a"], samples=16),
            DataError,
            "one finite number",
        ),
        (
            lambda: sensitivity(
                SCHEME, table(), Variation(weights="dirichlet"), targets=["tier_flip"]
            ),
            UnknownOptionError,
            "Did you mean 'tier_flips'",
        ),
    ],
)
def test_wrong_calls_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
