"""The section [data] of a study: every key does what its argument in Python does, and messages speak of keys."""

from __future__ import annotations

import json
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import hubtiers as ht
from hubtiers._study_data import in_words_of_a_study
from hubtiers.regions.make_pack import Recipe, make_pack

COUNTIES = gpd.GeoDataFrame(
    {
        "GEOID": ["0101", "0102", "0201", "0202"],
        "NAME": ["Ash", "Birch", "Ash", "Elm"],
        "state": ["Northland", "Northland", "Southland", "Southland"],
        "rd": [1.0, 2.0, 4.0, 3.0],
        "pollution": [5.0, 9.0, 1.0, 2.0],
    },
    geometry=[box(x, y, x + 1, y + 1) for x in (10, 11) for y in (50, 51)],
    crs=4326,
)


@pytest.fixture
def folder(tmp_path):
    COUNTIES.to_file(tmp_path / "survey.gpkg", layer="counties")
    COUNTIES.head(1).to_file(tmp_path / "survey.gpkg", layer="other", mode="a")
    values = pd.DataFrame({"place": ["0101", "0102", "0201", "0202"], "rd": [1.0, 2.0, 4.0, 3.0]})
    values.to_csv(tmp_path / "values.csv", index=False)
    return tmp_path


def load(folder, data, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    tier = "[method]\ntier = { method = 'NaturalBreaks', k = 2 }\n"
    (folder / "own.toml").write_text(f"[data]\n{data}\n{tier}", encoding="utf-8")
    return ht.load_study(folder / "own.toml").load_table()


LAYER = 'regions = "survey.gpkg"\nlayer = "counties"\nid_column = "GEOID"\n'
VALUES = 'indicators = "values.csv"\nregion_column = "place"\n'


def test_a_layer_with_its_own_numbers_needs_no_table(folder):
    table = load(
        folder,
        LAYER
        + 'indicators = ["rd", "pollution"]\ndirection = { pollution = -1 }\ncredit = "© Survey"',
    )
    assert table.values["rd"].to_dict() == {"0101": 1.0, "0102": 2.0, "0201": 4.0, "0202": 3.0}
    assert [i.direction for i in table.framework.indicators] == [1, -1]
    assert table.source.credit("zh") == "© Survey"
    assert table.regions["name_en"].tolist() == ["Ash", "Birch", "Ash", "Elm"]


def test_rows_of_a_layer_and_columns_of_a_table(folder):
    table = load(folder, LAYER + VALUES + 'where = "state == \'Northland\'"\nunmatched = "keep"')
    assert table.values["rd"].to_dict() == {"0101": 1.0, "0102": 2.0}
    by_language = load(
        folder, LAYER + VALUES + 'name = "state"\ncredit = { zh = "测绘", en = "Survey" }'
    )
    assert by_language.regions["name_en"].iloc[0] == "Northland"
    assert by_language.source.credit("zh") == "测绘"


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ('within = ["southland"]', ["0201", "0202"]),
        ('only = ["0202", "Birch"]', ["0102", "0202"]),
        ('within = ["Southland", "0101"]\nexclude = ["Elm"]', ["0101", "0201"]),
    ],
)
def test_a_part_of_a_layer(folder, keys, left):
    table = load(folder, LAYER + VALUES + keys)
    assert table.values.index.tolist() == left
    assert table.report.regions_without_data == ()


def test_values_from_outside_the_part_are_no_error(folder):
    # The table is of the whole country, the study of a part; the rest is neither scored nor “without data”.
    values = "城市,x（个）\n上海,5\n南京,4\n合肥,3\n武汉,2\n"
    table = load(folder, 'regions = "city"\nwithin = ["长三角"]\nindicators = "v.csv"', v=values)
    assert table.values["x"].dropna().to_dict() == {"310000": 5.0, "320100": 4.0, "340100": 3.0}
    assert len(table.values) == 41
    assert len(table.report.regions_without_data) == 38
    assert table.source.pack == "china"


def test_listed_regions_by_name(folder):
    values = "城市,x（个）\n北京,5\n天津,4\n吉林市,3\n"
    assert load(
        folder, 'regions = "listed"\nindicators = "v.csv"', v=values
    ).values.index.tolist() == [
        *("110000", "120000", "220200"),
    ]
    values = "地区,x（个）\n北京,5\n吉林,4\n"
    table = load(folder, 'regions = "listed"\nlevel = "province"\nindicators = "v.csv"', v=values)
    assert table.values["x"].to_dict() == {"110000": 5.0, "220000": 4.0}
    with pytest.raises(
        ht.DataError, match="None of the names of the values is known: 'Mars', 'Venus'"
    ):
        load(folder, 'regions = "listed"\nindicators = "v.csv"', v="地区,x\nMars,5\nVenus,4\n")


def test_names_are_corrected_by_a_list(folder):
    values = "place,rd\nAsh Nord,1\nBirch,2\nElm,3\nAll of it,9\n"
    names = "name,region_id\nAsh Nord,0101\nAll of it,-\n"
    keys = LAYER + 'indicators = "v.csv"\nregion_column = "place"\nnames = "names.csv"'
    table = load(folder, keys, v=values, names=names)
    assert table.values["rd"].dropna().to_dict() == {"0101": 1.0, "0102": 2.0, "0202": 3.0}
    with pytest.raises(
        ht.DataError, match=r"names.csv corrects names that the data do not have: 'Oak'"
    ):
        load(folder, keys, v=values, names=names + "Oak,0101\n")


def test_leading_zeros_are_a_key(folder):
    values = "place,rd\n101,1\n102,2\n201,4\n202,3\n"
    keys = LAYER + 'indicators = "v.csv"\nregion_column = "place"\n'
    with pytest.raises(ht.JoinError, match=r"write leading_zeros = true in \[data\]") as caught:
        load(folder, keys, v=values)
    assert 'unmatched = "keep" in [data]' in str(caught.value)
    assert caught.value.report.unmatched["name"].tolist() == ["101", "102", "201", "202"]
    assert load(folder, keys + "leading_zeros = true", v=values).values["rd"].tolist() == [
        1.0,
        2.0,
        4.0,
        3.0,
    ]


def test_a_level_of_a_pack_and_values_brought_up(folder):
    states = (
        COUNTIES.dissolve("state").reset_index()[["state", "geometry"]].assign(code=["01", "02"])
    )
    make_pack(
        states,
        folder / "isles",
        Recipe(id_column="code", name="state", level="state", credit="© Isles"),
    )
    recipe = Recipe(id_column="GEOID", name="NAME", level="county", under="state", parent_digits=2)
    make_pack(COUNTIES, folder / "isles", recipe)
    table = load(folder, 'regions = "county"\npack = "isles"\nwithin = ["Southland"]\n' + VALUES)
    assert table.values["rd"].to_dict() == {"0201": 4.0, "0202": 3.0}
    assert table.source.credit("en") == "© Isles"
    assert table.pack.id == "isles"
    up = load(folder, 'regions = "state"\npack = "isles"\nroll_up = true\n' + VALUES)
    assert up.values["rd"].to_dict() == {"01": 3.0, "02": 7.0}
    world = load(
        folder, 'regions = "country"\nindicators = "w.csv"', w="country,x\nKOR,1\nViet Nam,2\n"
    )
    assert world.values["x"].dropna().to_dict() == {"KOR": 1.0, "VNM": 2.0}


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (
            LAYER.replace('layer = "counties"\n', "") + VALUES,
            ht.SpecError,
            r"Name one with layer = … in \[data\]",
        ),
        (
            LAYER + 'indicators = ["rdd"]',
            ht.MissingColumnError,
            "The layer survey.gpkg lacks the column 'rdd'",
        ),
        (
            LAYER + VALUES + "direction = { gdp = -1 }",
            ht.SpecError,
            "direction = … names 'gdp', but the indicators are rd",
        ),
        (LAYER + VALUES + "direction = { rd = 2 }", ht.SpecError, "'data.direction.rd' is 2"),
        (
            LAYER + VALUES + 'within = ["Nowhere"]',
            ht.UnknownOptionError,
            "region or group in within=: 'Nowhere'",
        ),
        (LAYER + VALUES + 'only = ["Oak"]', ht.UnknownOptionError, "Unknown region 'Oak'"),
        (
            LAYER + VALUES + 'only = ["0101"]\nwithin = ["Southland"]',
            ht.SpecError,
            "do not lie within: 0101",
        ),
        (LAYER + VALUES + 'only = ["0101"]\nexclude = ["0101"]', ht.DataError, "No region is left"),
        (
            LAYER + VALUES + "roll_up = true",
            ht.SpecError,
            "roll_up = true needs regions that say what they consist of",
        ),
        (
            'regions = "listed"\nindicators = ["rd"]',
            ht.SpecError,
            "takes the regions from the values",
        ),
        (
            LAYER + VALUES + 'layouts = "wide"',
            ht.SpecError,
            "unknown key 'data.layouts'. Did you mean 'layout'",
        ),
        (
            'regions = "county"\npack = "isle"\n' + VALUES,
            ht.UnknownOptionError,
            r"Unknown pack \(nor is it a folder\) 'isle'",
        ),
    ],
)
def test_what_does_not_fit_is_told_as_keys(folder, data, error, message):
    with pytest.raises(error, match=message):
        load(folder, data)


def test_words_of_a_study():
    assert (
        in_words_of_a_study("pass limits=ReadLimits(megabytes=…).")
        == "pass limits=ReadLimits(megabytes=…)."
    )
    assert (
        in_words_of_a_study("Settle it with region_column='省份'.")
        == "Settle it with region_column = '省份' in [data]."
    )


def test_a_study_of_a_layer_builds_from_the_command_line(folder):
    (folder / "own.toml").write_text(
        f"title_en = 'Isles'\n[data]\n{LAYER}indicators = ['rd', 'pollution']\ndirection = {{ pollution = -1 }}\n"
        "credit = '© Survey'\n[method]\ntier = { method = 'NaturalBreaks', k = 2 }\n"
        "[robustness]\ndraws = 0\n[output]\nlanguage = 'en'\nfigures = false\nreport = false\ntables = false\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "hubtiers",
        "build",
        str(folder / "own.toml"),
        "--out",
        str(folder / "out"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    scores = pd.read_csv(folder / "out" / "scores.csv", dtype={"region_id": str}).set_index(
        "region_id"
    )["score"]
    assert scores.round(2).to_dict() == {"0201": 1.0, "0202": 0.77, "0101": 0.25, "0102": 0.17}
    record = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    assert list(record["inputs"]) == ["survey.gpkg"]
