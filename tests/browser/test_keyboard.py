"""Every control of the map by the keyboard alone: reached by Tab, seen when it is, and doing what it says."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import TimeoutError as LateError

pytestmark = pytest.mark.browser

# Each width, both schemes and both languages.
PLACES = [
    ((1400, 900), "light", "zh-CN"),
    ((1024, 760), "dark", "en-GB"),
    ((390, 844), "dark", "zh-CN"),
]
# The page itself says what its controls are. Of radio buttons Tab reaches the one that is chosen, and of
# the regions of a table or list one stands for all.
CONTROLS = """() => {
  const all = document.querySelectorAll('button, input, select, textarea, summary, a[href], [tabindex]');
  window.controls = [...all].filter(n => n.tabIndex >= 0 && !n.disabled && n.getBoundingClientRect().width > 0
    && n.checkVisibility({ visibilityProperty: true }) && !(n.type === 'radio' && !n.checked));
  window.reached = new Map();
  if (!window.listens) document.addEventListener('focusin', (event) => {
    const style = getComputedStyle(event.target);
    reached.set(keyOf(event.target), event.target.matches(':focus-visible')
      && (style.outlineStyle !== 'none' || style.boxShadow !== 'none'));
  });
  window.listens = true;
  window.keyOf = (n) => n.dataset.key || (n.closest('.hubtiers-movers') ? 'mover' : n.tagName === 'SUMMARY' ? 'sources' : n.classList[0]);
  return controls.map(keyOf);
}"""
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
AT = "document.activeElement.outerHTML.slice(0, 200)"
# By key and not by node: what is drawn anew meanwhile is the same control.
MISSED = "controls.map(keyOf).filter((k) => !reached.has(k))"
UNSEEN = "controls.map(keyOf).filter((k) => reached.has(k) && !reached.get(k))"

SHOWN = "Object.keys(drawn.layers).filter(k => drawn.map.hasLayer(drawn.layers[k]))"
PANELS = "[...document.querySelectorAll('.hubtiers-panel')].map(p => p.className)"
SAID = "document.querySelector('[role=status]').textContent"
PAIR = "[drawn.pair, document.querySelector('.hubtiers-compared').textContent]"
TRIED = "document.querySelector('.hubtiers-tried').textContent"
UNFILTERED = "Object.assign(hubtiers.tableView(drawn), { text: '', tier: '', mark: '' }); hubtiers.fillTable(drawn)"
ROWS = "[...document.querySelectorAll('.hubtiers-ranking tbody th')].map(n => n.textContent)"
ALL_TYPES = "drawn.linkTypes = new Set(drawn.data.network.types.map((type) => type.id))"
MOVED = "[drawn.map.getCenter().lng.toFixed(3), drawn.map.getZoom()]"
POPUP = "drawn.popup && document.querySelector('.hubtiers-popup').textContent"

# What plays on would change the page between two looks at it.
REST = """() => [drawn.spread, drawn.years].filter(s => s && s.timer).forEach(s => {
  clearInterval(s.timer);
  s.timer = null;
})"""

# Some tools are there for what is shown.
SHOW = """(fill) => {
  hubtiers.goToYear(drawn, drawn.data.years.shown);
  drawn.layers.links.addTo(drawn.map);
  hubtiers.setFill(drawn, fill);
  hubtiers.drawPanels(drawn);
}"""

# So do draws that end.
SETTLED = "!drawn.live || !['waits', 'draws'].includes(drawn.live.status)"


def opened(selector):
    return f"document.querySelector({selector!r}).open"


# What a control is called, the key it is used by, what must then be different, and what comes before.
EFFECTS = [
    ("skip", "Enter", PANELS, ""),
    ("folium-map", "ArrowRight", MOVED, ""),
    ("leaflet-control-zoom-in", "Enter", MOVED, ""),
    ("leaflet-control-zoom-out", "Enter", MOVED, ""),
    ("headline", "Enter", opened(".hubtiers-headline details"), ""),
    ("layout0", "ArrowRight", "[drawn.shown, drawn.data.hubs.length]", ""),
    ("layout1", "ArrowLeft", "[drawn.shown, drawn.data.hubs.length]", ""),
    ("search", "s", "document.querySelectorAll('[role=option]').length", ""),
    ("table|weights|take|close-.*", "Enter", PANELS, ""),
    (
        "language",
        "Enter",
        "[drawn.lang, document.querySelector('.hubtiers-legend').textContent]",
        "",
    ),
    ("theme", "Enter", "[document.documentElement.dataset.theme, drawn.paint.plain]", ""),
    ("full", "Enter", "Boolean(document.fullscreenElement)", ""),
    ("home", "Enter", MOVED, "drawn.map.setView([0, 0], 4, { animate: false })"),
    ("layers|legend", "Enter", "[...drawn.ui.querySelectorAll('details')].map((n) => n.open)", ""),
    ("diffusion", "Enter", f"[{opened('.hubtiers-time')}, drawn.fill]", ""),
    (
        "fill.*",
        "ArrowDown",
        "[drawn.fill, drawn.shapes.map(s => s.options.fillColor + ''), drawn.circled]",
        "",
    ),
    ("layer(?!s$).*", "Space", SHOWN, ""),
    ("link(hierarchical|peer|neighbour)", "Space", "hubtiers.shownLinks(drawn).length", ""),
    ("least", "ArrowRight", "hubtiers.shownLinks(drawn).length", ALL_TYPES),
    (
        "class.*",
        "Enter",
        "[drawn.isolated, document.querySelectorAll('[aria-pressed=true].hubtiers-class').length]",
        "",
    ),
    ("at-least", "ArrowUp", "[drawn.atLeast, hubtiers.chances(drawn)]", ""),
    ("play", "Enter", "[drawn.fill, Boolean(drawn.spread.timer)]", ""),
    ("back|on", "Enter", "drawn.spread.step", "hubtiers.goToStep(drawn, 2)"),
    (
        "time",
        "ArrowLeft",
        "[drawn.spread.step, document.querySelector('.hubtiers-time output').textContent]",
        "hubtiers.goToStep(drawn, 2)",
    ),
    ("year-play", "Enter", "[drawn.years.at, Boolean(drawn.years.timer)]", ""),
    (
        "year-previous|year-next",
        "Enter",
        "[drawn.years.at, Array.from(drawn.now.scores)]",
        "hubtiers.goToYear(drawn, 1)",
    ),
    ("year", "ArrowLeft", "[drawn.years.at, Array.from(drawn.now.scores)]", ""),
    ("year-against", "ArrowDown", "[drawn.years.against, hubtiers.yearMovers(drawn).since]", ""),
    ("preset", "ArrowDown", "drawn.explorer.preset", ""),
    ("aggregation", "ArrowDown", "[drawn.explorer.aggregation, Array.from(drawn.now.scores)]", ""),
    ("rule", "ArrowDown", "[drawn.explorer.rule, drawn.now.breaks]", ""),
    ("copy", "Enter", "document.querySelector('[data-key=toml]').hidden", ""),
    (
        "toml",
        "Control+a",
        "document.querySelector('[data-key=toml]').selectionEnd",
        "document.querySelector('[data-key=toml]').setSelectionRange(0, 0)",
    ),
    ("reset", "Enter", "drawn.modified", "hubtiers.explore(drawn, { weights: [1, 0, 0, 0] })"),
    ("slider.*", "ArrowLeft", "[drawn.explorer.weights, Array.from(drawn.now.scores)]", ""),
    ("movers", "Enter", opened(".hubtiers-movers"), ""),
    ("mover|row\\d+", "Enter", POPUP, "if (drawn.popup) drawn.popup.remove()"),
    ("filter", "Enter", opened(".hubtiers-filter"), ""),
    ("filter-text", "7", ROWS, ""),
    ("filter-tier|filter-mark", "ArrowDown", ROWS, UNFILTERED),
    ("sort.*", "Enter", "[hubtiers.tableView(drawn).by, hubtiers.tableView(drawn).down]", ""),
    ("pick\\d+", "Enter", PANELS, ""),
    ("png|svg|csv|copy-link", "Enter", SAID, "hubtiers.say(drawn, '')"),
    (
        "link",
        "Control+a",
        "document.querySelector('[data-key=link]').selectionEnd",
        "document.querySelector('[data-key=link]').setSelectionRange(0, 0)",
    ),
    ("pair[01]", "ArrowDown", PAIR, ""),
    ("tried", "ArrowDown", "[drawn.tried.number, " + TRIED + "]", ""),
    (
        "values-reset",
        "Enter",
        "[drawn.tried.values.size, " + TRIED + "]",
        "drawn.tried.values.set(1, 2)",
    ),
    ("number\\d", "ArrowUp", TRIED, ""),
    ("range\\d", "ArrowRight", TRIED, ""),
    ("compare-this|try-this", "Enter", PANELS, ""),
    ("sources", "Enter", opened(".hubtiers-popup details"), ""),
    ("leaflet-popup-close-button", "Enter", "Boolean(drawn.popup)", ""),
]
# What takes the stage away comes last.
LAST = "skip|language|theme|full|home|table|weights|take|close-.*|layers|legend|diffusion|filter|compare-this|try-this|pick.*|leaflet-popup.*"
KINDS = re.compile(r"(row|pick|slider|number|range)[\d.]+")


def effect_of(key):
    found = [effect for effect in EFFECTS if re.fullmatch(effect[0], key)]
    assert len(found) == 1, f"no test says what {key!r} does"
    return found[0]


class Reader:
    """Somebody with a keyboard, who tries each control once."""

    def __init__(self, page):
        self.page = page
        self.used = set()

    def kind(self, key):
        return KINDS.sub(r"\1", key)

    def look(self, popup=False):
        """Go once round the page by Tab; every control is reached, and seen to have the focus."""
        self.page.evaluate(REST)
        if not popup:
            # A line that is reached tells its own, in the place of what was told before.
            self.page.evaluate("() => { if (drawn.popup) drawn.popup.remove(); }")
            self.page.wait_for_selector(".leaflet-popup", state="detached")
        self.page.wait_for_function(SETTLED)
        keys = self.page.evaluate(CONTROLS)
        assert len(keys) == len(set(keys)) or "mover" in keys
        # Boxes that scroll take the focus too, for their arrow keys, and lines, which then tell theirs.
        for pressed in range(len(keys) + 60):
            self.page.keyboard.press("Tab")
            if pressed >= len(keys) and not self.page.evaluate(MISSED):
                break
        missed = self.page.evaluate(MISSED)
        assert not missed, f"Tab misses {missed} of {keys}, and stands at {self.page.evaluate(AT)}"
        assert self.page.evaluate(UNSEEN) == []
        return keys

    def use(self, key):
        """Use one control and wait until what it is for has happened."""
        _, press, probe, prepare = effect_of(key)
        page = self.page
        page.evaluate(REST)
        if prepare:
            page.evaluate(f"() => {{ {prepare}; }}")
        page.wait_for_function(SETTLED)
        page.evaluate(CONTROLS)
        # While it moves to another zoom, from the next frame on, the map takes no further step.
        page.evaluate(NEXT_FRAME)
        page.wait_for_function("!drawn.map._animatingZoom")
        before = page.evaluate(f"JSON.stringify({probe})")
        found = "controls.find((n) => n.isConnected && keyOf(n) === key)"
        assert page.evaluate(f"key => Boolean({found})", key), f"{key!r} has gone"
        page.evaluate(f"key => {found}.focus()", key)
        page.keyboard.press(press)
        try:
            page.wait_for_function(
                f"before => JSON.stringify({probe}) !== before", arg=before, timeout=5000
            )
        except LateError as error:
            raise AssertionError(f"{press} on {key!r} leaves {probe} at {before[:200]}") from error
        self.used.add(self.kind(key))

    def use_all(self):
        """Use what has not been used yet, until nothing is left."""
        while True:
            keys = [k for k in self.page.evaluate(CONTROLS) if self.kind(k) not in self.used]
            keys = [k for k in keys if not re.fullmatch(LAST, k)]
            if not keys:
                return
            self.use(keys[0])

    def find(self, name):
        """Open what is told of a region by its name."""
        self.page.focus("[data-key=search]")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(name)
        self.page.wait_for_selector("[role=option]")
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".hubtiers-popup")

    def press(self, key):
        """Bring something about by a control that may have been used before."""
        self.page.evaluate(CONTROLS)
        self.use(key)


@pytest.mark.parametrize(("size", "scheme", "locale"), PLACES)
def test_each_control_by_the_keyboard_alone(visit, everything, size, scheme, locale):
    seen = visit(everything, size=size, color_scheme=scheme, locale=locale)
    page = seen.page
    page.emulate_media(color_scheme=scheme)
    reader = Reader(page)
    for key, fill in (
        ("layers", "chance"),
        ("layers", "tier"),
        ("legend", "chance"),
        ("legend", "tier"),
        ("diffusion", "tier"),
    ):
        page.evaluate(SHOW, fill)
        if not page.evaluate(
            "key => drawn.ui.querySelector(`[data-key=${key}]`).parentNode.open", key
        ):
            reader.press(key)
        if fill != "chance":
            reader.look()
        reader.use_all()
    for key in ("weights", "table", "take"):
        reader.press(key)
        reader.look()
        if key == "table":
            reader.press("filter")
            reader.look()
        reader.use_all()
        if key == "table":
            reader.press(page.evaluate("controls.map(keyOf).find((k) => k.startsWith('pick'))"))
            reader.look()
            reader.use_all()
            reader.press("close-compare")
        if page.locator(f"[data-key=close-{key}]").count():
            reader.press(f"close-{key}")
    # A region is found by its name, and told of; from there its values are tried.
    region = "Bex 2" if locale == "en-GB" else "乙2"
    reader.find(region)
    reader.look(popup=True)
    reader.use_all()
    reader.press("leaflet-popup-close-button")
    reader.find(region)
    reader.press("try-this")
    reader.look()
    reader.use_all()
    reader.press("close-whatif")
    for key in ("layers", "legend", "diffusion", "home", "theme", "language", "full", "skip"):
        if key in page.evaluate(CONTROLS):
            reader.press(key)
    said = {effect[0] for effect in EFFECTS}
    unused = {
        s for s in said if not any(re.fullmatch(s, k) or s.startswith(k) for k in reader.used)
    }
    # A telephone has fingers for the one, and no other size for the other.
    spared = {"leaflet-control-zoom-in", "leaflet-control-zoom-out", "full"}
    assert unused == (spared if size[0] == 390 else set())
    assert seen.trouble == []
