"""The page on another country: its commands and its study run, on small made-up layers under the names that it uses."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

import hubtiers as ht

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "another-country.md").read_text(
    encoding="utf-8"
)


def commands():
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("hubtiers ")]


def square(x, y):
    return [[x, y], [x + 10, y], [x + 10, y + 10], [x, y + 10], [x, y]]


def topology(path, layers):
    """Write squares as TopoJSON; each layer has (id, name, column of the square)."""
    arcs, objects = [], {}
    for name, rows in layers.items():
        geometries = []
        for region, label, place in rows:
            geometry = {"type": "Polygon", "arcs": [[len(arcs)]], "properties": {"name": label}}
            geometries.append(geometry | ({"id": region} if region else {}))
            arcs.append(square(place * 10, 30))
        objects[name] = {"type": "GeometryCollection", "geometries": geometries}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"type": "Topology", "objects": objects, "arcs": arcs}), encoding="utf-8"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Made-up layers with the names and columns of the packages that the page fetches."""
    here = tmp_path_factory.mktemp("country")
    states = [("01", "Alabama", 0), ("41", "Oregon", 1)]
    counties = [("01129", "Washington", 0), ("41067", "Washington", 1), ("41051", "Multnomah", 2)]
    topology(here / "package/counties-10m.json", {"states": states, "counties": counties})
    provinces = [("", "Gangwon", 0), ("", "Seoul", 1), ("", "Seoul", 2)]
    topology(here / "package/dist/topojson/countries/KOR.json", {"units": provinces})
    nuts = [("DE2", 1, "Bayern"), ("DE21", 2, "Oberbayern"), ("DE22", 2, "Niederbayern")]
    frame = gpd.GeoDataFrame(nuts, columns=["NUTS_ID", "LEVL_CODE", "NAME_LATN"])
    frame = frame.set_geometry([box(n, 48, n + 1, 49) for n in range(3)], crs=4326)
    frame.to_file(here / "NUTS_RG_03M_2021_4326.geojson", driver="GeoJSON")
    survey = gpd.GeoDataFrame(
        {
            "GEOID": ["01", "02", "03"],
            "NAME": ["Ash", "Birch", "Cedar"],
            "state": ["Northland", "Northland", "Southland"],
            "rd": [1.0, 2.0, 4.0],
            "pollution": [5.0, 3.0, 1.0],
        },
        geometry=[box(n, 50, n + 1, 51) for n in range(3)],
        crs=4326,
    )
    survey.to_file(here / "survey.gpkg", layer="counties")
    (here / "counties.txt").write_text("Ash County\nbirch\n", encoding="utf-8")
    for command in commands():
        words = [sys.executable, "-m", "hubtiers", *shlex.split(command)[1:]]
        run = subprocess.run(
            words, cwd=here, capture_output=True, text=True, timeout=120, check=False
        )
        assert run.returncode == 0, f"{command}\n{run.stderr}"
    return here


def test_every_recipe_makes_a_pack(folder):
    assert len(commands()) == 7
    within = ht.load_regions("county", pack=folder / "usa", within=["Oregon"])
    assert within["name_en"].to_dict() == {"41067": "Washington", "41051": "Multnomah"}
    assert within.attrs["credit"]["en"] == "US Census Bureau"
    assert ht.load_regions("province", pack=folder / "korea").index.tolist() == ["Gangwon", "Seoul"]
    nuts = ht.load_regions("nuts2", pack=folder / "nuts", within=["Bayern"])
    assert nuts.index.tolist() == ["DE21", "DE22"]
    assert nuts.attrs["credit"]["en"] == "© EuroGeographics"


def test_the_study_of_the_page_runs(folder):
    blocks = re.findall(r"^```toml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    (text,) = (block for block in blocks if "[data]" in block)
    assert tomllib.loads(text)["data"]["within"] == ["Northland"]
    (folder / "own.toml").write_text(text, encoding="utf-8")
    result = ht.load_study(folder / "own.toml").run().result
    assert result.scores.to_dict() == {"01": 0.0, "02": 1.0}
