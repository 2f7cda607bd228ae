"""The report in headless Chromium, with every host out of reach: on a screen, on a phone, and as PDF."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

from hubtiers.show.pages.report import build_report
from hubtiers.study import load_study

pytestmark = pytest.mark.browser

HOSTILE = "{{7*7}} </title><script>alert(1)</script><img src=x onerror=alert(1)> ${1}"


@pytest.fixture
def opened(chromium, tmp_path):
    """Open a report and collect errors, dialogs and requests."""
    contexts = []

    def open_report(report, size=(1280, 900)):
        path = report.save(tmp_path / "report.html")
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
        contexts.append(context)
        page, trouble = context.new_page(), []
        page.on("console", lambda m: trouble.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: trouble.append(f"error: {e}"))
        page.on("dialog", lambda d: (trouble.append(f"dialog: {d.message}"), d.dismiss()))
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:")) else trouble.append(r.url),
        )
        page.goto(path.as_uri())
        return page, trouble

    yield open_report
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_figures_are_painted_and_nothing_is_asked_for(opened, zhang_outcome, language):
    page, trouble = opened(build_report(zhang_outcome, language=language))
    pictures = page.evaluate(
        "Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth)))"
    )
    # Map and strip of the brief, map, rank and size, functions, tiers, ranks, number, correlations,
    # weights.
    assert len(pictures) == 10
    assert min(pictures) > 300
    assert page.locator("section").count() == 12
    page.click("nav a[href='#result']")
    assert page.evaluate(
        "Math.abs(document.querySelector('#result').getBoundingClientRect().top) < 5"
    )
    assert trouble == []


@pytest.mark.parametrize("width", [1280, 390])
def test_page_is_no_wider_than_the_screen(opened, zhang_outcome, width):
    page, trouble = opened(build_report(zhang_outcome, language="zh"), (width, 844))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    # What is wider scrolls in a box of its own.
    outside = page.evaluate(
        """width => [...document.querySelectorAll('p, h1, h2, h3, li, dd, figcaption')]
             .filter(e => e.getBoundingClientRect().right > width + 1).length""",
        width,
    )
    assert outside == 0
    assert trouble == []


def test_prints_on_a4_with_every_section(opened, zhang_outcome):
    report = build_report(zhang_outcome, language="en")
    page, trouble = opened(report)
    pdf = page.pdf(prefer_css_page_size=True)
    sizes = {
        tuple(map(float, box.split()[2:])) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", pdf)
    }
    assert sizes
    assert all(abs(w - 595) < 2 and abs(h - 842) < 2 for w, h in sizes)
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
    page.emulate_media(media="print")
    cut = page.evaluate(
        "[...document.querySelectorAll('table')].filter(t => t.scrollWidth > t.parentElement.clientWidth + 1).length"
    )
    assert cut == 0
    assert trouble == []


def test_hostile_title_is_shown_as_written(opened, zhang_outcome):
    page, trouble = opened(build_report(zhang_outcome.result, title=HOSTILE, language="en"))
    assert page.title() == HOSTILE
    assert page.inner_text("h1") == HOSTILE
    assert page.locator("script").count() == 0
    assert page.locator("img:not(figure img)").count() == 0
    assert trouble == []


APPENDIX = {"zh": r"\d+\s+附表", "en": r"\d+\s+Appendix: full tables"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_336_cities_take_at_most_twelve_pages_and_an_appendix(opened, language):
    report = build_report(load_study("cities2023").run(), language=language)
    page, trouble = opened(report)
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    starts = [
        number
        for number, sheet in enumerate(printed.pages)
        if re.search(APPENDIX[language], sheet.extract_text())
    ]
    # The appendix starts on a page of its own: before it there are so many pages.
    assert len(starts) == 1
    assert 6 <= starts[0] <= 12
    assert len(printed.pages) > starts[0] + 5
    page.set_viewport_size({"width": 688, "height": 1017})
    page.emulate_media(media="print")
    lines = page.evaluate(
        """[...document.querySelectorAll('table')].filter(t => t.tBodies[0].rows.length > 200)
             .map(t => [...t.tBodies[0].rows].map(r => r.getBoundingClientRect().height))"""
    )
    assert len(lines) == 4
    for heights in lines:
        # A row that wraps into two lines would be half as high again.
        assert max(heights) < 1.3 * min(heights)
    assert trouble == []
