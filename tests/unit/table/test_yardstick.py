"""Rows of the data that others are measured by: found in tables of every form, never a region."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hubtiers import score_regions
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.table.join import join_indicators
from hubtiers.table.yearbook.read import read_indicators
from hubtiers.tiers.breaks import RelativeTo


@pytest.fixture(scope="module")
def provinces():
    return load_regions("province")


@pytest.fixture
def states():
    names = {"name_zh": ["甲", "乙"], "name_en": ["North", "South"]}
    return pd.DataFrame(names, index=pd.Index(["N", "S"], name="region_id"))


def tidy(rows):
    return pd.DataFrame(rows, columns=["region", "indicator", "value", "year"])


def test_a_wide_frame(provinces):
    wide = pd.DataFrame({"rd": [6.4, 3.4, 2.6]}, index=["北京", "Tianjin", "National total"])
    # The pack of China knows this name of 全国, and what both are called in print.
    table = join_indicators(provinces, wide, yardstick="全国")
    assert table.yardstick.values.to_dict() == {"rd": {"全国": 2.6}}
    assert table.yardstick.regions.loc["全国"].to_dict() == {"name_zh": "全国", "name_en": "China"}
    assert table.values["rd"].dropna().to_dict() == {"110000": 6.4, "120000": 3.4}
    assert "yardstick, scored and not ranked: 全国" in table.report.to_text()
    assert table.report.unmatched.empty


def test_a_total_that_the_reader_set_aside(tmp_path, provinces):
    text = "主要指标（2022年）,,\n地 区,研发经费（亿元）,人口/万人\n全 国,３０,5\n北京,12①,6\n天津,3,7\n"
    path = tmp_path / "年鉴.csv"
    path.write_text(text, encoding="utf-8")
    file = read_indicators(path)
    assert "全国" not in set(file.values["region"])
    table = join_indicators(provinces, file, yardstick="China", year=2022)
    assert table.yardstick.values.loc["China"].to_dict() == {"研发经费": 30.0, "人口": 5.0}
    assert table.yardstick.year.loc["China"].tolist() == [2022, 2022]
    # Without being asked for it stays aside.
    assert join_indicators(provinces, file).yardstick is None


def test_its_own_label_goes_before_other_names(provinces):
    rows = [("北京", "rd", 6.4, 2022), ("全国", "rd", 2.5, 2022), ("National", "rd", 9.0, 2022)]
    table = join_indicators(provinces, tidy(rows), yardstick="全国")
    assert table.report.totals == ("National",)
    assert table.yardstick.values.loc["全国", "rd"] == 2.5


@pytest.mark.parametrize(("year", "expected"), [(2020, 50.0), (2021, 55.0), ("latest", 55.0)])
def test_it_is_of_the_year_of_the_regions(states, year, expected):
    rows = [("N", "rd", 1.0, 2020), ("S", "rd", 2.0, 2020), ("N", "rd", 3.0, 2021)]
    own = [("EU28", "rd", 50.0, 2020), ("EU28", "rd", 55.0, 2021), ("EU28", "rd", 60.0, 2022)]
    table = join_indicators(states, tidy(rows + own), yardstick="EU28", year=year)
    assert table.yardstick.values.loc["EU28", "rd"] == expected


def test_a_year_that_it_lacks(states):
    rows = [("N", "rd", 1.0, 2020), ("S", "rd", 2.0, 2020), ("EU28", "rd", 60.0, 2022)]
    message = "'EU28' has no value for the indicators of the table in the years .* are of 2022"
    with pytest.raises(DataError, match=message):
        join_indicators(states, tidy(rows), yardstick="EU28", year=2020)


def test_sizes_divide_it_as_well(states):
    from hubtiers.framework import Framework, Indicator
    from hubtiers.scoring.denominate import Denominate

    framework = Framework((Indicator("rd", kind="extensive", denominator="people"),))
    wide = pd.DataFrame(
        {"rd": [10.0, 30, 400], "people": [10.0, 10, 200]}, index=["N", "S", "EU28"]
    )
    table = join_indicators(states, wide, framework=framework, yardstick="EU28")
    rule = RelativeTo((100,), yardstick="EU28")
    result = Scheme(denominate=Denominate(), tier=rule).run(table)
    # 2 a head, halfway between 1 and 3.
    assert result.yardstick.complete["rd"] == 2.0
    assert result.yardstick.score == 0.5


def test_a_region_is_none(provinces):
    wide = pd.DataFrame({"rd": [6.4, 3.4]}, index=["北京", "天津"])
    message = (
        r"'北京' is a region of the layer \(110000\).*RelativeTo name it as its region, '110000'"
    )
    with pytest.raises(SpecError, match=message):
        join_indicators(provinces, wide, yardstick="北京")


def test_a_row_that_is_not_there(states):
    rows = [("N", "rd", 1.0, 2020), ("EU27", "rd", 2.0, 2020)]
    message = "Unknown row for the yardstick: 'EU28'. Did you mean 'EU27'"
    with pytest.raises(UnknownOptionError, match=message):
        join_indicators(states, tidy(rows), yardstick="EU28")
    with pytest.raises(SpecError, match="yardstick='' is no name"):
        join_indicators(states, tidy(rows), yardstick="")


class TestOneLine:
    """A wide GeoDataFrame whose yardstick is a row, with or without a polygon."""

    @staticmethod
    def frame(shape=None):
        shapes = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1), shape]
        content = {
            "GEOID": ["01", "02", "03", "EU"],
            "NAME": ["Ash", "Birch", "Cedar", "Union"],
            "rd": [0.0, 3.0, 4.0, 2.0],
        }
        return gpd.GeoDataFrame(content, geometry=shapes, crs=4326)

    @pytest.mark.parametrize("name", ["EU", "Union"])
    @pytest.mark.parametrize("shape", [None, shapely.box(0, 0, 3, 1)])
    def test_by_id_or_name(self, name, shape):
        scheme = Scheme(tier=RelativeTo((50, 120), yardstick=name))
        result = score_regions(self.frame(shape), ["rd"], scheme=scheme, yardstick=name)
        assert result.yardstick.score == 0.5
        assert result.tier.to_dict() == {
            "01": "regional",
            "02": "international",
            "03": "international",
        }

    def test_none_or_several(self):
        with pytest.raises(
            UnknownOptionError, match="row for the yardstick: 'Uniom'. Did you mean"
        ):
            score_regions(self.frame(), ["rd"], yardstick="Uniom")
        twice = self.frame().assign(NAME=["Union", "Birch", "Cedar", "Union"])
        with pytest.raises(SpecError, match="2 rows of the frame are called 'Union'. Keep one"):
            score_regions(twice, ["rd"], yardstick="Union")


@pytest.mark.parametrize(
    ("asked", "written", "shown"),
    [
        ("EU27", "EU27_2020", "欧盟27国"),
        ("OECD", "OECD - Total", "经合组织"),
        ("世界", "World", "世界"),
    ],
)
def test_yardsticks_of_the_world(asked, written, shown):
    wide = pd.DataFrame({"rd": [3.1, 2.2, 2.3]}, index=["Germany", "FRA", written])
    table = join_indicators(load_regions("country"), wide, yardstick=asked)
    assert table.yardstick.values.loc[asked, "rd"] == 2.3
    assert table.yardstick.regions.loc[asked, "name_zh"] == shown
    assert table.values["rd"].dropna().to_dict() == {"DEU": 3.1, "FRA": 2.2}
