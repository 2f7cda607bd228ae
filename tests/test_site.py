"""The site: built once without a warning or the network, opened as files, searched in both languages."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import hubtiers

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def beside():
    """What the site is made with, which lies beside its pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        import api_groups
        import reference

        yield {"api_groups": api_groups, "reference": reference}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, as `make docs` builds it."""
    if importlib.util.find_spec("sphinx") is None:
        pytest.skip("Sphinx is not installed: pip install --group docs")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    run = subprocess.run(
        [*command, "-d", out / "doctrees", DOCS, out / "html"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    assert run.returncode == 0, run.stderr
    return out / "html"


def test_pages_that_the_code_writes_are_current(beside):
    for name, text in beside["reference"].pages().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, (
            f"{name} is out of date: make docs"
        )


def test_each_public_name_stands_in_one_group(beside):
    names = [
        name
        for sections in beside["api_groups"].grouped().values()
        for section in sections.values()
        for name in section
    ]
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert sorted(names) == sorted(hubtiers.__all__)


def test_every_public_name_has_its_entry(site):
    pages = "".join(page.read_text(encoding="utf-8") for page in (site / "api").glob("*.html"))
    entries = set(re.findall(r'id="hubtiers\.(\w+)"', pages))
    assert set(hubtiers.__all__) <= entries


def test_nothing_is_fetched(site):
    """Styles, scripts and pictures lie in the folder; only links lead out of it."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        parts = re.findall(r"<(?:link|script|img|iframe|source)\b[^>]*>", text)
        assert not [part for part in parts if re.search(r'(?:src|href)="(?:https?:)?//', part)], (
            page
        )
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", style.read_text(encoding="utf-8")), style


def test_every_page_is_in_the_navigation(site):
    start = (site / "index.html").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        if "_build" not in page.parts and page.name != "index.md":
            assert f'href="{page.relative_to(DOCS).with_suffix(".html").as_posix()}"' in start, page


@pytest.mark.browser
def test_search_finds_in_both_languages_from_files(site, chromium):
    context = chromium.new_context(offline=True)
    trouble = []
    page = context.new_page()
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: asked.url.startswith("file:") or trouble.append(asked.url))
    found = {}
    for query in ("熵值法", "entropy weights", "自然断点", "propose_layout", "克鲁格曼"):
        page.goto(f"{(site / 'search.html').as_uri()}?q={query}")
        page.wait_for_selector(
            "#search-results p:has-text('matching'), #search-results p:has-text('did not')"
        )
        found[query] = page.locator("#search-results li a").evaluate_all(
            "links => links.map(link => new URL(link.href).pathname.split('/html/')[1])"
        )
    context.close()
    assert trouble == []
    assert "methods.html" in found["熵值法"]
    assert "zh/study-file.html" in found["自然断点"]
    assert "methods.html" in found["entropy weights"]
    assert found["propose_layout"][0] == "api/connect.html"
    assert found["克鲁格曼"] == []
