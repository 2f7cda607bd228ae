"""What several tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Read by type checkers only: some of its lines must not run. The other one is loaded by each process of the tests.
collect_ignore = ["typing/user.py", "offline/sitecustomize.py"]

# In CI the same examples every time: a failure there can be repeated, and a change is judged by what it changes.
settings.register_profile(
    "ci",
    derandomize=True,
    # How fast a machine is says nothing about the code.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def zhang_outcome():
    """The study zhang2022, run once."""
    from hubtiers.study import load_study

    return load_study("zhang2022").run()


@dataclass(frozen=True)
class Build:
    """A study that the command line built: the words, what came of them, and the folder (to be read only)."""

    words: tuple[str, ...]
    run: subprocess.CompletedProcess[str]
    folder: Path


@pytest.fixture(scope="session")
def hubtiers() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command line from outside, as a shell runs it; warnings are errors."""
    environment = os.environ | {"COLUMNS": "120", "NO_COLOR": "1", "PYTHONUTF8": "1"}

    def run(*words: object, cwd: Path, timeout: int = 120) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-m", "hubtiers.cli", *map(str, words)]
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def built(hubtiers, tmp_path_factory) -> Callable[[str], Build]:
    """A shipped study, built once by the command line and shared by all tests that only read its files."""
    done: dict[str, Build] = {}

    def build(name: str) -> Build:
        if name not in done:
            here = tmp_path_factory.mktemp(name)
            words = ("build", name, "--out", f"out/{name}")
            run = hubtiers(*words, cwd=here, timeout=300)
            assert run.returncode == 0, run.stderr
            done[name] = Build(words, run, here / "out" / name)
        return done[name]

    return build


@pytest.fixture
def study_folder(tmp_path: Path) -> Path:
    """A small study of a user's own: five provinces, two indicators."""
    (tmp_path / "framework.csv").write_text(
        "code,name_zh,name_en,parent,category,direction,unit,kind,weight,denominator,source\n"
        "research,科学研究,Research,,,,,,,,\n"
        "rd,研发强度,R&D intensity,research,input,1,%,intensive,,,own\n"
        "patents,专利,Patents,research,output,1,项,extensive,,,own\n",
        encoding="utf-8",
    )
    (tmp_path / "values.csv").write_text(
        "region,indicator,value,year\n"
        + "".join(
            f"{name},rd,{rd},2022\n{name},patents,{patents},2022\n"
            for name, rd, patents in [
                ("北京", 6.8, 200),
                ("上海", 4.4, 180),
                ("Jiangsu", 3.1, 560),
                ("浙江省", 3.1, 440),
                ("540000", 0.3, 2),
            ]
        ),
        encoding="utf-8",
    )
    (tmp_path / "own.toml").write_text(
        'title_en = "Own study"\n'
        "[data]\n"
        'regions = "province"\n'
        'indicators = "values.csv"\n'
        'framework = "framework.csv"\n'
        "[method]\n"
        'weight = "equal"\n'
        'tier = { method = "NaturalBreaks", k = 3 }\n',
        encoding="utf-8",
    )
    return tmp_path


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium that can reach no host. Missing it is a failure in CI and a skip elsewhere."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-proxy-server",
    ]
    with sync_playwright() as player:
        # The system's browser first, then one that playwright's own installer has fetched.
        programs = [*map(shutil.which, names), player.chromium.executable_path]
        program = next((found for found in programs if found and Path(found).exists()), None)
        if program is None:
            if os.environ.get("CI"):
                pytest.fail(
                    "The browser tests need Chromium, and CI must not skip them: apt-get install chromium."
                )
            pytest.skip(
                "no Chromium on this machine: apt-get install chromium, or playwright install chromium"
            )
        browser = player.chromium.launch(executable_path=program, args=quiet)
        yield browser
        browser.close()
