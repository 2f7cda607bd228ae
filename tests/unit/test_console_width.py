"""Tables of the console on a screen of 80 columns: no number cut, no row in fragments."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

import hubtiers as ht
from hubtiers._console import print_rest
from hubtiers._print_outcome import print_outcome
from hubtiers._print_robustness import print_robustness
from hubtiers._print_trials import print_trials


@pytest.fixture(scope="module")
def study():
    return ht.load_study("zhang2022")


@pytest.fixture(scope="module")
def outcome(study):
    return study.run()


def printed(show, *what, width=80):
    text = io.StringIO()
    show(Console(file=text, width=width), *what)
    lines = text.getvalue().splitlines()
    assert max(map(len, lines), default=0) <= 4 * width
    # A row that is too wide loses its end, and a number there its last digits.
    assert all(line.rstrip().endswith("│") for line in lines if line.startswith("│"))
    return lines


def cells_of(lines):
    rows = [line for line in lines if line.startswith("│")]
    return [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]


def test_comparison(study):
    trials = study.try_out(["equal", "entropy", "critic", "pca", "variation"])
    lines = printed(print_trials, trials, "Schemes")
    assert "…" not in "".join(lines)
    cells = [cell for row in cells_of(lines) for cell in row]
    # Each region stands in every part, once, with rank and tier in one cell.
    whole = [cell for cell in cells if re.fullmatch(r"\d+ (international|national|regional)", cell)]
    assert len(whole) == 14 * len(trials.comparison.names)
    summary = trials.comparison.summary()
    for measure in ("kendall", "spearman"):
        for value in summary[measure]:
            assert f"{value:.3f}" in cells


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_table_of_a_chinese_study_is_cut(outcome, width):
    lines = printed(print_outcome, outcome, width=width)
    cells = {cell for row in cells_of(lines) for cell in row}
    for measure in ("kendall", "spearman", "gvf"):
        assert {f"{value:.3f}" for value in outcome.comparison.summary()[measure]} <= cells


def test_outcome_and_robustness(outcome):
    for show, what in (
        (print_outcome, outcome),
        (print_robustness, outcome.robustness),
    ):
        lines = printed(show, what)
        assert not any("…" in cell for row in cells_of(lines) for cell in row)
    lines = printed(print_robustness, outcome.robustness)
    cells = {cell for row in cells_of(lines) for cell in row}
    for row in outcome.robustness.drivers.to_dict("records"):
        assert f"{row['first']:.2f} ({row['first_low']:.2f} to {row['first_high']:.2f})" in cells


def test_what_happened_to_the_rest():
    outcome = ht.load_study("provinces2022").run()
    lines = printed(print_rest, 41, "scores.csv", "en")
    assert lines == ["1 more in scores.csv"]
    assert printed(print_rest, 40, "scores.csv", "zh") == []
    assert not any("scores.csv" in line for line in printed(print_outcome, outcome))
