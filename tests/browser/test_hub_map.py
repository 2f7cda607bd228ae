"""Proposed hubs, links, rings of draws, diffusion and the second layout on the map, in headless Chromium."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

import hubtiers as ht
import hubtiers.show.web.webmap as webmap
from hubtiers.hubs.diffusion import simulate_diffusion
from hubtiers.hubs.layout import Hub, HubLayout
from hubtiers.hubs.network import build_network
from hubtiers.hubs.propose import propose_layout

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"


class Page:
    """A map that is on the disk already, for `visit`."""

    def __init__(self, path):
        self.path = Path(path)

    def save(self, path):
        shutil.copy(self.path, path)


@pytest.fixture(scope="module")
def hubs(built):
    """The map of the study that shows everything, as the command line wrote it."""
    return Page(built("hubs2023").folder / "map.html")


@pytest.fixture(scope="module")
def content(hubs):
    text = hubs.path.read_text(encoding="utf-8")
    return json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)[1]
    )


@pytest.fixture(scope="module")
def nowhere():
    """A made-up country of twenty squares with a column `group`, whose hubs have hostile names."""
    frame = gpd.GeoDataFrame(
        {
            "name": [f"Place {n}" for n in range(20)],
            "group": ["west", "east"] * 10,
            "rd": [90, 20, 30, 85, 10, 20, 40, 10, 60, 15, 5, 25, 70, 1, 2, 8, 9, 33, 21, 0.5],
            "patents": [80, 30, 20, 83, 15, 10, 50, 5, 55, 10, 8, 20, 71, 2, 1, 9, 7, 30, 25, 0.2],
        },
        geometry=[box(n % 5, n // 5, n % 5 + 1, n // 5 + 1) for n in range(20)],
        index=[f"p{n:02d}" for n in range(20)],
        crs=4326,
    )
    frame.loc["p00", "name"] = HOSTILE
    result = ht.score_regions(frame, ["rd", "patents"], name="name")
    layout = propose_layout(
        result,
        counts={"international": 1, "national": 2, "regional": 1},
        spacing=150,
        balance="group",
    )
    own = tuple(Hub(hub.id, hub.tier, hub.cores, name_en=HOSTILE) for hub in layout.hubs[:2])
    other = HubLayout("plan", own, title_en=f"Plan {HOSTILE}")
    return tier_parts(result, layout, other)


def tier_parts(result, layout, other):
    near = {"neighbour": 1.0, "hierarchical": 0.0, "peer": 0.0}
    found = simulate_diffusion(result, layout, sources=["p00"], channels=near)
    network = build_network(layout, result=result)
    return webmap.tier_map(
        result, layout=layout, other_layout=other, network=network, diffusion=found
    )


def text_of(page, selector):
    return page.inner_text(selector)


def legend(page):
    return text_of(page, ".hubtiers-legend-hubs")


def slide(page, key, value):
    page.evaluate(
        """([key, value]) => { const s = document.querySelector(`[data-key="${key}"]`);
          s.value = value; s.dispatchEvent(new Event('input')); }""",
        [key, value],
    )


def drawn_links(page):
    return page.evaluate("hubtiers.shownLinks(drawn).length")


def test_every_layer_switches_with_its_legend(visit, hubs):
    seen = visit(hubs, locale="en-GB")
    page = seen.page
    boxes = page.locator(".hubtiers-layers fieldset input[name]:not([type=radio])")
    names = boxes.evaluate_all(
        "nodes => nodes.filter(n => n.dataset.key.startsWith('layer')).map(n => n.name)"
    )
    assert names == ["context", "provinces", "extents", "links", "draws_shown", "cores"]
    said = {
        "extents": "Hub extents",
        "links": "Links between hubs",
        "draws_shown": "Ring: share of 500 draws in which it is a core",
        "cores": "Lead (star inside)",
    }
    for name in names:
        assert page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name)
        page.click(f".hubtiers-layers input[name={name}]")
        assert not page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name)
        assert name not in said or said[name] not in legend(page)
        page.click(f".hubtiers-layers input[name={name}]")
        assert page.evaluate("n => drawn.map.hasLayer(drawn.layers[n])", name)
        assert name not in said or said[name] in legend(page)
    assert page.locator(".hubtiers-core svg.hubtiers-ring").count() == 16
    assert seen.trouble == []


def test_links_by_type_and_least_weight(visit, hubs, content):
    seen = visit(hubs, locale="en-GB")
    page = seen.page
    links, types = content["network"]["links"], content["network"]["types"]
    strong = sum(link[3] for link in links)
    assert drawn_links(page) == strong == 37
    # Strong solid, weak dashed, in the colour of the type.
    shown = page.evaluate(
        """[...document.querySelectorAll('.leaflet-hubtiers-links-pane path')]
          .filter(p => p.getAttribute('stroke-opacity') !== '0')
          .map(p => [p.getAttribute('stroke'), Boolean(p.getAttribute('stroke-dasharray'))])"""
    )
    dashed = [colour for colour, is_dashed in shown if is_dashed]
    assert len(dashed) == sum(not link[3] for link in links[:strong]) > 0
    assert {colour for colour, _ in shown} > {each["color"] for each in types}
    page.click(".hubtiers-layers input[name=peer]")
    peer = [each["id"] for each in types].index("peer")
    assert drawn_links(page) == sum(link[2] != peer for link in links[:strong])
    assert "peer" not in legend(page)
    page.click(".hubtiers-layers input[name=peer]")
    slide(page, "least", 0)
    assert drawn_links(page) == 1
    slide(page, "least", 1 - len(links))
    assert drawn_links(page) == len(links)
    assert text_of(page, ".hubtiers-least output").startswith(f"{len(links)} of {len(links)}, ≥ ")
    page.click(".hubtiers-layers input[name=links]")
    assert not page.locator(".hubtiers-link-tools").is_visible()
    assert seen.trouble == []


def test_a_click_on_a_link_tells_of_it(visit, hubs, content):
    seen = visit(hubs, locale="en-GB")
    page = seen.page
    slide(page, "least", 0)
    page.evaluate(
        """() => { const shape = drawn.linkShapes[0].getLayers().pop(), at = shape.getLatLngs()[5];
          drawn.map.setView(at, 6, { animate: false }); shape.fire('click', { latlng: at, originalEvent: new MouseEvent('click') }); }"""
    )
    a, b, kind, strong, weight, km = content["network"]["links"][0]
    hubs_of = [content["hubs"][content["network"]["nodes"][end][2]]["name_en"] for end in (a, b)]
    told = text_of(page, ".hubtiers-popup")
    assert told.startswith(" – ".join(hubs_of))
    assert content["network"]["types"][kind]["id"] in told
    for fact in ("strong" if strong else "weak", f"{weight:.4g}", "100 %", f"{km} km", "Gravity("):
        assert fact in told, fact
    assert seen.trouble == []


def test_a_hub_tells_its_computed_tier_its_draws_and_its_links(visit, hubs, content):
    seen = visit(hubs, locale="en-GB")
    page = seen.page
    place = next(
        n
        for n, hub in enumerate(content["hubs"])
        if 0.01 < content["draws"]["shares"][hub["cores"][0]["id"]][0] < 0.9
    )
    core = content["hubs"][place]["cores"][0]["id"]
    lead, share = content["draws"]["shares"][core]
    region = next(row for row in content["regions"] if row["id"] == core)
    page.evaluate(
        "n => hubtiers.openHub(drawn, drawn.data.hubs[n], drawn.data.hubs[n].cores[0])", place
    )
    told = re.sub(r"\s+", " ", text_of(page, ".hubtiers-popup"))
    assert f"Core in draws {100 * share:.0f} % Lead in draws {100 * lead:.0f} %" in told
    assert f"Tier by its score {content['tiers'][region['tier']]['names']['en']}" in told
    assert "Its strongest links" in told
    assert told.count(" km") == 5
    assert seen.trouble == []


@pytest.mark.parametrize(
    ("locale", "first"), [("zh-CN", "提出的布局方案"), ("en-GB", "Proposed layout")]
)
def test_flips_to_the_published_layout_by_keyboard(visit, hubs, locale, first):
    seen = visit(hubs, locale=locale)
    page = seen.page
    assert first in text_of(page, ".hubtiers-flip")
    assert len(page.locator(".hubtiers-flip label").all_inner_texts()) == 2
    assert page.locator(".hubtiers-core:not(:has(.hubtiers-ring))").count() == 16
    page.focus(".hubtiers-flip input:checked")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("drawn.data.hubs.length") == 16
    assert page.locator(".hubtiers-core").count() == 22
    assert page.evaluate("document.activeElement.dataset.key") == "layout1"
    # Links and draws belong to the proposal; corridors to the published layout.
    assert page.evaluate("Object.keys(drawn.layers)") == [
        "context",
        "provinces",
        "extents",
        "corridors",
        "cores",
    ]
    page.click(".hubtiers-layers input[name=corridors]")
    assert ("创新走廊" if locale == "zh-CN" else "Innovation corridors") in legend(page)
    assert page.evaluate("drawn.marks.length") == 22
    page.focus(".hubtiers-flip input:checked")
    page.keyboard.press("ArrowUp")
    assert page.locator(".hubtiers-core:not(:has(.hubtiers-ring))").count() == 16
    assert page.locator(".hubtiers-ring").count() >= 16
    assert drawn_links(page) == 37
    page.click(".hubtiers-language")
    assert len(page.locator(".hubtiers-flip label").all_inner_texts()) == 2
    assert seen.trouble == []


def test_the_slider_is_played_to_its_end_by_keyboard(visit, hubs, content):
    seen = visit(hubs, locale="en-GB")
    page = seen.page
    arrival = content["diffusion"]["arrival"]
    taking = [time for time in arrival if time != -1]
    page.focus(".hubtiers-time summary")
    page.keyboard.press("Enter")
    assert page.evaluate("drawn.fill") == "arrival"
    for fact in (
        "From Beijing",
        "never years",
        "Decay 1",
        "cores of hubs only",
        "lower tiers only",
    ):
        assert fact in text_of(page, ".hubtiers-time"), fact
    page.focus('[data-key="time"]')
    page.keyboard.press("Home")
    assert f"1 of {len(taking)} reached" in text_of(page, ".hubtiers-time output")
    painted = page.evaluate(
        "drawn.data.regions.filter((_, n) => hubtiers.arrivalLook(drawn, n).key !== 'plain').length"
    )
    assert painted == 1 + arrival.count(-1)
    page.keyboard.press("ArrowRight")
    second = sorted(taking)[1]
    assert f"2 of {len(taking)} reached" in text_of(page, ".hubtiers-time output")
    assert f"Relative time {second:.4g}" in text_of(page, ".hubtiers-time output")
    page.focus('[data-key="play"]')
    page.keyboard.press("Space")
    assert text_of(page, '[data-key="play"]') == "Pause"
    page.wait_for_function("drawn.spread.step === drawn.spread.times.length - 1", timeout=30_000)
    page.wait_for_function("drawn.spread.timer === null")
    assert text_of(page, '[data-key="play"]') == "Play"
    assert f"{len(taking)} of {len(taking)} reached" in text_of(page, ".hubtiers-time output")
    colours = page.evaluate("drawn.data.regions.map((_, n) => hubtiers.arrivalLook(drawn, n).key)")
    first = arrival.index(0)
    assert colours[first] == content["diffusion"]["ramp"][0]
    assert colours[arrival.index(max(taking))] == content["diffusion"]["ramp"][-1]
    assert seen.trouble == []


def test_steps_and_less_motion(visit, hubs):
    seen = visit(hubs, locale="en-GB", reduced_motion="reduce")
    page = seen.page
    page.click(".hubtiers-time summary")
    page.click('[data-key="back"]')
    last = page.evaluate("drawn.spread.times.length - 1")
    assert page.evaluate("drawn.spread.step") == last - 1
    page.click('[data-key="on"]')
    assert page.locator('[data-key="on"]').is_disabled()
    page.click('[data-key="play"]')
    page.wait_for_function("drawn.spread.step > 0")
    # Ten steps to the end, in place of a hundred.
    assert page.evaluate("drawn.spread.step") >= last // 10
    page.click('[data-key="play"]')
    assert page.evaluate("drawn.spread.timer") is None
    assert seen.trouble == []


def test_a_region_tells_when_and_how_it_is_reached(visit, hubs, content):
    seen = visit(hubs, locale="en-GB")
    page = seen.page
    shares = content["diffusion"]["shares"]
    number = next(n for n, each in enumerate(shares) if each and sum(map(bool, each)) > 1)
    page.evaluate("n => hubtiers.openRegion(drawn, n)", number)
    told = text_of(page, ".hubtiers-popup")
    assert f"{content['diffusion']['arrival'][number]:.4g} (no. " in told
    named = zip(content["diffusion"]["channels"], shares[number], strict=True)
    carried = [f"{name} {share} %" for name, share in named if share]
    assert " · ".join(carried) in told
    assert seen.trouble == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_at_phone_width_the_tools_fold_and_fit(visit, hubs, language):
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    seen = visit(hubs, size=(390, 844), has_touch=True, locale=locale)
    page = seen.page
    tools = ("legend", "time", "layers")

    def check():
        shown = [
            page.locator(f".hubtiers-{key}").bounding_box() for key in (*tools, "title", "tools")
        ]
        for place, one in enumerate(shown):
            assert one["x"] >= 0
            assert one["x"] + one["width"] <= 390
            for other in shown[place + 1 :]:
                apart = (
                    one["x"] + one["width"] <= other["x"]
                    or other["x"] + other["width"] <= one["x"]
                    or one["y"] + one["height"] <= other["y"]
                    or other["y"] + other["height"] <= one["y"]
                )
                assert apart, (one, other)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    check()
    for key in tools:
        page.click(f".hubtiers-{key} summary")
        page.wait_for_function(
            "document.querySelectorAll('details.hubtiers-box[open]').length === 1"
        )
        check()
    page.click(".hubtiers-flip label >> nth=1")
    assert page.evaluate("drawn.shown") == 1
    check()
    assert seen.trouble == []


@pytest.mark.parametrize(
    ("locale", "said"), [("en-GB", "stands out in"), ("zh-CN", "见长（区位商")]
)
def test_a_popup_tells_the_role_in_a_hub(visit, hubs, content, locale, said):
    """Those of the study's own weights; no role is told of a region without one."""
    seen = visit(hubs, locale=locale)
    page = seen.page
    ids = [region["id"] for region in content["regions"]]
    member = next(iter(content["roles"]))
    told = content["roles"][member][0][locale[:2]]
    assert said in told
    page.evaluate("n => hubtiers.openRegion(drawn, n)", ids.index(member))
    assert told in text_of(page, ".hubtiers-role")
    without = next(n for n, region in enumerate(ids) if region not in content["roles"])
    page.evaluate("n => hubtiers.openRegion(drawn, n)", without)
    page.wait_for_selector(".hubtiers-role", state="detached")
    page.evaluate("drawn.modified = true")
    page.evaluate("n => hubtiers.openRegion(drawn, n)", ids.index(member))
    page.wait_for_function("document.querySelector('.hubtiers-popup h2').textContent.length > 0")
    assert page.locator(".hubtiers-role").count() == 0
    assert seen.trouble == []


def test_a_country_of_nowhere_with_hostile_names(visit, nowhere):
    seen = visit(nowhere, locale="en-GB")
    page = seen.page
    assert drawn_links(page) > 0
    assert page.evaluate("drawn.data.languages") == ["en"]
    for place in (0, 1):
        page.click(f".hubtiers-flip label >> nth={place}")
        for n in range(page.evaluate("drawn.data.hubs.length")):
            page.evaluate(
                "n => hubtiers.openHub(drawn, drawn.data.hubs[n], drawn.data.hubs[n].cores[0])", n
            )
            page.evaluate(
                "n => hubtiers.hubTip(drawn, drawn.data.hubs[n], drawn.data.hubs[n].cores[0])", n
            )
    assert HOSTILE in text_of(page, ".hubtiers-popup h2 >> nth=-1")
    assert HOSTILE in text_of(page, ".hubtiers-flip")
    page.click(".hubtiers-flip label >> nth=0")
    page.evaluate("drawn.linkShapes.forEach(s => s.getLayers().pop().openTooltip())")
    page.click(".hubtiers-time summary")
    # Knowledge that goes to neighbours of lower tiers only stays where it is at some point.
    never = page.evaluate("drawn.data.diffusion.arrival.filter(t => t === null).length")
    assert 0 < never < 20
    assert "Never reached" in text_of(page, ".hubtiers-legend-fill")
    hatched = page.evaluate(
        "drawn.data.regions.filter((_, n) => typeof hubtiers.arrivalLook(drawn, n).fill !== 'string').length"
    )
    assert hatched == never
    assert page.locator("img").count() == 0
    words = page.evaluate("document.body.innerText")
    assert not re.search("[\u4e00-\u9fff]|China", words)
    assert seen.trouble == []


def test_both_themes_draw_links_in_their_own_colours(visit, hubs, content):
    page = visit(hubs, locale="en-GB", color_scheme="dark").page
    strokes = page.evaluate(
        "[...document.querySelectorAll('.leaflet-hubtiers-links-pane path')].map(p => p.getAttribute('stroke'))"
    )
    assert {each["dark"] for each in content["network"]["types"]} < set(strokes)
    page.click('[data-key="theme"]')
    strokes = page.evaluate(
        "[...document.querySelectorAll('.leaflet-hubtiers-links-pane path')].map(p => p.getAttribute('stroke'))"
    )
    assert {each["color"] for each in content["network"]["types"]} < set(strokes)


def test_all_of_it_is_small(hubs, content):
    text = hubs.path.read_text(encoding="utf-8")
    assert "https://" not in re.sub(
        r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL
    )
    keys = ("network", "draws", "diffusion", "other", "layoutNames")
    told = sum(len(json.dumps(content[key], ensure_ascii=False).encode()) for key in keys)
    assets = [webmap._ASSETS / name for name in ("hubs.js", "links.js", "diffusion.js", "hubs.css")]
    code = sum(len(base64.b64encode(path.read_bytes())) for path in assets)
    assert told + code < 150_000
    assert len(text.encode()) < 3_000_000


def test_a_city_that_leads_in_some_draws_says_so(visit, hubs, content):
    seen = visit(hubs, locale="en-GB")
    page = seen.page
    cores = {core["id"] for hub in content["hubs"] for core in hub["cores"]}
    shares = content["draws"]["shares"]
    region = max(set(shares) - cores, key=lambda each: shares[each][1])
    number = [row["id"] for row in content["regions"]].index(region)
    page.evaluate("n => hubtiers.openRegion(drawn, n)", number)
    told = re.sub(r"\s+", " ", text_of(page, ".hubtiers-popup"))
    assert f"Core in draws {100 * shares[region][1]:.0f} %" in told
    never = next(n for n, row in enumerate(content["regions"]) if row["id"] not in shares)
    page.evaluate("n => hubtiers.openRegion(drawn, n)", never)
    assert "Core in draws" not in text_of(page, ".hubtiers-popup >> nth=-1")
    assert seen.trouble == []


def test_paper_has_the_links_and_no_controls(visit, hubs):
    seen = visit(hubs, locale="en-GB")
    page = seen.page
    page.click(".hubtiers-time summary")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert not page.locator(".hubtiers-time").is_visible()
    assert not page.locator(".hubtiers-flip").is_visible()
    assert page.locator(".leaflet-hubtiers-links-pane path").count() > 37
    assert "Links between hubs" in legend(page)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert seen.trouble == []
