"""The commands about tables and lists, within the process: what is printed, written and returned."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path

import pandas as pd
import pytest

from hubtiers import cli
from hubtiers.table.yearbook.read import read_indicators

_SPEC = importlib.util.spec_from_file_location(
    "old_files", Path(__file__).parents[1] / "old_files.py"
)
old_files = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(old_files)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs a command in an empty folder: status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hubtiers", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return status, out, err

    return call


def test_count_by_name(run):
    Path("firms.csv").write_text(
        "企业,省份,城市,类型\n甲,吉林省,吉林,a\n乙,江苏,南京,b\n丙,江苏,南京市玄武区某路,a\n",
        encoding="gb18030",
    )
    status, out, err = run(
        "count",
        "firms.csv",
        "--by-name",
        "城市",
        "--by",
        "类型",
        "--level",
        "city",
        "--out",
        "n.csv",
    )
    assert (status, err) == (0, "")
    assert out.startswith("3 records from firms.csv, by column '城市' in '省份': 3 counted")
    found = pd.read_csv("n.csv", dtype={"region_id": str}).set_index("region_id")
    assert found.loc[["220200", "320100"], ["a", "b"]].to_numpy().tolist() == [[1, 0], [1, 1]]
    assert found.loc["320100", "name_zh"] == "南京市"
    assert len(found) == 372


def test_count_by_name_refuses_and_sets_aside(run):
    Path("firms.csv").write_text("城市\n南京\n海外\n金陵府\n", encoding="utf-8")
    status, out, err = run("count", "firms.csv", "--by-name", "城市", "--out", "n.csv")
    assert (status, out) == (1, "")
    assert "2 names belong to no single region of the layer: '海外'" in err
    assert (
        "--names FILE, name the column of provinces with --province …, or pass --keep-unmatched"
        in err
    )
    assert not Path("n.csv").exists()
    Path("names.csv").write_text("name,region_id\n海外,-\n金陵府,320100\n", encoding="utf-8")
    status, out, _ = run(
        "count", "firms.csv", "--by-name", "城市", "--names", "names.csv", "--out", "n.csv"
    )
    assert status == 0
    assert "1 set aside by a correction" in out
    found = pd.read_csv("n.csv", dtype={"region_id": str}).set_index("region_id")
    assert found.loc["320100", "count"] == 2
    status, out, _ = run(
        "count", "firms.csv", "--by-name", "城市", "--keep-unmatched", "--out", "n.csv"
    )
    assert status == 0
    assert "2 whose name belongs to no single region" in out
    status, _, err = run("count", "firms.csv", "--names", "names.csv", "--out", "n.csv")
    assert status == 2
    assert "--names goes with --by-name COLUMN" in err


def test_check_takes_every_keyword_of_the_reader():
    options = set(inspect.signature(cli.check).parameters)
    assert set(inspect.signature(read_indicators).parameters) - {"path", "framework"} <= options


def test_check_reads_as_it_is_told(run):
    Path("t.csv").write_text("甲,乙,数量\n北京,天津,7\n天津,北京,9\n", encoding="utf-8")
    words = ("--level", "province", "--region-column", "乙", "--units", "数量=个", "--year", "2020")
    status, out, err = run("check", "t.csv", *words)
    assert status == 0
    assert "2 names at level 'province': 2 exact." in out
    assert "in 个, by header" in err
    assert "regions in column B" in err
    status, out, err = run("check", "t.csv", *words, "--show")
    assert (status, err) == (0, "")
    assert "数量" in out
    assert "2 names at level 'province': 2 exact." in out
    status, _, err = run("check", "t.csv", "--units", "数量")
    assert status == 1
    assert "--units '数量' is no pair. Write it as NAME=VALUE" in err
    status, _, err = run("check", "t.csv", "--limits", "max_cells=many")
    assert status == 1
    assert "--limits max_cells=many is no number" in err
    status, _, err = run("check", "t.csv", "--region-column", "乙", "--limits", "max_cells=3")
    assert status == 1
    assert "the limit max_cells is 3" in err


def test_check_with_corrections(run):
    Path("n.txt").write_text("北京\n燕京\n海外\n", encoding="utf-8")
    status, out, _ = run("check", "n.txt", "--level", "province")
    assert status == 1
    Path("names.csv").write_text("name,region_id\n燕京,110000\n海外,\n", encoding="utf-8")
    status, out, _ = run("check", "n.txt", "--level", "province", "--names", "names.csv")
    assert status == 0
    assert out.startswith("2 names at level 'province': 2 exact.")


def test_new_from_tables_builds_a_map(run):
    names = "北京 天津 河北 山西 辽宁 吉林 上海 江苏 浙江 安徽 福建 江西"
    rows = [["地 区", "孵化器（个）"], *([name, 3 * i * i] for i, name in enumerate(names.split()))]
    Path("年鉴.xls").write_bytes(old_files.encrypted(rows))
    lines = [f"{name},{number}.5" for number, name in enumerate(names.split())]
    Path("b.csv").write_text("地区,经费（亿元）\n" + "\n".join(lines), encoding="utf-8")
    status, out, err = run("new", "mine", "--from", "年鉴.xls", "b.csv", "--level", "province")
    assert status == 0, err
    assert "2 indicators, regions province, 4 tiers; kind and direction are guesses" in err
    *paths, following = out.strip().splitlines()
    assert {Path(path).name for path in paths} == {
        "study.toml",
        "framework.csv",
        "study.schema.json",
        "年鉴.xls",
        "b.csv",
    }
    assert following == "Next: hubtiers build mine/study.toml --out out/mine"
    study = Path("mine/study.toml")
    study.write_text(
        study.read_text(encoding="utf-8") + "figures = false\ntables = false\nreport = false\n",
        encoding="utf-8",
    )
    status, _, err = run(*following.removeprefix("Next: hubtiers ").split())
    assert status == 0, err
    scores = pd.read_csv("out/mine/scores.csv", dtype={"region_id": str}).set_index("region_id")
    assert scores.loc["360000", "score"] == 1
    assert scores.loc["110000", "score"] == 0
    assert Path("out/mine/map.html").is_file()


def test_new_takes_options_of_tables_with_from_only(run):
    status, _, err = run("new", "mine", "--level", "city")
    assert status == 2
    assert "--level goes with --from FILE" in err
    status, _, err = run("new", "mine", "--from", "none.csv")
    assert status == 1
    assert "There is no file none.csv" in err
    assert not Path("mine").exists()


def test_build_prints_the_windows_of_rules_of_position(run):
    study = Path("own.toml")
    Path("values.csv").write_text(
        "省份,论文（篇）,专利（件）\n北京,60,70\n河北,30,15\n山西,9,5\n辽宁,1,10\n",
        encoding="utf-8",
    )
    study.write_text(
        '[data]\nregions = "listed"\nlevel = "province"\nindicators = "values.csv"\n'
        "[robustness]\ndraws = 0\n"
        '[output]\nfigures = false\ntables = false\nreport = false\nlanguage = "en"\n'
        '[method.tier]\nmethod = "PositionRules"\ninternational_share = 50\nnational_share = 15\n'
        "regional_share = 5\nmacro_region_places = 0\nprovince_places = 0\n",
        encoding="utf-8",
    )
    status, out, err = run("build", "own.toml", "--out", "out")
    assert status == 0, err
    assert "Windows of sensitivity of the rules of position" in out
    lines = [line for line in out.splitlines() if "National: share" in line]
    cells = [cell.strip() for cell in lines[0].split("│")[1:-1]]
    # Hebei holds exactly 15 % of the patents, the smaller of its two shares; Shanxi and Liaoning less.
    assert cells[1:4] == ["15.00", "5.00", "15.00"]
    assert cells[4].startswith("Shanxi")
    assert cells[5].startswith("Hebei")


def test_check_with_a_yardstick(run):
    Path("t.csv").write_text("地区,研发\n北京,3\n天津,2\n全国,9\nIsles,7\n", encoding="utf-8")
    status, _, _ = run("check", "t.csv", "--level", "province")
    assert status == 1
    status, out, err = run("check", "t.csv", "--level", "province", "--yardstick", "Isles")
    assert status == 0, err
    assert "2 names at level 'province': 2 exact." in out
    # A total that the reader sets aside is a row as well.
    status, out, _ = run("check", "t.csv", "--level", "province", "--yardstick", "全国")
    assert "Isles" in out
    assert status == 1
    status, _, err = run("check", "t.csv", "--level", "province", "--yardstick", "Isle")
    assert status == 1
    assert "Unknown row for the yardstick: 'Isle'. Did you mean 'Isles'?" in err
    # The pack knows other names of its yardsticks, as it does for the join.
    Path("t.csv").write_text("地区,研发\n北京,3\n天津,2\n全国,9\n", encoding="utf-8")
    status, out, err = run("check", "t.csv", "--level", "province", "--yardstick", "China")
    assert status == 0, err
    assert "2 names at level 'province': 2 exact." in out
    Path("e.csv").write_text("country,rd\nFrance,3\nEU27_2020,2\n", encoding="utf-8")
    status, out, err = run("check", "e.csv", "--regions", "country", "--yardstick", "EU-27")
    assert status == 0, err
    assert "1 name" in out
    status, _, err = run("check", "e.csv", "--regions", "country", "--yardstick", "EU28")
    assert "Unknown row for the yardstick: 'EU28'" in err
