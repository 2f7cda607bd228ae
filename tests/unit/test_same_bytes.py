"""The same study gives the same bytes in every file, whatever the clock, the place and the order of sets."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import geopandas as gpd
import pandas as pd
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


def test_every_file_of_a_build_is_the_same_twice(tmp_path):
    codes = [f"a{place}" for place in range(8)]
    shapes = [box(place, 0, place + 1, 1) for place in range(8)]
    titles = [f"Isle {code}" for code in codes]
    land = gpd.GeoDataFrame({"code": codes, "title": titles, "geometry": shapes}, crs=4326)
    land.to_file(tmp_path / "land.geojson", driver="GeoJSON")
    values = pd.DataFrame(rows(), columns=["region", "indicator", "value", "year"])
    values.to_csv(tmp_path / "values.csv", index=False)
    (tmp_path / "framework.csv").write_text(FRAMEWORK, encoding="utf-8")
    (tmp_path / "isles.toml").write_text(STUDY, encoding="utf-8")
    sums = []
    # Between the first and the second build more than the two seconds pass that a zip can tell.
    for number, place in enumerate(["UTC", "Asia/Tokyo"]):
        surroundings = os.environ | {"PYTHONHASHSEED": str(number), "TZ": place}
        words = ["-m", "hubtiers", "build", "isles.toml", "--out", f"out{number}"]
        run = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=surroundings, capture_output=True,
            text=True, timeout=300, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        files = sorted((tmp_path / f"out{number}").iterdir())
        sums.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    first, second = sums
    assert {"map.html", "map.png", "map.svg", "report.html", "brief.html", "tables.xlsx"} <= set(
        first
    )
    assert {"years.png", "hubs.gpkg", "layout.toml", "panel.csv", "links.csv", "run.json"} <= set(
        first
    )
    assert [name for name in first if first[name] != second.get(name)] == []
    assert first.keys() == second.keys()
