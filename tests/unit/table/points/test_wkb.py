"""Coordinates from the bytes of points are those that shapely reads, and other shapes are left to it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hubtiers.table.points._wkb import plain_coordinates
from hubtiers.table.points.count import count_points

pa = pytest.importorskip("pyarrow")
POINTS = shapely.points([[1.5, -2.25], [1e-300, 89.0], [180.0, 3.0], [-0.0, 7.5]])


def column(shapes, kind="binary", **options):
    return pa.array(list(shapely.to_wkb(shapes, **options)), getattr(pa, kind)())


@pytest.mark.parametrize("kind", ["binary", "large_binary"])
@pytest.mark.parametrize("part", [slice(None), slice(1, 3), slice(3, None)])
def test_coordinates_are_those_of_shapely(kind, part):
    x, y = plain_coordinates(column(POINTS, kind)[part])
    np.testing.assert_array_equal(x, shapely.get_x(POINTS)[part])
    np.testing.assert_array_equal(y, shapely.get_y(POINTS)[part])


def test_bytes_within_an_extension_type_are_found():
    class Wkb(pa.ExtensionType):
        def __init__(self):
            super().__init__(pa.binary(), "test.wkb")

        def __arrow_ext_serialize__(self):
            return b""

    x, y = plain_coordinates(pa.ExtensionArray.from_storage(Wkb(), column(POINTS))[1:])
    assert x.tolist() == [1e-300, 180.0, -0.0]
    assert y.tolist() == [89.0, 3.0, 7.5]


def test_an_empty_point_has_no_coordinates():
    x, y = plain_coordinates(column([shapely.Point(3, 4), shapely.Point()]))
    np.testing.assert_array_equal(x, [3, np.nan])
    np.testing.assert_array_equal(y, [4, np.nan])


@pytest.mark.parametrize(
    "other",
    [
        column(POINTS, byte_order=0),
        column(shapely.force_3d(POINTS, 5.0)),
        column(shapely.set_srid(POINTS, 4326), include_srid=True),
        column([*POINTS, shapely.box(0, 0, 1, 1)]),
        column([*POINTS, None]),
        pa.array([b"\x01\x02" + bytes(19)]),
        pa.array([], pa.binary()),
        pa.array(["POINT (1 2)"]),
    ],
    ids=["big-endian", "height", "srid", "polygon", "gap", "no WKB", "nothing", "text"],
)
def test_other_shapes_are_left_to_shapely(other):
    assert plain_coordinates(other) is None


def test_counts_are_the_same_with_and_without_a_gap(tmp_path):
    squares = [shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)]
    regions = gpd.GeoDataFrame(geometry=squares, index=["b", "a"], crs=4326)
    shapes = [shapely.Point(1, 1), shapely.Point(3, 1), shapely.Point(2, 1), shapely.Point(9, 9)]
    for more, missing in (([], 0), ([shapely.Point()], 1), ([None], 1)):
        gpd.GeoDataFrame(geometry=[*shapes, *more], crs=4326).to_parquet(tmp_path / "p.parquet")
        counts = count_points(tmp_path / "p.parquet", regions)
        assert counts["count"].to_dict() == {"b": 1, "a": 2}
        report = counts.attrs["report"]
        assert (report.outside, report.missing_coordinates) == (1, missing)
