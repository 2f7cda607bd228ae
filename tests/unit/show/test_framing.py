"""Frames and projections: the middle by the widest gap, parts far away, what a projection leaves true."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from hubtiers.errors import SpecError
from hubtiers.regions.pack import load_pack
from hubtiers.show.framing import (
    around_frame,
    choose_projection,
    frame_shapes,
    joined_at,
    longitude_span,
    north_spread,
    outlying,
    padded,
    projected,
    require_extent,
    scale_spread,
    without_twins,
)


def squares(*corners, side=1.0):
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners], dtype=object)


@pytest.mark.parametrize(
    ("west", "east", "expected"),
    [
        ([10.0, 30.0], [20.0, 40.0], (10.0, 40.0)),
        ([177.0, -180.0], [180.0, -178.0], (177.0, 182.0)),
        # Russia: a long arc of which a small part lies beyond 180 degrees.
        ([27.0, -180.0], [180.0, -169.0], (27.0, 191.0)),
        # The United States with the Aleutians.
        ([-125.0, -180.0, 172.0], [-67.0, -130.0, 180.0], (172.0, 293.0)),
        ([-180.0, -90.0, 0.0, 90.0], [-90.0, 0.0, 90.0, 180.0], (-180.0, 180.0)),
        # One interval inside another leaves no gap of its own.
        ([0.0, 10.0, 60.0], [50.0, 20.0, 70.0], (0.0, 70.0)),
    ],
)
def test_span_leaves_out_the_widest_gap(west, east, expected):
    for step in (1, -1):
        span = longitude_span(np.array(west)[::step], np.array(east)[::step])
        assert span == pytest.approx(expected)


def test_shape_on_both_sides_of_180_degrees_is_one_piece():
    halves = shapely.union_all([shapely.box(178, -18, 180, -16), shapely.box(-180, -18, -179, -16)])
    (joined,) = joined_at([halves], -0.5)
    assert joined.equals(shapely.box(178, -18, 181, -16))
    # What lies inside the turn already is left as it is, and what lies outside is only moved.
    inside, moved = joined_at(squares((10, 0), (-170, 0)), 0.0)
    assert inside.bounds == (10, 0, 11, 1)
    assert moved.bounds == (190, 0, 191, 1)
    # A shape that reaches across the cut ends at both of its sides.
    (cut,) = joined_at([shapely.box(-10, 0, 10, 5)], 0.0)
    assert cut.area == pytest.approx(100)
    assert cut.bounds == (0, 0, 360, 5)


def test_small_parts_far_away_become_insets():
    mainland = squares(*[(x, y) for x in range(5, 15) for y in range(40, 48)])
    islands = squares((55, -21), (55.5, -21.5), (-61, 16))
    framing = frame_shapes(np.concatenate([mainland, islands]))
    assert framing.bounds == (5, 40, 15, 48)
    assert set(framing.insets) == {(55, -21.5, 56.5, -20), (-61, 16, -60, 17)}
    assert framing.left_out == ()
    assert framing.cut == -170
    series = gpd.GeoSeries(np.concatenate([mainland, islands]), crs=4326)
    assert {tuple(ids) for ids in outlying(series, framing)} == {("80", "81"), ("82",)}


def test_two_parts_of_one_rank_share_a_frame():
    west = squares(*[(x, y) for x in range(4) for y in range(4)])
    east = squares(*[(x, y) for x in range(30, 34) for y in range(4)])
    framing = frame_shapes(np.concatenate([west, east]))
    assert framing.bounds == (0, 0, 34, 4)
    assert framing.insets == ()


def test_near_islands_stay_and_islets_of_a_region_that_is_seen_are_no_inset():
    coast = squares(*[(x, y) for x in range(10) for y in range(10)])
    with_islet = shapely.union_all([coast[0], shapely.box(60, 40, 60.1, 40.1)])
    island = squares((11, 3))
    framing = frame_shapes(np.array([with_islet, *coast[1:], *island], dtype=object))
    assert framing.bounds == (0, 0, 12, 10)
    assert framing.insets == ()


def test_more_insets_than_fit_are_told():
    mainland = squares(*[(x, y) for x in range(10) for y in range(10)])
    far = squares(*[(20 + 8 * k, -60 + 12 * (k % 3)) for k in range(10)])
    framing = frame_shapes(np.concatenate([mainland, far]))
    assert len(framing.insets) == 8
    # Of equal shapes the smaller ones, nearer to the pole, stand back.
    assert framing.left_out == (106, 109)


@pytest.mark.parametrize(
    ("bounds", "starts"),
    [
        ((-180, -56, 180, 84), "+proj=eqearth +lon_0=11 "),
        ((-120, -56, 60, 70), "+proj=eqearth +lon_0=-30 "),
        ((-10, 35, 40, 71), "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000"),
        (
            (-124.7, 24.5, -67, 49.4),
            "+proj=aea +lat_1=28.65 +lat_2=45.25 +lat_0=36.95 +lon_0=-95.85 ",
        ),
        ((19, 41, 191, 82), "+proj=aea +lat_1=47.8333 +lat_2=75.1667 +lat_0=61.5 +lon_0=105 "),
        ((177, -19, 182, -16), "+proj=laea +lat_0=-17.5 +lon_0=179.5 "),
        ((-180, 60, 180, 84), "+proj=laea +lat_0=90 +lon_0=0 "),
        ((-180, -90, 180, -60), "+proj=laea +lat_0=-90 +lon_0=0 "),
        # Germany is a country, not a continent.
        ((6, 47, 15, 55), "+proj=laea +lat_0=51 +lon_0=10.5 +datum"),
    ],
)
def test_projection_suits_the_place(bounds, starts):
    assert choose_projection(bounds).startswith(starts)


def test_projections_are_equal_area():
    for bounds in ((-180, -56, 180, 84), (-10, 35, 40, 71), (-125, 24, -67, 49), (100, 8, 110, 24)):
        crs = choose_projection(bounds)
        middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        cells = [
            shapely.box(x, y, x + 0.5, y + 0.5) for x, y in (middle, (bounds[0] + 1, bounds[1] + 1))
        ]
        drawn = projected(gpd.GeoSeries(cells, crs=4326), crs, step=0.01).area
        true = [abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(cell)[0]) for cell in cells]
        np.testing.assert_allclose(drawn, true, rtol=2e-3)


def test_world_on_another_middle_is_cut_at_the_edge_of_the_map():
    around = gpd.GeoSeries([shapely.box(-30, -5, 30, 5)], crs=4326)
    (left, _, right, _) = projected(
        around, "+proj=eqearth +lon_0=180 +datum=WGS84 +units=m"
    ).total_bounds
    # Both ends of the map, and nothing between them.
    assert left == pytest.approx(-right)
    shape = projected(around, "+proj=eqearth +lon_0=180 +datum=WGS84 +units=m").iloc[0]
    assert not shape.intersects(shapely.box(-1e6, -1e6, 1e6, 1e6))


def test_far_side_of_the_globe_is_not_drawn():
    crs = choose_projection((-125, 24, -67, 49))
    antipode = gpd.GeoSeries(
        [shapely.box(80, -60, 90, -50), shapely.box(-100, 30, -90, 40)], crs=4326
    )
    drawn = projected(antipode, crs)
    assert drawn.is_empty.tolist() == [True, False]


def test_north_and_scale_are_measured_over_the_window():
    small = choose_projection((126, 33, 130, 39)), (-2e5, -3e5, 2e5, 3e5)
    assert north_spread(*small) < 2
    assert scale_spread(*small) < 0.01
    china = load_pack("china")
    # On the cone of the national map north turns by more than twenty degrees.
    assert 20 < north_spread(china.projection, china.window) < 25
    assert 0.05 < scale_spread(china.projection, china.window) < 0.08
    world = choose_projection((-180, -56, 180, 84)), (-1.7e7, -8e6, 1.7e7, 8e6)
    assert north_spread(*world) == 180
    assert scale_spread(*world) == np.inf
    mercator = "EPSG:3857", (-1e6, 0, 1e6, 8e6)
    assert north_spread(*mercator) < 1e-3
    assert scale_spread(*mercator) > 0.5


def test_margin_and_shape_of_a_frame():
    assert padded((0, 0, 10, 10), 0.1, (0.5, 2.0)) == (-1, -1, 11, 11)
    assert padded((0, 0, 10, 1), 0.0, (0.5, 2.0)) == (0, -2, 10, 3)
    assert padded((0, 0, 1, 10), 0.0, (0.5, 2.0)) == (-2, 0, 3, 10)


def test_land_around_a_frame_across_180_degrees():
    world = gpd.GeoSeries(squares((179, 0), (-180, 0), (0, 0)), index=list("abc"), crs=4326)
    cut = around_frame(world, (170.0, -5.0, 190.0, 5.0))
    assert {key: shape.bounds for key, shape in cut.items()} == {
        "a": (179, 0, 180, 1),
        "b": (180, 0, 181, 1),
    }


def test_coarse_twin_of_the_study_gives_way_but_for_a_strip_along_its_neighbour():
    context = gpd.GeoSeries(
        [shapely.box(0, 0, 4, 4), shapely.box(4, 0, 8, 4)], index=["own", "next"], crs=4326
    )
    study = shapely.box(0.2, 0.2, 3.9, 3.8)
    left = without_twins(context, study, border=0.3)
    assert left["next"].equals(context["next"])
    assert left["own"].bounds == pytest.approx((3.7, 0, 4, 4))
    # A study that is a small part of the country leaves it.
    assert without_twins(context, shapely.box(0, 0, 1, 1)).geom_equals(context).all()


@pytest.mark.parametrize("extent", [(10, 0, 5, 5), (0, 5, 5, 0), (0, -95, 5, 0), (0, 0, 400, 5)])
def test_extent_that_is_no_box_is_refused(extent):
    with pytest.raises(
        SpecError, match="is not a box. Give west, south, east and north in degrees"
    ):
        require_extent(extent)
    assert require_extent((170, -20, 190, -10)) == (170, -20, 190, -10)
