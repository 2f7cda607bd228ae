"""The map in headless Chromium, with every host out of reach."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hubtiers.framework import Framework, Group, Indicator
from hubtiers.hubs.layout import Corridor, Hub, HubLayout
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.show.headline import headline_of
from hubtiers.show.style import contrast
from hubtiers.show.web.webmap import tier_map
from hubtiers.study import load_study
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import EqualIntervals, NaturalBreaks

pytestmark = pytest.mark.browser

HOSTILE = "{{7*7}} <img src=x onerror=alert(1)> ${1}"
CORPUS = [
    HOSTILE,
    "</script><script>alert(2)</script>",
    "\"' onmouseover=alert(3) x='",
    "`${alert(4)}` {% for x in () %} {# note",
    "<svg onload=alert(5)>&lt;b&gt;\\u003ci\\u003e",
]
SMALL = ("110000", "120000", "130000", "310000", "320000", "330000")


def doubt(result):
    """A robustness whose numbers are known: 0.7 for the region's own tier, the rest shared; rank ± 2."""
    labels = list(result.breaks.labels)
    rest = 0.3 / (len(labels) - 1)
    shares = {
        r: [0.7 if t == label else rest for label in labels]
        for r, t in result.tier.dropna().items()
    }
    rank = result.rank.dropna().astype(int)
    return SimpleNamespace(
        tier_probability=pd.DataFrame.from_dict(shares, orient="index", columns=labels),
        rank_interval=pd.DataFrame(
            {"low": (rank - 2).clip(lower=1), "median": rank, "high": rank + 2}
        ),
    )


def look_at(page, city):
    """Bring a city to the middle of the map."""
    place = load_regions("city").loc[city]
    page.evaluate(
        "at => { drawn.map.setView(at, 8, { animate: false }); }", [place["lat"], place["lon"]]
    )


def at_city(page, city):
    """Look closely at a city, move the mouse onto it and return the text of the tooltip."""
    look_at(page, city)
    page.mouse.move(643, 403)
    page.mouse.move(640, 400)
    page.wait_for_selector(".leaflet-tooltip.hubtiers-tip")
    return page.inner_text(".leaflet-tooltip.hubtiers-tip")


def overlapping(boxes):
    """Return pairs of boxes that share area."""
    return [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    ]


def payload(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)[1]
    )


def test_draws_everything_and_asks_for_nothing(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout))
    page = seen.page
    assert page.evaluate("drawn.shapes.length") == 372
    assert page.evaluate("drawn.marks.length") == 22
    assert page.locator(".hubtiers-core").count() == 22
    # Tiers and their absence, tiers of hubs, further cores, extents.
    assert page.locator(".hubtiers-legend li").count() == 9
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


def test_file_is_small_and_says_what_the_result_says(zhang_outcome, tmp_path):
    result, path = zhang_outcome.result, tmp_path / "map.html"
    tier_map(result, layout=zhang_outcome.layout, explorer=True).save(str(path))
    assert path.stat().st_size < 3_000_000
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["']https?://""", text)
    assert "<title>创新中心层级</title>" in text
    content = payload(path)
    labels = [tier["id"] for tier in content["tiers"]]
    assert {r["id"]: labels[r["tier"]] for r in content["regions"]} == result.tier.to_dict()
    assert {r["id"]: r["score"] for r in content["regions"]} == result.scores.to_dict()
    assert content["breaks"] == list(result.breaks.breaks)
    assert [tier["count"] for tier in content["tiers"]] == list(result.breaks.counts)


def test_hub_symbols_differ_by_shape(visit, zhang_outcome):
    page = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout)).page
    points = page.locator(".hubtiers-legend .hubtiers-mark polygon").evaluate_all(
        "nodes => nodes.map(n => n.getAttribute('points').split(' ').length)"
    )
    assert points == [10, 4, 4]
    drawn = page.locator(".hubtiers-core polygon").evaluate_all(
        "nodes => nodes.map(n => n.getAttribute('points').split(' ').length)"
    )
    assert drawn.count(10) == 6


def test_legend_and_tooltip_say_what_the_result_says(visit, zhang_outcome):
    result = zhang_outcome.result
    page = visit(tier_map(result, language="en")).page
    rows = page.locator(".hubtiers-legend li").all_inner_texts()
    for row in result.breaks.to_frame().to_dict("records"):
        shown = next(r for r in rows if r.startswith(row["tier"].capitalize()))
        assert shown.endswith(f"{row['lower']:.3f}–{row['upper']:.3f} ({row['count']})")
    text = at_city(page, "350700")
    assert text.splitlines()[0] == "Fujian"
    assert "福建省" in text
    assert re.search(r"Rank\s+9 / 14", text)
    assert f"{result.scores['350000']:.3f}" in text


def test_popup_explains_the_region(visit, zhang_outcome):
    result = zhang_outcome.result
    web = tier_map(result, layout=zhang_outcome.layout, robustness=doubt(result), language="en")
    seen = visit(web)
    page = seen.page
    number = list(result.table.regions.index).index("350000")
    page.evaluate("n => hubtiers.openRegion(drawn, n)", number)
    text = page.inner_text(".hubtiers-popup")
    explained = result.explain("350000")
    score = f"{result.scores['350000']:.3f}"
    for fact in ("Fujian", "福建省", "9 / 14", "5–95 % interval 7–11", score, "Regional 70 %"):
        assert fact in text, fact
    for code in (*explained.strengths.index, *explained.weaknesses.index):
        assert result.table.framework[code].name_en in text
    shares = page.locator(".hubtiers-popup svg[role=img] rect").evaluate_all(
        "nodes => nodes.map(n => Number(n.getAttribute('width')) / 240)"
    )
    assert np.allclose(shares, [0.15, 0.15, 0.7])
    bars = page.locator(".hubtiers-profile rect").evaluate_all(
        "nodes => nodes.map(n => Number(n.getAttribute('width')))"
    )
    scores = result.sub_scores
    assert np.allclose(bars, 100 * scores.loc["350000"] / scores.max().max())
    page.click(".hubtiers-popup summary")
    assert "Zhang 2022, Table 1" in page.inner_text(".hubtiers-popup details")
    assert re.search(r"20\d\d", page.inner_text(".hubtiers-popup summary"))
    page.keyboard.press("Escape")
    page.wait_for_selector(".hubtiers-popup", state="detached")
    assert seen.trouble == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_popup_says_where_the_weight_of_a_gap_went(visit, language):
    study = load_study("provinces2022")
    table = study.load_table()
    values = table.values.copy()
    values.loc["420000", table.framework.leaves("industry")[:-1]] = np.nan
    gappy = dataclasses.replace(table, values=values)
    seen = visit(tier_map(study.scheme.run(gappy), language=language))
    number = list(table.regions.index).index("420000")
    seen.page.evaluate("n => hubtiers.openRegion(drawn, n)", number)
    told = seen.page.inner_text(".hubtiers-gaps")
    assert ("得分的 33% 出自这一项指标" if language == "zh" else "33 % of the score") in told
    seen.page.evaluate("n => hubtiers.openRegion(drawn, n)", number + 1)
    # The popup before fades; a region without gaps has no such sentence.
    seen.page.wait_for_selector(".hubtiers-gaps", state="detached")
    assert seen.trouble == []


@pytest.mark.parametrize("share", [1.0, 0.995])
def test_a_share_of_all_draws_is_not_said_to_be_the_whole(visit, zhang_outcome, share):
    result = zhang_outcome.result
    whole = doubt(result)
    whole.tier_probability[:] = 0.0
    whole.tier_probability["national"] = share
    whole.tier_probability["regional"] = 1.0 - share
    page = visit(tier_map(result, robustness=whole, language="en")).page
    page.evaluate("n => hubtiers.openRegion(drawn, n)", 0)
    text = page.inner_text(".hubtiers-popup")
    assert "National > 99 %" in text
    assert "100 %" not in text.split("Coverage")[0]


def test_click_opens_the_popup(visit, zhang_outcome):
    page = visit(tier_map(zhang_outcome.result, language="en")).page
    at_city(page, "350700")
    page.mouse.click(640, 400)
    assert page.inner_text(".hubtiers-popup h2") == "Fujian"


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_a_tap_shows_the_popup_alone(visit, zhang_outcome, size):
    """The tip of the region would lie beside it, and the ring of the keyboard around the map."""
    web = tier_map(zhang_outcome.result, language="en")
    seen = visit(web, size=size, has_touch=True, is_mobile=size[0] < 500)
    page = seen.page
    look_at(page, "350700")
    page.touchscreen.tap(size[0] / 2, size[1] / 2)
    page.wait_for_selector(".hubtiers-popup")
    assert page.inner_text(".hubtiers-popup h2") == "Fujian"
    page.wait_for_timeout(700)
    assert page.locator(".hubtiers-tip").count() == 0
    ring = "getComputedStyle(document.querySelector('.leaflet-container')).outlineStyle"
    assert page.evaluate(ring) == "none"
    page.keyboard.press("Shift")
    page.evaluate("document.querySelector('.leaflet-container').focus()")
    assert page.evaluate(ring) == "solid"
    assert seen.trouble == []


def test_the_page_opens_in_the_language_of_its_reader(visit, zhang_outcome):
    web = tier_map(zhang_outcome.result)
    for locale, tag in (("en-GB", "en"), ("zh-TW", "zh-CN"), ("fr-FR", "zh-CN")):
        page = visit(web, locale=locale).page
        assert page.evaluate("document.documentElement.lang") == tag
    # What somebody has set holds for every reader.
    fixed = visit(tier_map(zhang_outcome.result, language="en"), locale="zh-CN").page
    assert fixed.evaluate("document.documentElement.lang") == "en"
    assert fixed.inner_text(".hubtiers-language") == "中文"


def test_language_switch(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout))
    page = seen.page
    page.evaluate("hubtiers.openRegion(drawn, 0)")
    assert "国际级" in page.inner_text(".hubtiers-legend")
    page.click(".hubtiers-language")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "International" in page.inner_text(".hubtiers-legend")
    assert "Beijing" in page.inner_text(".leaflet-hubtiers-names-pane")
    assert "Scores by function" in page.inner_text(".hubtiers-popup")
    assert page.evaluate("document.activeElement.dataset.key") == "language"
    page.click(".hubtiers-language")
    assert "北京" in page.inner_text(".leaflet-hubtiers-names-pane")
    assert seen.trouble == []


def test_each_layer_switches_off_and_on(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout))
    page = seen.page
    boxes = page.locator(".hubtiers-layers input[type=checkbox]")
    names = boxes.evaluate_all("nodes => nodes.map(n => n.name)")
    assert names == ["context", "provinces", "extents", "corridors", "cores"]
    for name in names:
        shown = page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name)
        page.click(f".hubtiers-layers input[name={name}]")
        assert page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name) is not shown
        page.click(f".hubtiers-layers input[name={name}]")
        assert page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name) is shown
    assert seen.trouble == []


def fills(page):
    """Return the fill colour and the opacity of every region, by the first unit that is painted with it."""
    return page.evaluate(
        """() => drawn.data.regions.map((_, n) => { const o = drawn.shapes[drawn.data.regionOf.indexOf(n)].options;
          return [typeof o.fillColor === 'string' ? o.fillColor : 'hatch', o.fillOpacity]; })"""
    )


def test_each_fill_colours_the_regions_and_has_its_legend(visit, zhang_outcome):
    result = zhang_outcome.result
    seen = visit(tier_map(result, robustness=doubt(result), language="en"))
    page = seen.page
    keys = page.locator(".hubtiers-layers input[type=radio]").evaluate_all(
        "nodes => nodes.map(n => n.value)"
    )
    marked = ["tier_and_certainty", "tier", "chance"]
    assert keys == [*marked, "score", "function0", "function1", "function2", "symbols", "none"]
    # The first view says how sure every tier is: all of them lean, and have a texture.
    assert {colour for colour, _ in fills(page)} == {"hatch"}
    page.check(".hubtiers-layers input[value=tier]")
    tiers = fills(page)
    order = ["international", "national", "regional"]
    assert [c for c, _ in tiers] == [
        ["#0b3c6f", "#2f7fb8", "#7fbfd0"][order.index(t)] for t in result.tier
    ]
    for number, values in enumerate(
        [result.scores, *(result.sub_scores[c] for c in result.sub_scores)]
    ):
        page.check(f".hubtiers-layers input[value={keys[number + 3]}]")
        colours = dict(zip(values.index, (c for c, _ in fills(page)), strict=True))
        assert colours[values.idxmax()] == "#0a4c39"
        assert colours[values.idxmin()] == "#eef6e4"
        legend = page.inner_text(".hubtiers-legend-fill")
        assert f"{values.min():.3f}" in legend
        assert f"{values.max():.3f}" in legend
        assert "14 regions" in legend
    page.check(".hubtiers-layers input[value=none]")
    assert len({colour for colour, _ in fills(page)}) == 1
    page.check(".hubtiers-layers input[value=tier]")
    assert fills(page) == tiers
    assert seen.trouble == []


MARKED = """() => drawn.data.regions.map((_, n) => {
    const fill = drawn.shapes[drawn.data.regionOf.indexOf(n)].options.fillColor;
    if (typeof fill === 'string') return 'plain';
    return Object.keys(drawn.textures).find((key) => drawn.textures[key] === fill).split('-')[1];
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_mark_has_a_texture_a_row_of_the_legend_and_words(visit, zhang_outcome, scheme):
    result, robust = zhang_outcome.result, zhang_outcome.robustness
    web = tier_map(result, robustness=robust, explorer=True, language="en")
    seen = visit(web, color_scheme=scheme)
    page = seen.page
    look = {"settled": "plain", "leaning": "1", "open": "2"}
    assert page.evaluate(MARKED) == [look[mark] for mark in robust.certainty]
    legend = re.sub(r"\s+", " ", page.inner_text(".hubtiers-legend-fill"))
    assert "How sure settled (6) leaning (2) open (6) Settled: the tier in" in legend.replace(
        "Settled (6) Leaning", "settled (6) leaning"
    ).replace("Open (6)", "open (6)")
    number = result.scores.index.get_loc("greater-bay-area")
    page.evaluate(f"hubtiers.openRegion(drawn, {number})")
    assert "open, more often National" in page.inner_text(".hubtiers-popup")
    page.evaluate("hubtiers.togglePanel(drawn, 'table')")
    assert "open, more often National" in page.inner_text(f"tr:has([data-key=row{number}])")
    # Under other weights nothing is said of certainty.
    page.evaluate("hubtiers.explore(drawn, { preset: 'equal', rule: 0 })")
    modified = page.evaluate("drawn.modified")
    if modified:
        assert set(page.evaluate(MARKED)) == {"plain"}
        assert "open, more" not in page.inner_text(".hubtiers-popup")
    assert seen.trouble == []


def test_the_probability_of_at_least_a_tier(visit, zhang_outcome):
    result, robust = zhang_outcome.result, zhang_outcome.robustness
    seen = visit(tier_map(result, robustness=robust, language="en"))
    page = seen.page
    page.check(".hubtiers-layers input[value=chance]")
    assert "Probability of at least National" in page.inner_text(".hubtiers-legend-fill")
    upper = robust.tier_probability[["international", "national"]].sum(axis=1)
    assert page.evaluate("hubtiers.chances(drawn)") == pytest.approx(upper.tolist())
    colours = dict(zip(upper.index, (c for c, _ in fills(page)), strict=True))
    assert colours[upper.idxmax()] == "#3c1662"
    page.select_option("[data-key=at-least]", label="International")
    assert "Probability of at least International" in page.inner_text(".hubtiers-legend-fill")
    alone = robust.tier_probability["international"]
    assert page.evaluate("hubtiers.chances(drawn)") == pytest.approx(alone.tolist())
    assert seen.trouble == []


@pytest.mark.parametrize(("language", "size"), [("en", (1400, 900)), ("zh", (390, 844))])
def test_the_headline_stands_below_the_title(visit, zhang_outcome, language, size):
    said = [text.say(language) for text in headline_of(zhang_outcome)]
    web = tier_map(
        zhang_outcome.result,
        robustness=zhang_outcome.robustness,
        explorer=True,
        language=language,
        headline=headline_of(zhang_outcome),
    )
    seen = visit(web, size=size)
    page = seen.page
    assert page.inner_text(".hubtiers-headline p.lead") == f"{said[0]} {said[1]}"
    page.click(".hubtiers-headline summary")
    assert page.locator(".hubtiers-headline li").all_inner_texts() == said[2:]
    assert page.locator(".hubtiers-own").is_hidden()
    page.evaluate("drawn.modified = true; hubtiers.renewLegend(drawn)")
    assert page.locator(".hubtiers-own").is_visible()
    # Whatever is unfolded, the map keeps its half, and a popup gets room.
    page.evaluate("drawn.modified = false; hubtiers.openRegion(drawn, 2)")
    assert page.locator(".hubtiers-headline details[open]").count() == 0
    page.wait_for_function(
        """() => { const box = (s) => document.querySelector(s).getBoundingClientRect();
          return box('.hubtiers-pop').top >= box('.hubtiers-title').bottom; }"""
    )
    assert seen.trouble == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("福建", "Fujian"),
        ("fujian", "Fujian"),
        ("wulumuqi", "Ürümqi"),
        ("urumqi", "Ürümqi"),
        ("xian", "Xi'an"),
        ("武汉市", "Wuhan"),
    ],
)
def test_search_finds_by_chinese_pinyin_and_english(visit, zhang_outcome, typed, name):
    seen = visit(tier_map(zhang_outcome.result, language="en"))
    page = seen.page
    page.fill(".hubtiers-search input", typed)
    assert page.get_attribute(".hubtiers-search input", "aria-expanded") == "true"
    page.press(".hubtiers-search input", "ArrowDown")
    active = page.get_attribute(".hubtiers-search input", "aria-activedescendant")
    assert page.inner_text(f"#{active} span").startswith(name)
    page.press(".hubtiers-search input", "Enter")
    assert page.locator(".hubtiers-popup").count() == 1
    assert name in page.inner_text(".hubtiers-popup") or name == page.input_value(
        ".hubtiers-search input"
    )
    assert page.get_attribute(".hubtiers-search input", "aria-expanded") == "false"
    assert seen.trouble == []


def test_search_says_when_nothing_matches(visit, zhang_outcome):
    page = visit(tier_map(zhang_outcome.result, language="en")).page
    page.fill(".hubtiers-search input", "Atlantis")
    assert page.inner_text("[role=listbox]") == "No region matches"
    assert page.inner_text("[role=status]") == "No region matches"
    page.press(".hubtiers-search input", "Enter")
    assert page.locator(".hubtiers-popup").count() == 0


def test_table_is_reached_and_used_by_keyboard(visit, zhang_outcome):
    result = zhang_outcome.result
    seen = visit(tier_map(result, language="en"))
    page = seen.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the ranking"
    page.keyboard.press("Enter")
    rows = page.locator(".hubtiers-ranking tbody tr").all_inner_texts()
    frame = result.to_frame()
    expected = zip(frame["rank"], frame["name_en"], frame["tier"], frame["score"], strict=True)
    assert [re.split(r"\s*\t\s*", r) for r in rows] == [
        [str(rank), name, tier.capitalize(), f"{score:.3f}"] for rank, name, tier, score in expected
    ]
    # By the close button, the filter and the heads of the four columns.
    for key in (*["Tab"] * 7, "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    third = frame.index[2]
    assert page.evaluate("document.activeElement.textContent") == frame.loc[third, "name_en"]
    page.keyboard.press("Enter")
    assert page.inner_text(".hubtiers-popup h2") == frame.loc[third, "name_en"]
    number = list(result.table.regions.index).index(third)
    assert page.evaluate("n => drawn.map.getBounds().contains(drawn.data.regions[n].at)", number)
    assert "Rank 3" in page.inner_text("[role=status]")
    assert seen.trouble == []


def test_map_answers_the_arrow_keys(visit, zhang_outcome):
    page = visit(tier_map(zhang_outcome.result)).page
    before = page.evaluate("drawn.map.getCenter().lng")
    page.focus(".leaflet-container")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => drawn.map.getCenter().lng > before + 0.5", arg=before)
    page.click("[data-key=home]")
    page.wait_for_function(
        "before => Math.abs(drawn.map.getCenter().lng - before) < 0.2", arg=before
    )


SHOWN = (".hubtiers-title", ".hubtiers-tools", ".hubtiers-layers", ".hubtiers-legend")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_phone_width_keeps_the_boxes_apart(visit, zhang_outcome, language):
    web = tier_map(
        zhang_outcome.result, layout=zhang_outcome.layout, language=language, explorer=True
    )
    seen = visit(web, size=(390, 844), has_touch=True)
    page = seen.page
    assert not page.locator(".hubtiers-legend ul").first.is_visible()

    def check():
        boxes = [page.locator(selector).bounding_box() for selector in SHOWN]
        assert overlapping(boxes) == []
        assert all(b["x"] >= 0 and b["x"] + b["width"] <= 390 for b in boxes)
        inner = page.locator(".hubtiers-tools > *").evaluate_all(
            "nodes => nodes.map(n => n.getBoundingClientRect().toJSON())"
        )
        assert overlapping(inner) == []
        assert all(b["right"] <= 390 for b in inner)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    check()
    page.click(".hubtiers-legend summary")
    assert page.locator(".hubtiers-legend ul").first.is_visible()
    check()
    page.click(".hubtiers-layers summary")
    page.locator(".hubtiers-legend ul").first.wait_for(state="hidden")
    check()
    for panel in ("table", "weights"):
        page.click(f".hubtiers-open-{panel}")
        check()
        aside, canvas = (page.locator(s).bounding_box() for s in (".hubtiers-aside", ".folium-map"))
        assert aside["y"] >= canvas["y"] + canvas["height"] - 1
        assert page.locator(".hubtiers-panel").count() == 1
    assert seen.trouble == []


@pytest.mark.parametrize("size", [(1280, 800), (1024, 700), (800, 600)])
def test_boxes_stay_apart_beside_an_open_panel(visit, zhang_outcome, size):
    web = tier_map(zhang_outcome.result, layout=zhang_outcome.layout, language="en", explorer=True)
    page = visit(web, size=size).page
    assert overlapping([page.locator(s).bounding_box() for s in SHOWN]) == []
    page.click(".hubtiers-open-table")
    boxes = [page.locator(s).bounding_box() for s in (*SHOWN, ".hubtiers-aside")]
    assert overlapping(boxes) == []


# Every text on the page with its colour and that of the ground it stands on.
READABLE = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  const hex = c => {
    const p = c.match(/[\\d.]+/g).map(Number);
    return p.length > 3 && p[3] < 1 ? null : '#' + p.slice(0, 3).map(x => x.toString(16).padStart(2, '0')).join('');
  };
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), node = walker.currentNode.parentElement;
    if (!text || !node.checkVisibility() || node.closest('script,style,option,.hubtiers-label')) continue;
    let back = node, ground = null;
    while (back && !(ground = hex(getComputedStyle(back).backgroundColor))) back = back.parentElement;
    found.push([text.slice(0, 30), hex(getComputedStyle(node).color), ground || '#ffffff']);
  }
  return found; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(visit, zhang_outcome, scheme):
    result = zhang_outcome.result
    web = tier_map(result, layout=zhang_outcome.layout, robustness=doubt(result), explorer=True)
    page = visit(web, color_scheme=scheme).page
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.click(".hubtiers-open-table")
    page.click(".hubtiers-open-weights")
    page.select_option("[data-key=preset]", "entropy")
    page.evaluate("hubtiers.openRegion(drawn, 1)")
    page.fill(".hubtiers-search input", "bei")
    texts = page.evaluate(READABLE)
    assert len(texts) > 100
    poor = [(text, ink, ground) for text, ink, ground in texts if contrast(ink, ground) < 4.5]
    assert poor == []


def test_dark_mode_by_preference_and_by_button(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout), color_scheme="dark")
    page = seen.page
    dark = fills(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(27, 33, 39)"
    page.click("[data-key=theme]")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    light = fills(page)
    assert all(a != b for a, b in zip(dark, light, strict=True))
    assert {c for c, _ in light} == {"#0b3c6f", "#2f7fb8", "#7fbfd0"}
    page.emulate_media(color_scheme="light")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert seen.trouble == []


LOOKS = (
    "[document.documentElement.dataset.theme, document.querySelector('.folium-map').offsetWidth]"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_prints_light_on_one_page(visit, zhang_outcome, scheme):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout), color_scheme=scheme)
    page = seen.page
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.paper = {LOOKS}; }}); void 0")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    # Neighbours, regions and lines are three pictures; drawn as paths, each would wipe those beneath it.
    assert len(re.findall(rb"/Width\s+2496\b", pdf)) >= 3
    assert page.locator(".leaflet-pane canvas").count() == 3
    assert page.evaluate("window.paper") == ["light", 1040]
    assert page.evaluate(LOOKS) == [scheme, 1280]
    assert seen.trouble == []


def hostile_result(text):
    """A result and a layout in which every string that a user can write is hostile."""
    provinces = load_regions("province").loc[list(SMALL)]
    provinces.loc["110000", ["name_zh", "name_en"]] = text
    framework = Framework(
        (
            Indicator("rd" + text, text, text, parent="f" + text, unit=text, source=text),
            Indicator("jobs", text, text, parent="g", unit=text, source=text),
        ),
        (Group("f" + text, text, text), Group("g", text, text)),
    )
    rng = np.random.default_rng(1)
    values = pd.DataFrame(
        [
            {"region": r, "indicator": i.code, "value": v, "source": text, "status": text}
            for i in framework.indicators
            for r, v in zip(provinces.index, rng.random(6), strict=True)
        ]
    )
    labels = (text, text + "2")
    result = Scheme(tier=NaturalBreaks(2, labels=labels)).run(
        join_indicators(provinces, values, framework=framework)
    )
    hub = Hub(text, "international", ("110000",), text, text, ("110000",), (text,), (text,), text)
    corridor = Corridor("c" + text, ("110000", "120000", "310000"), text, text, text)
    return result, HubLayout(text, (hub,), (corridor,), text, text, text, (text,))


# Everything that can be opened or hovered, one after the other.
OPENED = [
    "hubtiers.openRegion(drawn, 0)",
    "hubtiers.openHub(drawn, drawn.data.hubs[0], drawn.data.hubs[0].cores[0])",
]
TIPS = [
    "hubtiers.corridorTip(drawn, drawn.data.corridors[0])",
    "hubtiers.hubTip(drawn, drawn.data.hubs[0], drawn.data.hubs[0].cores[0])",
]
UNFOLD = "document.querySelectorAll('.hubtiers-popup details').forEach(d => { d.open = true; })"
HOVER = """document.querySelectorAll('body *').forEach(
  n => ['mouseover', 'mouseenter'].forEach(kind => n.dispatchEvent(new MouseEvent(kind, { bubbles: true }))))"""


@pytest.mark.parametrize("text", CORPUS)
def test_no_string_of_a_user_is_run(visit, text):
    result, layout = hostile_result(text)
    web = tier_map(
        result,
        layout=layout,
        robustness=doubt(result),
        explorer=True,
        title={"zh": text, "en": text},
        language="zh",
    )
    seen = visit(web)
    page = seen.page
    assert page.title() == text
    assert at_city(page, "110000").splitlines()[0] == text
    page.check(".hubtiers-layers input[name=corridors]")
    page.click(".hubtiers-open-table")
    page.click(".hubtiers-open-weights")
    for key in page.evaluate("hubtiers.fills(drawn)"):
        page.evaluate("key => hubtiers.setFill(drawn, key)", key)
    for opened in OPENED:
        page.evaluate(opened)
        page.evaluate(UNFOLD)
        assert page.inner_text(".hubtiers-popup h2") == text
        assert page.inner_text(".hubtiers-popup").count(text) >= 4
    for tip in TIPS:
        shown = (
            f"(() => {{ const tip = {tip}; document.body.append(tip); return tip.textContent; }})()"
        )
        assert text in page.evaluate(shown)
    page.fill(".hubtiers-search input", text[:6])
    page.click(".hubtiers-copy")
    page.evaluate(HOVER)
    assert page.inner_text(".hubtiers-title h1") == text
    assert page.locator(".hubtiers-slider .label").all_inner_texts() == [text] * 4
    assert text in page.locator(".hubtiers-ranking tbody").inner_text()
    assert text in page.locator(".hubtiers-layers").text_content()
    weights = tomllib.loads(page.input_value(".hubtiers-panel textarea"))["method"]["weight"][
        "weights"
    ]
    assert list(weights) == ["rd" + text, "jobs"]
    page.click(".hubtiers-language")
    page.wait_for_timeout(450)
    assert page.locator("img, svg[onload], [onerror], [onmouseover]").count() == 0
    assert seen.trouble == []


def test_going_to_an_overlapped_region_shows_all_of_it(visit):
    """Three provinces lie on top of all of the northeast, which is no less there."""
    layer = load_regions(["northeast", "210000", "220000", "230000"])
    values = pd.DataFrame({"region": layer.index, "indicator": "rd", "value": [1.0, 5.0, 4.0, 9.0]})
    page = visit(tier_map(Scheme(tier=EqualIntervals(2)).run(join_indicators(layer, values)))).page
    sides = "b => [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]"
    for number, region in enumerate(layer.index):
        shown = page.evaluate(f"({sides})(hubtiers.boundsOf(drawn, {number}))")
        assert shown == pytest.approx(layer.geometry[region].bounds, abs=0.05)


def test_no_data_and_out_of_scope_are_two_things(visit):
    provinces = load_regions("province").head(6)
    values = pd.DataFrame(
        {"region": provinces.index[:5], "indicator": "rd", "value": [1.0, 2, 3, 5, 8]}
    )
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(provinces, values))
    page = visit(tier_map(result, language="en")).page
    missing = load_regions("city").query("province == @provinces.index[5]").index[0]
    assert "No data" in at_city(page, missing)
    rows = page.locator(".hubtiers-legend li").all_inner_texts()
    assert [row.split("\n")[0] for row in rows] == [
        "International",
        "National",
        "No data",
        "Not in the study",
    ]
    assert [colour for colour, _ in fills(page)][5] == "hatch"


def test_basemap_is_the_only_thing_that_asks_the_network(visit, zhang_outcome):
    with pytest.warns(UserWarning, match="tile.openstreetmap.org"):
        web = tier_map(zhang_outcome.result, basemap="osm")
    seen = visit(web)
    assert "GCJ-02" in seen.page.inner_text(".hubtiers-layers")
    asked = [line for line in seen.trouble if line.startswith("http")]
    assert asked
    assert all(url.startswith("https://tile.openstreetmap.org/") for url in asked)


def test_the_scale_holds_its_text_at_every_zoom(visit, zhang_outcome):
    page = visit(tier_map(zhang_outcome.result)).page
    for zoom in range(2, 12):
        page.evaluate(f"void drawn.map.setZoom({zoom}, {{ animate: false }})")
        line = "document.querySelector('.leaflet-control-scale-line')"
        wide, held = page.evaluate(f"[{line}.scrollWidth, {line}.clientWidth]")
        assert wide <= held, page.evaluate(f"{line}.textContent")
