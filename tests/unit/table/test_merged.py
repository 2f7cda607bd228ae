from __future__ import annotations

import pandas as pd
import pytest

from hubtiers.errors import DataError, DuplicateRegionError, UnknownOptionError
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.boundaries import load_regions
from hubtiers.table.join import join_indicators
from hubtiers.table.merged import MERGED

CITY = load_regions("city")
COUNTS = Framework((Indicator("firms", "企业"), Indicator("rate", "比率", kind="intensive")))


def values(*rows: tuple[str, str, float | None, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["region", "indicator", "value", "year"])


YEAR = values(
    ("济南", "firms", 10.5, 2018),
    ("莱芜", "firms", 3.25, 2018),
    ("青岛", "firms", 5, 2018),
    ("石家庄市", "firms", 7, 1992),
    ("石家庄地区", "firms", 2, 1992),
)


def test_counts_of_merged_units_are_added_and_said():
    table = join_indicators(
        CITY, YEAR, framework=COUNTS.select(["firms"]), merged="add", year="latest"
    )
    assert table.values["firms"].dropna().to_dict() == {"130100": 9, "370100": 13.75, "370200": 5}
    assert table.status.loc[["370100", "370200"], "firms"].tolist() == [MERGED, ""]
    said = {(a.region_id, a.year): dict(a.parts) for a in table.report.added}
    assert said == {
        ("370100", 2018): {"济南": 10.5, "莱芜": 3.25},
        ("130100", 1992): {"石家庄市": 7, "石家庄地区": 2},
    }
    assert "added up: 370100 firms 2018 = 济南 10.5 + 莱芜 3.25" in table.report.to_text()


def test_the_order_of_rows_does_not_matter():
    turned = YEAR.iloc[::-1].reset_index(drop=True)
    tables = [
        join_indicators(CITY, v, framework=COUNTS.select(["firms"]), merged="add", year=2018)
        for v in (YEAR, turned)
    ]
    pd.testing.assert_frame_equal(tables[0].values, tables[1].values)
    assert [a.region_id for a in tables[0].report.added] == ["370100"]


def test_a_unit_without_a_value_adds_nothing_and_shows():
    given = values(("济南", "firms", 12, 2019), ("莱芜", "firms", None, 2019))
    table = join_indicators(CITY, given, framework=COUNTS.select(["firms"]), merged="add")
    assert table.values.loc["370100", "firms"] == 12
    assert table.status.loc["370100", "firms"] == ""
    assert "370100 firms 2019 = 济南 12 + 莱芜 —" in table.report.to_text()
    empty = values(
        ("济南", "firms", None, 2019), ("莱芜", "firms", None, 2019), ("青岛", "firms", 1, 2019)
    )
    table = join_indicators(CITY, empty, framework=COUNTS.select(["firms"]), merged="add")
    assert table.values["firms"].dropna().to_dict() == {"370200": 1}


def test_without_the_option_two_rows_are_refused_with_the_way_out():
    with pytest.raises(
        DuplicateRegionError,
        match=r'370100 \(济南, 莱芜\).*merged="add" adds up the counts of both',
    ):
        join_indicators(CITY, YEAR, year=2018)


@pytest.mark.parametrize(
    "names",
    [
        ("北京", "Beijing"),
        ("襄阳", "襄樊"),
        ("莱芜", "莱芜"),
        ("济南", "370100"),
        ("合肥", "巢湖市"),
    ],
)
def test_two_names_of_one_unit_and_units_that_were_split_are_not_added(names):
    given = values(*((name, "firms", 1.0, 2018) for name in names))
    with pytest.raises(DuplicateRegionError, match="more than one row for"):
        join_indicators(CITY, given, framework=COUNTS.select(["firms"]), merged="add")


def test_rates_cannot_be_added():
    given = values(("济南", "rate", 1, 2018), ("莱芜", "rate", 2, 2018))
    with pytest.raises(DataError, match=r"济南, 莱芜 are one region.*'rate' cannot be added up"):
        join_indicators(CITY, given, framework=COUNTS.select(["rate"]), merged="add")
    with pytest.raises(DataError, match="without a framework it is not said which indicators are"):
        join_indicators(CITY, given, merged="add")


def test_the_option_is_checked():
    with pytest.raises(UnknownOptionError, match="Unknown choice for merged= 'sum'"):
        join_indicators(CITY, YEAR, merged="sum")
