"""Members are declared, overlap is computed."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import box

from hubtiers.errors import CRSError, SpecError, UnknownOptionError
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.membership import (
    consortium_ids,
    expand_members,
    member_units,
    overlaps,
    overlaps_by_geometry,
)

# The rows of Table 1 of Zhang (2022) in the order of the paper.
TABLE_1 = [
    "110000",
    "beijing-tianjin-hebei",
    "310000",
    "yangtze-delta",
    "greater-bay-area",
    "440000",
    "420000",
    "chengdu-chongqing",
    "210000",
    "northeast",
    "370000",
    "610000",
    "350000",
    "410000",
    "620000",
    "140000",
    "530000",
    "450000",
]
PAIRS = [
    ("110000", "beijing-tianjin-hebei"),
    ("310000", "yangtze-delta"),
    ("greater-bay-area", "440000"),
    ("210000", "northeast"),
]


def test_table_1_overlaps_in_exactly_four_pairs():
    assert overlaps({region: [region] for region in TABLE_1}) == PAIRS
    regions = load_regions(TABLE_1)
    assert overlaps(regions) == PAIRS
    assert overlaps_by_geometry(regions) == PAIRS
    assert overlaps(regions.drop(columns="members")) == PAIRS


def test_the_fourteen_disjoint_rows_do_not_overlap():
    assert (
        overlaps(
            load_regions([r for r in TABLE_1 if r not in {"110000", "310000", "440000", "210000"}])
        )
        == []
    )


def test_pairs_follow_the_order_of_appearance():
    assert overlaps({"b": ["beijing-tianjin-hebei"], "a": ["110000"]}) == [("b", "a")]
    assert overlaps({"x": ["own-1"], "y": ["own-1", "own-2"], "z": ["own-3"]}) == [("x", "y")]


@pytest.mark.parametrize(
    ("region", "count", "contains"),
    [
        ("beijing-tianjin-hebei", 13, "130100"),
        ("yangtze-delta", 41, "340200"),
        ("greater-bay-area", 11, "810000"),
        ("chengdu-chongqing", 22, "500000"),
        ("northeast", 36, "232700"),
        ("shandong-peninsula", 16, "370200"),
        ("wuhan-metro", 9, "429005"),
        ("xian-metro", 5, "611000"),
        ("g60-corridor", 9, "341800"),
        ("coastal-belt", 6, "330900"),
        ("420000", 17, "429021"),
        ("710000", 1, "710000"),
        ("610100", 1, "610100"),
    ],
)
def test_member_units(region, count, contains):
    units = member_units(region)
    assert len(units) == len(set(units)) == count
    assert contains in units


def test_expand_members_keeps_order_and_drops_repeats():
    assert expand_members(["440300", "greater-bay-area"])[:2] == ("440300", "440100")
    assert len(expand_members(["440300", "greater-bay-area"])) == 11
    assert expand_members([]) == ()


def test_every_consortium_has_a_source_and_known_members():
    for region in consortium_ids():
        assert set(member_units(region)) <= set(load_regions("city").index)


def test_a_sliver_is_no_overlap_and_a_share_is():
    def layer(shift):
        shapes = [box(100, 30, 101, 31), box(101 - shift, 30, 102, 31)]
        return gpd.GeoDataFrame(geometry=shapes, index=["a", "b"], crs="EPSG:4326")

    assert overlaps_by_geometry(layer(0.0)) == []
    assert overlaps_by_geometry(layer(0.005)) == []
    assert overlaps_by_geometry(layer(0.02)) == [("a", "b")]
    assert overlaps_by_geometry(layer(0.02), tolerance=0.05) == []
    assert overlaps_by_geometry(layer(0.005), tolerance=0) == [("a", "b")]


def test_wrong_choices_are_refused():
    with pytest.raises(
        UnknownOptionError, match=r"Unknown region id 'yangtze'. Did you mean 'yangtze-delta'\?"
    ):
        member_units("yangtze")
    with pytest.raises(SpecError, match="needs a list of region ids, but got the string '110000'"):
        expand_members("110000")
    layer = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)])
    with pytest.raises(CRSError, match="has no coordinate reference system"):
        overlaps_by_geometry(layer)
    with pytest.raises(SpecError, match="tolerance is 2, but it is a share"):
        overlaps_by_geometry(layer.set_crs(4326), tolerance=2)
