"""Packs: what ships, what a folder of one's own may say, and that no country is named outside them."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from isles import isles_text, write_isles
from shapely import box

import hubtiers
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.regions.pack import LayerSource, load_pack, pack_names, source_of
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.rules import MACRO_REGIONS

HEAD = """\
title_en = "The Isles"
credit_en = "© Isles Survey"
[names]
aliases = "aliases.csv"
"""
MORE = """\
[[level]]
id = "league"
members = "groups.csv"
[[grouping]]
id = "halves"
of = "state"
[[grouping.group]]
id = "upper"
name_en = "Upper half"
members = ["N"]
[map]
projection = "EPSG:27700"
[[map.inset]]
id = "south"
box = [0, 49, 1, 50]
"""


@pytest.fixture
def isles(tmp_path):
    """Two states, of which the first has two counties and the second one of the same name."""
    states = {"N": "Northland", "S": "Southland"}
    counties = {"N1": ("Ash", "N"), "N2": ("Southland", "N"), "S1": ("Ash", "S")}
    text = isles_text(MORE, HEAD)
    folder = write_isles(tmp_path / "isles", states, counties, text, south=49, width=2)
    (folder / "aliases.csv").write_text("region_id,alias\nN,Upper Isle\n", encoding="utf-8")
    (folder / "groups.csv").write_text(
        "region_id,name_zh,name_en,members\nash,,Ash League,N1;S1\n", encoding="utf-8"
    )
    return folder


def test_the_packs_that_ship():
    assert pack_names() == ["china", "world"]
    china = load_pack("china")
    assert list(china.levels) == ["province", "city", "county", "consortium"]
    assert (china.units, china.level("city").parent) == ("city", "province")
    assert "Tianditu" in china.credit["en"]
    assert "天地图" in china.credit["zh"]
    assert china.projection.startswith("+proj=aea +lat_1=25 +lat_2=47")
    assert [inset.id for inset in china.insets] == ["south-china-sea"]
    assert len(china.line_shapes("south_china_sea")) == 10
    assert "全国" in china.totals
    assert china.yardsticks[0].spellings[:2] == ("全国", "China")
    four = china.groupings["macro_region"].groups
    assert {group.id: group.members for group in four} == dict(MACRO_REGIONS)
    assert repr(china) == "<Pack china: China; levels province, city, county, consortium>"
    assert "<td>province</td>" in china._repr_html_()
    with pytest.raises(UnknownOptionError, match="Unknown level of the pack 'china': 'cities'"):
        china.level("cities")
    with pytest.raises(UnknownOptionError, match="Unknown line of the pack 'china': 'equator'"):
        china.line_shapes("equator")
    with pytest.raises(
        UnknownOptionError,
        match=r"Unknown pack \(nor is it a folder\) 'chine'. Did you mean 'china'",
    ):
        load_pack("chine")


def test_the_countries_of_the_world():
    world = load_regions("country")
    assert world.columns.tolist() == [
        "name_zh",
        "name_en",
        "level",
        "alpha_2",
        "numeric",
        "lon",
        "lat",
        "bloc",
        "geometry",
    ]
    assert world.loc[["FRA", "JPN", "VNM", "EGY"], "bloc"].tolist() == [
        "EU27;OECD",
        "OECD",
        "ASEAN",
        "",
    ]
    assert len(world) == 238
    assert world.index.is_unique
    assert world.index.str.fullmatch("[A-Z]{3}").all()
    assert world.is_valid.all()
    picked = (
        world.loc[["FJI", "SGP", "KOR", "XKX"], ["name_zh", "name_en", "numeric"]]
        .to_numpy()
        .tolist()
    )
    assert picked == [
        ["斐济", "Fiji", "242"],
        ["新加坡", "Singapore", "702"],
        ["韩国", "South Korea", "410"],
        ["科索沃", "Kosovo", ""],
    ]
    assert world.loc["SGP", "geometry"].contains(shapely.Point(103.8, 1.36))
    assert world.attrs["credit"]["en"] == "Natural Earth (public domain)"
    # What has no code, and what nobody lives on, is land and no region.
    land = load_context("world")
    assert len(land) == 241
    assert set(land["name"]) - set(world["name_en"]) == {"N. Cyprus", "Somaliland", "Antarctica"}
    assert {row["name"] for row in load_pack("world").set_aside} == {
        "N. Cyprus",
        "Somaliland",
        "Antarctica",
    }


@pytest.mark.parametrize(
    "point", [(116, 40), (121, 24), (114.2, 22.4), (105, 35), (-100, 40), (178, -18), (25, 62)]
)
def test_the_world_has_no_hole(point):
    assert load_context("world").contains(shapely.Point(point)).sum() == 1


def test_names_of_countries_as_statistics_write_them():
    world = load_regions("country")
    names = {
        "Viet Nam": "VNM",
        "Korea, Rep.": "KOR",
        "TÜRKİYE": "TUR",
        "Ivory Coast": "CIV",
        "Hong Kong, China (SAR)": "HKG",
        "Bolivia (Plurinational State of)": "BOL",
        "英国": "GBR",
        "US": "USA",
        "fra": "FRA",
        "Federal Republic of Germany": "DEU",
    }
    matches = hubtiers.join_indicators(world, _tidy(list(names))).report.matches
    assert dict(zip(matches["name"], matches["region_id"], strict=True)) == names
    with pytest.raises(hubtiers.JoinError, match=r"'Atlantis' \(no region has this name\)"):
        hubtiers.join_indicators(world, _tidy(["Atlantis"]))


def _tidy(names):
    return pd.DataFrame(
        {"region": names, "indicator": "x", "value": [float(n) for n in range(len(names))]}
    )


def test_parts_of_a_pack():
    delta = load_regions("city", within=["长三角"])
    assert len(delta) == 41
    assert set(delta["province"]) == {"310000", "320000", "330000", "340000"}
    assert len(load_regions("city", within="东北")) == 36
    assert load_regions("province", within=["Western China", "上海"]).index[0] == "150000"
    assert len(load_regions("province", within=["西部", "上海"])) == 13
    # 吉林 within which something lies is the province.
    assert len(load_regions("city", within="吉林")) == 9
    assert len(load_regions("country", within="EU")) == 27
    assert load_regions("country", within=["ASEAN", "法国"]).index.tolist().count("FRA") == 1
    with pytest.raises(
        UnknownOptionError,
        match="Unknown region or group in within=: '长三脚'. Did you mean '长三角'",
    ):
        load_regions("city", within="长三脚")
    with pytest.raises(DataError, match="No region of the level lies within '上海'"):
        load_regions("consortium", within="上海")
    with pytest.raises(SpecError, match=r"within=\[\] names nothing"):
        load_regions("city", within=[])


def test_a_folder_is_a_pack(isles):
    pack = load_pack(isles)
    assert pack.name == str(isles)
    assert not pack.is_shipped
    assert pack.insets[0].box == (0, 49, 1, 50)
    counties = load_regions("county", pack=isles)
    assert counties["name_en"].to_dict() == {"N1": "Ash", "N2": "Southland", "S1": "Ash"}
    assert counties["name_zh"].tolist() == ["Ash", "Southland", "Ash"]
    assert counties["state"].tolist() == ["N", "N", "S"]
    assert source_of(counties) == LayerSource(str(isles), "county", "", "© Isles Survey", ("en",))
    assert source_of(counties).credit("zh") == "© Isles Survey"
    assert load_regions(["S1", "N1"], pack=isles).index.tolist() == ["S1", "N1"]
    assert shapely.area(load_regions("league", pack=isles).geometry.iloc[0]) == 3.0
    with pytest.raises(UnknownOptionError, match="Unknown region id 'X'"):
        load_regions(["X"], pack=isles)
    with pytest.raises(SpecError, match="belong to several levels of the pack 'isles'"):
        load_regions(["N", "S1"], pack=isles)


def test_what_lies_within_is_known_by_the_levels_above(isles):
    # A name of a higher level comes before the same name below it.
    assert load_regions("county", pack=isles, within="Southland").index.tolist() == ["S1"]
    assert load_regions("county", pack=isles, within="upper isle").index.tolist() == ["N1", "N2"]
    assert load_regions("county", pack=isles, within="Upper half").index.tolist() == ["N1", "N2"]
    assert load_regions("county", pack=isles, within=["S", "N2"]).index.tolist() == ["N2", "S1"]
    with pytest.raises(
        SpecError, match="within='Ash' can mean N1, S1 of the level 'county'. Give the id"
    ):
        load_regions("county", pack=isles, within="Ash")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("units =", "unit =", "Unknown key in the pack file .*: 'unit'. Did you mean 'units'"),
        (
            'parent = "state"',
            'parents = "state"',
            "Unknown key in a PackLevel of the pack file .*: 'parents'",
        ),
        ('parent = "state"', 'parent = "land"', "Unknown level in the pack file .*: 'land'"),
        ("[map]\n", "[map]\nscale = 1\n", r"Unknown key in \[map\] of the pack file .*: 'scale'"),
        (
            "box = [0, 49, 1, 50]",
            "",
            "The inset 'south' of a pack needs `window` in metres or `box` in degrees",
        ),
        ('members = "groups.csv"', "", "The level 'league' of a pack needs `file`, `members`"),
        ('id = "isles"', "", "needs an `id` and at least one"),
        ("[map]", "[map", "is not valid TOML"),
    ],
)
def test_a_wrong_pack_file_is_refused(isles, old, new, message):
    file = isles / "pack.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        load_pack(isles)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("region_id,lon,lat\nN,,50.5\n", r"seat of N in seats.csv is \('', '50.5'\). Give longit"),
        ("region_id,lon,lat\nN,50.5,99\n", r"seat of N in seats.csv is \('50.5', '99'\)"),
        ("region_id,lon\nN,1\n", "table of seats seats.csv lacks the column 'lat'"),
    ],
)
def test_wrong_seats_of_a_pack_are_named(isles, rows, message):
    file = isles / "pack.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[names]\n", '[names]\nseats = "seats.csv"\n'), encoding="utf-8")
    (isles / "seats.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load_pack(isles).seats()
    (isles / "seats.csv").write_text("region_id,lon,lat\nN,1,50.5\n", encoding="utf-8")
    assert load_pack(isles).seats() == {"N": (1.0, 50.5)}


def test_a_folder_that_lacks_a_file_is_refused(isles, tmp_path):
    (isles / "county.geojson").unlink()
    with pytest.raises(DataError, match=r"names the file county.geojson, which does not exist"):
        load_pack(isles)
    with pytest.raises(
        DataError, match="has no file pack.toml. Make a pack with: hubtiers pack FILE"
    ):
        load_pack(tmp_path)


def test_the_source_of_a_layer_outlives_the_steps_of_a_table():
    cities = load_regions("city")
    table = IndicatorTable.from_frame(pd.DataFrame({"x": [1.0, 2.0]}, index=["110000", "310000"]))
    assert table.source.pack == ""
    assert table.pack is None
    joined = hubtiers.join_indicators(cities, _tidy(["北京市", "上海市"]))
    for step in (joined, joined.only(["310000"]), joined.without(["310000"]), joined.select(["x"])):
        assert (step.source.pack, step.source.level) == ("china", "city")
        assert step.pack is load_pack("china")
    # A frame that lost its attributes is known by its members.
    bare = cities.copy()
    bare.attrs = {}
    assert source_of(bare).pack == "china"
    own = gpd.GeoDataFrame(
        {"name_zh": ["a"], "name_en": ["a"]}, index=["a"], geometry=[box(0, 0, 1, 1)], crs=4326
    )
    assert source_of(own) == LayerSource(languages=("en",))
    assert json.loads(json.dumps(cities.attrs))["credit"]["en"].startswith("Tianditu")


# What still names a country outside its pack, and why; the list may only grow shorter.
_STILL = {
    "regions/_addresses.py": "a country before its provinces in an address",
    "regions/pack.py": "names the pack of studies that name none",
    "regions/_placing.py": "guesses that coordinates are swapped",
    "table/yearbook/": "rows of national yearbooks",
}
_COUNTRIES = (
    "china",
    "tianditu",
    "天地图",
    "中国",
    "taiwan",
    "台湾",
    "south china",
    "south_china",
    "南海",
)


def _texts(file):
    """Return the names and texts of a module, without its docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        # A text that stands alone explains the constant above it.
        if isinstance(node, ast.Expr):
            told.add(id(node.value))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id


def test_no_country_is_named_outside_its_pack():
    source = Path(hubtiers.__file__).parent
    found = set()
    for file in sorted(source.rglob("*.py")):
        if any(name in text.casefold() for text in _texts(file) for name in _COUNTRIES):
            found.add(file.relative_to(source).as_posix())
    new = {name for name in found if not name.startswith(tuple(_STILL))}
    assert not new
    settled = {name for name in _STILL if not any(other.startswith(name) for other in found)}
    assert not settled, "take these from the list"
