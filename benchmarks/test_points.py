"""Points into regions against geopandas.sjoin, and the memory that ten million points take.

Run with `pytest benchmarks/test_points.py -s`; both contenders run in the same process on one core.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hubtiers.table.points.count import assign, build_index, count_points

POINTS = 1_000_000
BOX = (73.0, 18.0, 135.0, 54.0)


def coverage(cells: int = 3000, steps: int = 32, seed: int = 7) -> gpd.GeoDataFrame:
    """Return about 2,900 polygons of about 200 vertices that share their ragged borders vertex for vertex."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(cells)))
    lattice = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)[
        :cells
    ]
    sites = (lattice + rng.uniform(-0.32, 0.32, (cells, 2))) / side * (
        BOX[2] - BOX[0],
        BOX[3] - BOX[1],
    ) + BOX[:2]
    shapes = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(sites)))
    inside = shapely.contains(shapely.box(*BOX).buffer(1.5), shapes)
    polygons = [shapely.Polygon(ring) for ring in ragged_rings(shapes[inside], rng, steps)]
    ids = pd.Index([f"{100_000 + i}" for i in range(len(polygons))], name="region_id")
    return gpd.GeoDataFrame(geometry=polygons, index=ids, crs=4326)


def ragged_rings(shapes, rng, steps):
    """Yield the outer rings with `steps` vertices per edge, displaced in the same way on both sides of an edge."""
    points, ring = shapely.get_coordinates(shapely.get_exterior_ring(shapes), return_index=True)
    keep = ring[1:] == ring[:-1]
    start, end, owner = points[:-1][keep], points[1:][keep], ring[:-1][keep]
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.where(flip[:, None], np.c_[end, start], np.c_[start, end])
    edges, which = np.unique(ends, axis=0, return_inverse=True)
    along = edges[:, 2:] - edges[:, :2]
    across = np.c_[-along[:, 1], along[:, 0]]
    t = np.arange(steps) / steps
    bend = rng.uniform(-0.012, 0.012, (len(edges), steps)) * np.sin(np.pi * t)
    path = (
        edges[:, None, :2] + t[:, None] * along[:, None, :] + bend[..., None] * across[:, None, :]
    )
    for k in range(len(shapes)):
        mine = np.flatnonzero(owner == k)
        yield np.concatenate(
            [
                np.r_[edges[which[i], 2:][None], path[which[i]][:0:-1]]
                if flip[i]
                else path[which[i]]
                for i in mine
            ]
        )


@pytest.fixture(scope="module")
def regions() -> gpd.GeoDataFrame:
    layer = coverage()
    vertices = shapely.get_num_coordinates(layer.geometry.array).mean()
    assert len(layer) > 2800
    assert 180 < vertices < 220
    assert shapely.coverage_is_valid(layer.geometry.array)
    return layer


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "lon": rng.uniform(BOX[0] - 1, BOX[2] + 1, POINTS),
            "lat": rng.uniform(BOX[1] - 1, BOX[3] + 1, POINTS),
        }
    )


def sjoin_counts(layer: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, size: int) -> pd.Series:
    """Count with geopandas.sjoin, `size` points at a time."""
    total = pd.Series(0, index=regions.index)
    for start in range(0, len(layer), size):
        joined = gpd.sjoin(layer.iloc[start : start + size], regions, predicate="within")
        total = total.add(joined["region_id"].value_counts(), fill_value=0)
    return total.reindex(regions.index).astype(np.int64)


def seconds(function, *args):
    began = perf_counter()
    function(*args)
    return perf_counter() - began


@pytest.fixture
def one_core():
    """Keep this process on one core, for the time of a test."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


@pytest.mark.usefixtures("one_core")
def test_counting_is_at_least_four_times_as_fast_as_sjoin(benchmark, regions, points):
    """The layer of point geometry is made outside the clock: sjoin is charged for the join and the counts only.

    The contenders take turns, so that a slow spell of the machine hits all of them, and the best turn of each counts.
    """
    layer = gpd.GeoDataFrame(geometry=gpd.points_from_xy(points["lon"], points["lat"]), crs=4326)
    counts = count_points(points, regions)["count"]
    pieces = {"whole": POINTS, "chunks of 250,000": 250_000}
    for size in pieces.values():
        pd.testing.assert_series_equal(
            counts, sjoin_counts(layer, regions, size), check_names=False
        )
    others = {name: [] for name in pieces}

    def others_turn():
        for name, size in pieces.items():
            others[name].append(seconds(sjoin_counts, layer, regions, size))

    benchmark.pedantic(count_points, args=(points, regions), setup=others_turn, rounds=7)
    ours = min(benchmark.stats.stats.data)
    ratios = {name: round(min(times) / ours, 1) for name, times in others.items()}
    benchmark.extra_info.update(
        {f"sjoin {name}, times as slow": ratio for name, ratio in ratios.items()}
    )
    sys.stderr.write(f"\ncount_points {ours:.2f} s; geopandas.sjoin takes {ratios} times as long\n")
    assert min(ratios.values()) >= 4


def test_assigning_alone(benchmark, regions, points):
    index = build_index(regions)
    x, y = points["lon"].to_numpy(), points["lat"].to_numpy()
    assign(x[:10], y[:10], index)
    number = benchmark(assign, x, y, index)
    assert np.bincount(number[number >= 0], minlength=len(regions)).sum() == 863_028


MEMORY = """
import importlib.util, json, pathlib, resource, sys
spec = importlib.util.spec_from_file_location("bench", sys.argv[1])
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)
counts = bench.count_points(sys.argv[2], bench.coverage(), by="kind")
report = counts.attrs["report"]
# On Linux ru_maxrss also knows the peak of the parent before it started this program; VmHWM does not.
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
peak = (own or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss])[0] / 1024
print(json.dumps({"peak_mb": round(peak), "records": report.records, "counted": int(counts.to_numpy().sum())}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_ten_million_points_stay_below_a_gigabyte_and_a_half(benchmark, tmp_path, ending):
    path = write_points(tmp_path / f"points.{ending}", 10_000_000)
    command = [sys.executable, "-c", MEMORY, __file__, str(path)]

    def count():
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = benchmark.pedantic(count, rounds=1)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    benchmark.extra_info |= figures
    sys.stderr.write(f"\n{ending}: {figures}\n")
    assert figures["records"] == 10_000_000
    assert 8_500_000 < figures["counted"] < 8_700_000
    assert figures["peak_mb"] < 1500


def write_points(path, number, seed=3):
    """Write points of three kinds in pieces, so that this process stays small too."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import csv, parquet

    schema = pa.schema([("lon", pa.float64()), ("lat", pa.float64()), ("kind", pa.string())])
    writer = (
        parquet.ParquetWriter(path, schema)
        if path.suffix == ".parquet"
        else csv.CSVWriter(path, schema)
    )
    rng = np.random.default_rng(seed)
    piece = min(number, 500_000)
    with writer:
        for size in [piece] * (number // piece):
            lon = rng.uniform(BOX[0] - 1, BOX[2] + 1, size)
            lat = rng.uniform(BOX[1] - 1, BOX[3] + 1, size)
            kind = rng.choice(["firm", "lab", "patent"], size)
            writer.write_table(pa.table([lon, lat, kind], schema=schema))
    return path
