"""The same study gives the same bytes in every file, whatever the clock, the place and the order of sets."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

STUDY = """
title_en = "Isles"
[data]
regions = "land.geojson"
id_column = "code"
name = "title"
indicators = "values.csv"
framework = "framework.csv"
years = [2021, 2022]
year = 2022
[method]
impute = { method = "RequireCoverage", share = 0.5 }
tier = { method = "NaturalBreaks", k = 3 }
[compare]
weights = ["equal", "entropy"]
[robustness]
draws = 20
variation = { normalise = ["MinMax", "ZScore"], weights = "dirichlet" }
[propose]
counts = { international = 1, national = 2 }
spacing = 1.0
[network]
[diffusion]
sources = ["a0"]
[output]
tables = "both"
"""
FRAMEWORK = "code,name_en,parent,direction\ng,Science,,\nrd,R&D,g,1\npatents,Patents,g,1\n"


def rows():
    for year in (2021, 2022):
        for place in range(8):
            yield f"a{place}", "rd", 1.0 + place**2 + (year - 2020) * (place % 3), year
            if place != 3:
                yield f"a{place}", "patents", 20 - place + 5 * (place % 2), year


@pytest.fixture
def isles(tmp_path):
    """The study in a folder of its own."""
    codes = [f"a{place}" for place in range(8)]
    shapes = [box(place, 0, place + 1, 1) for place in range(8)]
    titles = [f"Isle {code}" for code in codes]
    land = gpd.GeoDataFrame({"code": codes, "title": titles, "geometry": shapes}, crs=4326)
    land.to_file(tmp_path / "land.geojson", driver="GeoJSON")
    values = pd.DataFrame(rows(), columns=["region", "indicator", "value", "year"])
    values.to_csv(tmp_path / "values.csv", index=False)
    (tmp_path / "framework.csv").write_text(FRAMEWORK, encoding="utf-8")
    (tmp_path / "isles.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def sums_of(folder, *words, out, **surroundings):
    """Run a command in a process of its own, and return the hash of each file that it wrote."""
    run = subprocess.run(
        [sys.executable, "-m", "hubtiers", *words, "--out", out], cwd=folder, env=os.environ | surroundings,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    files = sorted((folder / out).iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def threads(number):
    names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return dict.fromkeys(names, str(number))


def test_every_file_of_a_build_is_the_same_twice(isles):
    sums = []
    # Between the first and the second build more than the two seconds pass that a zip can tell.
    for number, place in enumerate(["UTC", "Asia/Tokyo"]):
        surroundings = {"PYTHONHASHSEED": str(number), "TZ": place, **threads(number + 1)}
        sums.append(sums_of(isles, "build", "isles.toml", out=f"out{number}", **surroundings))
    first, second = sums
    assert {"map.html", "map.png", "map.svg", "report.html", "brief.html", "tables.xlsx"} <= set(
        first
    )
    assert {"years.png", "hubs.gpkg", "layout.toml", "panel.csv", "links.csv", "run.json"} <= set(
        first
    )
    assert [name for name in first if first[name] != second.get(name)] == []
    assert first.keys() == second.keys()


def test_rows_in_another_order_change_no_rank_tier_or_byte(isles):
    before = sums_of(isles, "build", "isles.toml", out="before")
    values = pd.read_csv(isles / "values.csv")
    values.sample(frac=1, random_state=3).to_csv(isles / "values.csv", index=False)
    after = sums_of(isles, "build", "isles.toml", out="after")
    # The record has the hash of the table, and the appendix the rows that were read.
    assert before["run.json"] != after["run.json"]
    same = {"scores.csv", "tiers.geojson", "map.html", "map.svg", "panel.csv", "links.csv"}
    assert [name for name in sorted(same) if before[name] != after[name]] == []
    land = gpd.read_file(isles / "land.geojson").iloc[::-1]
    land.to_file(isles / "land.geojson", driver="GeoJSON")
    sums_of(isles, "build", "isles.toml", out="turned")
    scores = [
        pd.read_csv(isles / out / "scores.csv", index_col="region_id")
        for out in ("before", "turned")
    ]
    first, turned = scores
    # Ties of rank stand in the order of the layer.
    assert sorted(turned.index) == sorted(first.index)
    pd.testing.assert_frame_equal(turned.loc[first.index], first)
    assert first["tier"].nunique() == 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_files_of_the_robustness_are_the_same_on_threads_and_workers(isles):
    distributed = pytest.importorskip("distributed")
    words = ("robustness", "isles.toml", "--draws", "700")
    sums = [sums_of(isles, *words, out=f"threads{number}", **threads(number)) for number in (1, 2)]
    for number in (1, 2):
        with distributed.LocalCluster(
            n_workers=number, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster:
            engine = ("--engine", cluster.scheduler_address)
            sums.append(sums_of(isles, *words, *engine, out=f"workers{number}"))
    first = sums[0]
    assert {"tier_probability.csv", "rank_interval.csv", "robustness.json"} <= set(first)
    for other in sums[1:]:
        assert other.keys() == first.keys()
        assert [name for name in first if first[name] != other[name]] == []
