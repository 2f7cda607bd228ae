"""The command line from outside: what a shell sees."""

import os
import subprocess
import sys

import pytest


def hubtiers(*words, cwd):
    environment = os.environ | {"COLUMNS": "120", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "hubtiers.cli", *map(str, words)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_build_prints_agreement_and_other_weights(tmp_path):
    run = hubtiers("build", "zhang2022", "--out", "out", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "14 of 14 regions in the same tier" in run.stdout
    assert "critic differs in Fujian 福建省." in run.stdout
    rows = [line.split("│")[1:] for line in run.stdout.splitlines() if line.startswith("│ entropy")]
    assert rows[0][6].strip() == "7"
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "map.html",
        "run.json",
        "scores.csv",
        "tiers.geojson",
    ]


def test_build_without_out_writes_below_out(study_folder):
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
def test_wrong_data_are_a_sentence_and_exit_1(study_folder, old, new, message):
    path = study_folder / "own.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    run = hubtiers("build", "own.toml", "--out", "result", cwd=study_folder)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("hubtiers: ")
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert sorted(p.name for p in study_folder.iterdir()) == ["framework.csv", "own.toml", "values.csv"]


@pytest.mark.parametrize("words", [["bild", "zhang2022"], ["build"], ["build", "zhang2022", "--outt", "x"]])
def test_wrong_usage_is_exit_2(tmp_path, words):
    run = hubtiers(*words, cwd=tmp_path)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_help_has_an_example(tmp_path):
    run = hubtiers("build", "--help", cwd=tmp_path)
    assert run.returncode == 0
    assert "hubtiers build zhang2022 --out" in run.stdout
