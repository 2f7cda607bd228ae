"""CONTRIBUTING leads to a method: the page is followed word by word in a copy, and the tests that it names are run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"^(?P<where>At the end|Among the imports|In `(?P<name>[^`]+)`) of `(?P<file>[^`]+)`:\n\n```(python|text)\n(?P<code>.*?)```",
    re.MULTILINE | re.DOTALL,
)
COPIED = ("src", "tests", "conftest.py", "pyproject.toml", "CONTRIBUTING.md")


@pytest.fixture
def copy(tmp_path):
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    (tmp_path / "data").symlink_to(ROOT / "data")
    return tmp_path


def followed(text: str, step: re.Match[str]) -> str:
    """Return a file as one step of the page leaves it."""
    code = step["code"]
    if step["where"] == "At the end":
        return text.rstrip("\n") + "\n\n\n" + code
    if step["where"] == "Among the imports":
        first = re.search(r"^from [.\w]+ import", text, re.MULTILINE)
        assert first, step["file"]
        last_future = text.find("from __future__")
        assert last_future < 0 or first.start() >= last_future
        place = first.start() if last_future < 0 else text.index("\n", last_future) + 1
        return text[:place] + code + text[place:]
    close = closing(text, step["name"])
    return text[:close] + code + text[close:]


def closing(text: str, name: str) -> int:
    """Return where the line starts that closes the brackets opened after a name."""
    opened = re.search(rf"^ *{re.escape(name)}(: | = |: .* = )[(\[]$", text, re.MULTILINE)
    assert opened, f"no {name} in the file"
    indent = len(opened[0]) - len(opened[0].lstrip(" "))
    end = re.compile(rf"^ {{{indent}}}[)\]]", re.MULTILINE).search(text, opened.end())
    assert end
    return end.start()


def commands() -> list[list[str]]:
    return [shlex.split(line) for line in re.findall(r"^pytest .*$", PAGE, re.MULTILINE)]


def run(command: list[str], where: Path) -> subprocess.CompletedProcess[str]:
    clean = os.environ | {"PYTHONPATH": str(where / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-m", *command, "-q", "-p", "no:cacheprovider", "-m", "not slow"]
    return subprocess.run(
        words, cwd=where, env=clean, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_the_page_leads_to_a_weighting_a_normaliser_and_a_tier_rule(copy):
    steps = list(STEP.finditer(PAGE))
    assert len(steps) == len(re.findall("^```(python|text)", PAGE, re.MULTILINE)), (
        "a block of the page does not say where it belongs"
    )
    for step in steps:
        path = copy / step["file"]
        path.write_text(followed(path.read_text(encoding="utf-8"), step), encoding="utf-8")
    for command in commands():
        found = run(command, copy)
        assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-1000:]
        assert int(re.search(r"(\d+) passed", found.stdout)[1]) > 3
    code = (
        "import hubtiers as ht; from hubtiers._methods import find_method; print(ht.__file__);"
        "s = ht.Scheme(weight='deviation', normalise='sum norm', tier='maximum gaps');"
        "print(ht.Scheme.from_spec(s.to_spec()) == s, s.weight.about.zh)"
    )
    env = os.environ | {"PYTHONPATH": str(copy / "src")}
    said = subprocess.check_output([sys.executable, "-c", code], text=True, cwd=copy, env=env)
    assert said.split() == [str(copy / "src/hubtiers/__init__.py"), "True", "标准差法"]


@pytest.mark.slow
def test_a_step_left_out_is_noticed(copy):
    """The tests that the page names catch a method without a row, and one without a public name."""
    kept = [s for s in STEP.finditer(PAGE) if "Deviation" in s["code"] or "deviation" in s["code"]]
    kept = [s for s in kept if "instances" not in s["file"] and not s["file"].endswith(".pyi")]
    for step in kept:
        path = copy / step["file"]
        path.write_text(followed(path.read_text(encoding="utf-8"), step), encoding="utf-8")
    found = run(["pytest", "tests/matrix", "tests/test_package.py", "-k", "every"], copy)
    assert found.returncode == 1
    assert "test_every_method_has_a_row" in found.stdout
    assert "test_every_method_has_a_public_name" in found.stdout


def test_files_and_names_of_the_page_exist():
    for file in {step["file"] for step in STEP.finditer(PAGE)}:
        assert (ROOT / file).is_file(), file
