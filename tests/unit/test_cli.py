"""The command line from outside: what a shell sees."""

import re
import subprocess
import sys
from importlib.metadata import version

import geopandas as gpd
import pytest
from shapely import box

from hubtiers import cli
from hubtiers.errors import DataError


def test_version(hubtiers, tmp_path):
    run = hubtiers("--version", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, f"hubtiers {version('hubtiers')}\n")
    assert re.fullmatch(r"hubtiers \d+\.\d+\S*\n", run.stdout)


def test_python_m_hubtiers_is_the_command_line(tmp_path):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "hubtiers", "count", "none.csv", "--out", "c.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("hubtiers: ")
    assert "none.csv" in run.stderr
    assert "Traceback" not in run.stderr


def test_help_is_bilingual(hubtiers, tmp_path):
    run = hubtiers("--help", cwd=tmp_path)
    assert run.returncode == 0
    assert "join, score, sort, map. 创新中心分级" in run.stdout
    assert "--version" in run.stdout


def test_build_prints_agreement_and_other_weights(built):
    run = built("zhang2022").run
    assert (
        "与布局 zhang2022 比较：可比的 14 个区域中 14 个同级，加权 κ = 1.000（全部同级"
        in run.stdout
    )
    assert "critic 与参照不同级的区域：福建。" in run.stdout
    rows = [line.split("│")[1:] for line in run.stdout.splitlines() if line.startswith("│ entropy")]
    assert rows[0][0].strip() == "entropy：熵值法"
    # The last part of the table holds the agreement with the reference.
    assert rows[-1][-2].strip() == "7/14"
    names = [
        "brief.html",
        "map.html",
        "map.png",
        "map.svg",
        "report.html",
        "run.json",
        "scores.csv",
        "tables.xlsx",
        "tiers.geojson",
    ]
    assert sorted(p.name for p in built("zhang2022").folder.iterdir()) == names


def test_build_without_out_writes_below_out(hubtiers, study_folder):
    run = hubtiers("build", "own.toml", cwd=study_folder)
    assert run.returncode == 0, run.stderr
    assert (study_folder / "out" / "own" / "scores.csv").is_file()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"equal"', '"equals"', "Unknown method for the step 'weight': 'equals'"),
        ("[data]", "[data", "not valid TOML"),
        ('indicators = "values.csv"', 'indicators = "none.csv"', "There is no"),
    ],
)
def test_wrong_data_are_a_sentence_and_exit_1(hubtiers, study_folder, old, new, message):
    path = study_folder / "own.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    run = hubtiers("build", "own.toml", "--out", "result", cwd=study_folder)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("hubtiers: ")
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert sorted(p.name for p in study_folder.iterdir()) == [
        "framework.csv",
        "own.toml",
        "values.csv",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ["bild", "zhang2022"],
        ["build"],
        ["build", "zhang2022", "--outt", "x"],
        ["compare", "zhang2022", "--weights", " , "],
    ],
)
def test_wrong_usage_is_exit_2(hubtiers, tmp_path, words):
    run = hubtiers(*words, cwd=tmp_path)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_check_accounts_for_every_name(hubtiers, tmp_path):
    (tmp_path / "good.txt").write_text("北京\nXi'an\n襄樊\n", encoding="utf-8")
    run = hubtiers("check", "good.txt", "--level", "city", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "3 names at level 'city': 2 exact, 1 former." in run.stdout
    assert "襄樊 · former" in run.stdout
    (tmp_path / "bad.csv").write_text(
        "城市,生产总值（亿元）\n吉林,1\n石家庄,2\n合计,3\n亚特兰蒂斯,4\n", encoding="gb18030"
    )
    run = hubtiers("check", "bad.csv", cwd=tmp_path)
    assert run.returncode == 1
    assert "1 exact, 1 ambiguous, 1 unmatched" in run.stdout
    assert "220200 吉林市" in run.stdout
    assert "合计" not in run.stdout
    assert "Traceback" not in run.stderr


def test_check_within_decides(hubtiers, tmp_path):
    (tmp_path / "names.txt").write_text("朝阳\n", encoding="utf-8")
    assert hubtiers("check", "names.txt", cwd=tmp_path).returncode == 1
    assert hubtiers("check", "names.txt", "--within", "辽宁", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("words", [["check", "none.txt"], ["count", "none.csv", "--out", "c.csv"]])
def test_missing_files_are_a_sentence(hubtiers, tmp_path, words):
    run = hubtiers(*words, cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith("hubtiers: ")
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_count_writes_one_column_per_kind(hubtiers, tmp_path):
    (tmp_path / "points.csv").write_text(
        "lon,lat,kind\n116.4,39.9,lab\n116.4,39.95,firm\n114.3,30.6,lab\n0,0,lab\n",
        encoding="utf-8",
    )
    run = hubtiers(
        "count",
        "points.csv",
        "--level",
        "city",
        "--by",
        "kind",
        "--out",
        "counts.csv",
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    assert "1 outside all regions" in run.stdout
    import pandas as pd

    counts = pd.read_csv(tmp_path / "counts.csv", index_col="region_id", dtype={"region_id": str})
    assert len(counts) == 372
    assert counts.loc["110000", ["firm", "lab"]].tolist() == [1, 1]
    assert counts.loc["420100", ["firm", "lab"]].tolist() == [0, 1]
    assert counts[["firm", "lab"]].to_numpy().sum() == 3


def test_datasets_lists_every_study(hubtiers, tmp_path):
    run = hubtiers("datasets", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    for name in (
        "zhang2022",
        "provinces2022",
        "cities2023",
        "cities2023-lists",
        "beijing_cooperation",
    ):
        assert name in run.stdout


def test_new_makes_a_study_that_builds(hubtiers, tmp_path):
    run = hubtiers("new", "mine", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == [
        "framework.csv",
        "study.schema.json",
        "study.toml",
        "values.csv",
    ]
    run = hubtiers("build", "mine/study.toml", "--out", "out", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "无数据" in run.stdout
    again = hubtiers("new", "mine", cwd=tmp_path)
    assert again.returncode == 1
    assert "mine exists already" in again.stderr


def test_compare_prints_and_writes(hubtiers, tmp_path):
    run = hubtiers(
        "compare",
        "zhang2022",
        "--weights",
        "equal,entropy,critic,pca,variation",
        "--out",
        "c",
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    assert "13 of 14" in run.stdout
    import openpyxl
    import pandas as pd

    table = pd.read_csv(
        tmp_path / "c" / "comparison.csv", dtype={"region_id": str}, index_col="region_id"
    )
    assert table.loc["350000", ["equal_rank", "equal_tier", "critic_tier"]].tolist() == [
        9,
        "regional",
        "national",
    ]
    said = " ".join(run.stdout.split())
    assert "(this" in said, "the scheme of the study is told as such"
    assert "5 schemes were tried: 7 to 14 of 14 agree" in said
    assert "R&D intensity alone (best of 10 indicators): 12 of 14 regions in the same" in said
    book = openpyxl.load_workbook(tmp_path / "c" / "comparison.xlsx")
    assert {"regions", "summary", "moves", "kendall", "spearman"} <= set(book.sheetnames)


def test_compare_every_weight_with_every_tier_rule(hubtiers, tmp_path):
    run = hubtiers(
        "compare",
        "zhang2022",
        "--weights",
        "equal,entropy",
        "--tiers",
        "all",
        "--out",
        "c",
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    import pandas as pd

    matrix = pd.read_csv(tmp_path / "c" / "agreement.csv", index_col="weights")
    assert matrix.loc["equal", "naturalbreaks"] == 14
    assert matrix.shape == (2, 10)


def test_compare_with_an_unknown_method(hubtiers, tmp_path):
    run = hubtiers("compare", "zhang2022", "--weights", "equal,entropi", "--out", "c", cwd=tmp_path)
    assert run.returncode == 1
    assert "Unknown method for the step 'weight': 'entropi'" in run.stderr
    assert not (tmp_path / "c").exists()


def test_robustness_is_the_same_twice(hubtiers, tmp_path):
    for name in ("a", "b"):
        run = hubtiers(
            "robustness", "zhang2022", "--draws", "500", "--seed", "7", "--out", name, cwd=tmp_path
        )
        assert run.returncode == 0, run.stderr
    names = ("tier_probability.csv", "rank_interval.csv", "by_option.csv", "drivers.csv")
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    import pandas as pd

    chances = pd.read_csv(tmp_path / "a" / "tier_probability.csv", index_col="region_id")
    assert chances[["international", "national", "regional"]].sum(axis=1).round(9).eq(1).all()
    assert "order of the tiers kept" in run.stdout


def test_a_folder_holds_one_study_as_it_is_now(study_folder, monkeypatch):
    monkeypatch.chdir(study_folder)
    study, out = study_folder / "own.toml", study_folder / "o"
    text = study.read_text(encoding="utf-8")
    less = "[output]\nfigures = false\nreport = false\ntables = false\nbrief = false\n"
    study.write_text(text + less, encoding="utf-8")

    def run(command):
        cli.app(command.split(), standalone_mode=False)
        return {path.name for path in out.iterdir()}

    built = run("build own.toml --out o")
    assert {"run.json", "scores.csv", "map.html"} <= built
    doubt = run("robustness own.toml --draws 20 --out o") - built
    assert {"robustness.json", "tier_probability.csv"} <= doubt
    # What is written, and nothing of what is scored, changes: both belong together.
    study.write_text(text + less.replace("brief = false", "brief = true"), encoding="utf-8")
    assert run("build own.toml --out o") == built | doubt | {"brief.html"}
    # Other weights: nothing of the study as it was stays beside the new draws.
    study.write_text(text.replace('"equal"', '"entropy"') + less, encoding="utf-8")
    assert run("robustness own.toml --draws 20 --out o") == doubt
    with pytest.raises(DataError, match="^o holds the results of another study, "):
        run("compare zhang2022 --weights equal --out o")
    assert {path.name for path in out.iterdir()} == doubt


def test_pack_then_check_against_it(hubtiers, tmp_path):
    """A layer becomes a pack with an account, and names are checked against it."""
    layer = gpd.GeoDataFrame(
        {"GEOID": ["01", "02", None], "NAME": ["Ash", "Birch", "Lake"]},
        geometry=[box(n, 50, n + 1, 51) for n in range(3)],
        crs=4326,
    )
    layer.to_file(tmp_path / "own.gpkg")
    words = [
        "own.gpkg",
        "--id",
        "GEOID",
        "--name",
        "NAME",
        "--credit",
        "© X",
        "--level",
        "county",
        "--out",
        "isles",
    ]
    made = hubtiers("pack", *words, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "level 'county' with 2 regions" in made.stdout
    assert "set aside row 3: Lake, it has no 'GEOID'" in made.stdout
    again = hubtiers("pack", *words, cwd=tmp_path)
    assert (again.returncode, again.stderr) == (
        1,
        "hubtiers: isles exists already. Give the name of a folder to make.\n",
    )
    (tmp_path / "names.txt").write_text("ash county\nBirsh\n2\n", encoding="utf-8")
    for regions in (["--regions", "isles"], ["--regions", "own.gpkg", "--id", "NAME"]):
        checked = hubtiers("check", "names.txt", *regions, cwd=tmp_path)
        assert checked.returncode == 1
        assert "1 alias, 2 unmatched" in checked.stdout
    assert (
        "did you mean 02 Birch?"
        in hubtiers("check", "names.txt", "--regions", "isles", cwd=tmp_path).stdout
    )
    (tmp_path / "names.txt").write_text("ash\nBIRCH\n", encoding="utf-8")
    assert hubtiers("check", "names.txt", "--regions", "isles", cwd=tmp_path).returncode == 0
    (tmp_path / "names.txt").write_text("Viet Nam\n韩国\n", encoding="utf-8")
    by_layer = hubtiers("check", "names.txt", "--regions", "country", cwd=tmp_path)
    assert by_layer.returncode == 0
    by_level = hubtiers("check", "names.txt", "--level", "country", cwd=tmp_path)
    assert (by_level.returncode, by_level.stdout) == (0, by_layer.stdout)
    failed = hubtiers("check", "names.txt", "--level", "town", cwd=tmp_path)
    assert failed.returncode == 1
    assert "Unknown level of regions 'town'. Known: city, consortium, country" in failed.stderr


def test_ways_out_are_options(hubtiers, tmp_path):
    layer = gpd.GeoDataFrame({"key": ["a"]}, geometry=[box(0, 50, 1, 51)], crs=4326)
    layer.to_file(tmp_path / "own.gpkg", layer="one")
    layer.to_file(tmp_path / "own.gpkg", layer="two", mode="a")
    (tmp_path / "names.txt").write_text("a\n", encoding="utf-8")
    failed = hubtiers("check", "names.txt", "--regions", "own.gpkg", cwd=tmp_path)
    assert failed.stderr.endswith("Name one with --layer ….\n")
    failed = hubtiers("check", "names.txt", "--regions", "own.gpkg", "--layer", "one", cwd=tmp_path)
    assert "needs a column that identifies regions (--id …)" in failed.stderr
    (tmp_path / "t.csv").write_text("地区,a（件）\n北京市,1\n上海市,2\n", encoding="utf-8")
    failed = hubtiers("check", "t.csv", "--level", "province", "--units", "b=%", cwd=tmp_path)
    assert "--units names 'b', which is no column read. Known: a" in failed.stderr
    failed = hubtiers("check", "t.csv", "--level", "province", "--keep", "c", cwd=tmp_path)
    assert "--keep names 'c', which is no column with numbers. Known: B, a" in failed.stderr
    failed = hubtiers("check", "t.csv", "--within", "nowhere", cwd=tmp_path)
    assert "--within names no province: 'nowhere'" in failed.stderr
    words = ("--layer", "one", "--id", "key", "--name", "typo", "--out", "isles")
    failed = hubtiers("pack", "own.gpkg", *words, cwd=tmp_path)
    assert failed.stderr == "hubtiers: The layer lacks the column 'typo'. It has key.\n"
