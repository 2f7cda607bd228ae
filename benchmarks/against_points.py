"""Points into regions against geopandas.sjoin, DuckDB spatial and SedonaDB, all in one run.

The job is the same for all: files of points in, the number of points of each region out. Regions
lie ready in the form that an engine likes best; each engine reads the points as it can do fastest,
which a trial of all ways finds out before, and the peers may use every core. hubtiers uses one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from clock import Cost, installed, surroundings, take_turns, three_digits
from numpy.typing import NDArray
from test_points import coverage, write_points

from hubtiers.table.points.count import count_points

PACKAGES = (
    "numpy", "pandas", "numba", "pyarrow", "shapely", "geopandas", "duckdb",
    "duckdb-extension-spatial", "sedonadb",
)  # fmt: skip
SIZES = {10_000: 7, 100_000: 5, 1_000_000: 3, 10_000_000: 2}
"""Points, and rounds of turns."""
TRIAL = 1_000_000
"""Points by which the fastest way of each engine is found."""
FILE_POINTS = 1_000_000
CHUNK = 250_000
"""Points that geopandas joins at a time: it is faster so than with all of them at once."""

Counts = NDArray[np.int64]


class Files(NamedTuple):
    """The same points twice: as numbers in Parquet, and as geometry in GeoParquet."""

    plain: Path
    geo: Path


Way = Callable[[Files], Counts]


def write_both(top: Path, points: int) -> Files:
    """Write points as two folders of files of up to a million each."""
    files = Files(top / f"{points}-plain", top / f"{points}-geo")
    for folder in files:
        folder.mkdir()
    size = min(points, FILE_POINTS)
    for number in range(points // size):
        name = f"{number:05}.parquet"
        written = pd.read_parquet(write_points(files.plain / name, size, seed=number))
        shapes = gpd.points_from_xy(written["lon"], written["lat"], crs=4326)
        gpd.GeoDataFrame(geometry=shapes).to_parquet(files.geo / name, row_group_size=CHUNK)
    return files


def of_hubtiers(regions: gpd.GeoDataFrame) -> dict[str, Way]:
    """Return the one way of hubtiers."""
    return {
        "Parquet": lambda files: count_points(files.plain, regions)["count"].to_numpy(),
        "GeoParquet": lambda files: count_points(files.geo, regions)["count"].to_numpy(),
    }


def of_geopandas(regions: gpd.GeoDataFrame) -> dict[str, Way]:
    """Return sjoin over pieces, of points made from numbers and of points read as geometry."""

    def count(layers) -> Counts:
        total = np.zeros(len(regions), np.int64)
        for layer in layers:
            for start in range(0, len(layer), CHUNK):
                piece = layer.iloc[start : start + CHUNK]
                joined = gpd.sjoin(piece, regions, predicate="within")
                found = joined["region_id"].value_counts()
                total += found.reindex(regions.index, fill_value=0).to_numpy()
        return total

    def made(path: Path) -> gpd.GeoDataFrame:
        frame = pd.read_parquet(path, columns=["lon", "lat"])
        return gpd.GeoDataFrame(geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326)

    return {
        "Parquet": lambda files: count(map(made, sorted(files.plain.iterdir()))),
        "GeoParquet": lambda files: count(map(gpd.read_parquet, sorted(files.geo.iterdir()))),
    }


def of_duckdb(regions: gpd.GeoDataFrame, layer: Path) -> dict[str, Way]:
    """Return the spatial join of DuckDB, whose operator SPATIAL_JOIN indexes the regions."""
    import duckdb
    import duckdb_extension_spatial

    extension = next(Path(duckdb_extension_spatial.__path__[0]).rglob("*.duckdb_extension"))
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.load_extension(str(extension))
    connection.execute(
        f"CREATE TABLE regions AS SELECT region_id, geometry AS shape FROM read_parquet('{layer}')"
    )

    def joined(folder: str, condition: str) -> Way:
        def count(files: Files) -> Counts:
            points = getattr(files, folder) / "*.parquet"
            found = connection.execute(
                f"SELECT region_id, count(*) AS n FROM read_parquet('{points}') AS p "
                f"JOIN regions ON {condition} GROUP BY region_id"
            ).df()
            return _in_order(found, regions)

        return count

    return {
        "Parquet, ST_Within": joined("plain", "ST_Within(ST_Point(lon, lat), shape)"),
        "Parquet, ST_Intersects": joined("plain", "ST_Intersects(shape, ST_Point(lon, lat))"),
        "GeoParquet, ST_Within": joined("geo", "ST_Within(p.geometry, shape)"),
    }


def of_sedona(regions: gpd.GeoDataFrame, layer: Path) -> dict[str, Way]:
    """Return the spatial join of SedonaDB, which indexes the regions by itself."""
    import sedonadb

    session = sedonadb.connect()
    session.read_parquet(str(layer)).to_memtable().to_view("regions")

    def joined(folder: str, condition: str) -> Way:
        def count(files: Files) -> Counts:
            paths = sorted(map(str, getattr(files, folder).iterdir()))
            session.read_parquet(paths).to_view("points", overwrite=True)
            found = session.sql(
                "SELECT region_id, count(*) AS n FROM points AS p "
                f"JOIN regions ON {condition} GROUP BY region_id"
            ).to_pandas()
            return _in_order(found, regions)

        return count

    point = "ST_SetSRID(ST_Point(lon, lat), 4326)"
    return {
        "Parquet, ST_Contains": joined("plain", f"ST_Contains(regions.geometry, {point})"),
        "Parquet, ST_Intersects": joined("plain", f"ST_Intersects(regions.geometry, {point})"),
        "GeoParquet, ST_Intersects": joined("geo", "ST_Intersects(regions.geometry, p.geometry)"),
    }


def _in_order(found: pd.DataFrame, regions: gpd.GeoDataFrame) -> Counts:
    counts = found.set_index("region_id")["n"].reindex(regions.index, fill_value=0)
    return counts.to_numpy(np.int64)


def measure() -> dict[str, Any]:
    """Return what each engine took for each number of points; all counts are equal."""
    part = surroundings(PACKAGES)
    regions = coverage()
    with tempfile.TemporaryDirectory() as name:
        layer = Path(name) / "regions.parquet"
        regions.reset_index().to_parquet(layer)
        engines = {"hubtiers": of_hubtiers(regions), "geopandas": of_geopandas(regions)}
        if installed(part, "duckdb") and installed(part, "duckdb-extension-spatial"):
            engines["duckdb"] = of_duckdb(regions, layer)
        if installed(part, "sedonadb"):
            engines["sedonadb"] = of_sedona(regions, layer)
        folders = {size: write_both(Path(name), size) for size in SIZES}
        ways, tried = fastest_ways(engines, folders[TRIAL])
        rows = {}
        for size, rounds in SIZES.items():
            costs = compared(ways, folders[size], rounds)
            rows[str(size)] = {engine: cost.rounded() for engine, cost in costs.items()}
    vertices = shapely.get_num_coordinates(regions.geometry.array).mean()
    return part | {
        "regions": len(regions),
        "vertices": round(float(vertices)),
        "tried": tried,
        "rows": rows,
    }


def compared(ways: dict[str, Way], files: Files, rounds: int) -> dict[str, Cost]:
    """Return the cost of each; every count of every turn must equal the first of hubtiers."""
    right = ways["hubtiers"](files)

    def checked(way: Way) -> Callable[[], None]:
        def count() -> None:
            np.testing.assert_array_equal(way(files), right)

        return count

    return take_turns({name: checked(way) for name, way in ways.items()}, rounds)


def fastest_ways(
    engines: dict[str, dict[str, Way]], files: Files
) -> tuple[dict[str, Way], dict[str, dict[str, float]]]:
    """Return the fastest way of each engine and the processor seconds of all."""
    flat = {
        f"{engine}: {way}": work for engine, ways in engines.items() for way, work in ways.items()
    }
    # The one that all are compared with needs a name of its own.
    costs = compared({"hubtiers": engines["hubtiers"]["Parquet"], **flat}, files, rounds=1)
    chosen, tried = {}, {}
    for engine, ways in engines.items():
        seconds = {way: three_digits(costs[f"{engine}: {way}"].cpu) for way in ways}
        chosen[engine] = ways[min(seconds, key=seconds.__getitem__)]
        tried[engine] = seconds
    return chosen, tried
