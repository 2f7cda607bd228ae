"""GCJ-02: the published values, the round trip, and the test of suspicion."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hubtiers.errors import CRSError, SpecError
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.crs import gcj02_suspicion, gcj02_to_wgs84, wgs84_to_gcj02

# WGS84 and GCJ-02 pairs from the test file of eviltransform (googollee/eviltransform): Shanghai, Shenzhen, Beijing.
WGS84 = [(121.5272106, 31.1774276), (113.912316, 22.543847), (116.377817, 39.911954)]
GCJ02 = [
    (121.531541859215, 31.17530398364597),
    (113.9171764808363, 22.540796131694766),
    (116.38404722455657, 39.91334545536069),
]


def metres(lon, lat, other_lon, other_lat):
    return np.hypot(
        (lon - other_lon) * 111_320 * np.cos(np.radians(lat)), (lat - other_lat) * 110_574
    )


def test_published_values():
    lon, lat = wgs84_to_gcj02(*np.transpose(WGS84))
    np.testing.assert_allclose(np.column_stack([lon, lat]), GCJ02, rtol=0, atol=1e-9)
    lon, lat = gcj02_to_wgs84(*np.transpose(GCJ02))
    np.testing.assert_allclose(np.column_stack([lon, lat]), WGS84, rtol=0, atol=1e-9)


def test_round_trip_is_below_a_millimetre_and_the_shift_is_real():
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(73.5, 135, 5000), rng.uniform(18, 53.5, 5000)
    there = wgs84_to_gcj02(lon, lat)
    back = gcj02_to_wgs84(*there)
    assert metres(lon, lat, *back).max() < 1e-3
    shift = metres(lon, lat, *there)
    assert np.median(shift) == pytest.approx(420, abs=60)
    assert shift.max() < 800


def test_outside_china_and_missing_values_stay():
    lon, lat = wgs84_to_gcj02([2.35, np.nan, 116.0], [48.86, np.nan, np.nan])
    np.testing.assert_array_equal(lon[:2], [2.35, np.nan])
    np.testing.assert_array_equal(lat[:2], [48.86, np.nan])
    assert np.isnan(lat[2])
    assert wgs84_to_gcj02(np.zeros((2, 3)), np.zeros((2, 3)))[0].shape == (2, 3)


def test_layers_keep_their_kind_columns_and_system():
    layer = load_regions(["610100", "310000"])
    moved = wgs84_to_gcj02(layer)
    assert moved.columns.tolist() == layer.columns.tolist()
    assert moved.index.tolist() == ["610100", "310000"]
    first = shapely.get_coordinates(layer.geometry.iloc[0])[0]
    expected = np.array(wgs84_to_gcj02(*first))
    np.testing.assert_allclose(
        shapely.get_coordinates(moved.geometry.iloc[0])[0], expected, atol=1e-12
    )
    back = gcj02_to_wgs84(moved.geometry)
    assert isinstance(back, gpd.GeoSeries)
    assert back.geom_equals_exact(layer.geometry, tolerance=1e-9).all()
    projected = gcj02_to_wgs84(moved.to_crs("EPSG:3857"))
    assert projected.crs.to_epsg() == 3857
    assert projected.geometry.to_crs(4326).geom_equals_exact(layer.geometry, tolerance=1e-7).all()


@pytest.mark.parametrize("region", ["110000", "440300", "632800"])
def test_suspicion_tells_the_two_apart(region):
    layer = load_regions(["110000", region] if region != "110000" else [region])
    fair = gcj02_suspicion(layer)
    assert (fair.verdict, fair.distance_as_is_m) == ("wgs84", 0.0)
    shifted = gcj02_suspicion(wgs84_to_gcj02(layer))
    assert shifted.verdict == "gcj02"
    assert shifted.distance_if_converted_m < 1
    assert shifted.distance_as_is_m > 50
    assert "gcj02_to_wgs84(regions)" in repr(shifted)
    assert shifted.to_frame().loc[0, "verdict"] == "gcj02"
    assert shifted._repr_html_().startswith("<p>gcj02: ")


def test_suspicion_is_undecided_far_from_any_border():
    far = gpd.GeoDataFrame(geometry=[shapely.box(2, 48, 3, 49), None], crs="EPSG:4326")
    report = gcj02_suspicion(far)
    assert (report.verdict, report.vertices) == ("undecided", 0)
    noise = np.random.default_rng(3).normal(0, 0.02, (60, 2))
    dots = shapely.linestrings(np.array([116.4, 40.1]) + noise)
    assert (
        gcj02_suspicion(gpd.GeoDataFrame(geometry=[dots], crs="EPSG:4326")).verdict == "undecided"
    )


def test_wrong_input_is_refused():
    with pytest.raises(SpecError, match="The latitudes are missing"):
        wgs84_to_gcj02([1.0])
    with pytest.raises(SpecError, match="2 longitudes and 1 latitudes"):
        gcj02_to_wgs84([1.0, 2.0], [1.0])
    layer = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)])
    for call in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_suspicion):
        with pytest.raises(CRSError, match="The layer has no coordinate reference system"):
            call(layer)
