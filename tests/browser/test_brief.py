"""The brief in headless Chromium: one sheet of A4 whatever the study, on a phone, and nothing that runs."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pypdf
import pytest

import hubtiers as ht
from hubtiers.regions.boundaries import load_regions
from hubtiers.show.pages.brief import build_brief
from hubtiers.study import load_study

pytestmark = pytest.mark.browser

HOSTILE = "{{7*7}} </title><script>alert(1)</script><img src=x onerror=alert(1)> ${1}"
LONG = "A long name of a place that nobody would print on a map of any size at all, number"


@pytest.fixture
def opened(chromium, tmp_path):
    """Open a brief and collect errors, dialogs and requests."""
    contexts = []

    def open_brief(brief, size=(1280, 900), **options):
        path = brief.save(tmp_path / "brief.html")
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(viewport=viewport, offline=True, **options)
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

    yield open_brief
    for context in contexts:
        context.close()


def printed(page):
    return pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def require_one_sheet(page):
    """One page of A4, on which nothing is cut: no block is higher than its box."""
    sheets = printed(page).pages
    assert len(sheets) == 1
    assert abs(float(sheets[0].mediabox.width) - 595) < 2
    assert abs(float(sheets[0].mediabox.height) - 842) < 2
    page.set_viewport_size({"width": 695, "height": 1054})
    page.emulate_media(media="print")
    cut = page.evaluate(
        """[...document.querySelectorAll('.onepage, .onepage > *')]
             .filter(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
             .map(e => e.tagName + '.' + e.className)"""
    )
    assert cut == []


def score(names, tier_count=2, columns=2, seed=5, regions=None):
    """A made-up result, with or without geometry."""
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(
        rng.random((len(names), columns)) ** 3,
        index=pd.Index(names, name="region_id"),
        columns=[f"i{k}" for k in range(columns)],
    )
    scheme = ht.Scheme(tier=ht.NaturalBreaks(tier_count))
    if regions is None:
        return scheme.run(ht.IndicatorTable.from_frame(values))
    long = values.reset_index().melt("region_id", var_name="indicator").assign(year=2022)
    table = ht.join_indicators(regions, long.rename(columns={"region_id": "region"}))
    return scheme.run(table)


@pytest.mark.parametrize("name", ["zhang2022", "cities2023"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_shipped_studies_fit_one_sheet(opened, name, language):
    outcome = load_study(name).run()
    page, trouble = opened(build_brief(outcome, language=language, run="0123456789ab"))
    require_one_sheet(page)
    picture = page.locator(".map img").bounding_box()
    # The words must leave the map room to be read.
    assert picture["height"] > 200
    assert trouble == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_three_regions_without_map_draws_or_comparison(opened, language):
    page, trouble = opened(build_brief(score(["Ahn", "Bex", "Cul"]), language=language))
    require_one_sheet(page)
    assert page.locator(".map").count() == 0
    said = page.inner_text("main")
    assert ("未试其他权重" if language == "zh" else "No other weights or tier rules") in said
    assert trouble == []


def test_336_regions_of_long_names_with_everything(opened):
    names = [f"{LONG} {n}" for n in range(336)]
    result = score(names, tier_count=4, columns=6)
    scheme = result.fitted.scheme
    robust = ht.assess_robustness(
        scheme, result.table, ht.Variation(weights="dirichlet"), draws=60, rng=1
    )
    schemes = {f"scheme {LONG} {n}": scheme for n in range(2)}
    schemes |= {
        f"{kind} {LONG}": scheme.replace(weight=weight)
        for kind, weight in {
            "entropy": ht.EntropyWeights(),
            "critic": ht.CriticWeights(),
            "variation": ht.VariationWeights(),
        }.items()
    }
    comparison = ht.compare_schemes(result.table, schemes)
    title = " ".join([LONG] * 4)
    for language in ("zh", "en"):
        brief = build_brief(
            result, robustness=robust, comparison=comparison, title=title, language=language
        )
        page, trouble = opened(brief)
        require_one_sheet(page)
        assert re.search(r"and \d+ more|等 \d+ 个", page.inner_text(".members"))
        assert trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_and_dark(opened, zhang_outcome, scheme):
    brief = build_brief(zhang_outcome, language="en")
    page, trouble = opened(brief, (390, 844), color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 25, 28)")
    assert trouble == []


def test_hostile_names_are_shown_as_written(opened):
    provinces = load_regions("province").head(6)
    provinces["name_zh"] = provinces["name_en"] = provinces["short_zh"] = [
        f"{n} {HOSTILE[:20]}" for n in range(6)
    ]
    result = score(list(provinces.index), regions=provinces)
    page, trouble = opened(build_brief(result, title=HOSTILE, language="en"))
    assert page.title() == HOSTILE
    assert page.inner_text("h1") == HOSTILE
    assert "{{7*7}}" in page.inner_text(".members")
    assert page.locator("script").count() == 0
    assert page.locator("img:not(figure img)").count() == 0
    assert trouble == []
