"""Panels: one scale or one a year, who moved, what is missing, what was filled, prices."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.years.panel import tier_panel

TWO = ht.Scheme(tier=ht.NaturalBreaks(2))
FRAMEWORK = ht.Framework(
    (
        ht.Indicator("rd", name_zh="经费", name_en="Expenditure", unit="亿元", kind="extensive"),
        ht.Indicator("papers", name_zh="论文", name_en="Papers", unit="篇", kind="extensive"),
    )
)


def table(rd, papers=(1.0, 2.0, 3.0, 9.0), index="abcd"):
    values = pd.DataFrame({"rd": rd, "papers": papers}, index=list(index), dtype=float)
    return ht.IndicatorTable.from_frame(values, framework=FRAMEWORK)


TABLES = {2012: table([1, 2, 3, 9]), 2022: table([1, 2, 19, 9])}


class TestScale:
    def test_all_years_share_the_bounds(self):
        panel = tier_panel(TWO, TABLES)
        # Expenditure runs from 1 to 19 over both years, papers from 1 to 9.
        assert panel.scores.loc["c"].tolist() == pytest.approx(
            [(2 / 18 + 2 / 8) / 2, (1 + 0.25) / 2]
        )
        assert panel.fit_on == "all"
        assert panel.fitted is panel.results[2012].fitted is panel.results[2022].fitted
        assert panel.ranks.loc["c"].tolist() == [2, 2]
        assert panel.tiers.loc["c"].tolist() == ["national", "international"]

    @pytest.mark.parametrize(("named", "year"), [("first", 2012), ("last", 2022), (2022, 2022)])
    def test_one_year_gives_the_scale(self, named, year):
        panel = tier_panel(TWO, TABLES, fit_on=named)
        alone = TWO.run(TABLES[year])
        assert panel.fit_on == year
        assert panel.scores[year].tolist() == alone.scores.tolist()
        assert panel.tiers[year].tolist() == alone.tier.tolist()
        other = 2012 if year == 2022 else 2022
        expected = TWO.fit(TABLES[year]).score(TABLES[other])
        assert panel.scores[other].tolist() == expected.scores.tolist()

    def test_refit_is_relative_to_the_year(self):
        panel = tier_panel(TWO, TABLES, refit=True)
        for year, one in TABLES.items():
            assert panel.scores[year].tolist() == TWO.run(one).scores.tolist()
        assert panel.fitted is None
        assert panel.is_refit
        assert "relative to the year" in repr(panel)

    def test_refit_takes_weights_by_region(self):
        panel = tier_panel(TWO.replace(weight=ht.BenefitOfDoubt()), TABLES, refit=True)
        assert panel.scores.loc["b":].notna().all().all()

    def test_a_year_that_is_none(self):
        with pytest.raises(ht.SpecError, match=r"fit_on=2015 is none of the years, which are 2012"):
            tier_panel(TWO, TABLES, fit_on=2015)
        with pytest.raises(ht.SpecError, match=r"fit_on='lats' is none of the years"):
            tier_panel(TWO, TABLES, fit_on="lats")


class TestMovers:
    def test_who_moved_between_which_years(self):
        tables = {2010: TABLES[2012], 2015: TABLES[2022], 2020: TABLES[2012]}
        panel = tier_panel(TWO, tables)
        columns = ["region_id", "year_from", "year_to", "tier_before", "tier_after", "tier_change"]
        assert panel.movers[columns].to_numpy().tolist() == [
            ["c", 2010, 2015, "national", "international", 1],
            ["c", 2015, 2020, "international", "national", -1],
        ]
        assert panel.moved().empty
        assert panel.moved(2010, 2015)["score_after"].tolist() == [panel.scores.loc["c", 2015]]
        with pytest.raises(
            ht.SpecError, match="2011 is no year of the panel, which has 2010, 2015"
        ):
            panel.moved(2011)

    def test_a_year_without_a_score_lies_between(self):
        gap = table([1, 2, np.nan, 9], papers=(1, 2, np.nan, 9))
        panel = tier_panel(TWO, {2010: TABLES[2012], 2015: gap, 2020: TABLES[2022]})
        moved = panel.movers[["region_id", "year_from", "year_to"]].to_numpy().tolist()
        assert moved == [["c", 2010, 2020]]

    def test_regions_come_and_go(self):
        later = table([1, 2, 19], papers=(1, 2, 3), index="abe")
        panel = tier_panel(TWO, {2012: TABLES[2012], 2022: later})
        assert panel.regions.index.tolist() == list("abcde")
        assert panel.presence.loc["c"].tolist() == ["scored", "absent"]
        assert panel.presence.loc["e"].tolist() == ["absent", "scored"]
        assert pd.isna(panel.scores.loc["c", 2022])
        frame = panel.to_frame()
        assert len(frame) == 10
        gone = frame[(frame["region_id"] == "c") & (frame["year"] == 2022)].iloc[0]
        assert gone["presence"] == "absent"
        assert pd.isna(gone["rank"])

    def test_too_few_values_are_no_data(self):
        gap = table([1, 2, np.nan, 9], papers=(1, 2, np.nan, 9))
        panel = tier_panel(TWO, {2012: TABLES[2012], 2022: gap})
        assert panel.presence.loc["c"].tolist() == ["scored", "no data"]

    def test_tidy_frame(self):
        frame = tier_panel(TWO, TABLES).to_frame()
        assert frame.columns.tolist() == [
            "region_id",
            "name_zh",
            "name_en",
            "year",
            "score",
            "rank",
            "tier",
            "presence",
            "carried",
        ]
        assert frame[["region_id", "year"]].to_numpy().tolist()[:3] == [
            ["a", 2012],
            ["a", 2022],
            ["b", 2012],
        ]
        assert frame["tier"].tolist()[4:6] == ["national", "international"]

    def test_html_escapes_names(self):
        odd = table([1, 2, 3, 9], index=["<b>", "b", "c", "d"])
        shown = tier_panel(TWO, {2012: odd, 2022: odd})._repr_html_()
        assert "&lt;b&gt;" in shown
        assert "<b>" not in shown


class TestRefusals:
    def test_one_year(self):
        with pytest.raises(ht.DataError, match=r"at least two years, but there is 2012. Score one"):
            tier_panel(TWO, {2012: TABLES[2012]})

    def test_other_indicators(self):
        with pytest.raises(ht.NotComparableError, match="The table of 2022 has other indicators"):
            tier_panel(TWO, {2012: TABLES[2012], 2022: TABLES[2022].select(["rd"])}, refit=True)

    def test_a_year_without_data(self):
        empty = table([np.nan] * 4, papers=[np.nan] * 4)
        with pytest.raises(ht.DataError, match="table of 2022 holds no value. Leave the year out"):
            tier_panel(TWO, {2012: TABLES[2012], 2022: empty})

    def test_an_indicator_that_a_year_lacks(self):
        lacking = table([np.nan] * 4)
        scheme = TWO.replace(impute=ht.RequireCoverage(0.5))
        with pytest.raises(ht.NotComparableError, match=r"No region has a value of 'rd' in 2022"):
            tier_panel(scheme, {2012: TABLES[2012], 2022: lacking})

    def test_no_mapping_and_no_year(self):
        with pytest.raises(ht.SpecError, match="takes a table for each year, such as"):
            tier_panel(TWO, TABLES[2012])
        with pytest.raises(
            ht.SpecError, match="'2012' is no year. Key the tables by whole numbers"
        ):
            tier_panel(TWO, {"2012": TABLES[2012], 2022: TABLES[2022]})
        with pytest.raises(
            ht.SpecError, match="There is no table for 2015; the tables are of 2012"
        ):
            tier_panel(TWO, TABLES, years=[2012, 2015])


GAP = {
    2010: table([1, 2, 3, 9]),
    2012: table([1, 2, np.nan, 9]),
    2014: table([1, 2, 7, 9]),
}


class TestOtherYears:
    def test_a_line_between_two_years_is_marked(self):
        scheme = TWO.replace(impute=ht.LinearInTime())
        panel = tier_panel(scheme, GAP)
        assert panel.carried.to_numpy().tolist() == [["c", 2012, "rd", 5.0, "2010–2014"]]
        told = panel.to_frame().set_index(["region_id", "year"])["carried"]
        assert told["c", 2012] == "rd (2010–2014)"
        assert (told.drop([("c", 2012)]) == "").all()

    @pytest.mark.parametrize("fit_on", ["all", "last", 2012])
    def test_other_tables_fill_gaps_and_are_not_scored(self, fit_on):
        scheme = TWO.replace(impute=ht.LatestYear())
        panel = tier_panel(scheme, GAP, years=[2012, 2014], fit_on=fit_on)
        assert panel.years == (2012, 2014)
        assert panel.carried["value"].tolist() == [3.0]
        assert panel.carried["years"].tolist() == ["2010"]

    def test_one_table_alone_with_a_panel(self):
        scheme = TWO.replace(impute=ht.LatestYear()).knowing_years(GAP)
        result = scheme.run(GAP[2012], year=2012)
        assert result.carried.to_numpy().tolist() == [["c", "rd", 3.0, "2010"]]
        assert result.imputed.loc["c", "rd"]
        # The values of other years are data: a study file has the options only.
        assert scheme.to_spec()["impute"] == {"method": "LatestYear", "share": 1.0}
        assert "panel" not in repr(scheme.impute)


class TestMoney:
    prices = ht.PriceIndex(pd.Series({2012: 100.0, 2022: 125.0}), source="made up")

    def test_nominal_money_is_named(self):
        panel = tier_panel(TWO, TABLES)
        assert panel.nominal_money == ["rd"]
        assert "1 indicator is money at the prices of each year" in repr(panel)

    def test_money_at_the_prices_of_one_year(self):
        panel = tier_panel(TWO, TABLES, deflate=self.prices)
        assert panel.values("rd").loc["c"].tolist() == pytest.approx([3.0, 15.2])
        assert panel.values("papers").loc["c"].tolist() == [3.0, 3.0]
        assert panel.nominal_money == []
        assert TABLES[2022].values.loc["c", "rd"] == 19

    def test_both_sides_of_a_ratio(self):
        framework = ht.Framework(
            (
                ht.Indicator("rd", unit="亿元", kind="extensive", denominator="gdp"),
                ht.Indicator("papers", unit="篇", kind="extensive"),
            )
        )
        frame = pd.DataFrame(
            {"rd": [1.0, 2, 6], "papers": [1.0, 2, 3], "gdp": [2.0, 2, 3]}, index=list("abc")
        )
        tables = dict.fromkeys(
            (2012, 2022), ht.IndicatorTable.from_frame(frame, framework=framework)
        )
        scheme = TWO.replace(denominate=ht.Denominate())
        with pytest.raises(ht.SpecError, match="'rd' is money that is divided by 'gdp', and it is"):
            tier_panel(scheme, tables, deflate=self.prices)
        both = ht.PriceIndex(self.prices.prices, base=2012, indicators=("rd", "gdp"))
        panel = tier_panel(scheme, tables, deflate=both)
        assert panel.scores[2022].tolist() == pytest.approx(panel.scores[2012].tolist())


def test_join_years_keeps_the_regions_and_names_absent_years():
    regions = ht.load_regions("province")
    columns = {"region": ["北京", "Tianjin"] * 2, "indicator": "rd", "value": [5, 3, 6, 4]}
    values = pd.DataFrame(columns | {"year": [2020, 2020, 2024, 2024]})
    tables = ht.join_years(regions, values)
    assert list(tables) == [2020, 2024]
    assert all(isinstance(t.regions, gpd.GeoDataFrame) for t in tables.values())
    assert tables[2024].values["rd"].dropna().to_dict() == {"110000": 6.0, "120000": 4.0}
    with pytest.raises(ht.DataError, match="have no value for 2022; they have 2020, 2024"):
        ht.join_years(regions, values, years=[2020, 2022])
    with pytest.raises(ht.DataError, match="The values state no year"):
        ht.join_years(regions, values.drop(columns="year").head(2))
