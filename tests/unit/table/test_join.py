import pandas as pd
import pytest

from hubtiers.errors import (
    DataError,
    DuplicateRegionError,
    JoinError,
    MissingColumnError,
    UnknownOptionError,
)
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.boundaries import load_regions
from hubtiers.table.indicators import load_indicators
from hubtiers.table.join import join_indicators


@pytest.fixture(scope="module")
def provinces():
    return load_regions("province")


def tidy(**names):
    return pd.DataFrame({"region": list(names), "indicator": "rd", "value": list(names.values())})


def test_ids_and_names_find_their_regions(provinces):
    values = tidy(**{"110000": 1.0, "天津市": 2.0, "Hebei": 3.0, "山西": 4.0})
    table = join_indicators(provinces, values)
    assert table.values["rd"].dropna().to_dict() == {
        "110000": 1.0,
        "120000": 2.0,
        "130000": 3.0,
        "140000": 4.0,
    }
    assert table.report.matches.set_index("name")["rule"].to_dict()["110000"] == "id"


def test_regions_without_data_stay(provinces):
    table = join_indicators(provinces, tidy(北京=1.0))
    assert list(table.values.index) == list(provinces.index)
    assert len(table.report.regions_without_data) == 33
    assert "810000" in table.report.regions_without_data


def test_unmatched_names_raise_and_are_listed(provinces):
    values = tidy(北京=1.0, 亚特兰蒂斯=2.0, Atlantis=3.0)
    with pytest.raises(
        JoinError, match="2 names belong to no single region of the layer: '亚特兰蒂斯'"
    ) as caught:
        join_indicators(provinces, values)
    assert caught.value.report.unmatched["name"].tolist() == ["亚特兰蒂斯", "Atlantis"]
    table = join_indicators(provinces, values, unmatched="keep")
    assert table.report.unmatched["name"].tolist() == ["亚特兰蒂斯", "Atlantis"]
    assert table.values["rd"].sum() == 1.0
    with pytest.raises(UnknownOptionError, match="Unknown choice for unmatched= 'drop'"):
        join_indicators(provinces, values, unmatched="drop")


def test_two_names_of_one_region_are_a_duplicate(provinces):
    with pytest.raises(
        DuplicateRegionError, match=r"more than one row for 110000 \(北京, Beijing\)"
    ):
        join_indicators(provinces, tidy(北京=1.0, Beijing=2.0))


def test_years_are_never_chosen_in_silence(provinces):
    values = pd.concat([tidy(北京=1.0).assign(year=2021), tidy(北京=2.0).assign(year=2022)])
    with pytest.raises(DataError, match=r"several years \(2021, 2022\) for rd. Pass year="):
        join_indicators(provinces, values)
    assert join_indicators(provinces, values, year=2021).values.loc["110000", "rd"] == 1.0
    latest = join_indicators(provinces, values, year="latest")
    assert latest.values.loc["110000", "rd"] == 2.0
    assert latest.year.loc["110000", "rd"] == 2022
    with pytest.raises(UnknownOptionError, match="Unknown choice for year= 'newest'"):
        join_indicators(provinces, values, year="newest")
    with pytest.raises(DataError, match="No value of 'rd' is left for the year"):
        join_indicators(provinces, values, year=1999)


def test_framework_decides_the_columns(provinces):
    framework = Framework((Indicator("rd"), Indicator("patents")))
    with pytest.raises(DataError, match="no values for 'patents'; they have rd"):
        join_indicators(provinces, tidy(北京=1.0), framework=framework)
    extra = pd.concat([tidy(北京=1.0), tidy(北京=5.0).assign(indicator="noise")])
    table = join_indicators(provinces, extra, framework=Framework((Indicator("rd"),)))
    assert table.report.ignored_indicators == ("noise",)


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        (
            pd.DataFrame({"region": ["北京"], "value": [1.0]}),
            MissingColumnError,
            "lacks the column 'indicator'",
        ),
        (
            pd.DataFrame({"region": ["北京"], "indicator": ["rd"], "value": ["1.2①"]}),
            DataError,
            "not a number.*read_indicators",
        ),
        (
            pd.DataFrame({"region": [None], "indicator": ["rd"], "value": [1.0]}),
            DataError,
            "1 rows of the data name no region",
        ),
    ],
)
def test_wrong_tables_are_refused(provinces, frame, error, message):
    with pytest.raises(error, match=message):
        join_indicators(provinces, frame)


def test_wrong_layers_are_refused(provinces):
    with pytest.raises(
        DuplicateRegionError, match="layer of regions has more than one row for 110000"
    ):
        join_indicators(pd.concat([provinces.head(1), provinces.head(1)]), tidy(北京=1.0))
    with pytest.raises(MissingColumnError, match="layer of regions lacks the column 'name_en'"):
        join_indicators(
            pd.DataFrame(provinces.drop(columns=["name_en", "geometry"])), tidy(北京=1.0)
        )


def test_inputs_are_not_changed(provinces):
    values, before, layer = tidy(北京=1.0), tidy(北京=1.0), provinces.copy()
    join_indicators(provinces, values)
    pd.testing.assert_frame_equal(values, before)
    pd.testing.assert_frame_equal(pd.DataFrame(provinces), pd.DataFrame(layer))


def test_report_counts_statuses_and_overlaps():
    values = load_indicators("zhang2022")
    regions = load_regions(list(dict.fromkeys(values["region"])))
    report = join_indicators(regions, values).report
    assert report.overlaps == (
        ("110000", "beijing-tianjin-hebei"),
        ("310000", "yangtze-delta"),
        ("greater-bay-area", "440000"),
        ("210000", "northeast"),
    )
    assert int(report.statuses.to_numpy().sum()) == 180
    assert report.mixed_years["pct_application_share_pct"] == (2019, 2020, 2021)
    text = report.to_text()
    assert "18 names: 18 id" in text
    assert "mixed years in pct_application_share_pct: 2019, 2020, 2021" in text
    assert "greater-bay-area with 440000" in text


def test_a_layer_with_names_of_its_own():
    own = pd.DataFrame(
        {"name_zh": ["甲", "乙", "乙"], "name_en": ["A", "B", "C"]}, index=["1", "2", "3"]
    )
    table = join_indicators(own, tidy(甲=1.0, C=2.0))
    assert table.values["rd"].dropna().to_dict() == {"1": 1.0, "3": 2.0}
    with pytest.raises(JoinError, match=r"'乙' \(could be 2 B 乙 or 3 C 乙\)"):
        join_indicators(own, tidy(乙=1.0))


def test_cities_that_are_provinces_as_well_are_named():
    table = join_indicators(load_regions("city"), tidy(北京市=1.0, 石家庄市=2.0, 襄樊=3.0))
    assert table.report.both_levels == ("北京市",)
    assert table.report.matches.set_index("name").loc["襄樊", ["region_id", "rule"]].tolist() == [
        "420600",
        "former",
    ]
    assert "cities that are provinces as well: 北京市" in table.report.to_text()


def test_a_province_in_a_city_table_is_a_level_mismatch():
    with pytest.raises(JoinError, match=r"'河北' \(.*province"):
        join_indicators(load_regions("city"), tidy(河北=1.0, 石家庄市=2.0))


def test_ambiguous_names_list_their_candidates():
    with pytest.raises(JoinError, match=r"'吉林' \(could be 220200 吉林市 or 220000 吉林省\)"):
        join_indicators(load_regions("city"), tidy(吉林=1.0))


def test_a_city_before_and_after_its_renaming():
    values = pd.concat([tidy(襄樊=1.0).assign(year=2009), tidy(襄阳=2.0).assign(year=2012)])
    report = join_indicators(load_regions("city"), values, year="latest").report
    assert report.several_names == {"420600": ("襄樊", "襄阳")}


def test_regions_the_layer_does_not_have_are_unmatched():
    few = load_regions(["110000", "120000"])
    with pytest.raises(JoinError, match="known as 310000, which the layer does not have"):
        join_indicators(few, tidy(北京=1.0, 上海=2.0))
