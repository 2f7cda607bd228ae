"""Names on the map in headless Chromium: none stands nearer to another mark than to its own."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from hubtiers.hubs.layout import Hub, HubLayout
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.read import read_regions
from hubtiers.scheme import Scheme
from hubtiers.show.web.webmap import tier_map
from hubtiers.study import load_study
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks

pytestmark = pytest.mark.browser

# Every written name: its box as the browser has it, its mark, and how near the marks are.
NAMES = """() => {
  const frame = drawn.map.getContainer().getBoundingClientRect();
  const at = ll => { const p = drawn.map.latLngToContainerPoint(ll); return [p.x + frame.left, p.y + frame.top]; };
  return {
    names: drawn.labels.map(l => { const r = l.node.getBoundingClientRect();
      return { text: l.node.textContent, at: at(l.at), box: [r.left, r.top, r.right, r.bottom] }; }),
    symbols: drawn.map.hasLayer(drawn.layers.cores || drawn.map)
      ? drawn.marks.map(m => at([m.core.lat, m.core.lon])) : [],
    leaders: document.querySelectorAll('.hubtiers-leaders line:not(.casing)').length };
}"""
WIDTHS = [(1400, 900), (1024, 700), (390, 844)]


def distance(name, point):
    left, top, right, bottom = name["box"]
    x, y = point
    return float(np.hypot(max(left - x, 0, x - right), max(top - y, 0, y - bottom)))


def far(a, b):
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) > 0.6


def require_honest(shown):
    """Refuse a name nearer to another mark than to its own, and names on each other."""
    names = shown["names"]
    marks = [*shown["symbols"], *(name["at"] for name in names)]
    for name in names:
        own = distance(name, name["at"])
        others = [mark for mark in marks if far(mark, name["at"])]
        nearest = min((distance(name, mark) for mark in others), default=np.inf)
        assert own < nearest, name["text"]
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            a, b = one["box"], other["box"]
            apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
            assert apart, (one["text"], other["text"])


@pytest.fixture(scope="module")
def cities_map():
    # The scores that matter here are those of the shipped study, without its thousand draws.
    study = load_study("cities2023")
    result = study.scheme.run(study.load_table())
    return result, tier_map(result, layout=study.load_layout())


@pytest.fixture(scope="module")
def country():
    """Twelve squares of a made-up country in the ocean, and a layout with two cores side by side."""
    cells = [box(-30 + c, 20 + r, -29 + c, 21 + r) for r in range(3) for c in range(4)]
    ids = [f"p{i}" for i in range(12)]
    frame = gpd.GeoDataFrame(
        {"code": ids, "title": [f"Parish {i}" for i in range(12)]}, geometry=cells, crs=4326
    )
    layer = read_regions(frame, id_column="code", name_en="title")
    values = pd.DataFrame({"region": ids, "indicator": "rd", "value": np.arange(12.0) ** 2})
    return Scheme(tier=NaturalBreaks(3)).run(join_indicators(layer, values))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", WIDTHS)
def test_names_of_cities_stand_by_their_own_marks(visit, cities_map, size, language):
    result, web = cities_map
    seen = visit(web, size=size, locale="zh-CN" if language == "zh" else "en-GB")
    page = seen.page
    counts = []
    for closer in (0, 1, 1, 1.5):
        page.evaluate(
            "z => { drawn.map.setZoom(drawn.map.getZoom() + z, { animate: false }); }", closer
        )
        shown = page.evaluate(NAMES)
        require_honest(shown)
        counts.append(len(shown["names"]))
    assert min(counts[:1]) >= (5 if size[0] < 500 else 12)
    page.evaluate("hubtiers.home(drawn)")
    column = "short_zh" if language == "zh" else "name_en"
    first = list(result.table.regions.loc[result.to_frame().index[:3], column])
    named = {name["text"] for name in page.evaluate(NAMES)["names"]}
    # Shenzhen's mark lies on Hong Kong's: no place at first sight is surely nearer to its own.
    assert set(first[:2]) <= named
    page.evaluate("drawn.map.setView([22.5, 114], drawn.homeZoom + 2, { animate: false }); void 0")
    assert first[2] in {name["text"] for name in page.evaluate(NAMES)["names"]}
    assert seen.trouble == []


@pytest.mark.parametrize("size", WIDTHS)
def test_names_of_a_layout_stand_by_their_own_marks(visit, zhang_outcome, size):
    seen = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout), size=size)
    page = seen.page
    for closer in (0, 0.75, 1.5):
        page.evaluate("z => { drawn.map.setZoom(drawn.homeZoom + z, { animate: false }); }", closer)
        require_honest(page.evaluate(NAMES))
    page.uncheck(".hubtiers-layers input[name=cores]", force=True) if size[0] > 500 else None
    require_honest(page.evaluate(NAMES))
    assert seen.trouble == []


@pytest.mark.parametrize("size", WIDTHS)
def test_a_map_without_a_layout_has_names(visit, country, size):
    seen = visit(tier_map(country, language="en"), size=size)
    page = seen.page
    shown = page.evaluate(NAMES)
    require_honest(shown)
    texts = [name["text"] for name in shown["names"]]
    assert texts[:3] == ["Parish 11", "Parish 10", "Parish 9"]
    page.evaluate("drawn.map.setZoom(drawn.homeZoom - 2.5, { animate: false }); void 0")
    small = page.evaluate(NAMES)
    require_honest(small)
    assert 1 <= len(small["names"]) <= len(texts)
    assert seen.trouble == []


def test_a_name_that_had_to_move_is_led_to_its_mark(visit, cities_map):
    page = visit(cities_map[1], size=(1400, 900), locale="en-GB").page
    led = 0
    for closer in (0, 0.5, 1, 1.5):
        view = "z => { drawn.map.setView([23, 113.5], drawn.homeZoom + z, { animate: false }); }"
        page.evaluate(view, closer)
        shown = page.evaluate(NAMES)
        # Beside a mark a name stands no further than the largest symbol reaches.
        moved = [name for name in shown["names"] if distance(name, name["at"]) > 14]
        assert len(moved) <= shown["leaders"]
        led += len(moved)
    assert led >= 1


RED = """([west, south, east, north]) => {
  const c = document.querySelector('.leaflet-hubtiers-lines-pane canvas'), map = drawn.map;
  const ratio = c.width / c.getBoundingClientRect().width, o = c.getBoundingClientRect();
  const a = map.latLngToContainerPoint([north, west]), b = map.latLngToContainerPoint([south, east]);
  const f = map.getContainer().getBoundingClientRect();
  const x = (a.x + f.left - o.left) * ratio, y = (a.y + f.top - o.top) * ratio;
  const w = (b.x - a.x) * ratio, h = (b.y - a.y) * ratio;
  const copy = document.createElement('canvas');
  copy.width = Math.round(w);
  copy.height = Math.round(h);
  const pen = copy.getContext('2d', { willReadFrequently: true });
  pen.drawImage(c, -x, -y);
  const d = pen.getImageData(0, 0, copy.width, copy.height).data;
  let n = 0;
  for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 100 && d[i] > 90 && d[i + 1] < 60 && d[i + 2] < 60) n += 1;
  return n / (d.length / 4); }"""


def archipelago():
    """A round coast, and a swarm of small islands that belong to the same region."""
    rng = np.random.default_rng(4)
    spots = rng.uniform([-25.9, 30.1], [-25.1, 30.9], (90, 2))
    islands = [Point(x, y).buffer(0.03) for x, y in spots]
    shapes = [box(-30, 28, -26.5, 32), box(-30, 24, -26.5, 28)]
    shapes[0] = gpd.GeoSeries([shapes[0], *islands]).union_all()
    frame = gpd.GeoDataFrame(
        {"code": ["a", "b"], "title": ["Alba", "Brim"]}, geometry=shapes, crs=4326
    )
    layer = read_regions(frame, id_column="code", name_en="title")
    values = pd.DataFrame({"region": ["a", "b"], "indicator": "rd", "value": [1.0, 2.0]})
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(layer, values))
    hub = Hub("h", "international", ("a",), "Hub", "Hub", ("a",))
    return tier_map(result, layout=HubLayout("made up", (hub,)), language="en")


# What has moved is painted in the next frame; the one after it shows that it has been.
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def test_outlines_of_archipelagos_do_not_clot(visit):
    seen = visit(archipelago())
    page = seen.page
    swarm = [-26, 30, -25, 31]
    page.evaluate("drawn.map.setView([28, -27], 5, { animate: false }); void 0")
    page.evaluate(NEXT_FRAME)
    assert page.evaluate(RED, swarm) < 0.09
    # Near enough, the islands are outlined.
    page.evaluate("drawn.map.setView([30.5, -25.5], 9, { animate: false }); void 0")
    page.evaluate(NEXT_FRAME)
    assert 0.02 < page.evaluate(RED, swarm) < 0.35
    assert seen.trouble == []


def test_the_islands_of_zhoushan_are_no_blot(visit, zhang_outcome):
    page = visit(tier_map(zhang_outcome.result, layout=zhang_outcome.layout), size=(1400, 900)).page
    bounds = load_regions("city").loc[["330900"]].total_bounds.tolist()
    assert page.evaluate(RED, bounds) < 0.3
