"""The map in headless Chromium, with every host out of reach."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pandas as pd
import pytest

from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.show.webmap import tier_map
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks

pytestmark = pytest.mark.browser

HOSTILE = "{{7*7}} <img src=x onerror=alert(1)> ${1}"


@dataclass
class Visit:
    """A page with what went wrong on it."""

    page: object
    trouble: list[str] = field(default_factory=list)


@pytest.fixture
def visit(chromium, tmp_path):
    """Open a map, wait until it is drawn, and collect errors, dialogs and requests."""
    contexts = []

    def open_map(web, size=(1280, 800)):
        path = tmp_path / "map.html"
        web.save(str(path))
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
        contexts.append(context)
        seen = Visit(context.new_page())
        page = seen.page
        page.on("console", lambda m: seen.trouble.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: seen.trouble.append(f"error: {e}"))
        page.on("dialog", lambda d: (seen.trouble.append(f"dialog: {d.message}"), d.dismiss()))
        page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else seen.trouble.append(r.url))
        page.goto(path.as_uri())
        page.wait_for_function("Object.values(window).some(v => v && v.hubtiers && v.hubtiers.layers)")
        page.evaluate("window.drawn = Object.values(window).find(v => v && v.hubtiers && v.hubtiers.layers).hubtiers; void 0")
        return seen

    yield open_map
    for context in contexts:
        context.close()


def at_city(page, city):
    """Look closely at a city, move the mouse onto it and return the text of the tooltip."""
    place = load_regions("city").loc[city]
    page.evaluate("at => { drawn.map.setView(at, 8, { animate: false }); }", [place["lat"], place["lon"]])
    page.mouse.move(643, 403)
    page.mouse.move(640, 400)
    page.wait_for_selector(".leaflet-tooltip.hubtiers-tip")
    return page.inner_text(".leaflet-tooltip.hubtiers-tip")


def test_draws_everything_and_asks_for_nothing(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout))
    page = seen.page
    assert page.evaluate("drawn.shapes.length") == 372
    assert page.evaluate("drawn.labels.length") == 22
    assert page.locator(".hubtiers-legend li").count() == 7
    # Pixels: the colours of all three tiers are really on the canvas.
    colours = page.evaluate(
        """() => { const c = document.querySelector('.leaflet-overlay-pane canvas'), n = {};
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          for (let i = 0; i < d.length; i += 4) { const k = d[i] + ',' + d[i+1] + ',' + d[i+2]; n[k] = (n[k] || 0) + 1; }
          return n; }"""
    )
    for colour in ("11,60,111", "47,127,184", "127,191,208"):
        assert colours.get(colour, 0) > 500, colour
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.title() == "创新中心层级"
    assert seen.trouble == []


def test_file_is_small(zhang_outcome, tmp_path):
    path = tmp_path / "map.html"
    tier_map(zhang_outcome.result, layout=zhang_outcome.layout).save(str(path))
    assert path.stat().st_size < 3_000_000
    assert not re.findall(r"""(?:src|href)=["']https?://""", path.read_text(encoding="utf-8"))


def test_legend_and_tooltip_say_what_the_result_says(visit, zhang_outcome):
    result = zhang_outcome.result
    page = visit(tier_map(result, language="en")).page
    rows = page.locator(".hubtiers-legend li").all_inner_texts()
    for label, count in zip(result.breaks.labels, result.breaks.counts, strict=True):
        row = next(r for r in rows if r.startswith(label.capitalize()))
        assert row.endswith(f"({count})")
    text = at_city(page, "350700")
    assert text.splitlines()[0] == "Fujian"
    assert "福建省" in text
    assert re.search(r"Rank\s+9 / 14", text)
    assert f"{result.scores['350000']:.3f}" in text


def test_language_switch(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout))
    page = seen.page
    assert "国际级" in page.inner_text(".hubtiers-legend")
    page.click(".hubtiers-language")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "International" in page.inner_text(".hubtiers-legend")
    assert "Wuhan" in page.inner_text(".leaflet-tooltip-pane")
    page.click(".hubtiers-language")
    assert "武汉" in page.inner_text(".leaflet-tooltip-pane")
    assert seen.trouble == []


def test_each_layer_switches_off_and_on(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout))
    page = seen.page
    names = page.locator(".hubtiers-layers input").evaluate_all("nodes => nodes.map(n => n.name)")
    assert names == ["context", "fill", "provinces", "extents", "corridors", "cores"]
    for name in names:
        shown = page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name)
        page.click(f".hubtiers-layers input[name={name}]")
        assert page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name) is not shown
        page.click(f".hubtiers-layers input[name={name}]")
        assert page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name) is shown
    assert seen.trouble == []


def test_phone_width_keeps_the_boxes_apart(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout, language="en"), size=(390, 844))
    page = seen.page
    boxes = [
        page.locator(selector).bounding_box()
        for selector in (".hubtiers-title", ".hubtiers-language", ".hubtiers-layers", ".hubtiers-legend")
    ]
    for i, a in enumerate(boxes):
        assert a["x"] >= 0
        assert a["x"] + a["width"] <= 390
        for b in boxes[i + 1 :]:
            apart = (
                a["x"] + a["width"] <= b["x"]
                or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"]
                or b["y"] + b["height"] <= a["y"]
            )
            assert apart, (a, b)
    assert not page.locator(".hubtiers-legend ul").first.is_visible()
    page.click(".hubtiers-legend summary")
    assert page.locator(".hubtiers-legend ul").first.is_visible()
    assert seen.trouble == []


def test_hostile_names_are_shown_as_written(visit):
    provinces = load_regions("province").head(6)
    provinces.loc["110000", ["name_zh", "name_en"]] = HOSTILE
    values = pd.DataFrame({"region": provinces.index, "indicator": HOSTILE, "value": [1.0, 2, 3, 5, 8, 13]})
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(provinces, values))
    seen = visit(tier_map(result, title={"zh": HOSTILE, "en": HOSTILE}))
    page = seen.page
    assert at_city(page, "110000").splitlines()[0] == HOSTILE
    assert page.inner_text(".hubtiers-title h1") == HOSTILE
    assert page.title() == HOSTILE
    assert page.locator("img").count() == 0
    assert seen.trouble == []


def test_no_data_and_out_of_scope_are_two_things(visit):
    provinces = load_regions("province").head(6)
    values = pd.DataFrame({"region": provinces.index[:5], "indicator": "rd", "value": [1.0, 2, 3, 5, 8]})
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(provinces, values))
    page = visit(tier_map(result, language="en")).page
    missing = load_regions("city").query("province == @provinces.index[5]").index[0]
    assert "No data" in at_city(page, missing)
    rows = page.locator(".hubtiers-legend li").all_inner_texts()
    assert [row.split("\n")[0] for row in rows] == ["International", "National", "No data", "Not in the study"]
