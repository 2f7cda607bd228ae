"""The centre of weight: on the globe, over the date line, with gaps, on the ellipsoid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hubtiers as ht
from hubtiers.regions.distance import mean_point


def places(**points):
    return pd.DataFrame(points, index=["lon", "lat"]).T.astype(float)


def path(weights, points, **options):
    return ht.centre_path(pd.DataFrame(weights, index=list(points.index)), points, **options)


def test_a_degree_of_the_meridian():
    """From 30° to 31° north the ellipsoid of WGS84 measures 110.8565 km, the sphere 111.195."""
    found = path({2010: [1.0, 0.0], 2020: [0.0, 1.0]}, places(a=(114, 30), b=(114, 31)))
    assert found.km == pytest.approx(110.857, abs=0.005)
    assert found.bearing == pytest.approx(0.0, abs=1e-9)
    assert found.frame["lat"].tolist() == pytest.approx([30.0, 31.0])


def test_a_degree_of_the_equator_to_the_west():
    found = path({2010: [0.0, 1.0], 2020: [1.0, 0.0]}, places(a=(0, 0), b=(1, 0)))
    # 2π · 6378.137 km / 360.
    assert found.km == pytest.approx(111.3195, abs=1e-4)
    assert found.bearing == pytest.approx(270.0)


def test_over_the_date_line():
    lon, lat = mean_point(np.array([[170.0, 0.0], [-170.0, 0.0]]), np.array([1.0, 3.0]))
    assert lon == pytest.approx(-175.0, abs=0.15)
    assert lat == pytest.approx(0.0)


def test_on_the_globe_and_not_of_degrees():
    """Half way between two places of one parallel the great circle lies to the north of it."""
    found = path({2010: [1.0, 1.0], 2020: [1.0, 1.0]}, places(a=(80, 50), b=(120, 50)))
    assert found.frame["lat"].iloc[0] == pytest.approx(
        np.degrees(np.arctan(np.tan(np.radians(50)) / np.cos(np.radians(20)))), abs=1e-9
    )
    assert found.frame["lon"].tolist() == pytest.approx([100.0, 100.0])
    assert found.km == pytest.approx(0.0, abs=1e-6)
    assert np.isnan(found.bearing)


def test_path_by_year():
    found = path({2010: [1, 0], 2015: [1, 1], 2020: [0, 1]}, places(a=(0, 0), b=(2, 0)))
    assert found.frame["km"].isna().tolist() == [True, False, False]
    assert found.frame["km"].iloc[1:].sum() == pytest.approx(found.km)
    assert found.frame["km_from_first"].tolist() == pytest.approx([0, 111.3195, 222.639], abs=1e-3)


def test_a_gap_moves_nothing():
    points = places(a=(0, 0), b=(2, 0), c=(9, 9))
    found = path({2010: [1.0, 1.0, np.nan], 2020: [1.0, 1.0, 50.0]}, points)
    assert found.left_out == ("c",)
    assert found.regions == ("a", "b")
    assert found.km == pytest.approx(0.0, abs=1e-6)
    assert "without a value in some year: c" in repr(found)


def test_seat_or_inside():
    regions = ht.load_regions("province")
    weights = pd.DataFrame({2010: 1.0, 2020: 1.0}, index=["650000"])
    seat, inside = (ht.centre_path(weights, regions, at=at) for at in (None, "inside"))
    assert (seat.at, inside.at) == ("seat", "inside")
    assert seat.frame.loc[2010, ["lon", "lat"]].tolist() == pytest.approx([87.6, 43.8], abs=0.05)
    point = ht.centre_path(weights, regions, at="point")
    assert point.frame.loc[2010, ["lon", "lat"]].tolist() == pytest.approx([85.5, 41.0])
    # 乌鲁木齐 lies in the north of its region.
    assert seat.frame["lat"].iloc[0] > inside.frame["lat"].iloc[0]


def squares(**columns):
    """Three squares of ten degrees whose rows also list a corner, with columns added."""
    shapes = [shapely.box(10 * x, 0, 10 * x + 10, 10) for x in range(3)]
    corners = {"lon": [0.0, 10.0, 20.0], "lat": [0.0, 0.0, 0.0]}
    frame = gpd.GeoDataFrame(corners | columns, geometry=shapes, crs="EPSG:4326")
    return frame.set_axis(["x", "y", "z"])


@pytest.mark.parametrize(
    ("columns", "at"),
    [
        ({}, "inside"),
        ({"seat_lon": [1.0, 12.0, 28.0], "seat_lat": [9.0, 9.0, 9.0]}, "seat"),
        ({"seat_lon": [1.0, np.nan, 28.0], "seat_lat": [9.0, np.nan, 9.0]}, "seat or inside"),
    ],
)
def test_same_points_as_hubs(columns, at):
    """What stands for a region is the same for the path of a weight and for its mean centre."""
    regions = squares(**columns)
    weights = pd.DataFrame({2010: [1.0, 2.0, 1.0], 2020: [1.0, 1.0, 5.0]}, index=regions.index)
    found = ht.centre_path(weights, regions)
    assert found.at == at
    for year in weights:
        centre = ht.mean_centre(weights[year], regions)
        assert found.frame.loc[year, ["lon", "lat"]].tolist() == pytest.approx(centre, abs=1e-12)


def test_a_seat_that_is_not_known():
    regions = squares(seat_lon=[1.0, np.nan, 28.0], seat_lat=[9.0, np.nan, 9.0])
    weights = pd.DataFrame({2010: 1.0, 2020: 1.0}, index=regions.index)
    with pytest.raises(ht.DataError, match="y has no seat. Add it, or leave at='seat' out"):
        ht.centre_path(weights, regions, at="seat")
    with pytest.raises(ht.CRSError, match="no coordinate reference system"):
        ht.centre_path(weights, regions.set_crs(None, allow_override=True), at="inside")


def test_mean_centre_that_is_none():
    regions = squares(seat_lon=[0.0, 180.0, 5.0], seat_lat=[0.0, 0.0, 0.0])
    with pytest.raises(ht.DataError, match="evenly around the globe"):
        ht.mean_centre(pd.Series({"x": 1.0, "y": 1.0}), regions)


def test_refusals():
    points = places(a=(0, 0), b=(2, 0))
    with pytest.raises(ht.DataError, match="The values of b are negative"):
        path({2010: [1.0, -1.0], 2020: [1.0, 1.0]}, points)
    with pytest.raises(ht.DataError, match="Every value of 2020 is zero"):
        path({2010: [1.0, 1.0], 2020: [0.0, 0.0]}, points)
    with pytest.raises(ht.DataError, match="No region has a value in every year"):
        path({2010: [1.0, np.nan], 2020: [np.nan, 1.0]}, points)
    with pytest.raises(ht.DataError, match="The regions lack b"):
        ht.centre_path(pd.DataFrame({2010: [1, 1], 2020: [1, 1]}, index=["a", "b"]), points.head(1))
    with pytest.raises(ht.UnknownOptionError, match="'middle'"):
        path({2010: [1.0, 1.0], 2020: [1.0, 1.0]}, points, at="middle")
    with pytest.raises(ht.MissingColumnError, match="lon"):
        path({2010: [1.0, 1.0], 2020: [1.0, 1.0]}, points[["lat"]], at="point")
    with pytest.raises(ht.MissingColumnError, match="seat_lon"):
        path({2010: [1.0, 1.0], 2020: [1.0, 1.0]}, points, at="seat")
    with pytest.raises(ht.DataError, match="'a', 'b' have no geometry"):
        path({2010: [1.0, 1.0], 2020: [1.0, 1.0]}, points[["lat"]])
    with pytest.raises(ht.DataError, match="a has no place"):
        path({2010: [1.0, 1.0], 2020: [1.0, 1.0]}, places(a=(np.nan, 0), b=(2, 0)))
    with pytest.raises(ht.SpecError, match="needs a frame of regions × years, but got Series"):
        ht.centre_path(pd.Series({"a": 1.0}), points)
    with pytest.raises(ht.DataError, match="evenly around the globe"):
        path({2010: [1.0, 1.0], 2020: [1.0, 1.0]}, places(a=(0, 0), b=(180, 0)))
