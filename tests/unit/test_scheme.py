"""The scheme: order of steps, hierarchy of weights, comparability, panels, and the way to TOML and back."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from instances import ROWS

from hubtiers._rounding import round_significant
from hubtiers.errors import (
    DataError,
    MissingColumnError,
    NotComparableError,
    OverlapError,
    SpecError,
    UnknownOptionError,
)
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.scheme import Scheme, make_step, short_name
from hubtiers.scoring.aggregate import Arithmetic, Geometric, Topsis
from hubtiers.scoring.denominate import Denominate, NoDenominate
from hubtiers.scoring.impute import GroupMean, LatestYear, LinearInTime, MeanImpute, RequireCoverage
from hubtiers.scoring.normalise import MinMax, ZScore
from hubtiers.scoring.treat import Winsorise
from hubtiers.scoring.weight import (
    BenefitOfDoubt,
    EntropyWeights,
    EqualWeights,
    FittedWeights,
    FrameworkWeights,
    GivenWeights,
)
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks, Quantiles, Thresholds
from hubtiers.tiers.clusters import KMeans

FRAMEWORK = Framework(
    (
        Indicator("rd", parent="research", unit="亿元", weight=3.0),
        Indicator("papers", parent="research", unit="篇"),
        Indicator("patents", parent="technology", unit="件"),
        Indicator("smog", parent="technology", unit="μg", direction=-1, weight=3.0),
    ),
    (Group("research", weight=2.0), Group("technology"), Group("culture")),
)
VALUES = pd.DataFrame(
    {
        "rd": [1.0, 3.0, 5.0, 2.0],
        "papers": [10.0, 10.0, 30.0, 20.0],
        "patents": [4.0, 0.0, 2.0, 4.0],
        "smog": [20.0, 60.0, 40.0, 20.0],
    },
    index=["a", "b", "c", "d"],
)
UNIT = pd.DataFrame(
    {
        "rd": [0, 0.5, 1, 0.25],
        "papers": [0, 0, 1, 0.5],
        "patents": [1, 0, 0.5, 1],
        "smog": [1, 0, 0.5, 1],
    },
    index=VALUES.index,
)


def table(values: pd.DataFrame = VALUES, framework: Framework = FRAMEWORK) -> IndicatorTable:
    made = IndicatorTable.from_frame(values[framework.codes], framework=framework)
    return replace(made, values=values.astype("float64").rename_axis("region_id"))


TWO = Scheme(tier=NaturalBreaks(2))


class TestOrder:
    def test_steps_run_in_the_declared_order(self):
        seen: list[str] = []

        @dataclass(frozen=True)
        class Step:
            name: str
            uses_data: ClassVar[bool] = False

            def fit(self, values, **_):
                seen.append(f"fit {self.name}")
                return self

        class Denom(Step):
            def fit(self, values, *, framework=None):
                super().fit(values)
                return NoDenominate().fit(values, framework=framework)

        class Value(Step):
            def apply(self, values):
                seen.append(f"apply {self.name}")
                return values * 2

        class Weigh(Step):
            def fit(self, values, *, framework=None):
                super().fit(values)
                return EqualWeights().fit(values)

        class Tier(Step):
            def fit(self, scores):
                super().fit(scores)
                return NaturalBreaks(2).fit(scores)

        scheme = Scheme(
            denominate=Denom("denominate"),
            impute=Value("impute"),
            treat=Value("treat"),
            normalise=Value("normalise"),
            weight=Weigh("weight"),
            tier=Tier("tier"),
        )
        result = scheme.run(table())
        names = ["denominate", "impute", "treat", "normalise", "weight", "tier"]
        assert [s.removeprefix("fit ") for s in seen if s.startswith("fit")] == names
        assert seen.index("apply impute") < seen.index("fit treat") < seen.index("apply treat")
        assert seen.index("apply treat") < seen.index("fit normalise")
        np.testing.assert_allclose(result.scores, 8 * VALUES.mean(axis=1))

    def test_a_step_gets_what_its_signature_names(self):
        got = {}

        @dataclass(frozen=True)
        class Curious:
            def fit(self, values, *, regions=None, panel="unset"):
                got.update(regions=list(regions["name_en"]), panel=panel)
                return RequireCoverage().fit(values)

        replace(TWO, impute=Curious()).fit(table())
        assert got == {"regions": ["a", "b", "c", "d"], "panel": None}

    def test_defaults_give_the_mean_of_min_max(self):
        result = TWO.run(table())
        pd.testing.assert_frame_equal(result.normalised, UNIT, check_names=False, check_dtype=False)
        assert result.scores.to_dict() == {"a": 0.5, "b": 0.125, "c": 0.75, "d": 0.6875}
        assert result.rank.tolist() == [3, 4, 1, 2]

    def test_fit_then_score_equals_run(self):
        mine, theirs = TWO.fit(table()).score(table()), TWO.run(table())
        pd.testing.assert_frame_equal(mine.to_frame(), theirs.to_frame(), check_exact=True)
        pd.testing.assert_frame_equal(mine.normalised, theirs.normalised, check_exact=True)
        pd.testing.assert_frame_equal(mine.imputed, theirs.imputed)

    def test_filled_cells_stay_marked(self):
        @dataclass(frozen=True)
        class Zero:
            def fit(self, values):
                return self

            def apply(self, values):
                return values.fillna(0.0)

        gaps = VALUES.copy()
        gaps.loc["a", "rd"] = np.nan
        result = TWO.replace(impute=Zero()).run(table(gaps))
        assert result.imputed.stack().loc[lambda s: s].index.tolist() == [("a", "rd")]
        assert result.coverage["a"] == 0.75
        assert result.scores.notna().all()

    def test_rows_below_coverage_are_not_marked_as_filled(self):
        gaps = VALUES.copy()
        gaps.loc["a", "rd"] = np.nan
        result = TWO.run(table(gaps))
        assert not result.imputed.to_numpy().any()
        assert result.no_data == ["a"]

    def test_cluster_tiers_get_the_functions(self):
        result = TWO.replace(tier=KMeans(2)).run(table())
        assert list(result.breaks.features.columns) == ["research", "technology"]

    def test_input_is_untouched(self):
        values = VALUES.copy()
        TWO.run(table(values))
        pd.testing.assert_frame_equal(values, VALUES)


class TestDenominate:
    framework = Framework(
        (
            Indicator("patents", denominator="people"),
            Indicator("rate", kind="intensive", denominator="people"),
            Indicator("area"),
        )
    )
    values = pd.DataFrame(
        {
            "patents": [10.0, 40.0, np.nan],
            "rate": [1.0, 2.0, 3.0],
            "area": [5.0, 7.0, 6.0],
            "people": [5.0, 80.0, 0.0],
        },
        index=["a", "b", "c"],
    )
    scheme = Scheme(denominate=Denominate(), tier=NaturalBreaks(2))

    def test_only_extensive_indicators_are_divided(self):
        complete = self.scheme.fit(table(self.values, self.framework)).complete(
            table(self.values, self.framework)
        )
        assert complete.loc[["a", "b"]].to_dict("list") == {
            "patents": [2.0, 0.5],
            "rate": [1.0, 2.0],
            "area": [5.0, 7.0],
        }

    def test_the_denominator_is_not_scored(self):
        result = self.scheme.run(table(self.values, self.framework))
        assert list(result.weights.index) == ["patents", "rate", "area"]
        assert result.coverage["c"] == pytest.approx(2 / 3)

    def test_without_the_step_totals_stay(self):
        result = self.scheme.replace(denominate=NoDenominate()).run(
            table(self.values, self.framework)
        )
        assert result.normalised["patents"].tolist()[:2] == [0.0, 1.0]

    def test_zero_and_missing_denominators_are_named(self):
        values = self.values.assign(patents=[1.0, 2.0, 3.0], people=[5.0, np.nan, 0.0])
        with pytest.raises(
            DataError, match=r"positive 'people' wherever 'patents'.* 1 region it is not: c \(0\)"
        ):
            self.scheme.run(table(values, self.framework))
        with pytest.raises(DataError, match=r"2 regions it is not: b \(missing\), c \(0\)"):
            self.scheme.replace(denominate=Denominate(missing="raise")).run(
                table(values, self.framework)
            )

    def test_a_missing_denominator_makes_a_gap_that_is_seen(self):
        values = self.values.assign(people=[5.0, np.nan, 1.0], patents=[1.0, 2.0, 3.0])
        scheme = self.scheme.replace(impute=MeanImpute(share=0.5))
        result = scheme.run(table(values, self.framework))
        assert result.coverage.tolist() == pytest.approx([1, 2 / 3, 1])
        assert result.imputed["patents"].tolist() == [False, True, False]
        assert result.complete["patents"].tolist() == pytest.approx([0.2, 1.6, 3.0])

    def test_wrong_choice(self):
        with pytest.raises(UnknownOptionError, match="Denominate"):
            Denominate(missing="drop")

    def test_an_absent_denominator_is_named(self):
        with pytest.raises(MissingColumnError, match="lacks the column 'people'"):
            self.scheme.run(table(self.values.drop(columns="people"), self.framework))

    def test_nothing_to_divide(self):
        with pytest.raises(DataError, match="nothing to divide"):
            TWO.replace(denominate=Denominate()).run(table())

    def test_a_later_table_is_checked_too(self):
        fitted = self.scheme.fit(table(self.values, self.framework))
        with pytest.raises(DataError, match="positive 'people'"):
            fitted.score(table(self.values.assign(people=0.0), self.framework))


class TestWeights:
    def test_one_method_spans_all_indicators(self):
        result = TWO.run(table())
        assert result.weights.to_dict() == dict.fromkeys(FRAMEWORK.codes, 0.25)
        assert result.node_weights.to_dict() == {
            "research": 0.5,
            "technology": 0.5,
            "rd": 0.5,
            "papers": 0.5,
            "patents": 0.5,
            "smog": 0.5,
        }

    def test_framework_weights_at_every_node(self):
        result = TWO.replace(weight=FrameworkWeights()).run(table())
        expected = {"rd": 0.5, "papers": 1 / 6, "patents": 1 / 12, "smog": 0.25}
        assert result.weights.to_dict() == pytest.approx(expected)
        assert result.node_weights[["research", "technology"]].tolist() == pytest.approx(
            [2 / 3, 1 / 3]
        )

    def test_a_tuple_weights_level_by_level(self):
        ladder = (EqualWeights(), GivenWeights({"research": 3, "technology": 1}))
        result = TWO.replace(weight=ladder).run(table())
        assert result.weights.to_dict() == pytest.approx(
            {"rd": 0.375, "papers": 0.375, "patents": 0.125, "smog": 0.125}
        )
        expected = 0.75 * UNIT[["rd", "papers"]].mean(axis=1) + 0.25 * UNIT[
            ["patents", "smog"]
        ].mean(axis=1)
        np.testing.assert_allclose(result.scores, expected)

    def test_data_driven_weights_in_a_tuple_are_fitted_within_groups(self):
        result = TWO.replace(weight=(EntropyWeights(), EqualWeights())).run(table())
        within = EntropyWeights().fit(UNIT[["rd", "papers"]]).weights
        assert result.node_weights[["rd", "papers"]].to_dict() == pytest.approx(within.to_dict())
        assert result.weights["rd"] == pytest.approx(within["rd"] / 2)

    def test_the_last_member_serves_all_higher_levels(self):
        one, two = (
            TWO.replace(weight=w).run(table())
            for w in ((EqualWeights(),), (EqualWeights(), EqualWeights()))
        )
        pd.testing.assert_series_equal(one.scores, two.scores)

    def test_a_group_of_weight_zero_plays_no_part(self):
        weights = GivenWeights({"rd": 1, "papers": 1, "patents": 0, "smog": 0})
        result = TWO.replace(weight=weights).run(table())
        assert result.sub_scores["technology"].isna().all()
        np.testing.assert_allclose(result.scores, UNIT[["rd", "papers"]].mean(axis=1))

    def test_aggregation_by_level(self):
        scheme = TWO.replace(normalise=MinMax(1, 2), aggregate=(Arithmetic(), Geometric()))
        nodes = scheme.run(table()).nodes
        np.testing.assert_allclose(nodes[""], np.sqrt(nodes["research"] * nodes["technology"]))
        np.testing.assert_allclose(nodes["research"], (UNIT + 1)[["rd", "papers"]].mean(axis=1))

    def test_overlap_is_refused_when_any_member_uses_data(self):
        overlapping = table()
        overlapping.__dict__["overlaps"] = [("a", "b")]
        TWO.replace(tier=Thresholds((0.5,))).run(overlapping)
        with pytest.raises(
            OverlapError,
            match=r"EqualWeights\(per='indicator'\) then EntropyWeights\(shift=0.0\).*a with b",
        ):
            TWO.replace(weight=(EqualWeights(), EntropyWeights())).run(overlapping)

    def test_other_weights_can_be_tried_on_a_fit(self):
        result = TWO.run(table())
        weights = pd.Series({"rd": 1.0, "papers": 0.0, "patents": 0.0, "smog": 0.0})
        nodes = result.fitted.aggregate_levels(result.normalised, weights)
        assert nodes[""].tolist() == UNIT["rd"].tolist()


@dataclass(frozen=True)
class OwnWeights:
    """Weights by region, declared."""

    rows: tuple[tuple[float, ...], ...]
    uses_data: ClassVar[bool] = False

    def fit(self, values, *, framework=None):
        by_region = pd.DataFrame(self.rows, index=values.index, columns=values.columns)
        return FittedWeights(self, by_region.mean() / by_region.mean().sum(), by_region)


class TestWeightsByRegion:
    rows = ((1.0, 1, 1, 1), (2.0, 0, 1, 1), (0.5, 0, 0, 0), (0.1, 0.2, 0.3, 0.4))
    own = OwnWeights(rows)

    def test_arithmetic_sums_the_multipliers(self):
        result = TWO.replace(weight=self.own).run(table())
        w = np.array(self.rows)
        np.testing.assert_allclose(result.scores, (w * UNIT.to_numpy()).sum(axis=1))
        research = (w * UNIT.to_numpy())[:, :2].sum(axis=1) / w[:, :2].sum(axis=1)
        np.testing.assert_allclose(result.sub_scores["research"], research)

    def test_weights_by_region_give_the_mean_where_all_are_the_same(self):
        shares = (0.4, 0.1, 0.3, 0.2)
        alike = TWO.replace(weight=OwnWeights((shares,) * 4)).run(table())
        given = TWO.replace(weight=GivenWeights(dict(zip(UNIT.columns, shares, strict=True))))
        np.testing.assert_allclose(alike.nodes, given.run(table()).nodes, rtol=1e-11)

    def test_a_region_that_gives_a_group_nothing_has_no_sub_score_there(self):
        assert np.isnan(TWO.replace(weight=self.own).run(table()).sub_scores.loc["c", "technology"])

    def test_other_aggregators_are_refused(self):
        scheme = TWO.replace(
            weight=self.own, aggregate=(Arithmetic(), Geometric()), normalise=MinMax(1, 2)
        )
        with pytest.raises(
            SpecError, match=r"weighted sum, but Geometric\(\) brings the children of 'the score'"
        ):
            scheme.run(table())

    def test_a_level_without_them_may_aggregate_otherwise(self):
        ladder = (BenefitOfDoubt(), EqualWeights())
        scheme = TWO.replace(
            weight=ladder, aggregate=(Arithmetic(), Geometric()), normalise=MinMax(1, 2)
        )
        nodes = scheme.run(table()).nodes
        assert nodes["research"].max() == 1.0
        np.testing.assert_allclose(nodes[""], np.sqrt(nodes["research"] * nodes["technology"]))

    def test_benefit_of_the_doubt_is_its_own_score(self):
        scheme = TWO.replace(weight=BenefitOfDoubt(0.1, 0.6))
        result = scheme.run(table())
        multipliers = result.fitted.weight.by_region
        np.testing.assert_allclose(result.scores, (multipliers * result.normalised).sum(axis=1))
        assert result.scores.max() == 1.0
        pd.testing.assert_series_equal(scheme.fit(table()).score(table()).scores, result.scores)

    def test_unknown_regions_have_no_weights(self):
        fitted = TWO.replace(weight=self.own).fit(table())
        with pytest.raises(NotComparableError, match="region by region, but z had no part"):
            fitted.score(table(VALUES.set_axis(["a", "b", "c", "z"])))

    def test_a_panel_refuses_them(self):
        with pytest.raises(SpecError, match="every region weights of its own"):
            TWO.replace(weight=BenefitOfDoubt()).fit_panel({2020: table(), 2021: table()})


class TestComparable:
    def test_later_values_use_the_bounds_weights_and_breaks_of_the_fit(self):
        fitted = TWO.fit(table())
        later = fitted.score(table(VALUES.assign(rd=VALUES["rd"] + 4)))
        assert later.normalised["rd"].tolist() == [1.0, 1.5, 2.0, 1.25]
        assert later.breaks is fitted.tier

    def test_relational_aggregation_keeps_its_ideal_points(self):
        fitted = TWO.replace(aggregate=Topsis()).fit(table())
        alone = fitted.score(table(VALUES.loc[["b", "d"]]))
        both = fitted.score(table())
        pd.testing.assert_series_equal(alone.scores, both.scores[["b", "d"]])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (
                {"direction": -1},
                r"another direction than the fit for 'rd' \(1 at the fit, now -1\)",
            ),
            (
                {"unit": "万元"},
                r"another unit than the fit for 'rd' \('亿元' at the fit, now '万元'\)",
            ),
            ({"parent": "technology"}, "another parent than the fit for 'rd'"),
            ({"denominator": "people"}, "another denominator than the fit for 'rd'"),
            ({"code": "rd2"}, "other indicators than the fit; the difference is rd, rd2"),
        ],
    )
    def test_what_means_something_else_is_refused(self, change, message):
        first, *rest = FRAMEWORK.indicators
        other = Framework((replace(first, **change), *rest), FRAMEWORK.groups)
        values = VALUES.rename(columns={"rd": other.codes[0]}).assign(people=1.0)
        with pytest.raises(NotComparableError, match=message):
            TWO.fit(table()).score(table(values, other))

    def test_the_order_of_indicators_matters(self):
        other = Framework(FRAMEWORK.indicators[::-1], FRAMEWORK.groups)
        with pytest.raises(NotComparableError, match="the difference is their order"):
            TWO.fit(table()).score(table(VALUES, other))

    def test_names_and_weights_may_change(self):
        renamed = Framework(
            tuple(replace(i, name_en="x", weight=9.0) for i in FRAMEWORK.indicators),
            FRAMEWORK.groups,
        )
        assert TWO.fit(table()).score(table(VALUES, renamed)).scores["c"] == 0.75


class TestPanel:
    early = VALUES
    late = VALUES.assign(rd=[2.0, 9.0, 5.0, 1.0]).rename(index={"d": "e"})

    def fitted(self):
        return TWO.fit_panel({2020: table(self.early), 2024: table(self.late)})

    def test_bounds_span_all_years(self):
        fitted = self.fitted()
        assert fitted.reach.loc["rd"].tolist() == [1.0, 9.0]
        assert fitted.score(table(self.early)).normalised["rd"].tolist() == [0.0, 0.25, 0.5, 0.125]
        assert fitted.score(table(self.late)).normalised["rd"].tolist() == [0.125, 1.0, 0.5, 0.0]

    def test_cut_points_span_all_years(self):
        fitted = self.fitted()
        scores = pd.concat(
            [fitted.score(table(v)).scores for v in (self.early, self.late)], ignore_index=True
        )
        assert fitted.tier.breaks == NaturalBreaks(2).fit(scores).breaks
        assert sum(fitted.tier.counts) == 8

    def test_change(self):
        fitted = self.fitted()
        before, after = fitted.score(table(self.early)), fitted.score(table(self.late))
        change = after.change(before)
        assert change.index.tolist() == ["a", "b", "c", "e", "d"]
        b = change.loc["b"]
        assert b["score_change"] == pytest.approx(0.75 / 4)
        assert (b["rank_before"], b["rank_after"], b["rank_change"]) == (4, 4, 0)
        assert (
            change["rank_change"].tolist()[:3]
            == (before.rank - after.rank)[["a", "b", "c"]].tolist()
        )
        assert (
            change.loc[["d", "e"], ["score_change", "rank_change", "tier_change"]]
            .isna()
            .all()
            .all()
        )
        assert change.loc["d", "score_before"] == before.scores["d"]

    def test_tier_change_counts_steps_upwards(self):
        fitted = Scheme(tier=NaturalBreaks(3)).fit(table())
        assert fitted.tier.breaks == (0.3125, 0.59375)
        before = fitted.score(table())
        after = fitted.score(
            table(VALUES.assign(rd=[5.0, 5.0, 1.0, 2.0], papers=[30.0, 10.0, 10.0, 20.0]))
        )
        change = after.change(before)
        assert change.loc["a", ["tier_before", "tier_after", "tier_change"]].tolist() == [
            "national",
            "international",
            1,
        ]
        assert change.loc["c", ["tier_before", "tier_after", "tier_change"]].tolist() == [
            "international",
            "regional",
            -2,
        ]

    def test_change_between_fits_is_refused(self):
        with pytest.raises(NotComparableError, match="come from different fits"):
            TWO.run(table()).change(TWO.run(table()))

    def test_a_year_that_does_not_match_is_named(self):
        with pytest.raises(NotComparableError, match="The table of 2024 has other indicators"):
            TWO.fit_panel({2020: table(), 2024: table().select(["rd", "papers"])})

    def test_no_year(self):
        with pytest.raises(DataError, match="no year to fit on"):
            TWO.fit_panel({})

    def test_same_regions_in_several_years_do_not_overlap(self):
        fitted = TWO.replace(weight=EntropyWeights()).fit_panel(
            {2020: table(), 2024: table(self.late)}
        )
        assert fitted.weight.weights.sum() == pytest.approx(1.0)

    def test_gaps_are_filled_from_other_years(self):
        early = self.early.copy()
        early.loc["a", "rd"] = 1.5
        gap = VALUES.copy()
        gap.loc["a", "rd"] = np.nan
        last = VALUES.assign(rd=[5.5, 3.0, 5.0, 2.0])
        tables = {2020: table(early), 2021: table(gap), 2024: table(last)}
        for method, expected in ((LatestYear(), 1.5), (LinearInTime(), 2.5)):
            fitted = TWO.replace(impute=method).fit_panel(tables)
            result = fitted.score(tables[2021], year=2021)
            assert result.complete.loc["a", "rd"] == expected
            assert result.imputed.sum().sum() == 1
        with pytest.raises(SpecError, match="needs the year of the values"):
            fitted.score(tables[2021])

    def test_the_year_of_the_values_is_known_from_the_table(self):
        gap = VALUES.copy()
        gap.loc["a", "rd"] = np.nan
        tables = {
            year: replace(table(v), year=table(v).year.fillna(year))
            for year, v in {2020: VALUES, 2021: gap}.items()
        }
        fitted = TWO.replace(impute=LatestYear()).fit_panel(tables)
        assert fitted.score(tables[2021]).complete.loc["a", "rd"] == 1.0

    def test_groups_reach_the_imputation_of_a_later_table(self):
        regions = pd.DataFrame(
            {"name_zh": "", "name_en": "", "province": ["x", "x", "y", "y"]}, index=VALUES.index
        )
        gap = VALUES.copy()
        gap.loc["a", "rd"] = np.nan
        first = replace(table(), regions=regions)
        later = replace(
            table(gap.rename(index={"a": "e"})), regions=regions.rename(index={"a": "e"})
        )
        fitted = TWO.replace(impute=GroupMean(by="province")).fit(first)
        assert fitted.score(later).complete.loc["e", "rd"] == 2.0

    def test_one_year_is_a_plain_fit(self):
        panel, plain = TWO.fit_panel({2020: table()}), TWO.fit(table())
        pd.testing.assert_frame_equal(
            panel.score(table()).to_frame(), plain.score(table()).to_frame()
        )


def to_toml(value):
    """Write plain values as TOML: enough for a scheme."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {to_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def there_and_back(scheme: Scheme) -> Scheme:
    text = "\n".join(f"{step} = {to_toml(spec)}" for step, spec in scheme.to_spec().items())
    return Scheme.from_spec(tomllib.loads(text))


EVERY = [
    pytest.param(step, made, id=type(made).__name__)
    for step, rows in ROWS.items()
    for row in rows
    for made in row.made(("rd", "papers"))
]


class TestSpec:
    @pytest.mark.parametrize(("step", "made"), EVERY)
    def test_every_method_survives_toml_and_has_a_short_name(self, step, made):
        spec = Scheme(**{step: made}).to_spec()[step]
        assert make_step(step, spec) == made
        assert make_step(step, spec | {"method": short_name(type(made))}) == made
        scheme = Scheme(**{step: made})
        again = there_and_back(scheme)
        assert again == scheme
        assert hash(again) == hash(scheme)

    def test_ladders_survive(self):
        scheme = Scheme(
            weight=(EntropyWeights(), EqualWeights()), aggregate=(Arithmetic(), Geometric())
        )
        assert there_and_back(scheme) == scheme
        assert isinstance(there_and_back(scheme).weight, tuple)

    def test_other_choices_are_not_equal(self):
        assert Scheme(tier=NaturalBreaks(3)) != Scheme(tier=NaturalBreaks(4))
        assert len({Scheme(), Scheme(), TWO}) == 2

    def test_denominate_takes_true(self):
        assert Scheme.from_spec({"denominate": True}).denominate == Denominate()
        assert Scheme.from_spec({"denominate": False}).denominate == NoDenominate()

    def test_names_are_forgiving_in_case_only(self):
        assert make_step("normalise", "min_max") == MinMax()
        assert make_step("weight", "Entropy") == EntropyWeights()
        with pytest.raises(UnknownOptionError, match="Did you mean 'EntropyWeights'"):
            make_step("weight", "EntropieWeights")

    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            ({"weigth": "equal"}, "step of a scheme 'weigth'"),
            ({"tier": {"k": 3}}, "step 'tier' has no method"),
            ({"tier": {"method": "NaturalBreaks", "kk": 3}}, "option of NaturalBreaks: 'kk'"),
            ({"tier": {"method": "NaturalBreaks", "k": "three"}}, "three"),
            (
                {"impute": {"method": "RequireCoverage", "share": "half"}},
                "RequireCoverage cannot be made from",
            ),
            ({"normalise": ["MinMax", "ZScore"]}, "method for the step 'normalise'"),
            ({"weight": []}, "is no method object"),
        ],
    )
    def test_wrong_specs_are_sentences(self, spec, message):
        with pytest.raises(SpecError, match=message):
            Scheme.from_spec(spec)

    def test_a_class_is_no_method_object(self):
        with pytest.raises(SpecError, match=r"Give one such as MinMax\(\)"):
            Scheme(normalise=ZScore)

    def test_a_tuple_where_none_is_taken(self):
        with pytest.raises(SpecError, match="is no method object"):
            Scheme(tier=(NaturalBreaks(), Quantiles()))

    def test_unknown_step_in_replace(self):
        with pytest.raises(UnknownOptionError, match="Did you mean 'weight'"):
            TWO.replace(weights=EqualWeights())
        with pytest.raises(UnknownOptionError, match="step of a scheme"):
            make_step("weights", "equal")

    def test_nested_methods_are_declared_by_metadata(self):
        assert make_step(
            "weight",
            {
                "method": "combined",
                "methods": ["entropy", {"method": "EqualWeights", "per": "function"}],
            },
        ).methods == (
            EntropyWeights(),
            EqualWeights(per="function"),
        )


class TestWholePipeline:
    """Denominators, group means, winsorising, min–max to 0–100 and means up three levels, against plain arithmetic."""

    framework = Framework(
        (
            Indicator("flights", parent="physical", denominator="people"),
            Indicator("ships", parent="physical", weight=2.0),
            Indicator("tariff", parent="rules", direction=-1, kind="intensive"),
            Indicator("forest", parent="nature", kind="intensive"),
            Indicator("waste", parent="nature", denominator="people", direction=-1),
        ),
        (
            Group("links"),
            Group("sustain", weight=3.0),
            Group("physical", parent="links"),
            Group("rules", parent="links"),
            Group("nature", parent="sustain"),
        ),
    )

    def data(self):
        rng = np.random.default_rng(5)
        frame = pd.DataFrame(rng.lognormal(size=(24, 6)), columns=[*self.framework.codes, "people"])
        frame.index = [f"r{n}" for n in range(24)]
        frame.loc["r3", "ships"] = 900.0
        frame.loc["r7", ["flights", "tariff"]] = np.nan
        frame.loc["r9", "forest"] = np.nan
        frame.loc["r11", "people"] = np.nan
        continent = pd.Series(["east", "west"] * 12, index=frame.index)
        return frame, continent

    def by_hand(self):
        x, continent = self.data()
        for code in ("flights", "waste"):
            x[code] /= x["people"]
        x = x.drop(columns="people")
        x = x.fillna(x.groupby(continent).transform("mean"))
        for code in x:
            column = x[code]
            for pulled in range(6):
                if abs(column.skew()) < 2 or column.kurt() < 3.5:
                    break
                column = column.clip(upper=x[code].nlargest(pulled + 2).iloc[-1])
            else:
                span = x[code].max() - x[code].min()
                column = np.log(x[code] - x[code].min() + 0.01 * span)
            x[code] = column
        y = 100 * (x - x.min()) / (x.max() - x.min())
        for code in ("tariff", "waste"):
            y[code] = 100 - y[code]
        links = ((y["flights"] + 2 * y["ships"]) / 3 + y["tariff"]) / 2
        return (links + 3 * (y["forest"] + y["waste"]) / 2) / 4

    def test_against_plain_arithmetic(self):
        values, continent = self.data()
        made = table(values, self.framework)
        made = replace(made, regions=made.regions.assign(continent=continent))
        scheme = Scheme(
            denominate=Denominate(),
            impute=GroupMean(by="continent"),
            treat=Winsorise(),
            normalise=MinMax(0, 100),
            weight=FrameworkWeights(),
        )
        result = scheme.run(made)
        assert result.scores.std() > 5
        np.testing.assert_allclose(result.scores, self.by_hand(), rtol=1e-9)
        np.testing.assert_allclose(
            scheme.replace(weight=(FrameworkWeights(),)).run(made).scores, result.scores
        )
        assert result.imputed.sum().to_dict() == {
            "flights": 2,
            "ships": 0,
            "tariff": 1,
            "forest": 1,
            "waste": 1,
        }


class TestAggregateThatGivesNoWeight:
    def test_a_weighting_that_forgets_an_indicator_is_an_error(self):
        @dataclass(frozen=True)
        class Forgetful:
            uses_data: ClassVar[bool] = False
            kept: tuple[str, ...] = field(default=("rd",))

            def fit(self, values, *, framework=None):
                return FittedWeights(self, pd.Series(1.0, index=list(self.kept)))

        with pytest.raises(DataError, match="gives 'papers', 'patents', 'smog' no weight"):
            TWO.replace(weight=Forgetful()).run(table())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1 + 0.2, 0.3),
        (1e-20 / 3, 3.3333333333333e-21),
        (0.0, 0.0),
        (-123456.7890123456, -123456.7890123),
    ],
)
def test_scores_are_rounded_to_significant_digits(value, expected):
    assert round_significant(np.array([value]))[0] == pytest.approx(expected, rel=1e-15)
