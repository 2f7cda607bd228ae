"""Names of own layers: every spelling that is met, and the refusal of what fits several."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.read import read_regions


def layer(rows, **columns):
    """Return regions from pairs of id and name, side by side."""
    data = {"id": [row[0] for row in rows], "name": [row[1] for row in rows]} | columns
    shapes = [box(n, 0, n + 1, 1) for n in range(len(rows))]
    return read_regions(
        gpd.GeoDataFrame(data, geometry=shapes, crs=4326), id_column="id", name="name"
    )


FRANCE = layer(
    [
        ("FR10", "Île-de-France"),
        ("FRL0", "Provence-Alpes-Côte d’Azur"),
        ("FRK2", "Rhône-Alpes"),
        ("PL91", "Łódzkie"),
        ("DK01", "Østjylland"),
        ("DE21", "Oberbayern"),
    ]
)


@pytest.mark.parametrize(
    ("name", "region", "rule"),
    [
        ("FR10", "FR10", "id"),
        ("fr10", "FR10", "alias"),
        ("Île-de-France", "FR10", "exact"),
        ("ILE DE FRANCE", "FR10", "alias"),
        ("Ile-de-France Region", "FR10", "alias"),
        ("Provence-Alpes-Côte d'Azur", "FRL0", "alias"),
        ("Lodzkie", "PL91", "alias"),
        ("ostjylland", "DK01", "alias"),
        ("Region of Oberbayern", "DE21", "alias"),
        (" Rhone  Alpes ", "FRK2", "alias"),
    ],
)
def test_spellings(name, region, rule):
    row = match_layer([name], FRANCE).iloc[0]
    assert (row["region_id"], row["rule"]) == (region, rule)


def test_marks_of_direction_do_not_change_what_a_name_reads():
    land = layer([("a", "\u202eyaB\u202c"), ("b", "\u200fחיפה\u200f"), ("c", "Bay")])
    assert land["name_en"].tolist() == ["yaB", "חיפה", "Bay"]
    found = match_layer(["\u202eBay", "\u200eBay", "חיפה", "yaB"], land)
    assert found["region_id"].tolist() == ["", "c", "b", "a"]


def test_what_is_not_found_is_proposed_and_never_applied():
    row = match_layer(["Oberbayren", "Atlantis"], FRANCE)
    assert row["rule"].tolist() == ["unmatched", "unmatched"]
    assert row["note"].tolist() == [
        "no region has this name; did you mean DE21 Oberbayern?",
        "no region has this name",
    ]


def test_leading_zeros_are_offered():
    states = layer([("01", "Alabama"), ("02", "Alaska"), ("30", "Montana")])
    found = match_layer(["1", "2.0", "30", "7"], states)
    assert found["region_id"].tolist() == ["", "", "30", ""]
    assert found["candidates"].tolist()[:2] == ["01 Alabama", "02 Alaska"]
    assert "leading_zeros=True" in found.loc[0, "note"]
    assert found.loc[3, "note"] == "no region has this name"


COUNTIES = layer(
    [
        ("1", "Washington County"),
        ("2", "Washington"),
        ("3", "Polk"),
        ("4", "Richmond"),
        ("5", "Richmond city"),
    ],
    state=["Oregon", "Ohio", "Oregon", "Virginia", "Virginia"],
    level=["county"] * 5,
    province=["x"] * 5,
)


def test_namesakes_are_told_apart_by_what_they_lie_in():
    names = ["Washington", "Washington", "Washington County", "Washington, Ohio", "Polk", "Polk"]
    limits = ["Oregon", "State of Ohio", "", "", "Ohio", ""]
    found = match_layer(names, COUNTIES, within=limits)
    assert found["region_id"].tolist() == ["1", "2", "1", "2", "", "3"]
    assert found.loc[3, "note"] == "read as washington in ohio"
    assert found.loc[4, "note"] == "no region of this name lies in Ohio"
    assert found.loc[4, "candidates"] == "3 Polk"


def test_a_name_that_fits_several_is_refused():
    # The exact name comes first; what says another kind is another place.
    found = match_layer(
        ["Richmond", "richmond county", "Richmond-City", "RICHMOND", "Polk City"], COUNTIES
    )
    assert found["region_id"].tolist() == ["4", "4", "5", "4", "3"]
    twins = layer([("1", "Polk County"), ("2", "Polk, County of")])
    found = match_layer(["polk", "Polk City"], twins)
    assert found["rule"].tolist() == ["ambiguous", "unmatched"]
    assert found.loc[0, "candidates"] == "1 Polk County;2 Polk, County of"


def test_kinds_and_marks_of_names():
    districts = layer([("1", "朝阳区"), ("2", "临潼区"), ("3", "Zone (1)"), ("4", "新城")])
    names = ["朝阳", "朝阳县", "临潼区", "Zone", "新城区"]
    assert match_layer(names, districts)["region_id"].tolist() == ["1", "", "2", "3", "4"]


def test_a_layer_of_codes_meets_the_gazetteer():
    provinces = layer(
        [("110000", "北京市"), ("150000", "内蒙古自治区"), ("220000", "吉林省"), ("100000_JD", "")],
        level=["province", "province", "province", None],
    )
    names = ["北京", "内蒙古", "吉林", "Jilin", "Nei Mongol", "CN-BJ", "吉林省", "上海"]
    found = match_layer(names, provinces)
    assert found["region_id"].tolist() == [
        *("110000", "150000", "220000", "220000", "150000", "110000", "220000", ""),
    ]
    assert found["note"].iloc[-1].startswith("no region has this name")


def test_districts_have_no_gazetteer_and_need_none():
    districts = layer([("130102", "长安区"), ("130104", "桥西区")], level=["district", "district"])
    found = match_layer(["长安", "桥西区", "某某新区"], districts)
    assert found["region_id"].tolist() == ["130102", "130104", ""]
    assert found["rule"].tolist() == ["alias", "exact", "unmatched"]


def test_shipped_layers_keep_their_strictness():
    cities = load_regions("city")
    found = match_layer(["吉林", "朝阳", "北京市", "Hangzou"], cities)
    assert found["rule"].tolist() == ["ambiguous", "ambiguous", "exact", "unmatched"]
    assert "did you mean" in found.loc[3, "note"]
    within = match_layer(["吉林", "朝阳"], cities, within=["吉林", "辽宁"])
    assert within["region_id"].tolist() == ["220200", "211300"]
    assert match_layer([], cities).empty
    part = match_layer(["上海"], cities.drop(index="310000"))
    assert part.loc[0, "note"] == "known as 310000, which the layer does not have"


def test_a_frame_without_any_attributes_is_a_layer_too():
    plain = pd.DataFrame({"name_zh": ["甲", "乙"], "name_en": ["A", "B"]}, index=["1", "2"])
    assert match_layer(["a", "乙"], plain)["region_id"].tolist() == ["1", "2"]
