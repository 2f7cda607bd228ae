"""A build that is killed leaves the old folder or the new one; `python tests/fuzz/kills.py` kills two hundred."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from fuzz.kills import CHOSEN, Builds, at_chosen, at_random
from typer.testing import CliRunner

from hubtiers.cli import app

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and SIGKILL")


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    return Builds(tmp_path_factory.mktemp("kills"))


def test_both_builds_differ_and_write_the_same_files(builds):
    first, second = builds.whole["first"], builds.whole["second"]
    assert first.keys() == second.keys() >= {"scores.csv", "map.html", "tiers.geojson", "run.json"}
    same = {name for name in first if first[name] == second[name]}
    assert same == set()


def test_killed_at_six_chosen_moments(builds):
    states = at_chosen(builds)
    assert states == {
        "while scores.csv is written": "the old one",
        "while run.json is written": "the old one",
        "before the folders are exchanged": "the old one",
        "after the folders are exchanged": "the new one",
        # Where folders cannot be exchanged, the mark says that a run was interrupted.
        "the old files aside, the new ones not yet in": "interrupted",
        "half of the new files in": "interrupted",
    }


def test_an_interrupted_folder_is_told_at_the_command_line(builds):
    assert builds.killed(None, CHOSEN["half of the new files in"])
    run = CliRunner().invoke(app, ["check", str(builds.out)])
    assert run.exit_code == 1
    assert "A run was interrupted while its files were put in place. Build again." in run.output
    builds.again()
    run = CliRunner().invoke(app, ["check", str(builds.out)])
    assert run.exit_code == 0


def test_killed_at_random_moments(builds):
    ends = at_random(builds, 6, np.random.default_rng(3))
    assert sum(ends.values()) == 6
    assert set(ends) <= {"the old one", "the new one"}
    builds.again()


def test_a_mixture_would_be_seen(builds):
    file = builds.out / "scores.csv"
    before = file.read_bytes()
    file.write_bytes(before + b"x")
    with pytest.raises(AssertionError, match="a mixed folder"):
        builds.state()
    file.write_bytes(before)
    assert builds.state() == "whole"
