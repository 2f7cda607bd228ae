"""Tiers in per cent of a row that is no region: what it is scored by, and what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, Noise, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import (
    Arithmetic,
    Copeland,
    Geometric,
    MazziottaPareto,
    Topsis,
    Vikor,
)
from hubtiers.scoring.impute import GroupMean, MeanImpute, RequireCoverage
from hubtiers.scoring.normalise import MinMax
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks, RelativeTo

RULE = RelativeTo((50, 90, 120), yardstick="EU")
FRAME = pd.DataFrame(
    {"rd": [1.0, 2, 3, 4, 2.5], "patents": [10.0, 30, 20, 50, 40]}, index=[*"wxyz", "EU"]
)


def table(frame: pd.DataFrame = FRAME) -> IndicatorTable:
    return IndicatorTable.from_frame(frame, yardstick="EU")


def random_table(seed: int, rows: int = 30) -> IndicatorTable:
    rng = np.random.default_rng(seed)
    names = [*(f"r{number}" for number in range(rows - 1)), "EU"]
    return table(pd.DataFrame(rng.gamma(2.0, 1.0, (rows, 4)), names, list("abcd")))


def test_the_score_is_that_of_the_fit_without_the_yardstick():
    result = Scheme(tier=RULE).run(table())
    # min–max of the four regions: rd (2.5 − 1) / 3 = 0.5, patents (40 − 10) / 40 = 0.75.
    assert result.yardstick.score == pytest.approx(0.625)
    assert result.yardstick.normalised.to_dict() == {"rd": 0.5, "patents": 0.75}
    assert result.breaks.breaks == pytest.approx((0.3125, 0.5625, 0.75))
    scores = {"w": 0.0, "x": 5 / 12, "y": 11 / 24, "z": 1.0}
    assert result.scores.to_dict() == pytest.approx(scores)
    tiers = ["local", "regional", "regional", "international"]
    assert result.tier.tolist() == tiers
    assert result.yardstick.relative(result.scores).round(3).tolist() == [
        0.0,
        66.667,
        73.333,
        160.0,
    ]


def test_it_is_in_no_frame_and_has_no_rank():
    result = Scheme(tier=RULE).run(table())
    assert "EU" not in result.to_frame().index
    assert result.rank.tolist() == [4, 3, 2, 1]
    plain = Scheme(tier=NaturalBreaks(2))
    without = plain.run(IndicatorTable.from_frame(FRAME.drop("EU")))
    beside = plain.run(table())
    pd.testing.assert_frame_equal(without.to_frame(), beside.to_frame())
    # It is told of all the same, without a tier rule that needs it.
    assert beside.yardstick.score == pytest.approx(0.625)
    assert without.yardstick is None


def test_beyond_the_regions_it_is_scored_by_their_bounds():
    result = Scheme(tier=RULE).run(table(FRAME.replace({"rd": {2.5: 7.0}})))
    assert result.yardstick.normalised["rd"] == pytest.approx(2.0)


def test_a_later_table_keeps_the_cut_points_and_tells_its_own_yardstick():
    fitted = Scheme(tier=RULE).fit(table())
    later = fitted.score(table(FRAME * 1.5))
    assert later.breaks.breaks == pytest.approx((0.3125, 0.5625, 0.75))
    # rd (3.75 − 1) / 3, patents (60 − 10) / 40.
    assert later.yardstick.score == pytest.approx((2.75 / 3 + 50 / 40) / 2)
    assert fitted.yardstick.score == pytest.approx(0.625)


def test_gaps_follow_the_rule_of_the_scheme():
    frame = FRAME.copy()
    frame.loc["EU", "rd"] = np.nan
    half = Scheme(impute=RequireCoverage(0.5), tier=RULE).run(table(frame))
    assert half.yardstick.score == pytest.approx(0.75)
    # The mean of the regions, 2.5, is what MeanImpute puts in place.
    filled = Scheme(impute=MeanImpute(), tier=RULE).run(table(frame))
    assert filled.yardstick.score == pytest.approx(0.625)
    with pytest.raises(DataError, match="yardstick 'EU' cannot be scored: it lacks 'rd', 1 of 2"):
        Scheme(tier=RULE).run(table(frame))
    # A rule that does not need it goes on without, and the result says why it has no score.
    beside = Scheme(tier=NaturalBreaks(2)).run(table(frame)).yardstick
    assert np.isnan(beside.score)
    assert "it lacks 'rd'" in beside.problem


@pytest.mark.parametrize("aggregate", [Geometric(), Topsis(), Copeland()], ids=repr)
def test_other_aggregations_score_it_by_what_they_learnt(aggregate):
    scheme = Scheme(normalise=MinMax(1, 100), aggregate=aggregate, tier=RULE)
    result = scheme.run(table())
    row = result.yardstick.normalised.to_frame().T
    expected = result.fitted.hierarchy.scores(row)[""].iloc[0]
    assert result.yardstick.score == pytest.approx(expected)
    assert result.scores.min() < result.yardstick.score < result.scores.max()


@pytest.mark.parametrize(
    "aggregate",
    [(Arithmetic(), Geometric()), Topsis(), Topsis(levels="each"), Vikor(), MazziottaPareto()],
    ids=repr,
)
def test_a_twin_of_a_region_has_its_score(aggregate):
    """In the fit and in every draw: the region then never leaves the tier about 100 per cent."""
    rng = np.random.default_rng(0)
    names = [f"r{number}" for number in range(25)]
    frame = pd.DataFrame(rng.gamma(2.0, 1.0, (25, 4)), names, list("abcd"))
    frame.loc["EU"] = frame.loc["r7"]
    indicators = [Indicator(code, parent="g" if code in "ab" else "h") for code in "abcd"]
    framework = Framework(tuple(indicators), (Group("g", "甲", "G"), Group("h", "乙", "H")))
    own = IndicatorTable.from_frame(frame, framework=framework, yardstick="EU")
    rule = RelativeTo((90, 110), yardstick="EU")
    scheme = Scheme(normalise=MinMax(70, 130), aggregate=aggregate, tier=rule)
    result = scheme.run(own)
    assert result.yardstick.score == result.scores["r7"]
    variation = Variation(weights=Dirichlet())
    robust = assess_robustness(scheme, own, variation, draws=8, rng=1, workers=1)
    assert robust.tier_probability.loc["r7"].tolist() == [0, 1, 0]


@dataclasses.dataclass(frozen=True)
class Standing:
    """An aggregation of one's own: the rank among those who are scored together."""

    def fit(self, values, *, weights=None):
        return self

    def apply(self, values):
        return values.sum(axis=1).rank()


def test_a_score_that_depends_on_the_company_is_none():
    with pytest.raises(DataError, match="a score depends on the other regions that are scored"):
        Scheme(aggregate=Standing(), tier=RULE).run(table())


def test_groups_that_it_is_not_in():
    frame = FRAME.copy()
    frame.loc["EU", "rd"] = np.nan
    groups = dict.fromkeys("wxyz", "all")
    with pytest.raises(DataError, match="'EU' cannot be scored: .* without the groups of EU"):
        Scheme(impute=GroupMean(groups=groups), tier=RULE).run(table(frame))


def test_what_is_refused():
    plain = IndicatorTable.from_frame(FRAME.drop("EU"))
    with pytest.raises(SpecError, match='the table has none. Pass yardstick="EU" where'):
        Scheme(tier=RULE).run(plain)
    with pytest.raises(SpecError, match="another row than the yardstick of the table, which is 'E"):
        Scheme(tier=RelativeTo(yardstick="OECD")).run(table())
    with pytest.raises(SpecError, match=r"value=3.0, yardstick='EU'\) names two yardsticks"):
        RelativeTo(value=3.0, yardstick="EU")
    with pytest.raises(SpecError, match=r"RelativeTo\(yardstick=' '\) is no name"):
        RelativeTo(yardstick=" ")
    with pytest.raises(UnknownOptionError, match="Unknown row for the yardstick: 'EA19'"):
        IndicatorTable.from_frame(FRAME, yardstick="EA19")
    # The lowest of all scores 0: nothing is a per cent of it.
    low = FRAME.copy()
    low.loc["EU"] = [1.0, 10.0]
    with pytest.raises(
        DataError, match="positive yardstick, but the score of the yardstick 'EU' i"
    ):
        Scheme(tier=RULE).run(table(low))


def test_years_that_are_fitted_at_once_have_a_yardstick_each():
    tables = {2020: table(), 2024: table(FRAME * 2)}
    with pytest.raises(SpecError, match="where several years are fitted at once, give its score"):
        Scheme(tier=RULE).fit_panel(tables)
    fitted = Scheme(tier=RelativeTo((50, 90, 120), value=0.5)).fit_panel(tables)
    # Bounds of both years: rd 1 to 8, patents 10 to 100.
    scored = fitted.score(tables[2020]).yardstick.score
    assert scored == pytest.approx((1.5 / 7 + 30 / 90) / 2)


def test_tables_that_are_cut_keep_it():
    part = table().only(["x", "z"]).select(["patents"])
    assert part.yardstick.values.loc["EU"].to_dict() == {"patents": 40.0}
    result = Scheme(tier=RULE).run(part)
    assert result.yardstick.score == pytest.approx(0.5)
    assert repr(part).endswith("2 of 2 values present, yardstick EU>")


def test_the_next_tier_holds_the_score_of_the_yardstick():
    result = Scheme(tier=RULE).run(table())
    told = result.explain("y")
    assert told.next_tier == "national"
    assert told.gap == pytest.approx(0.5625 - 11 / 24)
    # A third of the range of rd is 3; what is missing is twice the gap on that scale.
    assert told.smallest_step.needed == pytest.approx(3 + 2 * told.gap * 3, rel=1e-6)


class TestDraws:
    """Every draw scores the yardstick anew; the compiled way gives what the plain one gives."""

    @pytest.mark.parametrize(
        "variation",
        [
            Variation(weights=Dirichlet()),
            Variation(weights=Dirichlet(), leave_one_out=True),
            Variation(weights=Dirichlet(), normalise=(MinMax(1, 100), MinMax(20, 100))),
            Variation(weights=Dirichlet(), noise=Noise(0.05)),
            Variation(tier=(RULE, RelativeTo((60, 100, 150), yardstick="EU"))),
        ],
        ids=["weights", "leave one out", "normalise", "noise", "rules"],
    )
    @pytest.mark.parametrize("aggregate", [None, Geometric()], ids=["arithmetic", "geometric"])
    def test_draws_equal_the_plain_path(self, variation, aggregate):
        scheme = Scheme(normalise=MinMax(1, 100), tier=RULE)
        if aggregate is not None:
            scheme = scheme.replace(aggregate=aggregate)
        robust = assess_robustness(scheme, random_table(3), variation, draws=8, rng=5, workers=1)
        counted = np.zeros(robust.tier_probability.shape)
        for number in range(8):
            tier = robust.replay(number).tier
            for column, label in enumerate(robust.tier_probability.columns):
                counted[:, column] += (tier == label).to_numpy()
        assert (robust.tier_probability.to_numpy() * 8).round(9).tolist() == counted.tolist()

    def test_fixed_tiers_do_not_follow_it(self):
        scheme, own = Scheme(tier=RULE), random_table(4)
        variation = Variation(weights=Dirichlet())
        refit = assess_robustness(scheme, own, variation, draws=512, rng=1)
        fixed = assess_robustness(scheme, own, variation, draws=512, rng=1, tiers="fixed")
        assert (refit.tier_probability - fixed.tier_probability).abs().max().max() > 0.1

    def test_gaps_that_are_drawn_anew(self):
        variation = Variation(weights=Dirichlet(), redraw_gaps=True)
        scheme = Scheme(impute=MeanImpute(), tier=RULE)
        own = random_table(6)
        own.values.iloc[0, 0] = np.nan
        robust = assess_robustness(scheme, own, variation, draws=4, rng=2, workers=1)
        first = [robust.replay(number).tier.iloc[0] for number in range(4)]
        share = sum(tier == "local" for tier in first) / 4
        assert robust.tier_probability.iloc[0]["local"] == share
        own.yardstick.values.iloc[0, 1] = np.nan
        with pytest.raises(
            DataError, match="it lacks values, and gaps that are drawn anew are tho"
        ):
            assess_robustness(scheme, own, variation, draws=4, rng=2, workers=1)

    def test_a_draw_without_a_score_of_it_says_so(self):
        frame = FRAME.assign(firms=[1.0, 2, 3, 4, np.nan])
        scheme = Scheme(impute=RequireCoverage(0.6), tier=RULE)
        variation = Variation(weights=Dirichlet(), leave_one_out=True)
        with pytest.raises(DataError, match="The yardstick 'EU' cannot be scored: it"):
            assess_robustness(scheme, table(frame), variation, draws=64, rng=0)
