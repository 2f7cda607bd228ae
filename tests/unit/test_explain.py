"""Explanations: contributions, tier peers, steps to the next tier, obstacles, coupling."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from hubtiers._steps_up import whole_steps
from hubtiers.coupling import coupling_coordination
from hubtiers.errors import DataError, DomainError, UnknownOptionError
from hubtiers.explain import explain, median_of_others, peer_medians, standouts
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.obstacles import obstacle_degree
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Copeland, Geometric
from hubtiers.scoring.denominate import Denominate
from hubtiers.scoring.impute import MeanImpute, RequireCoverage
from hubtiers.scoring.normalise import MinMax, ZScore
from hubtiers.scoring.weight import BenefitOfDoubt, EqualWeights, GivenWeights
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks, Thresholds
from hubtiers.tiers.clusters import KMeans
from hubtiers.tiers.scale import scale_at

FRAMEWORK = Framework(
    (
        Indicator("rd", parent="research", unit="亿元"),
        Indicator("papers", parent="research"),
        Indicator("smog", parent="comfort", direction=-1, unit="μg"),
    ),
    (Group("research"), Group("comfort")),
)
VALUES = pd.DataFrame(
    {
        "rd": [0.0, 2.0, 4.0, 10.0, 6.0],
        "papers": [0.0, 10.0, 40.0, 100.0, 90.0],
        "smog": [50.0, 40.0, 30.0, 20.0, 10.0],
    },
    index=list("abcde"),
)
CUTS = Thresholds(breaks=(0.2, 0.6), labels=("top", "middle", "low"))
SCHEME = Scheme(weight=GivenWeights({"rd": 2, "papers": 1, "smog": 1}), tier=CUTS)


@dataclass(frozen=True)
class ShareBeaten:
    """Share of the regions at hand that have a smaller mean, itself counting half."""

    def fit(self, values, *, weights=None):
        return self

    def apply(self, values):
        mean = values.mean(axis=1)
        return (mean.rank() - 0.5).div(len(mean)).rename("score")


def table(values=VALUES, framework=FRAMEWORK) -> IndicatorTable:
    return IndicatorTable.from_frame(values, framework=framework)


def run(scheme=SCHEME, values=VALUES):
    return scheme.run(table(values))


class TestContributions:
    def test_weight_times_value_sums_to_the_score(self):
        why = run().explain("c")
        assert why.contributions.to_dict() == pytest.approx(
            {"rd": 0.2, "papers": 0.1, "smog": 0.125}
        )
        assert why.additive
        assert why.contributions.sum() == pytest.approx(why.score)
        assert "they sum to the score" in why.contributions_are
        assert why.indicators["value"].to_dict() == {"rd": 4.0, "papers": 40.0, "smog": 30.0}

    def test_a_gap_hands_its_weight_on_within_its_group(self):
        values = VALUES.copy()
        values.loc["c", "rd"] = np.nan
        why = run(SCHEME.replace(impute=RequireCoverage(0.5)), values).explain("c")
        assert why.indicators["weight"].to_dict() == pytest.approx(
            {"rd": 0, "papers": 0.75, "smog": 0.25}
        )
        assert why.contributions.sum() == pytest.approx(why.score)
        assert np.isnan(why.contributions["rd"])

    def test_a_whole_group_missing_hands_its_weight_to_the_others(self):
        values = VALUES.copy()
        values.loc["c", "smog"] = np.nan
        why = run(SCHEME.replace(impute=RequireCoverage(0.5)), values).explain("c")
        assert why.indicators["weight"].to_dict() == pytest.approx(
            {"rd": 2 / 3, "papers": 1 / 3, "smog": 0}
        )
        assert why.contributions.sum() == pytest.approx(why.score)

    def test_other_means_do_not_add_up_and_say_so(self):
        why = run(
            SCHEME.replace(aggregate=(Arithmetic(), Geometric()), normalise=MinMax(1, 2))
        ).explain("c")
        assert not why.additive
        assert "under Arithmetic() then Geometric() they do not sum" in why.contributions_are
        assert why.contributions.sum() > why.score

    def test_benefit_of_the_doubt_uses_the_regions_own_weights(self):
        result = run(SCHEME.replace(weight=BenefitOfDoubt(0.1, 0.8)))
        for region in "bcde":
            assert result.explain(region).contributions.sum() == pytest.approx(
                result.scores[region]
            )
        assert not np.allclose(
            result.explain("b").indicators["weight"], result.explain("e").indicators["weight"]
        )


class TestPeers:
    def test_difference_from_the_median_of_the_other_regions_of_the_tier(self):
        result = run(SCHEME.replace(tier=Thresholds(breaks=(0.7,), labels=("high", "low"))))
        assert result.tier.tolist() == ["low", "low", "low", "high", "high"]
        why = result.explain("c")
        assert why.peers == ("a", "b")
        assert why.indicators["peer_median"].to_dict() == pytest.approx(
            {"rd": 0.1, "papers": 0.05, "smog": 0.125}
        )
        assert why.strengths.to_dict() == pytest.approx({"smog": 0.375, "papers": 0.35, "rd": 0.3})
        assert why.strengths.index.tolist() == ["smog", "papers", "rd"]
        assert why.weaknesses.empty
        assert result.explain("a").weaknesses.index.tolist() == ["smog", "rd", "papers"]

    def test_alone_in_its_tier(self):
        why = run(SCHEME.replace(tier=NaturalBreaks(3))).explain("c")
        assert why.peers == ()
        assert why.strengths.empty
        assert why.indicators["difference"].isna().all()


class TestNextTier:
    def test_gap_and_smallest_step_by_hand(self):
        why = run().explain("c")
        assert (why.tier, why.next_tier) == ("middle", "top")
        assert why.gap == pytest.approx(0.6 - 0.425)
        by = {step.indicator: step for step in why.steps}
        assert set(by) == {"rd"}  # papers and smog cannot bring 0.175: they lack 0.15 and 0.125
        assert why.smallest_step == by["rd"]
        assert by["rd"].normalised_change == pytest.approx(0.35)
        assert by["rd"].share_of_range == pytest.approx(0.35)
        assert by["rd"].change == pytest.approx(3.5)
        assert (by["rd"].value, by["rd"].unit, by["rd"].tier) == (4.0, "亿元", "top")

    def test_less_of_a_bad_thing_is_a_negative_change(self):
        steps = {
            s.indicator: s for s in run(SCHEME.replace(weight=EqualWeights())).explain("b").steps
        }
        # 0.1833 now, the cut lies at 0.2: 0.05 more on the normalised scale
        assert steps["smog"].normalised_change == pytest.approx(0.05)
        assert steps["smog"].change == pytest.approx(-2.0)
        assert steps["papers"].change == pytest.approx(5.0)

    def test_the_step_flips_and_a_little_less_does_not(self):
        result = run()
        step = result.explain("c").smallest_step
        for share, tier in ((1.0, "top"), (0.9999, "middle")):
            values = VALUES.copy()
            values.loc["c", "rd"] = step.value + share * step.change
            assert result.fitted.score(table(values)).tier["c"] == tier

    def test_what_is_counted_is_told_in_whole_numbers_that_suffice(self):
        result = run()
        why = result.explain("c")
        # 7.5 would do, and nobody has half a thing: all values of rd are whole.
        assert why.smallest_step.needed == pytest.approx(7.5)
        assert (why.whole_step.value, why.whole_step.needed, why.whole_step.tier) == (4, 8, "top")
        assert why.whole_step.share_of_range == pytest.approx(0.4)
        for needed, tier in ((8.0, "top"), (7.0, "middle")):
            values = VALUES.copy()
            values.loc["c", "rd"] = needed
            assert result.fitted.score(table(values)).tier["c"] == tier
        assert "lifts it: rd from 4 to 8 亿元 (+4)" in repr(why)

    def test_less_of_what_is_counted_is_rounded_down(self):
        result = run(SCHEME.replace(weight=EqualWeights()))
        steps = {step.indicator: step for step in result.explain("b").steps}
        whole = {step.indicator: step for step in whole_steps(result, "b", tuple(steps.values()))}
        # 38 itself stays on the cut-point, and a score must exceed it.
        assert steps["smog"].needed == pytest.approx(38.0)
        assert (whole["smog"].value, whole["smog"].needed) == (40, 37)

    def test_what_is_measured_keeps_its_fractions(self):
        values = VALUES.copy()
        values.loc["e", "rd"] = 6.5
        why = run(values=values).explain("c")
        assert why.whole_step == why.smallest_step
        assert why.whole_step.needed % 1 != 0

    def test_counts_by_size_are_told_as_counts(self):
        values = VALUES.assign(people=[10.0, 10.0, 20.0, 40.0, 50.0])
        counted = Indicator("rd", denominator="people", kind="extensive")
        framework = Framework((counted, Indicator("papers")))
        scheme = Scheme(denominate=Denominate(), tier=Thresholds(breaks=(0.6,), labels=("a", "b")))
        result = scheme.run(IndicatorTable.from_frame(values, framework=framework))
        tried = 0
        for region in result.tier.index[result.tier == "b"]:
            why = result.explain(region)
            for step in whole_steps(result, region, why.steps):
                tried += step.indicator == "rd"
                assert step.needed == round(step.needed)
                assert step.value == values.loc[region, step.indicator]
                changed = values.copy()
                changed.loc[region, step.indicator] = step.needed
                again = IndicatorTable.from_frame(changed, framework=framework)
                assert result.fitted.score(again).tier[region] == "a"
        assert tried > 0

    def test_a_step_may_pass_over_a_tier(self):
        @dataclass(frozen=True)
        class Crowded:
            def fit(self, scores):
                return scale_at(
                    scores.to_numpy(), (0.2, 0.2), ("top", "middle", "low"), "two equal cut-points"
                )

        why = run(SCHEME.replace(tier=Crowded())).explain("b")
        assert why.tier == "low"
        assert why.next_tier == "top"
        assert {s.tier for s in why.steps} == {"top"}

    def test_original_units_count_the_denominator(self):
        framework = Framework(
            (Indicator("patents", denominator="people", unit="件"), Indicator("jobs"))
        )
        values = pd.DataFrame(
            {"patents": [0.0, 20.0, 30.0], "jobs": [0.0, 5.0, 10.0]}, index=list("xyz")
        )
        made = replace(
            table(values, framework),
            values=values.assign(people=[1.0, 10.0, 3.0]).rename_axis("region_id"),
        )
        cuts = Thresholds(breaks=(0.4,), labels=("top", "low"))
        why = Scheme(denominate=Denominate(), tier=cuts).run(made).explain("y")
        assert why.score == pytest.approx(0.35)
        steps = {step.indicator: (step.value, step.needed) for step in why.steps}
        assert steps["patents"] == pytest.approx((20.0, 30.0))
        assert steps["jobs"] == pytest.approx((5.0, 6.0))

    def test_the_highest_tier_has_no_step(self):
        why = run().explain("d")
        assert (why.next_tier, why.gap, why.smallest_step) == (None, None, None)
        assert "highest tier" in repr(why)

    def test_out_of_reach(self):
        why = run(SCHEME.replace(weight=GivenWeights({"rd": 1, "papers": 1, "smog": 1}))).explain(
            "a"
        )
        assert why.smallest_step is not None
        far = run(SCHEME.replace(tier=Thresholds(breaks=(0.9,), labels=("top", "low")))).explain(
            "a"
        )
        assert far.smallest_step is None
        assert "no single indicator can lift it" in far.note
        assert far.gap == pytest.approx(0.9)

    def test_filled_values_have_no_step(self):
        values = VALUES.copy()
        values.loc["c", "rd"] = np.nan
        why = run(SCHEME.replace(impute=MeanImpute()), values).explain("c")
        assert why.indicators.loc["rd", "imputed"]
        assert "rd" not in {s.indicator for s in why.steps}

    def test_clusters_have_no_cut_point(self):
        result = run(SCHEME.replace(tier=KMeans(2)))
        why = result.explain(result.scores.idxmin())
        assert why.gap is None
        assert "not cut from the score" in why.note

    def test_relational_aggregation_is_either_exact_or_declined(self):
        result = run(SCHEME.replace(aggregate=Copeland(), tier=NaturalBreaks(2)))
        region = result.scores.idxmin()
        why = result.explain(region)
        for step in why.steps:
            values = VALUES.copy()
            values.loc[region, step.indicator] = step.needed
            assert result.fitted.score(table(values.loc[[region]])).tier[region] == step.tier
        assert why.steps or why.note

    def test_a_score_that_depends_on_the_others_has_no_step(self):
        """A method of one's own that ranks the regions it is given: the middle one has 0.5, and so it has alone."""
        result = run(SCHEME.replace(aggregate=ShareBeaten(), tier=Thresholds((0.6,))))
        assert result.scores.to_dict() == pytest.approx(
            {"a": 0.1, "b": 0.3, "c": 0.5, "d": 0.8, "e": 0.8}
        )
        for region in "abc":
            why = result.explain(region)
            assert why.next_tier == "international"
            assert why.steps == ()
            assert (
                why.note == "not defined: under ShareBeaten() a score depends on the other regions"
            )

    def test_unbounded_scales(self):
        result = run(SCHEME.replace(normalise=ZScore(), tier=NaturalBreaks(3)))
        step = result.explain("a").smallest_step
        values = VALUES.copy()
        values.loc["a", step.indicator] = step.needed
        assert result.fitted.score(table(values)).tier["a"] == step.tier


class TestReport:
    def test_no_score(self):
        values = VALUES.copy()
        values.loc["c", "rd"] = np.nan
        with pytest.raises(DataError, match="c c c has no score.*67%"):
            run(values=values).explain("c")

    def test_unknown_region(self):
        with pytest.raises(UnknownOptionError, match="region 'zz'"):
            explain(run(), "zz")

    def test_text(self):
        text = repr(run().explain("c"))
        assert text.startswith("<Explanation of c c c: score 0.4250, rank 3 of 5, middle>")
        assert "rd from 4 to 8 亿元 (+4)" in text
        assert "Next tier: top, whose cut-point lies 0.175 above the score" in text

    def test_html_escapes_what_users_write(self):
        made = table(VALUES.rename(index={"c": "<b>c"}))
        made = replace(made, regions=made.regions.assign(name_en="<img src=x onerror=alert(1)>"))
        html = SCHEME.run(made).explain("<b>c")._repr_html_()
        assert "<img" not in html
        assert "<b>c" not in html
        assert "&lt;img" in html

    def test_frame_is_a_copy(self):
        why = run().explain("c")
        frame = why.to_frame()
        frame.loc["rd", "weight"] = 9
        assert why.indicators.loc["rd", "weight"] == 0.5


class TestStandouts:
    def test_are_those_of_every_explanation(self):
        rng = np.random.default_rng(8)
        codes = [f"i{n}" for n in range(9)]
        frame = pd.DataFrame(
            rng.lognormal(size=(25, 9)), columns=codes, index=[f"r{n}" for n in range(25)]
        )
        frame = frame.mask(rng.random(frame.shape) < 0.15)
        scheme = Scheme(impute=RequireCoverage(0.8), tier=Thresholds((0.1, 0.2, 0.3)))
        result = scheme.run(IndicatorTable.from_frame(frame))
        assert result.scores.isna().any()
        assert result.normalised.isna().to_numpy().any()
        found = standouts(result)
        for region in result.scores.index:
            own = found[found["region_id"] == region].set_index("indicator")
            if pd.isna(result.scores[region]):
                assert own.empty
                continue
            why = explain(result, region)
            for kind, series in (("strength", why.strengths), ("weakness", why.weaknesses)):
                named = own[own["kind"] == kind]
                away = named["difference"] if kind == "strength" else -named["difference"]
                assert (away > 0).all()
                assert away.is_monotonic_decreasing
                assert named["difference"].to_dict() == series.to_dict()
                assert list(named.index) == list(series.index)
                assert named["value"].tolist() == frame.loc[region, list(series.index)].tolist()
        assert found["kind"].value_counts().min() > 20

    def test_as_many_as_asked(self):
        assert len(standouts(run(), most=1)) < len(standouts(run(), most=2))
        assert standouts(run(), most=1).groupby(["region_id", "kind"]).size().max() == 1

    def test_alone_in_its_tier_has_none(self):
        result = run(SCHEME.replace(tier=Thresholds((0.01,))))
        assert (result.tier == result.tier["a"]).sum() == 1
        assert "a" not in set(standouts(result)["region_id"])
        assert peer_medians(result).loc["a"].isna().all()

    def test_median_of_the_others_leaves_out_missing_values(self):
        rng = np.random.default_rng(4)
        x = rng.integers(0, 6, (15, 40)).astype(float)
        x[rng.random(x.shape) < 0.35] = np.nan
        x[1:, 0], x[:, 1] = np.nan, np.nan
        x[:3, 2], x[3:, 2] = [1.0, 2.0, 4.0], np.nan
        found, frame = median_of_others(x), pd.DataFrame(x)
        expected = np.array([frame.drop(index=i).median() for i in range(15)])
        np.testing.assert_allclose(found, expected)
        assert found[:4, 2].tolist() == [3.0, 2.5, 1.5, 2.0]


class TestObstacles:
    def test_weighted_distance_to_the_best(self):
        degree = obstacle_degree(run())
        raw = np.array([0.5 * 0.6, 0.25 * 0.6, 0.25 * 0.5])
        np.testing.assert_allclose(degree.loc["c"], raw / raw.sum())
        np.testing.assert_allclose(degree.drop(index=[]).sum(axis=1), 1.0)

    def test_the_scale_of_normalisation_does_not_matter(self):
        plain, scaled = (
            obstacle_degree(run(SCHEME.replace(normalise=n))) for n in (MinMax(), MinMax(1, 100))
        )
        pd.testing.assert_frame_equal(plain, scaled)

    def test_best_in_everything_has_none(self):
        values = VALUES.copy()
        values.loc["d", "smog"] = 10.0
        assert obstacle_degree(run(values=values)).loc["d"].tolist() == [0.0, 0.0, 0.0]

    def test_better_than_the_best_of_the_fit_is_no_obstacle(self):
        later = VALUES.copy()
        later.loc["c", "rd"] = 50.0
        degree = obstacle_degree(run().fitted.score(table(later)))
        assert degree.loc["c", "rd"] == 0.0
        assert degree.loc["c"].sum() == pytest.approx(1.0)

    def test_by_function(self):
        result = run()
        by = obstacle_degree(result, by="function")
        np.testing.assert_allclose(
            by["research"], obstacle_degree(result)[["rd", "papers"]].sum(axis=1)
        )

    def test_missing(self):
        values = VALUES.copy()
        values.loc["c", "rd"] = np.nan
        assert obstacle_degree(run(values=values)).loc["c"].isna().all()
        part = obstacle_degree(run(SCHEME.replace(impute=RequireCoverage(0.5)), values)).loc["c"]
        assert np.isnan(part["rd"])
        assert part.sum() == pytest.approx(1.0)

    def test_unknown_level(self):
        with pytest.raises(UnknownOptionError, match="obstacle_degree"):
            obstacle_degree(run(), by="region")


class TestCoupling:
    def test_ratio_by_hand(self):
        result = run()
        u = result.sub_scores
        frame = coupling_coordination(result)
        c = 2 * np.sqrt(u["research"] * u["comfort"]) / (u["research"] + u["comfort"])
        t = 0.75 * u["research"] + 0.25 * u["comfort"]
        np.testing.assert_allclose(frame["coupling"].iloc[1:], c.iloc[1:])
        np.testing.assert_allclose(frame["development"], t)
        np.testing.assert_allclose(frame["coordination"].iloc[1:], np.sqrt(c * t).iloc[1:])

    def test_all_zero(self):
        assert coupling_coordination(run()).loc["a"].tolist() == [0.0, 0.0, 0.0]
        assert coupling_coordination(run(), form="revised").loc["a"].tolist() == [0.0, 0.0, 0.0]

    def test_equal_weights_for_t(self):
        result = run()
        frame = coupling_coordination(result, weights="equal")
        np.testing.assert_allclose(frame["development"], result.sub_scores.mean(axis=1))

    def test_revised_of_two(self):
        result = run()
        u = result.sub_scores.loc["c"]
        low, high = sorted(u)
        expected = np.sqrt((1 - (high - low)) * low / high)
        assert coupling_coordination(result, form="revised").loc["c", "coupling"] == pytest.approx(
            expected
        )

    def test_revised_of_three(self):
        codes = ("f", "g", "h")
        framework = Framework(
            tuple(Indicator(f"i{c}", parent=c) for c in codes), tuple(map(Group, codes))
        )
        values = pd.DataFrame(
            [[0, 0, 0], [0.2, 0.5, 0.8], [1, 1, 1]], index=list("xyz"), columns=framework.codes
        )
        result = Scheme(tier=NaturalBreaks(2)).run(table(values, framework))
        apart = (0.3 + 0.3 + 0.6) / 3
        expected = np.sqrt((1 - apart) * np.sqrt(0.2 / 0.8 * 0.5 / 0.8))
        frame = coupling_coordination(result, form="revised")
        assert frame.loc["y", "coupling"] == pytest.approx(expected)
        assert frame.loc["z"].tolist() == pytest.approx([1.0, 1.0, 1.0])
        ratio = coupling_coordination(result).loc["y", "coupling"]
        assert ratio == pytest.approx((0.2 * 0.5 * 0.8) ** (1 / 3) / 0.5)

    def test_missing_stays_missing(self):
        values = VALUES.copy()
        values.loc["c", "smog"] = np.nan
        for form in ("ratio", "revised"):
            frame = coupling_coordination(
                run(SCHEME.replace(impute=RequireCoverage(0.5)), values), form=form
            )
            assert frame.loc["c"].isna().all()
            assert frame.drop(index="c").notna().all().all()

    def test_values_outside_the_unit_range(self):
        with pytest.raises(DomainError, match="sub-scores between 0 and 1"):
            coupling_coordination(run(SCHEME.replace(normalise=ZScore(), tier=NaturalBreaks(2))))

    def test_too_few_functions(self):
        with pytest.raises(DataError, match="at least two functions.*research"):
            coupling_coordination(run(), functions=["research"])

    @pytest.mark.parametrize(
        "wrong", [{"form": "x"}, {"weights": "x"}, {"functions": ["research", "x"]}]
    )
    def test_unknown_choices(self, wrong):
        with pytest.raises(UnknownOptionError, match="'x'"):
            coupling_coordination(run(), **wrong)
