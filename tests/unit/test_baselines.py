"""What one column alone would agree, against computations by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.baselines import (
    best_baseline,
    compare_baselines,
    nearest_baseline,
    rule_for_one,
    score_residuals,
    tiers_by_one,
)
from hubtiers.errors import DataError, DuplicateRegionError
from hubtiers.scheme import Scheme
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.agreement import agreement
from hubtiers.tiers.breaks import NaturalBreaks, Quantiles, Thresholds

RNG = np.random.default_rng(12)
VALUES = pd.DataFrame(
    {"rd": RNG.lognormal(size=12), "dirt": RNG.lognormal(size=12), "flag": [0.0, 1.0] * 6},
    index=[f"r{n}" for n in range(12)],
)
SIZES = pd.Series(RNG.lognormal(size=12), index=VALUES.index)


def result_with(tier: object = None, direction: int = 1):
    from hubtiers.framework import Framework, Indicator

    indicators = (Indicator("rd"), Indicator("dirt", direction=direction), Indicator("flag"))
    table = IndicatorTable.from_frame(VALUES, framework=Framework(indicators))
    return Scheme(tier=tier or NaturalBreaks(3)).run(table)


def test_each_column_is_cut_by_the_rule_of_the_result() -> None:
    result = result_with(Quantiles(3), direction=-1)
    reference = Quantiles(3).fit(SIZES).apply(SIZES)
    found = compare_baselines(result, reference, others={"people": SIZES})
    assert found.index.tolist()[:2] == ["score", "people"]
    assert set(found.index[2:]) == {"rd", "dirt"}, "flag has two values, too few for three tiers"
    assert found["kind"].tolist() == ["score", "other", "indicator", "indicator"]
    assert found.loc["people", ["matches", "kappa"]].tolist() == [12, 1.0]
    less = Quantiles(3).fit(-VALUES["dirt"]).apply(-VALUES["dirt"])
    assert found.loc["dirt", "kappa"] == pytest.approx(agreement(less, reference).kappa)
    assert found.loc["score", "kappa"] == agreement(result.tier, reference).kappa
    assert found["rule"].tolist() == ["", "Quantiles", "Quantiles", "Quantiles"]
    assert best_baseline(found) == found.index[2]
    assert found["share"].iloc[2] >= found["share"].iloc[3]


def test_rules_that_one_column_cannot_take_give_way_to_natural_breaks() -> None:
    cuts = Thresholds((0.3, 0.6), labels=("top", "middle", "low"))
    rule, told = rule_for_one(result_with(cuts))
    assert (rule, told) == (NaturalBreaks(3, labels=("top", "middle", "low")), "NaturalBreaks")
    assert rule_for_one(result_with(Quantiles(3)))[0] == Quantiles(3)


def test_zhang_by_single_indicators() -> None:
    """Referee: on the rows of Table 1 universities alone or R&D intensity alone give 12 of 14."""
    outcome = load_study("zhang2022").run()
    found = outcome.baseline_agreement
    assert found["matches"].head(4).tolist() == [14, 12, 12, 11]
    assert set(found.index[1:3]) == {"rd_intensity_pct", "double_first_class_universities"}
    # By hand: natural breaks of the raw column, as min–max changes no class.
    raw = outcome.result.table.values["rd_intensity_pct"]
    tier = NaturalBreaks(3).fit(raw).apply(raw)
    assert agreement(tier, outcome.reference).kappa == pytest.approx(
        found.loc["rd_intensity_pct", "kappa"]
    )
    assert load_study("provinces2022").run().baseline_agreement is None


def test_regions_without_a_score_have_no_tier_by_a_baseline() -> None:
    values = VALUES.copy()
    values.loc["r3"] = np.nan
    result = Scheme(tier=NaturalBreaks(3)).run(IndicatorTable.from_frame(values))
    tiers = tiers_by_one(result, SIZES.rename("people"))
    assert "r3" not in tiers.index
    assert len(tiers.dropna()) == 11


def test_the_nearest_baseline_is_a_named_one_where_there_is_one() -> None:
    result = result_with()
    by_score = {code: abs(result.scores.corr(result.normalised[code])) for code in VALUES}
    assert nearest_baseline(result).name == max(by_score, key=by_score.get)
    assert nearest_baseline(result, {"people": SIZES}).name == "people"
    with pytest.raises(DataError, match="No baseline has values that differ in at least three"):
        nearest_baseline(result, {"people": SIZES * 0})


def test_residuals_are_those_of_least_squares() -> None:
    result = result_with()
    people = SIZES * 1e9
    slope, constant = np.polyfit(SIZES, result.scores, 1)
    expected = result.scores - constant - slope * SIZES
    assert score_residuals(result, people).tolist() == pytest.approx(expected.tolist(), abs=1e-12)
    with_gap = score_residuals(result, people.drop("r5"))
    assert with_gap.index[with_gap.isna()].tolist() == ["r5"]


def test_what_is_no_baseline_is_refused() -> None:
    result, reference = result_with(), result_with().tier
    with pytest.raises(DataError, match="'people' has 0 different values in the regions with a"):
        compare_baselines(result, reference, others={"people": SIZES.rename(lambda r: r + "x")})
    twice = pd.concat([SIZES, SIZES.iloc[:1]])
    with pytest.raises(DuplicateRegionError, match="The baseline 'people' has more than one row"):
        compare_baselines(result, reference, others={"people": twice})
    with pytest.raises(DataError, match="needs three regions with a baseline that differs"):
        score_residuals(result, SIZES.iloc[:2])
