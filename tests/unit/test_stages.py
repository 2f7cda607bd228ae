"""Commands that take a while say which part of the work goes on: on a terminal, and nowhere else."""

from __future__ import annotations

import io
import re
import sys

import pytest

from hubtiers import cli
from hubtiers._progress import hearing_stages, progress_bar

POINTS = "lon,lat\n116.4,39.9\n121.47,31.23\n"
LAYER = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"id": "a", "name": "Ay"}, "geometry": {"type": "Polygon",
 "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
{"type": "Feature", "properties": {"id": "b", "name": "Bee"}, "geometry": {"type": "Polygon",
 "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}}]}"""
READ, SCORE, TABLES = "Reading and joining", "Scoring and sorting", "Writing the tables"
LAYOUT = "Working out the layout"
COMMANDS = {
    "build own.toml": [READ, SCORE, "Drawing the map"],
    "compare own.toml --weights equal,entropy": [READ, "Comparing the schemes", TABLES],
    "robustness own.toml --draws 20": [READ, "Drawing at random", TABLES],
    "propose cities2023 --draws 0": [READ, SCORE, LAYOUT, TABLES],
    "diffuse cities2023 --from 北京": [READ, SCORE, "Letting knowledge spread", TABLES],
    "count points.csv --level province --out c.csv": [READ, "Counting records"],
    "check values.csv --level province": [READ, "Matching names"],
    "pack layer.geojson --out own": ["Making the pack"],
    "new fresh --from wide.csv --level province": [READ],
}


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def run(study_folder, monkeypatch):
    (study_folder / "points.csv").write_text(POINTS, encoding="utf-8")
    (study_folder / "layer.geojson").write_text(LAYER, encoding="utf-8")
    wide = "地区,发明专利（件）\n北京市,5\n上海市,3\n江苏省,8\n浙江省,2\n"
    (study_folder / "wide.csv").write_text(wide, encoding="utf-8")
    study = study_folder / "own.toml"
    output = "[output]\nfigures = false\nreport = false\ntables = false\nbrief = false\n"
    study.write_text(study.read_text(encoding="utf-8") + output, encoding="utf-8")
    monkeypatch.chdir(study_folder)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")

    def run(command, errors):
        monkeypatch.setattr(sys, "stderr", errors)
        cli.app(command.split(), standalone_mode=False)
        return errors.getvalue()

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_stages_are_shown_on_a_terminal_only(run, command):
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", run(command, Terminal()))
    places = [shown.find(told) for told in COMMANDS[command]]
    assert min(places) >= 0, shown
    assert places == sorted(places)


@pytest.mark.parametrize(
    "command", ["compare own.toml --weights equal,entropy", *list(COMMANDS)[2:4]]
)
def test_nothing_is_shown_in_a_file(run, command):
    assert run(command, io.StringIO()) == ""


def test_a_listener_hears_the_share_that_is_done(capsys):
    heard = []
    with (
        hearing_stages(heard.append, heard.append),
        progress_bar("Drawing", 8, shown=True) as advance,
    ):
        advance(2)
        advance(4)
    assert heard == [0.25, 0.75]
    assert capsys.readouterr().err == ""
