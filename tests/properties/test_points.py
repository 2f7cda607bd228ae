"""Points into regions: exact on borders, and independent of every order and split."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubtiers.errors import DataError
from hubtiers.table.points.count import assign, build_index, count_points
from hubtiers.table.points.grid import OVERLAP, SHARED, locate, orientation

SLOW = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SCALES = (1.0, 0.1, 1 / 3, 1e-4)


@st.composite
def coverages(draw):
    """Return triangles or Voronoi cells over a small lattice, so that lattice points often lie on borders."""
    sites = draw(
        st.lists(
            st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=4, max_size=14, unique=True
        )
    )
    scale = draw(st.sampled_from(SCALES))
    build = draw(st.sampled_from([shapely.delaunay_triangles, shapely.voronoi_polygons]))
    cells = shapely.get_parts(build(shapely.multipoints(np.array(sites) * scale)))
    cells = cells[(shapely.area(cells) > 1e-3 * scale**2) & shapely.is_valid(cells)]
    # The builders of shapely round, so that not all that they make is a coverage.
    if not len(cells) or not shapely.coverage_is_valid(cells):
        cells = np.array([shapely.box(-9 * scale, -9 * scale, 9 * scale, 9 * scale)])
    if draw(st.booleans()) and len(cells) > 3:
        # One region of several parts, not always next to each other, perhaps with a gap that another one fills.
        cells = np.array([shapely.union_all(cells[:3:2]), *cells[1:2], *cells[3:]])
    ids = draw(st.permutations([f"{100 + i}" for i in range(len(cells))]))
    return gpd.GeoDataFrame(geometry=cells, index=pd.Index(ids, name="region_id"), crs=4326), scale


def hard_points(regions, scale, rng):
    """Return vertices, points as near to edges as doubles allow, lattice points and points anywhere."""
    corners = shapely.get_coordinates(regions.geometry.array)
    share = rng.choice([0.5, 0.25, 1 / 3, 0.9], len(corners) - 1)[:, None]
    between = corners[:-1] + share * np.diff(corners, axis=0)
    beside = np.nextafter(between, rng.choice([-np.inf, np.inf], between.shape))
    lattice = rng.integers(-20, 21, (40, 2)) / 2 * scale
    anywhere = rng.uniform(-10, 10, (20, 2)) * scale
    points = np.vstack([corners, between, beside, lattice, anywhere])
    return np.where(np.abs(points) < 1e-100, 0.0, points)


def exact_side(polygon, x, y):
    """Return 1 inside, 0 on the border, -1 outside, in rational arithmetic."""
    low_x, low_y, high_x, high_y = polygon.bounds
    if not (low_x <= x <= high_x and low_y <= y <= high_y):
        return -1
    x, y = Fraction(x), Fraction(y)
    inside = False
    for part in shapely.get_parts(polygon):
        for ring in shapely.get_rings(part):
            corners = [
                tuple(map(Fraction, corner)) for corner in shapely.get_coordinates(ring).tolist()
            ]
            for (x1, y1), (x2, y2) in pairwise(corners):
                turn = (x1 - x) * (y2 - y) - (y1 - y) * (x2 - x)
                within = min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2)
                if turn == 0 and within:
                    return 0
                if (y1 <= y) != (y2 <= y) and (turn > 0) == (y2 > y1):
                    inside = not inside
    return 1 if inside else -1


@SLOW
@given(coverages(), st.integers(0, 2**32))
def test_every_point_goes_to_the_first_region_that_holds_it_in_exact_arithmetic(layer, seed):
    regions, scale = layer
    points = hard_points(regions, scale, np.random.default_rng(seed))
    index = build_index(regions)
    number, other, lie = locate(points[:, 0].copy(), points[:, 1].copy(), index.grid)
    ranked = sorted(range(len(regions)), key=lambda k: regions.index[k])
    for i, (x, y) in enumerate(points.tolist()):
        sides = [(k, exact_side(regions.geometry.iloc[k], x, y)) for k in ranked]
        holding = [k for k, side in sides if side >= 0]
        inner = sum(side > 0 for _, side in sides)
        assert number[i] == (holding[0] if holding else -1)
        assert other[i] == (holding[1] if len(holding) > 1 else -1)
        assert (lie[i] == SHARED) == (inner == 0 and len(holding) > 1)
        assert (lie[i] == OVERLAP) == (inner > 0 and len(holding) > 1)


@SLOW
@given(coverages(), st.integers(0, 2**32))
def test_counts_agree_with_brute_force(layer, seed):
    regions, scale = layer
    points = np.random.default_rng(seed).uniform(-10, 10, (300, 2)) * scale
    hits = shapely.intersects(
        np.array(regions.geometry.array)[:, None], shapely.points(points)[None, :]
    )
    assert (hits.sum(axis=0) <= 1).all()
    counts = count_points(pd.DataFrame(points, columns=["lon", "lat"]), regions)
    assert counts["count"].tolist() == hits.sum(axis=1).tolist()
    assert counts.attrs["report"].outside == (~hits.any(axis=0)).sum()


@SLOW
@given(coverages(), st.integers(0, 2**32), st.integers(1, 50), st.sampled_from(["first", "last"]))
def test_no_order_and_no_split_changes_a_count_or_a_sum(layer, seed, chunk_size, border):
    regions, scale = layer
    rng = np.random.default_rng(seed)
    points = pd.DataFrame(hard_points(regions, scale, rng), columns=["lon", "lat"])
    points["kind"] = rng.choice(["a", "b", "c"], len(points))
    points["worth"] = 10.0 ** rng.uniform(-20, 20, len(points))
    expected = count_points(points, regions, by="kind", border=border)
    sums = count_points(points, regions, by="kind", weight="worth", border=border)
    shuffled = regions.iloc[rng.permutation(len(regions))]
    shuffled = shuffled.set_geometry(shapely.reverse(np.array(shuffled.geometry.array)), crs=4326)
    mixed = points.iloc[rng.permutation(len(points))]
    again = count_points(mixed, shuffled, by="kind", border=border, chunk_size=chunk_size)
    again_sums = count_points(
        mixed, shuffled, by="kind", weight="worth", border=border, chunk_size=chunk_size
    )
    pd.testing.assert_frame_equal(again.loc[regions.index], expected, check_exact=True)
    pd.testing.assert_frame_equal(again_sums.loc[regions.index], sums, check_exact=True)
    assert again.attrs["report"]._replace(chunks=0) == expected.attrs["report"]._replace(chunks=0)


@SLOW
@given(coverages(), st.integers(0, 2**32))
def test_sums_are_exact_and_every_record_is_in_one_figure(layer, seed):
    regions, scale = layer
    rng = np.random.default_rng(seed)
    points = pd.DataFrame(hard_points(regions, scale, rng), columns=["lon", "lat"])
    points["worth"] = rng.choice([0.1, 1e25, 3e-29, 7.0, np.nan, 0.0], len(points))
    points["kind"] = rng.choice(["a", "b", None], len(points))
    points.loc[rng.random(len(points)) < 0.1, "lat"] = np.nan
    points.loc[rng.random(len(points)) < 0.1, "lon"] = np.inf
    counts = count_points(points, regions, by="kind", weight="worth")
    report = counts.attrs["report"]
    assert report.records == len(points) == sum(report[1:7])
    usable = (
        points["lat"].notna()
        & np.isfinite(points["lon"])
        & points["kind"].notna()
        & points["worth"].notna()
    )
    number = assign(points["lon"], points["lat"], build_index(regions))
    for k, region in enumerate(regions.index):
        for kind in counts.columns:
            mine = points["worth"][usable & (number == k) & (points["kind"] == kind)]
            assert counts.loc[region, kind] == math.fsum(mine)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(-180, 180), min_size=6, max_size=6), st.booleans(), st.floats(0, 1))
def test_orientation_has_the_exact_sign(numbers, on_edge, share):
    x1, y1, x2, y2, x, y = (0.0 if abs(n) < 1e-100 else n for n in numbers)
    if on_edge:
        x, y = (
            0.0 if abs(n) < 1e-100 else n for n in (x1 + share * (x2 - x1), y1 + share * (y2 - y1))
        )
    a, b, c, d, e, f = map(Fraction, (x1, y1, x2, y2, x, y))
    exact = (a - e) * (d - f) - (b - f) * (c - e)
    assert np.sign(orientation(x1, y1, x2, y2, x, y)) == (exact > 0) - (exact < 0)


CELL = st.text(alphabet='0123456789.-,"\n\r;eE +经é\x00', max_size=12)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@settings(max_examples=150, deadline=None)
@given(
    body=st.lists(CELL, max_size=8).map("\n".join),
    header=st.sampled_from(["lon,lat,kind", "经度,纬度,kind", "lon,kind"]),
)
def test_any_csv_ends_in_counts_or_a_data_error(tmp_path_factory, encoding, body, header):
    path = tmp_path_factory.mktemp("fuzz") / "points.csv"
    path.write_bytes(f"{header}\n{body}".encode(encoding))
    regions = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 9, 9)], index=["a"], crs=4326)
    try:
        report = count_points(path, regions, by="kind", chunk_size=3).attrs["report"]
    except DataError as error:
        said = str(error)
    else:
        said = "."
        assert report.records == sum(report[1:7])
    assert said.endswith(".")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([".csv", ".csv.gz", ".parquet"]))
def test_any_bytes_end_in_counts_or_a_data_error(content, ending):
    import tempfile
    from pathlib import Path

    regions = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 9, 9)], index=["a"], crs=4326)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"points{ending}"
        path.write_bytes(
            io.BytesIO(b"lon,lat\n" + content if ending == ".csv" else content).getvalue()
        )
        try:
            report = count_points(path, regions).attrs["report"]
        except DataError:
            return
        assert report.records == sum(report[1:7])
