"""Point records as CSV and Parquet: kinds that look like numbers, coordinates that are none, columns missing, damage."""

from __future__ import annotations

import csv
import functools
import io
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from fuzz.trial import chance, damaged, pick, require, told

from hubtiers.table.points.count import count_points

KIND = "points"
SIDE = 4
KINDS = (
    "01",
    "1",
    "001",
    "1.0",
    "1e0",
    "A",
    "a",
    "制造",
    "NA",
    "True",
    "2021",
    "=1+1",
    "x,y",
    '"',
    "ß",
)
NOT_NUMBERS = ("", "abc", "nan", "inf", "-inf", "1,5", "--", "12°30'", "1e999")


@functools.cache
def regions() -> gpd.GeoDataFrame:
    """Return sixteen squares of one degree, called so that text order is not number order."""
    names = [f"{number}" for number in range(SIDE * SIDE)]
    shapes = [
        shapely.box(k % SIDE, k // SIDE, k % SIDE + 1, k // SIDE + 1) for k in range(len(names))
    ]
    return gpd.GeoDataFrame(geometry=shapes, index=pd.Index(names, name="region_id"), crs=4326)


def made(rng: np.random.Generator) -> tuple[pd.DataFrame, Counter[tuple[str, str]]]:
    """Return points as text, and how many of each kind lie in each region; none lie on a border."""
    rows, truth = [], Counter[tuple[str, str]]()
    kinds = [pick(rng, KINDS) for _ in range(int(rng.integers(1, 6)))]
    for _ in range(int(rng.integers(1, 60))):
        column, line = (int(at) for at in rng.integers(-1, SIDE + 1, 2))
        lon, lat = (f"{at + 0.001 + 0.998 * rng.random():.6f}" for at in (column, line))
        kind = pick(rng, kinds) if chance(rng, 0.95) else ""
        if chance(rng, 0.08):
            lon = pick(rng, NOT_NUMBERS)
        elif kind and 0 <= column < SIDE and 0 <= line < SIDE:
            truth[str(line * SIDE + column), kind] += 1
        rows.append((lon, lat, kind))
    return pd.DataFrame(rows, columns=["lon", "lat", "kind"]), truth


def written(rng: np.random.Generator, frame: pd.DataFrame, folder: Path) -> Path:
    """Write the records in one of the formats."""
    if chance(rng, 0.25):
        path = folder / "points.parquet"
        numbers = frame.assign(
            lon=pd.to_numeric(frame["lon"], errors="coerce"), lat=frame["lat"].astype(float)
        )
        numbers.to_parquet(path, row_group_size=int(rng.integers(1, 40)))
        return path
    path = folder / "points.csv"
    stream = io.StringIO()
    end = pick(rng, ("\n", "\r\n"))
    writer = csv.writer(
        stream, quoting=pick(rng, (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)), lineterminator=end
    )
    names = pick(rng, (["lon", "lat"], ["longitude", "latitude"], ["经度", "纬度"], ["lng", "LAT"]))
    order = [int(at) for at in rng.permutation(3)]
    writer.writerow([[*names, "kind"][at] for at in order])
    writer.writerows([[row[at] for at in order] for row in frame.itertuples(index=False)])
    path.write_bytes(stream.getvalue().encode(pick(rng, ("utf-8", "utf-8-sig", "gb18030"))))
    return path


def compared(counts: pd.DataFrame, truth: Counter[tuple[str, str]]) -> None:
    """Require that each point is counted once, in its region and kind."""
    found: Counter[Any] = Counter()
    for kind in counts.columns:
        for region, number in counts[kind].items():
            found[str(region), str(kind)] += int(number)
    require(list(counts.index) == list(regions().index), "regions are missing or doubled")
    require(+found == truth, f"{dict(+found)} is not {dict(truth)}")


def trial(rng: np.random.Generator, folder: Path) -> str:
    """Write some records, damaged or not, and count them."""
    frame, truth = made(rng)
    path = written(rng, frame, folder)
    way = pick(rng, ("whole", "whole", "whole", "bytes", "column"))
    if way == "bytes":
        path.write_bytes(damaged(rng, path.read_bytes()))
    by = pick(rng, ("typo", "Kind", "", "lon")) if way == "column" else "kind"
    size = int(rng.integers(1, 50))
    counts, said = told(lambda: count_points(path, regions(), by=by, chunk_size=size))
    if said:
        require(way != "whole", said)
        return "refused"
    report = counts.attrs["report"]
    require(sum(report[1:2]) == int(counts.to_numpy().sum()), "the account does not add up")
    if way != "whole":
        return "read"
    compared(counts, truth)
    require(report.records == len(frame), f"{report.records} records, not {len(frame)}")
    return "right"
