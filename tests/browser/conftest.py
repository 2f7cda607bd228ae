"""A visitor of pages: headless Chromium with every host out of reach."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.browser.everything import write_everything


@dataclass
class Visit:
    """A page with what went wrong on it."""

    page: object
    trouble: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Saved:
    """A map that is on the disk already, for `visit`."""

    path: Path

    def save(self, path):
        shutil.copy(self.path, path)


@pytest.fixture(scope="session")
def everything(tmp_path_factory):
    """The map of a made-up country with every control that a page can have, built once."""
    return Saved(write_everything(tmp_path_factory.mktemp("everything")))


@pytest.fixture
def visit(chromium, tmp_path):
    """Open a map, wait until it is drawn, and collect errors, dialogs and requests."""
    contexts = []

    def open_map(web, size=(1280, 800), fragment="", **options):
        path = tmp_path / "map.html"
        web.save(str(path))
        viewport = {"width": size[0], "height": size[1]}
        # A Chinese reader, unless another is asked for: the page speaks the language of its browser.
        options.setdefault("locale", "zh-CN")
        context = chromium.new_context(viewport=viewport, offline=True, **options)
        contexts.append(context)
        seen = Visit(context.new_page())
        page = seen.page
        page.on("console", lambda m: seen.trouble.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: seen.trouble.append(f"error: {e}"))
        page.on("dialog", lambda d: (seen.trouble.append(f"dialog: {d.message}"), d.dismiss()))
        page.on(
            "request",
            # A blob is of the page's own making: its worker.
            lambda r: (
                None
                if r.url.startswith(("file:", "data:", "blob:"))
                else seen.trouble.append(r.url)
            ),
        )
        page.goto(path.as_uri() + fragment)
        drawn = "Object.values(window).find(v => v && v.hubtiers && v.hubtiers.layers)"
        page.wait_for_function(f"Boolean({drawn})")
        page.evaluate(f"window.drawn = {drawn}.hubtiers; void 0")
        return seen

    yield open_map
    for context in contexts:
        context.close()
