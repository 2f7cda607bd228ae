import os
import re
import shutil
import subprocess
import sys
from html import unescape

import pytest

from hubtiers._study_file import DataSection, StudyFile
from hubtiers.outcome import Outcome
from hubtiers.show.pages.report import build_report
from hubtiers.study import load_study


@pytest.fixture
def shell(tmp_path):
    """A shell in an empty folder, where `hubtiers` is the command line of this tree."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "hubtiers"
    program.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -W error -m hubtiers "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUTF8": "1",
    }

    def run(command, cwd):
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def told_command(outcome):
    """Return the command that the report tells its reader to run."""
    return unescape(
        re.search(r"<pre>(hubtiers build .*?)</pre>", build_report(outcome, language="en").html)[1]
    )


def test_the_report_of_a_shipped_study_tells_a_command_that_runs(shell, zhang_outcome, tmp_path):
    command = told_command(zhang_outcome)
    assert command == zhang_outcome.command == "hubtiers build zhang2022 --out out/zhang2022"
    run = shell(command, tmp_path)
    assert run.returncode == 0, run.stderr
    zhang_outcome.save(tmp_path / "again")
    written = (tmp_path / "out" / "zhang2022" / "scores.csv").read_bytes()
    assert written == (tmp_path / "again" / "scores.csv").read_bytes()


@pytest.mark.parametrize("folder", ['a study\'s "folder" $HOME', "-研究"])
def test_the_report_of_a_study_by_path_tells_a_command_that_runs(
    shell, study_folder, monkeypatch, folder
):
    home = study_folder / folder
    home.mkdir()
    for name in ("framework.csv", "values.csv"):
        shutil.move(study_folder / name, home / name)
    study = (study_folder / "own.toml").read_text(encoding="utf-8")
    light = "[robustness]\ndraws = 0\n[output]\nfigures = false\ntables = false\nexplorer = false\n"
    (home / "own study.toml").write_text(study + light, encoding="utf-8")
    monkeypatch.chdir(study_folder)
    outcome = load_study(f"{folder}/own study.toml").run()
    run = shell(told_command(outcome), study_folder)
    assert run.returncode == 0, run.stderr
    outcome.save(study_folder / "again")
    written = (study_folder / "out" / "own study" / "scores.csv").read_bytes()
    assert written == (study_folder / "again" / "scores.csv").read_bytes()


def test_a_study_that_no_file_holds_has_no_command(zhang_outcome):
    content = StudyFile(data=DataSection(indicators="x.csv", framework="x.csv"), title_zh="题")
    outcome = Outcome("own", "", content, zhang_outcome.result)
    assert "Put this method into a study file" in build_report(outcome, language="en").html
    assert outcome.title == {"zh": "题", "en": "题"}
    assert outcome.agreement is None
    assert outcome.outside.empty


def test_an_outcome_says_what_it_is(zhang_outcome):
    first = repr(zhang_outcome).splitlines()[0]
    assert first == "<Outcome zhang2022: 3 international, 5 national, 6 regional; GVF 0.941>"
