"""The chapter of the documentation on the Technology Achievement Index runs, and says what the Handbook says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "tai.py"


@pytest.fixture(scope="module")
def chapter() -> str:
    return str(runpy.run_path(str(SCRIPT))["chapter"]())


def test_every_table_is_there(chapter: str) -> None:
    titles = re.findall(r"^## Table (\d+)$", chapter, flags=re.MULTILINE)
    assert titles == ["7", "9", "17", "11", "15", "18", "19", "20", "23", "38"]


def test_ranks_agree(chapter: str) -> None:
    assert "equal 23 of 23, factor_analysis 23 of 23, budget_allocation 23 of 23, ahp 20 of 23." in chapter
    assert "Geometric aggregation of the raw values, equal weights: 23 of 23." in chapter
    assert "largest eigenvalue 8.211 (published 8.211), consistency ratio 0.021 (published .021)" in chapter


@pytest.mark.parametrize(
    ("table", "within"), [("7", 0.055), ("17", 0.02 + 1e-9), ("11", 0.0015), ("18", 0.015), ("19", 0.0085)]
)
def test_computed_beside_published(chapter: str, table: str, within: float) -> None:
    section = chapter.partition(f"## Table {table}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]+ \| ([\d.]+) \| ([\d.]+) \|", section, flags=re.MULTILINE)
    assert len(rows) >= 4
    for published, computed in rows:
        assert float(computed) == pytest.approx(float(published), abs=within)
