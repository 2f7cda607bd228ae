"""Exact ties tie: what sums of positive and negative parts leave of rounding is no difference."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from hubtiers._rounding import round_sums
from hubtiers.errors import DataError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import UniformAround, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.normalise import MinMax, RobustScale, ZScore
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks, Quantiles

X = np.array([0.1, 0.7, 0.3, 0.9, 0.5, 0.35])


def nested(codes):
    half = len(codes) // 2
    groups = ["g"] * half + ["h"] * (len(codes) - half)
    indicators = [Indicator(code, parent=group) for code, group in zip(codes, groups, strict=True)]
    return Framework(tuple(indicators), (Group("g"), Group("h")))


@pytest.mark.parametrize("normalise", [ZScore(), RobustScale(), MinMax()])
def test_scores_that_are_equal_by_arithmetic_are_no_tiers(normalise):
    table = IndicatorTable.from_frame(pd.DataFrame({"a": X, "b": 1 - X}, index=list("ABCDEF")))
    with pytest.raises(DataError, match="needs at least 2 different scores, but there is 1"):
        Scheme(normalise=normalise, tier=NaturalBreaks(2)).run(table)


def test_sub_scores_that_cancel_leave_nothing_in_the_score():
    frame = pd.DataFrame({"a": X, "b": 1 - X, "c": X**2, "d": 1 - X**2}, index=list("ABCDEF"))
    table = IndicatorTable.from_frame(frame, framework=nested(list("abcd")))
    with pytest.raises(DataError, match="different scores, but there is 1"):
        Scheme(normalise=ZScore(), tier=NaturalBreaks(2)).run(table)


@pytest.mark.parametrize("seed", range(30))
def test_regions_with_the_same_parts_in_another_order_share_a_rank(seed):
    """Six permutations of three parts, among others: one score, one rank, one tier."""
    rng = np.random.default_rng(seed)
    parts = rng.normal(size=3)
    tied = np.array(list(itertools.permutations(parts)))
    # The columns hold the same values, so that z-scores of a part are the same in each of them.
    others = np.array(list(itertools.permutations(rng.normal(size=3) * 3)))
    frame = pd.DataFrame(np.vstack([tied, others]), columns=list("abc"))
    frame.index = [f"r{number}" for number in range(len(frame))]
    table = IndicatorTable.from_frame(frame)
    result = Scheme(normalise=ZScore(), tier=NaturalBreaks(2)).run(table)
    assert result.rank[:6].nunique() == result.rank[6:].nunique() == 1
    assert result.rank.nunique() == 2
    expected = ((frame - frame.mean()) / frame.std()).mean(axis=1)
    np.testing.assert_allclose(result.scores, expected, atol=1e-12)


def test_draws_round_as_the_scheme_does():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(9, 4)), columns=list("abcd"), index=list("ABCDEFGHI"))
    frame.loc["B"] = frame.loc["A", list("badc")].to_numpy()
    for values in (frame, frame.mask(rng.random(frame.shape) < 0.15)):
        table = IndicatorTable.from_frame(values.dropna(how="all"), framework=nested(list("abcd")))
        scheme = Scheme(normalise=ZScore(), impute="RequireCoverage", tier=Quantiles(2))
        varied = Variation(weights=UniformAround(50))
        robust = assess_robustness(scheme, table, varied, draws=40, rng=2)
        for draw in range(0, 40, 7):
            plain = robust.replay(draw).scores
            assert robust.scores_of(draw).loc[draw].tolist() == pytest.approx(
                plain.tolist(), abs=2e-12, nan_ok=True
            )
            assert (
                robust.ranks_of(draw).loc[draw].tolist()
                == robust.replay(draw).rank.fillna(0).tolist()
            )


def test_rounding_is_relative_to_what_was_added():
    sizes = np.array([[1.0, 0.9, 1.1, np.nan]])
    x = np.array([[1 / 3e6, -1e-17, 1 / 3, np.nan]])
    found = round_sums(x, sizes)
    assert found[0, :3].tolist() == [round(1 / 3e6, 12), 0.0, round(1 / 3, 12)]
    assert not np.signbit(found[0, 1])
    assert np.isnan(found[0, 3])
    # One far larger than all others does not take the digits of these.
    far = round_sums(np.array([[1 / 3, 2 / 3, 1e15]]), np.array([[1.0, 1.0, 1e15]]))
    assert far[0].tolist() == [round(1 / 3, 12), round(2 / 3, 12), 1e15]
