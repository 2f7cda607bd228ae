"""What a reader has set stands in the address, and whoever opens it sees the same."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser.test_take_away import CORPUS, KEPT

pytestmark = pytest.mark.browser

SEEN = """() => ({ fill: drawn.fill, lang: drawn.lang, layout: drawn.shown, hubs: drawn.data.hubs.map(h => h.id),
  on: Object.keys(drawn.layers).filter(k => drawn.map.hasLayer(drawn.layers[k])),
  fills: drawn.shapes.map(s => typeof s.options.fillColor === 'string' ? s.options.fillColor : 'pattern'),
  step: drawn.spread.step, time: document.querySelector('.hubtiers-time output').textContent,
  links: hubtiers.shownLinks(drawn).map(l => l.slice(0, 3).join()), isolated: drawn.isolated || null,
  marks: drawn.marks.map(m => m.sign.getElement() && (m.sign.getElement().style.opacity || '1')),
  table: hubtiers.tableText(drawn), sorted: hubtiers.tableView(drawn), year: drawn.years.at, against: drawn.years.against,
  movers: hubtiers.yearMovers(drawn), atLeast: hubtiers.chanceTier(drawn),
  panels: [...document.querySelectorAll('.hubtiers-panel')].map(p => p.className),
  compared: drawn.open.compare ? document.querySelector('.hubtiers-compared').textContent : null,
  tried: drawn.open.whatif ? document.querySelector('.hubtiers-tried').textContent : null,
  rows: [...document.querySelectorAll('.hubtiers-ranking tbody tr')].map(r => r.textContent),
  popup: drawn.popup ? document.querySelector('.hubtiers-popup').textContent : null })"""
NUMBER = "id => drawn.data.regions.findIndex(r => r.id === id)"
# What a reader does, and the key of the address that tells it.
DONE = {
    "layout": "hubtiers.showLayout(drawn, 1)",
    "time": "hubtiers.setFill(drawn, 'arrival'); document.querySelector('[data-key=back]').click()",
    "only": "hubtiers.isolate(drawn, 'tier:1')",
    "only=hub%3A1": "hubtiers.isolate(drawn, 'hub:1')",
    "links": """const s = document.querySelector('[data-key=least]'); s.value = -2; s.dispatchEvent(new Event('input'));
      document.querySelector('.hubtiers-link-tools input').click()""",
    "atleast": """hubtiers.setFill(drawn, 'chance'); const s = document.querySelector('[data-key=at-least]');
      s.value = 0; s.dispatchEvent(new Event('change'))""",
    "table": """hubtiers.togglePanel(drawn, 'table'); document.querySelector('[data-key=sortscore]').click();
      const s = document.querySelector('[data-key=filter-tier]'); s.value = 1; s.dispatchEvent(new Event('change'))""",
    "pair": "drawn.pair = null; hubtiers.compareWith(drawn, 4); hubtiers.compareWith(drawn, 9)",
    "try": """hubtiers.tryValues(drawn, 5); const s = document.querySelector('[data-key=number1]');
      s.value = 9; s.dispatchEvent(new Event('change'))""",
    "panel": "hubtiers.togglePanel(drawn, 'weights'); hubtiers.togglePanel(drawn, 'table')",
    "hub": "hubtiers.openHub(drawn, drawn.data.hubs[1], drawn.data.hubs[1].cores[0])",
    "year": "hubtiers.goToYear(drawn, 0)",
    "since": """hubtiers.goToYear(drawn, 2); const s = document.querySelector('[data-key=year-against]');
      s.value = 'year_first'; s.dispatchEvent(new Event('change'))""",
    "layer=symbols": "hubtiers.setFill(drawn, 'symbols')",
}


@pytest.fixture
def sender(visit, everything):
    """The map as it opens, and what is seen then."""
    page = visit(everything, size=(1400, 900)).page
    return page, page.evaluate(SEEN)


@pytest.mark.parametrize("key", DONE)
def test_each_thing_a_reader_sets_is_seen_by_a_colleague(visit, everything, sender, key):
    page, before = sender
    page.evaluate(f"() => {{ {DONE[key]}; }}")
    address, wanted = page.evaluate(KEPT), page.evaluate(SEEN)
    assert f"{key}" in address
    assert wanted != before
    other = visit(everything, size=(1400, 900), fragment=address)
    # The table fills itself once the panel stands.
    other.page.wait_for_function(
        "n => document.querySelectorAll('.hubtiers-ranking tbody tr').length === n",
        arg=len(wanted["rows"]),
    )
    assert other.page.evaluate(SEEN) == wanted
    assert other.page.locator(".hubtiers-refused").count() == 0
    # Back to an address that says nothing of it: as the map opened.
    other.page.evaluate("location.hash = '#lang=zh'")
    other.page.wait_for_function(
        f"wanted => JSON.stringify(({SEEN})()) === wanted", arg=_text(before, page)
    )
    assert other.trouble == []


def _text(seen, page):
    return page.evaluate("x => JSON.stringify(x)", seen)


def test_all_of_it_at_once(visit, everything, sender):
    page, _ = sender
    for key in ("layout", "time", "only=hub%3A1", "table", "pair"):
        page.evaluate(f"() => {{ {DONE[key]}; }}")
    address, wanted = page.evaluate(KEPT), page.evaluate(SEEN)
    other = visit(everything, size=(1400, 900), fragment=address).page
    other.wait_for_function(
        "n => document.querySelectorAll('.hubtiers-ranking tbody tr').length === n",
        arg=len(wanted["rows"]),
    )
    assert other.evaluate(SEEN) == wanted
    assert wanted["layout"] == 1
    assert wanted["compared"]
    assert wanted["rows"]


def test_a_year_that_plays_stands_in_the_address(visit, everything):
    page = visit(everything, size=(1400, 900)).page
    page.evaluate("hubtiers.goToYear(drawn, 0)")
    page.wait_for_function("location.hash.includes('year=2016')")
    page.click("[data-key=year-play]")
    page.wait_for_function("!drawn.years.timer")
    page.wait_for_function("!location.hash.includes('year=')")
    assert page.evaluate("drawn.years.at") == 2


NONSENSE = {
    "layout": ["7", "-1", "1.5", "plan"],
    "time": ["soon", "1e999", "-1", "0.123456"],
    "only": ["tier:9", "mark", "hub:x", "__proto__:1"],
    "links": ["0", "999", "2,magic", "many"],
    "atleast": ["2", "-1", "x"],
    "table": [
        "score",
        "size,up,,,",
        "score,sideways,,,",
        "score,up,9,,",
        "score,up,,7,",
        "a,b,c,d,e,f",
    ],
    "pair": ["n0", "n0,n0", "n0,atlantis", "n0,n1,n2"],
    "try": ["atlantis", "n0,rd", "n0,height,3", "n0,rd,much", "n0,rd,", "n0,rd,1e999", "n0,-1,3"],
    "panel": ["cellar", "compare", "whatif", "table,compare", "constructor"],
    "hub": ["hub", "n0,n0", "x"],
    "since": ["yesterday"],
}


def test_nonsense_in_the_address_is_not_followed(sender):
    page, before = sender
    wanted = _text(before, page)
    for key, texts in NONSENSE.items():
        for text in texts:
            page.evaluate("text => { location.hash = text; }", f"#lang=zh&{key}={quote(text)}")
            page.wait_for_selector(f".hubtiers-refused:has-text('{key}={text}')")
            assert page.evaluate(f"JSON.stringify(({SEEN})())") == wanted, (key, text)
            page.click(".hubtiers-refused button")


def test_the_corpus_is_inert_in_every_key(visit, everything):
    seen = visit(everything)
    page = seen.page
    before = page.evaluate(f"JSON.stringify(({SEEN})())")
    keys = page.evaluate("hubtiers.addressParts.map(part => part.key)")
    assert set(NONSENSE) < set(keys)
    for text in CORPUS:
        for value in dict.fromkeys((text, quote(text), f"n0,{quote(quote(text))},1")):
            parts = [f"{key}={quote(value)}" for key in keys if key != "lang"]
            page.evaluate("text => { location.hash = text; }", "#" + "&".join(parts))
            page.wait_for_selector(".hubtiers-refused")
            assert page.inner_text(".hubtiers-refused p").count("=") >= len(parts)
            assert page.evaluate(f"JSON.stringify(({SEEN})())") == before
            page.click(".hubtiers-refused button")
    # The one text that is taken as it stands is what the table is filtered by.
    text = CORPUS[0]
    fragment = f"#panel=table&table=score,down,,,{quote(quote(text))}"
    page.evaluate("text => { location.hash = text; }", fragment)
    page.wait_for_selector("[data-key=filter-text]")
    assert page.input_value("[data-key=filter-text]") == text
    assert page.locator("img, svg[onload], [onerror], [onmouseover]").count() == 0
    assert seen.trouble == []
