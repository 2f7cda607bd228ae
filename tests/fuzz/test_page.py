"""The page on reliability has the figures of the last full run, and names tests that exist."""

from __future__ import annotations

import json
import re

from fuzz.kills import CHOSEN
from fuzz.page import FUZZ, KILLS, PAGE, filled, inputs_table, written
from fuzz.run import KINDS


def test_the_page_is_what_the_script_writes():
    assert PAGE.read_text(encoding="utf-8") == written()


def test_the_figures_are_of_a_full_run_without_a_fault():
    fuzz, kills = (json.loads(path.read_text(encoding="utf-8")) for path in (FUZZ, KILLS))
    assert {kind: row["inputs"] for kind, row in fuzz["fuzzers"].items()} == KINDS
    for row in fuzz["fuzzers"].values():
        assert row["right"] + row.get("read", 0) + row["refused"] == row["inputs"]
    assert sum(kills["left"].values()) == kills["kills"] >= 200
    assert set(kills["left"]) <= {"the old one", "the new one", "interrupted"}
    assert list(kills["chosen"]) == list(CHOSEN)


def test_a_figure_stands_in_its_place():
    row = {"inputs": 1234, "slowest": 0.4, "right": 1000, "refused": 230, "fault": 4}
    fuzz = {"seed": 7, "seconds": 9, "processes": 2, "fuzzers": {"tables": row, "points": row}}
    lines = inputs_table(fuzz).splitlines()
    assert lines[2] == "| tables | 1,234 | 1,000 | 0 | 230 | 4 |"
    assert lines[4] == "| all | 2,468 | 2,000 | 0 | 460 | 8 |"
    kills = {"seed": 8, "kills": 3, "left": {"the old one": 2, "the new one": 1}, "chosen": {}}
    page = filled(PAGE.read_text(encoding="utf-8"), fuzz, kills)
    assert "2 left the old folder whole, 1 the new one, 0 one" in page
    assert page == filled(page, fuzz, kills)


def test_every_test_that_the_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    files = PAGE.parents[1].glob("tests/**/test_*.py")
    there = {
        name
        for path in files
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) >= 10
    assert named - there == set()
