"""What a reader takes away from the map: picture, drawing, table, and a link to what is seen."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from hubtiers._storage import cell_text
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.show.web.webmap import tier_map
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
CORPUS = [
    "{{7*7}} <img src=x onerror=alert(1)> ${1}",
    "</script><script>alert(2)</script>",
    "\"' onmouseover=alert(3) x='",
    "`${alert(4)}` {% for x in () %} {# note",
    "<svg onload=alert(5)>&lt;b&gt;\\u003ci\\u003e",
    "javascript:alert(6)",
    "constructor",
    "__proto__",
    "%",
    "1e999,NaN,-1",
]
ENTROPY = """() => { const e = drawn.data.explorer.presets.find(p => p.id === 'entropy');
  hubtiers.explore(drawn, { preset: 'entropy', weights: e.weights.slice(), aggregation: 0, rule: 0 }); }"""
SEEN = """() => ({ fill: drawn.fill, lang: drawn.lang, scores: Array.from(drawn.now.scores), tiers: drawn.now.tiers,
  weights: drawn.explorer && drawn.explorer.weights, modified: drawn.modified, opened: drawn.told,
  on: Object.keys(drawn.layers).filter(k => drawn.map.hasLayer(drawn.layers[k])),
  at: [drawn.map.getCenter().lat.toFixed(2), drawn.map.getCenter().lng.toFixed(2), drawn.map.getZoom().toFixed(2)] })"""
KEPT = "document.dispatchEvent(new Event('click')); new Promise(done => setTimeout(() => done(location.hash), 400))"


@pytest.fixture(scope="module")
def web(zhang_outcome):
    robust, layout = zhang_outcome.robustness, zhang_outcome.layout
    return tier_map(zhang_outcome.result, layout=layout, robustness=robust, explorer=True)


def table_of(page):
    text = page.evaluate("hubtiers.tableText(drawn)")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_table_is_that_of_the_result(visit, web, zhang_outcome):
    page, result = visit(web).page, zhang_outcome.result
    head, *rows = table_of(page)
    assert head[:6] == ["位次", "代码", "区域", "层级", "综合得分", "科学研究"]
    assert head[-5:] == ["指标覆盖率", "概率", "位次 5%", "位次 95%", "科技创新中心"]
    scores = {row[1]: float(row[4]) for row in rows}
    assert scores == result.scores.to_dict()
    assert [int(row[0]) for row in rows] == sorted(result.rank)
    told = {row[1]: float(row[head.index("概率")]) for row in rows}
    assert told == zhang_outcome.robustness.confidence.to_dict()
    delta = next(row for row in rows if row[1] == "yangtze-delta")
    assert (delta[3], delta[-1]) == ("国际级", "上海国际科技创新中心")


def test_the_table_follows_language_and_weights(visit, web):
    page = visit(web).page
    before = table_of(page)
    page.evaluate("hubtiers.speak(drawn, 'en')")
    page.evaluate(ENTROPY)
    head, *rows = table_of(page)
    assert head[:5] == ["Rank", "Region id", "Region", "Tier", "Score"]
    # Doubt was assessed for other weights.
    assert "Probability" not in head
    assert {row[1]: row[4] for row in rows} != {row[1]: row[4] for row in before[1:]}
    shown = page.evaluate("drawn.data.regions.map((r, i) => [r.id, String(drawn.now.scores[i])])")
    assert {row[1]: row[4] for row in rows} == dict(shown)


def test_cells_are_neutralised_as_in_files(visit, web):
    page = visit(web).page
    texts = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "武汉",
        "",
        "a=1",
        "'x",
    ]
    assert page.evaluate("texts => texts.map(hubtiers.cellText)", texts) == [*map(cell_text, texts)]
    assert page.evaluate(r"hubtiers.cellText('a\u0001b')") == "a\ufffdb"


def drawing_of(page):
    return ET.fromstring(page.evaluate("hubtiers.picture(drawn).text"))


def texts_of(drawing):
    return ["".join(node.itertext()) for node in drawing.iter(f"{SVG}text")]


def test_the_drawing_holds_what_is_seen(visit, web):
    page = visit(web, size=(1400, 900)).page
    drawing = drawing_of(page)
    texts = texts_of(drawing)
    assert {"创新中心层级", "国际级", "层级（得分区间，区域数）", "北京"} <= set(texts)
    assert "天地图" in "".join(texts)
    # Tiers that are leaning or open have a texture: it goes along as a picture that repeats.
    textures = page.evaluate("Object.keys(drawn.textures || {}).length")
    assert len(list(drawing.iter(f"{SVG}image"))) >= textures > 0
    fills = [node.get("fill") for node in drawing.iter(f"{SVG}path")]
    shown = page.evaluate(
        "drawn.shapes.filter(s => drawn.map.getBounds().intersects(s.getBounds()) && s.options.fillColor === '#0b3c6f').length"
    )
    assert fills.count("#0b3c6f") == shown
    page.evaluate("hubtiers.toggleLayer(drawn, 'cores', false); hubtiers.setFill(drawn, 'score')")
    bare = drawing_of(page)
    assert len(list(bare.iter(f"{SVG}polygon"))) < len(list(drawing.iter(f"{SVG}polygon")))
    assert "综合得分" in texts_of(bare)
    assert list(bare.iter(f"{SVG}linearGradient"))
    page.evaluate("hubtiers.speak(drawn, 'en')")
    page.evaluate(ENTROPY)
    said = texts_of(drawing_of(page))
    assert "Weights as set in the explorer" in said
    assert any(text.startswith("Weights: Research 46.4\u00a0%") for text in said)


@pytest.mark.parametrize("size", [(1400, 900), (390, 800)])
def test_files_are_written_by_the_keyboard(visit, web, size, tmp_path):
    seen = visit(web, size=size)
    page = seen.page
    page.focus('[data-key="take"]')
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "下载与分享"
    kinds = {"png": b"\x89PNG", "svg": b"<svg", "csv": b"\xef\xbb\xbf"}
    for kind, start in kinds.items():
        page.focus(f'[data-key="{kind}"]')
        with page.expect_download() as caught:
            page.keyboard.press("Enter")
        caught.value.save_as(tmp_path / kind)
        assert caught.value.suggested_filename == f"创新中心层级-层级与确定性.{kind}"
        assert (tmp_path / kind).read_bytes().startswith(start)
    raw = (tmp_path / "png").read_bytes()
    wide = int.from_bytes(raw[16:20], "big")
    assert wide == (2400 if size[0] > 700 else 1560)
    assert page.evaluate("document.querySelectorAll('.hubtiers-picture').length") == 0
    assert seen.trouble == []


def test_the_picture_has_the_colours_of_the_map(visit, web):
    page = visit(web).page
    counted = page.evaluate(
        """async () => { const p = hubtiers.picture(drawn), i = new Image();
          i.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(p.text); await i.decode();
          const c = document.createElement('canvas'); c.width = p.width; c.height = p.height;
          const pen = c.getContext('2d'); pen.drawImage(i, 0, 0);
          const d = pen.getImageData(0, 0, c.width, c.height).data, n = {};
          for (let k = 0; k < d.length; k += 4) { const t = d[k] + ',' + d[k+1] + ',' + d[k+2]; n[t] = (n[t] || 0) + 1; }
          return n; }"""
    )
    for colour in ("11,60,111", "47,127,184", "127,191,208", "233,240,244"):
        assert counted.get(colour, 0) > 100, colour


def test_a_colleague_opens_the_same(visit, web):
    page = visit(web, size=(1400, 900)).page
    page.evaluate("hubtiers.speak(drawn, 'en'); hubtiers.setFill(drawn, 'function1')")
    page.evaluate(ENTROPY)
    page.evaluate("drawn.explorer.raw[0][0] += 7; drawn.explorer.preset = 'own'")
    page.evaluate(
        """() => { const w = drawn.explorer.weights.map((x, i) => x * (1 + i / 7)), s = w.reduce((a, b) => a + b, 0);
          hubtiers.explore(drawn, { preset: 'own', weights: w.map(x => x / s), aggregation: 0, rule: 1 }); }"""
    )
    page.evaluate("hubtiers.toggleLayer(drawn, 'corridors', true)")
    page.evaluate("hubtiers.openRegion(drawn, 3)")
    # The map moves until the popup is in sight.
    page.wait_for_timeout(700)
    address, wanted = page.evaluate(KEPT), page.evaluate(SEEN)
    other = visit(web, size=(1400, 900), fragment=address).page
    other.wait_for_timeout(700)
    assert other.evaluate(SEEN) == wanted
    assert wanted["modified"]
    assert wanted["opened"] == 3
    assert "corridors" in wanted["on"]
    assert other.inner_text(".hubtiers-popup h2") == page.inner_text(".hubtiers-popup h2")
    assert other.locator(".hubtiers-refused").count() == 0


def test_what_is_as_the_study_has_it_is_not_said(visit, web):
    page = visit(web).page
    assert page.evaluate("location.hash") == ""
    assert page.evaluate(KEPT) == "#lang=zh"
    page.check('input[name="fill"][value="score"]')
    page.wait_for_function("location.hash === '#layer=score&lang=zh'")


def test_another_address_in_the_same_page(visit, web):
    page = visit(web, fragment="#layer=score&region=370000&w=entropy").page
    assert page.evaluate("[drawn.fill, drawn.modified]") == ["score", True]
    page.evaluate("location.hash = '#layer=none'")
    page.wait_for_function("drawn.fill === 'none'")
    assert page.evaluate("[drawn.modified, drawn.popup]") == [False, None]


def test_unknown_keys_are_passed_over_and_impossible_values_said(visit, web):
    seen = visit(web, fragment="#layer=snow&lang=de&w=1,2&region=9&at=95,0,4&on=moon&later=1")
    said = seen.page.inner_text(".hubtiers-refused p")
    for part in ("layer=snow", "lang=de", "w=1,2", "region=9", "at=95,0,4", "on=moon"):
        assert part in said
    assert "later" not in said
    assert seen.page.evaluate(
        "[drawn.fill === drawn.address.base.layer, drawn.lang, drawn.modified]"
    ) == [
        True,
        "zh",
        False,
    ]
    seen.page.click(".hubtiers-refused button")
    assert seen.page.locator(".hubtiers-refused").count() == 0
    assert seen.trouble == []


@pytest.mark.parametrize("text", CORPUS)
def test_an_address_is_inert(visit, web, text):
    keys = ("layer", "lang", "w", "on", "region", "at", "year", text)
    fragment = "#" + "&".join(f"{quote(key)}={quote(text)}" for key in keys)
    seen = visit(web, fragment=fragment)
    page = seen.page
    assert page.evaluate(
        "[drawn.fill === drawn.address.base.layer, drawn.lang, drawn.modified]"
    ) == [
        True,
        "zh",
        False,
    ]
    assert "layer=" + text[:40] in page.inner_text(".hubtiers-refused p").replace("\u00a0", " ")
    page.click('[data-key="take"]')
    assert page.locator(".hubtiers-refused :not(p, button)").count() == 0
    assert seen.trouble == []


@pytest.mark.parametrize("text", CORPUS[:5])
def test_names_are_inert_in_every_file(visit, text):
    regions = load_regions("province").loc[["110000", "120000", "130000", "310000"]].copy()
    regions["name_zh"] = regions["name_en"] = text
    frame = pd.DataFrame({"region": regions.index, "indicator": "rd", "value": [4.0, 3, 2, 1]})
    framework = Framework((Indicator("rd", name_zh=text, name_en=text),))
    table = join_indicators(regions, frame, framework=framework)
    seen = visit(tier_map(Scheme(tier=NaturalBreaks(2)).run(table), title=text, explorer=True))
    drawing = drawing_of(seen.page)
    assert (
        text in " ".join(texts_of(drawing)).replace("  ", " ") or text[:12] in texts_of(drawing)[0]
    )
    names = {node.tag.removeprefix(SVG) for node in drawing.iter()}
    assert names <= {"svg", "title", "defs", "rect", "path", "text", "pattern", "g", "circle"}
    shown = [row[2] for row in table_of(seen.page)[1:]]
    assert shown == [cell_text(text)] * 4
    with seen.page.expect_download() as caught:
        seen.page.evaluate("hubtiers.takePng(drawn); void 0")
    assert not set("<>\"'`/\\:") & set(caught.value.suggested_filename)
    assert seen.trouble == []


LEGEND_FILLS = """() => { const p = new DOMParser().parseFromString(hubtiers.picture(drawn).text, 'image/svg+xml');
  const said = t => [...p.querySelectorAll('text')].find(n => n.textContent === t);
  const fillOf = t => { let n = said(t); while (!(n.tagName === 'rect' && n.getAttribute('fill').startsWith('url'))) n = n.previousElementSibling;
    return n.getAttribute('fill').slice(5, -1); };
  return Object.fromEntries(['never_reached', 'took_no_part'].map(k => hubtiers.words(drawn)[k]).filter(said).map(t => {
    const node = p.getElementById(fillOf(t));
    return [t, [node.getAttribute('patternTransform'), [...node.children].map(c => c.getAttribute('fill'))]]; })); }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_stripes_of_the_legend_are_those_of_the_page(visit, everything, scheme):
    page = visit(everything, size=(1400, 900), color_scheme=scheme, locale="en-GB").page
    # One that took no part beside those that are never reached.
    page.evaluate("drawn.data.diffusion.arrival[0] = -1; hubtiers.setFill(drawn, 'arrival')")
    found = page.evaluate(LEGEND_FILLS)
    wanted = page.evaluate(
        """() => ['plain', 'line', 'nodata', 'hatch'].map(name => { const n = document.createElement('i');
          n.style.color = hubtiers.colour(name); document.body.append(n); return getComputedStyle(n).color; })"""
    )
    assert found == {
        "Never reached": ["rotate(-135)", wanted[:2]],
        "Takes no part (no score)": ["rotate(-45)", wanted[2:]],
    }
