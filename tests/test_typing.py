"""The public face as type checkers see it from outside: `tests/typing/user.py` under mypy and pyright."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

USER = Path(__file__).parent / "typing" / "user.py"


def refused_lines() -> set[int]:
    lines = USER.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# refused")}


def run(*command: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", *map(str, command)]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=300, check=False, cwd=USER.parent
    )


@pytest.mark.slow
def test_mypy_knows_every_public_type(tmp_path):
    options = ("--strict", "--config-file", os.devnull, "--cache-dir", tmp_path, "--output", "json")
    found = run("mypy", *options, USER)
    errors = [json.loads(line) for line in found.stdout.splitlines() if line.startswith("{")]
    said = {error["line"]: error["message"] for error in errors if error["severity"] == "error"}
    assert set(said) == refused_lines(), said or found.stdout + found.stderr


@pytest.mark.slow
@pytest.mark.network
def test_pyright_knows_every_public_type():
    found = run("pyright", "--pythonpath", sys.executable, "--outputjson", USER)
    if "generalDiagnostics" not in found.stdout:
        # The package brings a launcher; the checker itself comes from the npm registry when it first runs.
        assert not os.environ.get("CI"), found.stdout + found.stderr
        pytest.skip("pyright could not be fetched from the npm registry")
    errors = json.loads(found.stdout)["generalDiagnostics"]
    said = {
        error["range"]["start"]["line"] + 1: error["message"]
        for error in errors
        if error["severity"] == "error"
    }
    assert set(said) == refused_lines(), said
