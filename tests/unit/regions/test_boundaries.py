"""The bundled layers: counts, nesting, order, and that a caller cannot harm the next one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from hubtiers.errors import DuplicateRegionError, SpecError, UnknownOptionError
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.regions.membership import member_units

COLUMNS = [
    "name_zh",
    "name_en",
    "short_zh",
    "level",
    "province",
    "members",
    "lon",
    "lat",
    "seat_lon",
    "seat_lat",
    "macro_region",
    "geographic_region",
    "geometry",
]


@pytest.mark.parametrize(("level", "count"), [("province", 34), ("city", 372), ("consortium", 13)])
def test_levels_have_the_declared_units_and_columns(level, count):
    regions = load_regions(level)
    assert len(regions) == count
    assert regions.columns.tolist() == COLUMNS
    assert regions.index.name == "region_id"
    assert regions.index.is_unique
    assert all(isinstance(region_id, str) for region_id in regions.index)
    assert set(regions["level"]) == {level}
    assert regions.crs.to_epsg() == 4326
    # Consortia have no seat of government.
    seats = ["seat_lon", "seat_lat"] if level == "consortium" else []
    assert not regions.drop(columns=["geometry", *seats]).isna().any().any()


def test_city_units_are_prefectures_municipalities_and_direct_counties():
    codes = load_regions("city").index
    whole = [c for c in codes if c.endswith("0000")]
    assert whole == ["110000", "120000", "310000", "500000", "710000", "810000", "820000"]
    assert sum(c[2] == "9" for c in codes) == 32
    assert not {"629700", "629800", "629900", "371200", "110100"} & set(codes)


@pytest.mark.parametrize("level", ["province", "city"])
def test_outlines_are_valid_and_form_a_coverage(level):
    shapes = np.asarray(load_regions(level).geometry.array)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    decimals = shapely.get_coordinates(shapes)
    assert np.abs(decimals * 1e4 - np.round(decimals * 1e4)).max() < 1e-6


def test_provinces_are_exactly_their_cities():
    cities, provinces = load_regions("city"), load_regions("province")
    for code, province in provinces.geometry.items():
        units = np.asarray(cities.geometry[cities["province"] == code].array)
        known = set(map(tuple, shapely.get_coordinates(units)))
        assert set(map(tuple, shapely.get_coordinates(province))) <= known
        assert shapely.equals_exact(
            shapely.normalize(shapely.coverage_union_all(units)), shapely.normalize(province)
        )


@pytest.mark.parametrize("level", ["province", "city", "consortium"])
def test_label_points_lie_inside(level):
    regions = load_regions(level)
    assert shapely.contains_xy(
        np.asarray(regions.geometry.array), regions["lon"], regions["lat"]
    ).all()


@pytest.mark.parametrize(
    ("code", "lon", "lat"),
    [
        ("110000", 116.39, 39.91),
        ("610100", 108.94, 34.26),
        ("650100", 87.62, 43.82),
        ("820000", 113.55, 22.195),
    ],
)
def test_known_places_lie_in_their_unit(code, lon, lat):
    cities = load_regions("city")
    assert cities.index[cities.contains(shapely.Point(lon, lat))].tolist() == [code]


def test_area_of_china_is_about_nine_point_six_million_square_kilometres():
    area = load_regions("province").to_crs("+proj=cea +datum=WGS84").area.sum() / 1e12
    assert area == pytest.approx(9.5, abs=0.2)


def test_a_list_keeps_its_order_and_mixes_levels():
    ids = ["yangtze-delta", "610100", "110000", "440000"]
    regions = load_regions(ids)
    assert regions.index.tolist() == ids
    assert regions["level"].tolist() == ["consortium", "city", "province", "province"]
    assert regions["name_zh"].tolist() == ["长三角", "西安市", "北京市", "广东省"]
    assert regions.loc["440000", "members"].split(";") == list(member_units("440000"))
    assert regions.loc["yangtze-delta", "province"] == ""
    assert load_regions(["xian-metro"]).loc["xian-metro", "province"] == "610000"


def test_consortium_is_the_union_of_its_members():
    cities, delta = load_regions("city"), load_regions(["yangtze-delta"])
    units = cities.loc[delta.loc["yangtze-delta", "members"].split(";")]
    assert delta.geometry.iloc[0].area == pytest.approx(
        shapely.area(np.asarray(units.geometry.array)).sum(), rel=1e-9
    )
    assert set(units["province"]) == {"310000", "320000", "330000", "340000"}


def test_the_caller_owns_the_frame():
    first = load_regions("city")
    first.loc["110000", "name_zh"] = "changed"
    first.loc["120000", "geometry"] = shapely.Point(0, 0)
    first.attrs["mine"] = 1
    again = load_regions("city")
    assert again.loc["120000", "geometry"].geom_type == "Polygon"
    assert again.attrs["pack"] == "china"
    assert "mine" not in again.attrs
    assert again.loc["110000", "name_zh"] == "北京市"
    assert len(again) == 372


def test_context_layers():
    world, sea = load_context("world", pack="china"), load_context("south_china_sea")
    assert len(world) == 175
    assert {"China", "Taiwan"}.isdisjoint(world["name"])
    assert world.is_valid.all()
    assert world.crs.to_epsg() == sea.crs.to_epsg() == 4326
    china = shapely.union_all(np.asarray(load_regions("province").geometry.array))
    shared = shapely.intersection(np.asarray(world.geometry.array), china)
    assert shapely.area(shared).max() < 1e-3
    assert sea["dash"].tolist() == list(range(1, 11))
    assert sea.geometry.iloc[-1].coords[:] == [(122.51, 23.47), (122.79, 24.57)]


def test_world_is_cut_at_the_antimeridian():
    world = load_context("world").set_index("name")
    assert world.total_bounds.tolist() == pytest.approx([-180, -90, 180, 83.6], abs=0.1)
    # Chukotka lies beyond 180°; Russia must not run round the globe to reach it.
    assert world.loc["Russia", "geometry"].contains(shapely.Point(-175, 67))
    assert not world.loc["Russia", "geometry"].intersects(shapely.Point(-100, 67))
    assert world.loc["Antarctica", "geometry"].contains(shapely.Point(0, -89))


def test_wrong_choices_are_refused():
    with pytest.raises(
        UnknownOptionError, match=r"Unknown level of regions 'citys'. Did you mean 'city'\?"
    ):
        load_regions("citys")
    with pytest.raises(UnknownOptionError, match=r"Unknown region id '110001'. Did you mean"):
        load_regions(["110001"])
    with pytest.raises(DuplicateRegionError, match="more than one row for 110000"):
        load_regions(["110000", "110000"])
    with pytest.raises(SpecError, match="The list of region ids is empty"):
        load_regions([])
    with pytest.raises(
        UnknownOptionError, match=r"Unknown map context 'worlds'. Did you mean 'world'\?"
    ):
        load_context("worlds")
