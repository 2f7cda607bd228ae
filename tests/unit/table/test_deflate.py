"""Prices: which units are money, which year is the base, and what an index must have."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.table.deflate import deflate_table, is_money, money_indicators


@pytest.mark.parametrize(
    ("unit", "money"),
    [
        ("亿元", True),
        ("万元", True),
        ("万美元", True),
        ("元/人", True),
        ("100 million yuan", True),
        ("US dollars per head", True),
        ("€", True),
        ("件/亿元", False),
        ("papers per dollar", False),
        ("%", False),
        ("人年", False),
        ("单元", False),
        ("won matches", True),
        ("", False),
    ],
)
def test_units_of_money(unit, money):
    assert is_money(unit) is money


def test_money_of_the_shipped_framework():
    assert money_indicators(ht.load_framework("provinces")) == [
        "rd_basic_10k_cny",
        "rd_expenditure_100m_cny",
        "tech_contract_output_10k_cny",
        "hightech_mfg_revenue_100m_cny",
    ]


class TestIndex:
    def test_base_is_the_year_of_100(self):
        prices = ht.PriceIndex(pd.Series({2022: 110.0, 2020: 100.0}))
        assert prices.base == 2020
        assert prices.factors([2020, 2022]).tolist() == pytest.approx([1.0, 100 / 110])
        assert repr(prices) == "<PriceIndex: 2020 to 2022, base 2020>"

    def test_a_declared_base(self):
        prices = ht.PriceIndex(pd.Series({2020: 100.0, 2022: 110.0}), base=2022)
        assert prices.factors([2020]).tolist() == pytest.approx([1.1])

    def test_links_of_the_year_before(self):
        prices = ht.PriceIndex(
            pd.Series({2021: 102.0, 2022: 105.0}), base=2022, form="previous-year"
        )
        assert prices.factors([2020, 2021, 2022]).tolist() == pytest.approx(
            [1.02 * 1.05, 1.05, 1.0]
        )

    def test_links_by_region(self):
        frame = pd.DataFrame({2021: [102.0, 110.0], 2022: [105.0, 100.0]}, index=["a", "b"])
        prices = ht.PriceIndex(frame, base=2020, form="previous-year")
        assert prices.factors([2022])[2022].tolist() == pytest.approx([1 / 1.071, 1 / 1.1])
        assert "2 regions" in repr(prices)

    @pytest.mark.parametrize(
        ("series", "options", "error", "message"),
        [
            ({2020: 98.0, 2022: 110.0}, {}, ht.SpecError, "no year has the index 100. Name it"),
            ({2020: 100.0, 2022: 100.0}, {}, ht.SpecError, "2020, 2022 have the index 100"),
            (
                {2020: 100.0},
                {"base": 2021},
                ht.SpecError,
                "base=2021 is no year of the price index",
            ),
            ({2020: 100.0, 2022: 0.0}, {}, ht.DataError, "needs a positive number for every year"),
            ({2020: 100.0, 2022: None}, {}, ht.DataError, "needs a positive number for every year"),
            ({2020: 100.0, "x": 3.0}, {}, ht.DataError, "needs whole years and numbers"),
            ({2020: 100.0}, {"form": "chain"}, ht.SpecError, "form='chain' is none of 'fixed'"),
            (
                {2020: 101.0, 2022: 102.0},
                {"base": 2020, "form": "previous-year"},
                ht.DataError,
                "links each year to the one before, but 2021 is missing",
            ),
        ],
    )
    def test_refusals(self, series, options, error, message):
        with pytest.raises(error, match=message):
            ht.PriceIndex(pd.Series(series), **options)

    def test_no_index(self):
        with pytest.raises(ht.SpecError, match="The price index is a dict. Give a Series by year"):
            ht.PriceIndex({2020: 100.0})
        twice = pd.Series([100.0, 101.0], index=[2020, 2020])
        with pytest.raises(ht.DataError, match="has 2020 more than once"):
            ht.PriceIndex(twice)


class TestFile:
    def test_by_year(self, tmp_path):
        (tmp_path / "prices.csv").write_text("year,index\n2020,100\n2022,110\n", encoding="utf-8")
        prices = ht.PriceIndex.read(tmp_path / "prices.csv")
        assert (prices.base, prices.source) == (2020, "prices.csv")

    def test_by_region(self, tmp_path):
        rows = "region,year,index\n北京,2020,100\n北京,2022,110\n天津,2020,100\n天津,2022,125\n"
        (tmp_path / "prices.csv").write_text(rows, encoding="utf-8")
        prices = ht.PriceIndex.read(tmp_path / "prices.csv", indicators=["rd"])
        regions = ht.load_regions("province").loc[["110000", "120000"]]
        framework = ht.Framework((ht.Indicator("rd", unit="亿元"),))
        values = pd.DataFrame(
            {"region": ["北京", "天津"], "indicator": "rd", "value": [11.0, 25.0]}
        )
        table = ht.join_indicators(regions, values.assign(year=2022), framework=framework)
        assert deflate_table(table, prices).values["rd"].tolist() == pytest.approx([10.0, 20.0])
        more = ht.join_indicators(
            ht.load_regions("province").loc[["110000", "130000"]],
            values.assign(year=2022, region=["北京", "河北"]),
            framework=framework,
        )
        with pytest.raises(ht.DataError, match="has no row for Hebei 河北省. It needs one"):
            deflate_table(more, prices)

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ("year,index\n2020,100\n2020,101\n", "more than one index for 2020. Keep one"),
            ("year,index\n2020,much\n", "'much' in the column 'index' is no number"),
            ("year,value\n2020,1\n", "index"),
        ],
    )
    def test_refusals(self, tmp_path, rows, message):
        (tmp_path / "prices.csv").write_text(rows, encoding="utf-8")
        with pytest.raises(ht.HubtiersError, match=message):
            ht.PriceIndex.read(tmp_path / "prices.csv")


def table(year=2022, unit="亿元"):
    framework = ht.Framework((ht.Indicator("rd", unit=unit), ht.Indicator("papers", unit="篇")))
    frame = pd.DataFrame({"rd": [11.0, None], "papers": [3.0, 4.0]}, index=["a", "b"])
    one = ht.IndicatorTable.from_frame(frame, framework=framework)
    return one if year is None else replace(one, year=one.year.fillna(year))


def test_only_money_changes_and_gaps_stay():
    prices = ht.PriceIndex(pd.Series({2020: 100.0, 2022: 110.0}))
    found = deflate_table(table(), prices)
    assert found.values["rd"].tolist()[0] == pytest.approx(10.0)
    assert found.values["rd"].isna().tolist() == [False, True]
    assert found.values["papers"].tolist() == [3.0, 4.0]


def test_what_a_table_must_have():
    prices = ht.PriceIndex(pd.Series({2020: 100.0, 2022: 110.0}))
    with pytest.raises(ht.DataError, match="'rd' has values without a year"):
        deflate_table(table(year=None), prices)
    assert deflate_table(table(year=None), prices, year=2022).values["rd"].iloc[0] == pytest.approx(
        10
    )
    with pytest.raises(ht.DataError, match="price index has no value for 2021; it has 2020, 2022"):
        deflate_table(table(2021), prices)
    with pytest.raises(ht.SpecError, match="No indicator has a currency as its unit"):
        deflate_table(table(unit="个"), prices)
    named = ht.PriceIndex(prices.prices, indicators=("gdp",))
    with pytest.raises(ht.MissingColumnError, match="gdp"):
        deflate_table(table(), named)
