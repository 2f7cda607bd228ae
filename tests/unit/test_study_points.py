"""Sections [data.points.CODE] of a study: indicators counted from point records."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box
from typer.testing import CliRunner

import hubtiers as ht
from hubtiers._study_data import StudyData
from hubtiers._study_file import read_study_file
from hubtiers.cli import app
from hubtiers.errors import DataError, SpecError

SQUARES = gpd.GeoDataFrame(
    {"code": ["a", "b", "c", "d"], "name": ["Ash", "Birch", "Cedar", "Dale"]},
    geometry=[box(x, y, x + 1, y + 1) for x in (10, 11) for y in (50, 51)],
    crs=4326,
)
LAYER = 'regions = "squares.gpkg"\nid_column = "code"\nname = "name"\n'
TABLE = 'indicators = "values.csv"\n'
FIRMS = """lon,lat,sort,year,staff,number
10.5,50.5,lab,2021,10,1
10.5,50.5,lab,2022,30,2
10.5,50.5,firm,2022,5,3
10.5,51.5,lab,2022,8,4
11.5,50.5,park,2022,7,5
"""
MORE = """lon,lat,sort,year,staff,number
10.5,51.5,lab,2022,8,4
11.5,51.5,firm,2021,1,6
11.5,51.5,firm,2022,2,
30.5,51.5,lab,2022,2,7
"""


@pytest.fixture
def folder(tmp_path):
    SQUARES.to_file(tmp_path / "squares.gpkg")
    (tmp_path / "values.csv").write_text("region,rd\na,1\nb,2\nc,4\nd,3\n")
    (tmp_path / "firms").mkdir()
    (tmp_path / "firms" / "one.csv").write_text(FIRMS)
    (tmp_path / "firms" / "two.csv").write_text(MORE)
    return tmp_path


def write(folder, points, data=LAYER + TABLE, rest=""):
    tier = "[method]\ntier = { method = 'NaturalBreaks', k = 2 }\n"
    path = folder / "own.toml"
    path.write_text(f"[data]\n{data}\n{points}\n{tier}{rest}", encoding="utf-8")
    return path


def load(folder, points, data=LAYER + TABLE):
    return ht.load_study(write(folder, points, data)).load_table()


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", [3, 2, 1, 2]),
        ('record_id = "number"', [3, 1, 1, 2]),
        ('by = "sort"\nkind = "lab"', [2, 2, 0, 0]),
        ('by = "sort"\nkind = ["lab", "park"]\nweight = "staff"', [40, 16, 7, 0]),
        ('by = "sort"\nkind = "lab"\nweight = "staff"\nmean = true', [20, 8, np.nan, np.nan]),
        ('year_column = "year"\nby = "sort"\nkind = ["lab", "firm"]', [2, 2, 0, 1]),
    ],
)
def test_points_give_an_indicator(folder, keys, expected):
    year = "year = 2022\n"
    table = load(folder, f'[data.points.firms]\nfile = "firms"\n{keys}', year + LAYER + TABLE)
    assert table.values["rd"].tolist() == [1, 2, 4, 3]
    np.testing.assert_array_equal(table.values["firms"], np.array(expected, dtype=float))
    assert table.report.years["firms"] == (2022,)
    assert table.report.counted["firms"].records == 9


def test_several_sections_need_no_table(folder):
    points = '[data.points.labs]\nfile = "firms"\nby = "sort"\nkind = "lab"\n'
    points += '[data.points.staff]\nfile = "firms/one.csv"\nweight = "staff"\nunit = "persons"\n'
    table = load(folder, points, LAYER + "direction = { labs = -1 }\n")
    assert table.values.to_dict("list") == {"labs": [2, 2, 0, 0], "staff": [45, 8, 7, 0]}
    assert [indicator.direction for indicator in table.framework.indicators] == [-1, 1]


def test_a_panel_counts_each_year(folder):
    points = '[data.points.labs]\nfile = "firms"\nby = "sort"\nkind = "lab"\nyear_column = "year"\n'
    study = read_study_file(write(folder, points, LAYER + "years = [2021, 2022]\n"))
    tables = StudyData(study.data, folder).load_years()
    assert tables[2021].values["labs"].tolist() == [1, 0, 0, 0]
    assert tables[2022].values["labs"].tolist() == [1, 2, 0, 0]


def test_a_build_tells_how_points_were_counted(folder):
    points = '[data.points.firms]\nfile = "firms"\nrecord_id = "number"\n'
    rest = "[compare]\nbaseline = ['firms']\n[robustness]\ndraws = 0\n[output]\nfigures = false\n"
    rest += "tables = false\nbrief = false\n"
    path = write(folder, points, rest=rest)
    done = CliRunner().invoke(app, ["build", str(path), "--out", str(folder / "out")])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "firms: 9 point records from firms: 7 counted; 1 outside all regions" in said
    record = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    assert {"firms/one.csv", "firms/two.csv"} <= set(record["inputs"])
    assert "  1 with the id of an earlier record, not counted again" in record["join"]
    assert record["content"]["data"]["points"]["firms"]["record_id"] == "number"
    report = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "1 without an id, each taken for a record of its own" in report
    scores = pd.read_csv(folder / "out" / "scores.csv", dtype={"region_id": str})
    assert scores.set_index("region_id")["score"].idxmax() == "d"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('flie = "x"', r"unknown key 'data\.points\.firms\.flie'\. Did you mean 'file'\?"),
        ("unit = 5", r"'data\.points\.firms\.unit' is 5"),
        ('by = "sort"', r"data\.points\.firms: by = … is the column of kinds and kind = … says"),
        ('kind = "lab"', r"by = … is the column of kinds and kind = … says which of them count"),
        ("mean = true", r"mean = true needs weight = …, the column whose mean is meant"),
        (
            'mean = true\nweight = "staff"\nby = "sort"\nkind = ["lab", "park"]',
            r"mean = true takes one kind: the means of several have no sum",
        ),
        (
            'year = 2022\nyear_column = "year"',
            r"year = … is that of all records; leave it or year_column = … out",
        ),
    ],
)
def test_wrong_keys_are_sentences(folder, keys, words):
    points = f'[data.points.firms]\nfile = "firms"\n{keys}'
    with pytest.raises(SpecError, match=words):
        load(folder, points)


@pytest.mark.parametrize(
    ("code", "keys", "words"),
    [
        (
            "firms",
            'by = "sort"\nkind = ["lab", "labs"]',
            r"\[data\.points\.firms\]: firms has no record of the kind 'labs' in its column 'sort'; "
            "it has 'firm', 'lab', 'park'",
        ),
        (
            "firms",
            'year_column = "staff"',
            r"\[data\.points\.firms\]: firms holds '1' in its column 'staff', which is no year "
            "between 1900 and 2099",
        ),
        (
            "firms",
            'weight = "satff"',
            r"\[data\.points\.firms\]: one\.csv lacks the column 'satff'",
        ),
        ("rd", "", r"'rd' is counted from points, and has values in a table as well"),
    ],
)
def test_what_records_do_not_hold_is_a_sentence(folder, code, keys, words):
    with pytest.raises((DataError, SpecError), match=words):
        load(folder, f'[data.points.{code}]\nfile = "firms"\n{keys}')


def test_a_framework_must_have_what_is_counted(folder):
    (folder / "framework.csv").write_text(
        "code,name_zh,parent,direction\nrd,研发,,1\nfirm,企业,,1\n", encoding="utf-8"
    )
    data = LAYER + TABLE + 'framework = "framework.csv"\n'
    words = (
        r"\[data\.points\.firms\] counts what framework\.csv does not have\. Did you mean 'firm'\?"
    )
    with pytest.raises(SpecError, match=words):
        load(folder, '[data.points.firms]\nfile = "firms"', data)
    table = load(folder, '[data.points.firm]\nfile = "firms"', data)
    assert table.values["firm"].tolist() == [3, 2, 1, 2]


def test_no_values_at_all(folder):
    words = r"the key 'data\.indicators' is missing, and so is a section \[data\.points\.CODE\]"
    with pytest.raises(SpecError, match=words):
        load(folder, "", LAYER)
