"""Several divisions of one level: a column each, names in both languages, and no mixing of them."""

from __future__ import annotations

import pytest
from isles import isles_text, write_isles

from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.hubs._division import division_of
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.groupings import find_grouping, groups_in_column, groups_of
from hubtiers.regions.pack import load_pack
from hubtiers.scoring.impute import GroupMean
from hubtiers.tiers.rules import macro_regions

SEVEN = {
    "华北": ("北京", "天津", "河北", "山西", "内蒙古"),
    "东北": ("辽宁", "吉林", "黑龙江"),
    "华东": ("上海", "江苏", "浙江", "安徽", "福建", "江西", "山东"),
    "华中": ("河南", "湖北", "湖南"),
    "华南": ("广东", "广西", "海南"),
    "西南": ("重庆", "四川", "贵州", "云南", "西藏"),
    "西北": ("陕西", "甘肃", "青海", "宁夏", "新疆"),
}
PACK = isles_text("""\
[[grouping]]
id = "halves"
column = "half"
title_en = "Halves"
of = "state"
[[grouping.group]]
id = "upper"
name_zh = "上半"
name_en = "Upper half"
aliases = ["Coast"]
members = ["N", "M"]
[[grouping.group]]
id = "lower"
members = ["S"]
[[grouping]]
id = "shores"
of = "state"
aliases = ["by the sea"]
[[grouping.group]]
id = "wet"
aliases = ["Coast"]
members = ["N", "S"]
[[grouping.group]]
id = "windy"
members = ["N"]
""")


@pytest.fixture
def isles(tmp_path):
    states = {"N": "Northland", "M": "Midland", "S": "Southland"}
    counties = {code: (code.upper(), state) for code, state in zip("abcdef", "NNMMSS", strict=True)}
    return write_isles(tmp_path, states, counties, PACK, width=2)


def test_seven_regions_beside_four():
    provinces = load_regions("province")
    seven = provinces.groupby("geographic_region")["short_zh"].agg(set).to_dict()
    assert seven.pop("") == {"台湾", "香港", "澳门"}
    assert seven == {group: set(names) for group, names in SEVEN.items()}
    four = provinces.groupby("macro_region").size().to_dict()
    assert four == {"": 3, "东部": 10, "东北": 3, "中部": 6, "西部": 12}
    # The rules go by the four, as before; one column does not overwrite the other.
    assert macro_regions(provinces)["420000"] == "中部"
    assert provinces.loc["420000", ["macro_region", "geographic_region"]].tolist() == [
        "中部",
        "华中",
    ]


def test_the_group_of_what_lies_below():
    assert load_regions("city").loc["420100", "geographic_region"] == "华中"
    mixed = load_regions(["wuhan-metro", "chengdu-chongqing", "greater-bay-area", "420000"])
    assert mixed["geographic_region"].tolist() == ["华中", "西南", "", "华中"]
    # 粤港澳大湾区 is partly outside the division: no region has it as a whole.
    assert load_regions("consortium").loc["coastal-belt", "macro_region"] == "东部"


@pytest.mark.parametrize(
    ("within", "number"),
    [("华中", 49), ("North China", 36), ("seven:东北", 36), ("东北", 36), ("四大地区:中部", 87)],
)
def test_reached_by_name(within, number):
    assert len(load_regions("city", within=within)) == number


def test_a_name_of_two_divisions_is_a_question():
    message = "'Central China' can mean groups .* macro_region:中部 or geographic_region:华中"
    with pytest.raises(SpecError, match=message):
        load_regions("city", within="Central China")
    with pytest.raises(UnknownOptionError, match="Unknown group of 'geographic_region': '中部'"):
        load_regions("city", within="seven:中部")


def test_groupings_by_name():
    china = load_pack("china")
    assert find_grouping(china, "seven").title_zh == "七大地理分区"
    assert find_grouping(china, "四大地区").id == "macro_region"
    assert "no authority" in find_grouping(china, "geographic_region").source
    assert [place.name_en for place in find_grouping(china, "seven").groups][:2] == [
        "North China",
        "Northeast China",
    ]
    with pytest.raises(UnknownOptionError, match="grouping of the pack 'china': 'sevan'. Did you"):
        find_grouping(china, "sevan")


def test_columns_of_a_pack_of_ones_own(isles):
    counties = load_regions("county", pack=isles)
    assert counties["half"].tolist() == ["upper"] * 4 + ["lower"] * 2
    # Memberships may overlap, and need not cover everything.
    assert counties["shores"].tolist() == ["wet;windy"] * 2 + [""] * 2 + ["wet"] * 2
    assert load_regions("state", pack=isles)["half"].to_dict() == {
        "N": "upper",
        "M": "upper",
        "S": "lower",
    }
    assert load_regions("county", pack=isles, within="windy").index.tolist() == ["a", "b"]
    assert load_regions("county", pack=isles, within="上半").index.tolist() == list("abcd")
    by_the_sea = load_regions("county", pack=isles, within="by the sea:Coast")
    assert by_the_sea.index.tolist() == list("abef")
    with pytest.raises(SpecError, match="Write halves:upper or shores:wet"):
        load_regions("county", pack=isles, within="coast")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "shores"', 'id = "halves"', "has two groupings with the id 'halves'"),
        ('id = "shores"', 'id = "s"\ncolumn = "half"', "two groupings with the column 'half'"),
        ('id = "windy"', 'id = "wet"', "'shores' of a pack has the groups wet twice"),
    ],
)
def test_groupings_that_would_overwrite_each_other(isles, old, new, message):
    (isles / "pack.toml").write_text(PACK.replace(old, new), encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        load_pack(isles)


def test_who_lies_in_several_groups_has_no_place_in_one(isles):
    # Counties a and b are wet and windy, c and d neither; e and f share the only group with others.
    text = PACK.replace('id = "shores"', 'id = "macro_region"\ncolumn = "shores"')
    (isles / "pack.toml").write_text(text, encoding="utf-8")
    counties = load_regions("county", pack=isles)
    expected = [None] * 4 + ["wet"] * 2
    assert macro_regions(counties).tolist() == expected
    assert groups_in_column(counties, "shores").tolist() == expected
    # The column of one's own goes first, whatever it says.
    own = counties.assign(macro_region=["wet;dry", "", "x", "x", "y", "y"])
    assert macro_regions(own).tolist() == ["wet;dry", None, "x", "x", "y", "y"]
    place, names = division_of(counties, "by the sea")
    assert (place.tolist(), names) == ([-1] * 4 + [0] * 2, ("wet",))


@pytest.mark.parametrize(("level", "expected"), [("county", "uuuull"), ("state", "uul")])
def test_groups_without_their_column_follow_from_the_pack(isles, level, expected):
    regions = load_regions(level, pack=isles).drop(columns="half")
    grouping = find_grouping(load_pack(isles), "Halves")
    assert [group[0] for group in groups_of(regions, grouping)] == list(expected)
    place, names = division_of(regions, "halves")
    assert ["lu"[part] for part in place] == list(expected)
    assert names == ("lower", "upper")


def test_no_group_is_none_to_fill_from(isles):
    counties = load_regions("county", pack=isles)
    values = counties[["shores"]].assign(rd=[1.0, None, 2, 3, 4, 5])[["rd"]]
    with pytest.raises(DataError, match=r"GroupMean\(\) finds no group for c, d"):
        GroupMean("shores").fit(values, regions=counties)
    filled = GroupMean("half", share=0.0).fit(values, regions=counties).apply(values)
    assert filled["rd"].tolist() == [1, 2, 2, 3, 4, 5]
