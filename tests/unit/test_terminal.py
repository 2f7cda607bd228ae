"""Terminals of any encoding say what is told, and names from files cannot steer them."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest

from hubtiers._console import open_console
from hubtiers._print_outcome import _tier_table
from hubtiers._terminal import visible
from hubtiers.errors import DataError
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

HOSTILE = "\x1b]0;owned\x07A\x9b2J\u202eB\r"


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "hubtiers.cli", *map(str, arguments)],
        capture_output=True,
        timeout=120,
        check=False,
        **options,
    )


def test_control_characters_are_shown():
    assert visible(HOSTILE) == r"\x1b]0;owned\x07A\x9b2J\u202eB\x0d"
    assert visible("武汉\tWuhan\nCôte d’Ivoire") == "武汉\tWuhan\nCôte d’Ivoire"


def test_errors_show_what_would_steer_a_terminal():
    assert (
        str(DataError(f"No region {HOSTILE}.")) == r"No region \x1b]0;owned\x07A\x9b2J\u202eB\x0d."
    )
    assert str(DataError("一行\n二\t行")) == "一行\n二\t行"


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "big5", "ascii"])
@pytest.mark.parametrize("arguments", [["--help"], ["datasets"], ["check", "names.csv"]])
def test_an_encoding_that_lacks_characters_ends_nothing(tmp_path, encoding, arguments):
    (tmp_path / "names.csv").write_text("城市,a\n武汉市,1\nYichang,2\n", encoding="utf-8")
    surroundings = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    said = run(*arguments, cwd=tmp_path, env=surroundings)
    assert said.returncode == 0, said.stderr
    assert b"fault" not in said.stderr
    assert (
        b"Usage" in said.stdout
        or b"Yichang" in said.stdout
        or b"2 names" in said.stdout
        or b"zhang2022" in said.stdout
    )


def test_names_of_files_do_not_steer_the_terminal(tmp_path):
    (tmp_path / "p.csv").write_text(f"{HOSTILE.strip()},lat\n1,2\n", encoding="utf-8")
    (tmp_path / "n.csv").write_text(f"城市,a\n{HOSTILE.strip()},1\n武汉,2\n", encoding="utf-8")
    for arguments in (["count", "p.csv", "--level", "city", "--out", "o.csv"], ["check", "n.csv"]):
        said = run(*arguments, cwd=tmp_path)
        assert said.returncode == 1
        told = said.stdout + said.stderr
        assert rb"\x1b]0;owned" in told
        assert b"\x1b" not in told
        assert b"\x07" not in told


def test_names_of_regions_are_shown_in_the_tables_of_the_console(capsys):
    frame = pd.DataFrame({"rd": [3.0, 2.0, 1.0]}, index=["a", "b", "c"])
    table = IndicatorTable.from_frame(frame)
    table.regions.loc["a", "name_en"] = HOSTILE
    result = Scheme(tier=NaturalBreaks(2)).run(table)
    open_console().print(_tier_table(result, HOSTILE, "en"))
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\x07" not in said
    assert said.count(r"\x1b]0;owned") == 2
