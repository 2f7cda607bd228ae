"""The look-up of known weaknesses never stops a machine without a network, and does stop for a weakness."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "audit.sh"
# Stands for the interpreter: answers as PyPI and pip-audit would.
STAND_IN = """#!/bin/sh
case "$*" in
  -) exit {pypi} ;;
  "-m pip install"*) exit {pip} ;;
esac
while [ "$1" != --output ]; do shift; done
printf '%s' "{report}" > "$2"
echo "{said}"
exit {audit}
"""
SAID = "make audit: {}, so that known weaknesses of the packages were not looked up.\n"
NO_ANSWER = SAID.format("PyPI does not answer")
FOUND = "p | 1.0 | CVE-1"


def audit(python):
    run = subprocess.run(
        ["bash", SCRIPT, python], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.stderr == ""
    return run.returncode, run.stdout


def test_without_a_network_it_says_so_and_goes_on(calls_out):
    assert audit(sys.executable) == (0, NO_ANSWER)
    assert "pypi.org" in calls_out.read_text(encoding="utf-8")
    calls_out.write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    ("answers", "ends"),
    [
        ({"pypi": 1}, (0, NO_ANSWER)),
        ({"pip": 1}, (0, SAID.format("pip-audit cannot be installed"))),
        ({"audit": 1}, (0, NO_ANSWER)),
        ({"audit": 124}, (0, NO_ANSWER)),
        ({"said": "None found"}, (0, "None found\n")),
        ({"audit": 1, "said": "Found 1", "report": FOUND}, (1, f"Found 1\n{FOUND}")),
    ],
)
def test_only_a_weakness_ends_it(tmp_path, answers, ends):
    stand_in = tmp_path / "python"
    defaults = {"pypi": 0, "pip": 0, "audit": 0, "said": "", "report": ""}
    stand_in.write_text(STAND_IN.format(**defaults | answers), encoding="utf-8")
    stand_in.chmod(0o755)
    assert audit(stand_in) == ends
