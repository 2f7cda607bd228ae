"""Names to ids: every rule, every refusal, and the whole shipped list."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest

from hubtiers._storage import data_path
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.regions._tables import shipped_rows
from hubtiers.regions.gazetteer import RULES, gazetteer, match_names

REFUSED_SHORT_NAMES = {"吉林", "海南", "朝阳"}


def one(name, level="city", within=None):
    return match_names([name], level=level, within=within).to_frame().iloc[0]


@pytest.mark.parametrize("level", ["province", "city", "consortium"])
@pytest.mark.parametrize("column", ["region_id", "name_zh", "short_zh", "name_en"])
def test_every_region_resolves_from_code_and_names(level, column):
    known = gazetteer(level)
    found = match_names(known[column], level=level).to_frame()
    refused = found["rule"] == "ambiguous"
    assert set(found.loc[refused, "name"]) == (
        REFUSED_SHORT_NAMES if (level, column) == ("city", "short_zh") else set()
    )
    assert (
        found.loc[~refused, "region_id"].tolist()
        == known.loc[~refused.to_numpy(), "region_id"].tolist()
    )
    assert set(found.loc[~refused, "rule"]) == {"exact"}


def test_numeric_codes_resolve_for_every_city():
    codes = gazetteer("city")["region_id"]
    for values in (
        codes.astype(int),
        codes.astype(float),
        codes.astype(int).astype(str) + ".0",
        codes + "000000",
    ):
        assert match_names(values).to_frame()["region_id"].tolist() == codes.tolist()


def test_iso_codes_of_provinces():
    known = gazetteer("province")
    assert (
        match_names(known["iso"], level="province").to_frame()["region_id"].tolist()
        == known["region_id"].tolist()
    )
    assert known.set_index("region_id").loc[["110000", "610000", "810000"], "iso"].tolist() == [
        "CN-BJ",
        "CN-SN",
        "CN-HK",
    ]


@pytest.mark.parametrize(
    ("name", "region", "rule"),
    [
        ("北京", "110000", "exact"),
        ("北 京", "110000", "exact"),
        ("北京市", "110000", "exact"),
        ("Beijing", "110000", "exact"),
        ("beijing shi", "110000", "alias"),
        ("Beijing Municipality", "110000", "alias"),
        ("110100", "110000", "alias"),
        (110000, "110000", "exact"),
        (110000.0, "110000", "exact"),
        ("110000.0", "110000", "exact"),
        (np.int64(130100), "130100", "exact"),
        ("CN-BJ", "110000", "exact"),
        ("CN-11", "110000", "alias"),
        ("11", "110000", "alias"),
        ("1301", "130100", "alias"),
        ("１３０１００", "130100", "exact"),
        ("Xi'an", "610100", "exact"),
        ("Xi’an", "610100", "exact"),
        ("XIAN", "610100", "exact"),
        ("Urumqi", "650100", "exact"),
        ("Wulumuqi", "650100", "alias"),
        ("烏魯木齊市", "650100", "exact"),
        ("臺灣", "710000", "exact"),
        ("東莞", "441900", "exact"),
        ("Macau", "820000", "alias"),
        ("Lvliang", "141100", "alias"),
        ("Canton", "440100", "alias"),
        ("吉林市", "220200", "exact"),
        ("吉林（市）", "220200", "exact"),
        ("Jilin Shi", "220200", "alias"),
        ("海南州", "632500", "alias"),
        ("朝阳市", "211300", "exact"),
        ("朝阳（辽宁）", "211300", "alias"),
        ("Suzhou, Anhui", "341300", "exact"),
        ("苏州（江苏）", "320500", "alias"),
        ("伊犁", "654000", "exact"),
        ("伊犁州", "654000", "alias"),
        ("延边州", "222400", "alias"),
        ("Yanbian Korean Autonomous Prefecture", "222400", "alias"),
        ("河北省石家庄市", "130100", "alias"),
        ("吉林吉林", "220200", "alias"),
        ("内蒙古包头", "150200", "alias"),
        ("襄樊", "420600", "former"),
        ("Xiangfan", "420600", "former"),
        ("莱芜市", "370100", "former"),
        ("371200", "370100", "former"),
        ("巢湖", "340100", "former"),
        ("伊克昭盟", "150600", "former"),
        ("石家庄地区", "130100", "former"),
    ],
)
def test_city_names(name, region, rule):
    answer = one(name)
    assert (answer["region_id"], answer["rule"]) == (region, rule)


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("内蒙", "150000"),
        ("广西", "450000"),
        ("Guangxi Zhuang Autonomous Region", "450000"),
        ("Shaanxi", "610000"),
        ("Shanxi", "140000"),
        ("吉林", "220000"),
        ("海南", "460000"),
        ("Jilin Province", "220000"),
        ("Hong Kong SAR", "810000"),
        ("Xizang", "540000"),
        ("黑龍江省", "230000"),
        ("上海", "310000"),
    ],
)
def test_province_names(name, region):
    assert one(name, level="province")["region_id"] == region


@pytest.mark.parametrize(
    ("name", "region"), [("京津冀", "beijing-tianjin-hebei"), ("長三角", "yangtze-delta")]
)
def test_consortium_names(name, region):
    assert one(name, level="consortium")["region_id"] == region
    assert one(name, level="any")["region_id"] == region


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("吉林", ["220200 吉林市", "220000 吉林省"]),
        ("海南", ["632500 海南藏族自治州", "460000 海南省"]),
        ("朝阳", ["211300 朝阳市", "110105 朝阳区 (北京市)", "220104 朝阳区 (吉林省)"]),
        ("Jilin", ["220000 吉林省", "220200 吉林市"]),
        ("Suzhou", ["320500 苏州市", "341300 宿州市"]),
        ("Fuzhou", ["350100 福州市", "361000 抚州市"]),
    ],
)
@pytest.mark.parametrize("level", ["city", "any"])
def test_ambiguous_names_are_refused_with_their_candidates(name, candidates, level):
    answer = one(name, level=level)
    assert answer["rule"] == "ambiguous"
    assert pd.isna(answer["region_id"])
    assert sorted(answer["candidates"].split(";")) == sorted(candidates)
    assert answer["note"].startswith("it can mean ")


def test_within_decides_between_namesakes():
    names = ["朝阳", "吉林", "海南", "Suzhou", "Suzhou"]
    report = match_names(names, within=["辽宁", "220000", "青海省", "Anhui", "Jiangsu"])
    assert report.to_frame()["region_id"].tolist() == [
        "211300",
        "220200",
        "632500",
        "341300",
        "320500",
    ]
    assert one("朝阳", within="辽宁")["region_id"] == "211300"
    assert match_names(["朝阳", "大连"], within=["辽宁", None]).to_frame()[
        "region_id"
    ].tolist() == ["211300", "210200"]


@pytest.mark.parametrize(
    ("name", "level", "within", "note"),
    [
        ("河北", "city", None, "level mismatch: 河北省 (130000) is a province, not a city unit"),
        (
            "石家庄",
            "province",
            None,
            "level mismatch: 石家庄市 (130100) is a city unit, not a province",
        ),
        (
            "京津冀",
            "city",
            None,
            "level mismatch: 京津冀 (beijing-tianjin-hebei) is a consortium, not a city unit",
        ),
        (
            "130102",
            "city",
            None,
            "the code of a county or district in 石家庄市 (130100), below the level of cities",
        ),
        ("990000", "city", None, "no region has the code 990000"),
        (
            "朝阳区",
            "city",
            None,
            "朝阳区 (北京市) (110105) is a district in 北京市, below the level of cities",
        ),
        (
            "朝阳",
            "city",
            "北京",
            "朝阳区 (北京市) (110105) is a district in 北京市, below the level of cities",
        ),
        ("石家庄", "city", "山西", "石家庄市 (130100) lies in 河北省, not in 山西省"),
        ("河北大连", "city", None, "大连市 (210200) lies in 辽宁省, not in 河北省"),
        ("", "city", None, "the name is empty"),
        (None, "city", None, "the name is empty"),
        (float("nan"), "any", None, "the name is empty"),
        ("亚特兰蒂斯", "any", None, "no region has this name"),
    ],
)
def test_unmatched_names_say_why(name, level, within, note):
    answer = one(name, level=level, within=within)
    assert (answer["rule"], answer["note"]) == ("unmatched", note)
    assert pd.isna(answer["region_id"])


@pytest.mark.parametrize("mark", ["\u202e", "\u202d"])
def test_a_name_whose_letters_are_turned_round_is_no_name(mark):
    # It reads 北海 (450500), and its letters are those of 海北 (632200).
    answer = one(f"{mark}海北", level="city")
    assert answer["rule"] == "unmatched"
    assert "no region has this name" in answer["note"]
    assert one("\u200e北海\u200f", level="city")["region_id"] == "450500"


def test_close_names_are_proposed_and_never_applied():
    answer = one("石家壮")
    assert answer["rule"] == "unmatched"
    assert answer["proposals"] == "130100 石家庄市"
    assert one("Shijazhuang")["proposals"].startswith("130100 石家庄市")


def test_former_names_resolve_with_year_and_note():
    rows = [row for row in shipped_rows("former_names.csv") if row["name"]]
    assert len(rows) > 130
    found = match_names([row["name"] for row in rows]).to_frame()
    assert found["region_id"].tolist() == [row["region_id"] for row in rows]
    assert set(found["rule"]) == {"former"}
    for note, row in zip(found["note"], rows, strict=True):
        assert note == f"a name until {row['year']}: {row['note']}"
    coded = [row for row in shipped_rows("former_names.csv") if row["code"]]
    found = match_names([row["code"] for row in coded]).to_frame()
    assert found["region_id"].tolist() == [row["region_id"] for row in coded]


def test_no_current_name_hides_behind_a_former_one():
    former = {row["name"] for row in shipped_rows("former_names.csv")}
    assert former.isdisjoint(gazetteer("city")["name_zh"])


def test_the_latest_change_explains_a_bare_name():
    assert one("思茅")["note"] == "a name until 2007: renamed 普洱市"
    assert one("思茅地区")["note"].startswith("a name until 2003: became 思茅市")


def test_report_counts_frames_and_text():
    report = match_names(["北京", "beijing shi", "襄樊", "吉林", "河北", "北京"])
    frame = report.to_frame()
    assert frame.columns.tolist() == [
        "name",
        "region_id",
        "rule",
        "candidates",
        "note",
        "proposals",
    ]
    assert frame["name"].tolist() == ["北京", "beijing shi", "襄樊", "吉林", "河北", "北京"]
    assert report.counts() == {"exact": 2, "alias": 1, "former": 1, "ambiguous": 1, "unmatched": 1}
    assert tuple(report.counts()) == RULES
    assert report.refused()["name"].tolist() == ["吉林", "河北"]
    assert not report.is_complete
    assert match_names(["北京", "襄樊"]).is_complete
    lines = report.to_text().splitlines()
    assert (
        lines[0] == "6 names at level 'city': 2 exact, 1 alias, 1 former, 1 ambiguous, 1 unmatched."
    )
    assert (
        lines[1]
        == "  河北 · unmatched: level mismatch: 河北省 (130000) is a province, not a city unit"
    )
    assert lines[3] == "  襄樊 · former: a name until 2010: renamed 襄阳市"
    assert report.to_text(most=1).splitlines()[-1] == "  … and 2 more"
    assert repr(match_names([])) == "0 names at level 'city': none."
    frame.loc[0, "region_id"] = "changed"
    assert report.to_frame().loc[0, "region_id"] == "110000"


def test_html_escapes_what_a_user_wrote():
    page = match_names(["<img src=x onerror=alert(1)>", "{{7*7}}"])._repr_html_()
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "{{7*7}}" in page


def test_wrong_choices_are_refused():
    with pytest.raises(
        UnknownOptionError, match=r"Unknown level of names 'citi'. Did you mean 'city'\?"
    ):
        match_names(["北京"], level="citi")
    with pytest.raises(SpecError, match="needs a list of names, but got '北京'"):
        match_names("北京")
    with pytest.raises(SpecError, match="needs a list of names, but got 5"):
        match_names(5)
    with pytest.raises(DataError, match="`within` names no province: '大连'"):
        match_names(["沈阳"], within="大连")
    with pytest.raises(DataError, match="`within` has 2 provinces for 1 names"):
        match_names(["沈阳"], within=["辽宁", "吉林"])
    with pytest.raises(UnknownOptionError, match="Unknown level of names"):
        gazetteer("county")


def test_gazetteer_is_the_shipped_table():
    with data_path("boundaries", "china", "gazetteer.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    table = gazetteer()
    assert table["region_id"].tolist() == [row["region_id"] for row in rows]
    assert table["level"].value_counts().to_dict() == {
        "city": 372,
        "province": 34,
        "consortium": 13,
    }
    cities = gazetteer("city").set_index("region_id")
    assert cities.loc["441900", ["short_zh", "name_en", "province", "parent"]].tolist() == [
        "东莞",
        "Dongguan",
        "440000",
        "440000",
    ]
    assert (cities["seat_source"] == "GeoNames").sum() == 361
    assert cities.loc["610100", ["seat_lon", "seat_lat"]].tolist() == pytest.approx(
        [108.93, 34.26], abs=0.05
    )
    assert cities["name_en"].is_unique
