// Draws a hubtiers map from the JSON beside it: state, theme, language, view and print.
"use strict";
(function (h) {
  const PAINT = [
    "outside",
    "plain",
    "seam",
    "halo",
    "casing",
    "corridor",
    "line",
    "ink",
    "land",
    "coast",
    "glow",
  ];

  function readPaint(state) {
    state.paint = Object.fromEntries(PAINT.map((name) => [name, h.colour(name)]));
    state.hatch = h.hatch("nodata", "hatch", false);
  }

  h.paintTheme = function (state, theme, chosen) {
    state.theme = theme;
    state.chosen = state.chosen || chosen;
    document.documentElement.dataset.theme = theme;
    readPaint(state);
    state.painted = [];
    state.themed.forEach((paint) => paint());
    h.restyle(state);
    keepFocus(state, () => h.drawPanels(state));
    if (state.rebuildPopup) state.rebuildPopup();
  };

  // Panels are built anew; the control that had the focus gets it back.
  function keepFocus(state, act) {
    const key =
      document.activeElement && document.activeElement.dataset
        ? document.activeElement.dataset.key
        : null;
    act();
    const again = key && document.querySelector('[data-key="' + CSS.escape(key) + '"]');
    if (again) again.focus();
  }

  h.keepFocus = keepFocus;
  h.renewPanels = (state) => keepFocus(state, () => h.drawPanels(state));

  // Everything that carries words is drawn anew in the language asked for.
  h.speak = function (state, lang) {
    state.lang = lang;
    document.documentElement.lang = h.TAGS[lang];
    document.title = state.data.title[lang];
    state.map
      .getContainer()
      .setAttribute("aria-label", state.data.title[lang] + ". " + h.words(state).map_hint);
    state.skip.textContent = h.words(state).skip;
    keepFocus(state, () => h.drawPanels(state));
    h.nameLabels(state);
    if (state.rebuildPopup) state.rebuildPopup();
  };

  // On a wide screen the legend and the layers stand beside the regions, not on them. The legend may
  // stand below a corner of the frame; where it would hide regions, they make room for it.
  h.home = function (state) {
    if (state.popup) state.popup.remove();
    fit(state, 190, 60);
    const legend = state.ui.querySelector(".hubtiers-legend");
    const edge = legend && legend.getBoundingClientRect();
    const left = edge && legend.open && state.wide && hides(state, edge) ? edge.width + 16 : 190;
    if (left > 190) fit(state, left, 60);
    const title = state.ui.querySelector(".hubtiers-title");
    if (title && state.wide && hides(state, title.getBoundingClientRect())) {
      fit(state, left, h.headRoom(state));
    }
    state.homeZoom = state.map.getZoom();
    state.moved = false;
  };

  // Once more, where the reader has not moved the map.
  h.refit = function (state) {
    if (!state.moved) h.home(state);
  };

  function fit(state, left, top) {
    const size = state.map.getSize();
    const bounds = L.latLngBounds(state.data.bounds);
    const low = state.map.project(bounds.getSouthWest(), 4);
    const high = state.map.project(bounds.getNorthEast(), 4);
    const height = ((low.y - high.y) / Math.max(high.x - low.x, 1)) * size.x;
    // On a phone the regions keep to the top, so that the legend opens below them.
    const head = h.headRoom(state);
    const below = size.x > 700 ? 150 : Math.max(60, size.y - head - height);
    const room =
      size.x > 1000
        ? {
            paddingTopLeft: [left, top],
            paddingBottomRight: [h.layerRoom(state), 8 + h.timeRoom(state)],
          }
        : { paddingTopLeft: [8, head], paddingBottomRight: [8, below] };
    state.map.fitBounds(bounds, Object.assign({ animate: false }, room));
  }

  // Whether a box of the page lies on regions of the study: a few points of their borders are tried.
  function hides(state, box) {
    const frame = state.map.getContainer().getBoundingClientRect();
    const inside = (at) =>
      at.x > box.left - frame.left &&
      at.x < box.right - frame.left &&
      at.y > box.top - frame.top &&
      at.y < box.bottom - frame.top;
    const inStudy = (unit) => state.data.regionOf[unit] >= 0;
    const isTried = (k, arc) => k % 4 === 0 || arc.length < 9;
    const isHidden = (point, k, arc) =>
      isTried(k, arc) && inside(state.map.latLngToContainerPoint(point));
    return state.data.shapes.owners.some(
      (owners, i) => owners.some(inStudy) && state.arcs[i].some(isHidden),
    );
  }

  function published(data) {
    const numbers = (values) => Float64Array.from(values, (x) => (x === null ? NaN : x));
    return {
      scores: numbers(data.regions.map((r) => r.score)),
      ranks: data.regions.map((r) => r.rank),
      tiers: data.regions.map((r) => (r.tier === null ? -1 : r.tier)),
      rows: data.tiers,
      breaks: data.breaks,
      scored: data.regions.filter((r) => r.score !== null).length,
      functions: data.functions.map((_, i) => numbers(data.regions.map((r) => r.functions[i]))),
    };
  }

  function makeState(map, data) {
    const state = {
      map: map,
      data: data,
      lang: data.language,
      theme: "light",
      fill: data.certainty ? "tier_and_certainty" : "tier",
      labels: [],
      marks: [],
      halo: null,
      themed: [],
      open: {},
      modified: false,
    };
    state.wide = map.getSize().x > 700;
    state.unfolded = { legend: state.wide, layers: state.wide, diffusion: false };
    state.markScale = state.wide ? 1 : 0.7;
    state.arcs = data.shapes.arcs.map(h.decodeLine);
    state.published = state.now = published(data);
    // A canvas above the regions would swallow their mouse events; an SVG lets them through between
    // its shapes.
    state.svg = L.svg({ pane: "hubtiers-cores" });
    // Neighbours have a canvas of their own: recolouring the regions does not draw them again.
    state.ground = L.canvas({ pane: "hubtiers-ground" });
    h.startLayouts(state);
    h.startDiffusion(state);
    return state;
  }

  function pane(map, id, level) {
    map.createPane(id).style.zIndex = level;
    if (id !== "hubtiers-cores") map.getPane(id).style.pointerEvents = "none";
  }

  function prepareMap(map, data) {
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution(h.element("span", "", data.attribution).outerHTML);
    pane(map, "hubtiers-ground", 390);
    pane(map, "hubtiers-lines", 450);
    pane(map, "hubtiers-links", 455);
    pane(map, "hubtiers-cores", 460);
    map.zoomControl.setPosition("bottomright");
    // Half as wide, which a round number may make it, it still holds its text.
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 140 }).addTo(map);
  }

  // The page around the map: a way to skip it, the overlay of controls, the panels beside it, and
  // what is read aloud.
  function preparePage(state) {
    const container = state.map.getContainer();
    const body = document.body;
    body.classList.add("hubtiers-page");
    const view = document.querySelector('meta[name="viewport"]');
    if (view) view.content = "width=device-width, initial-scale=1";
    state.skip = h.button("hubtiers-skip", "", "skip", () => {
      if (state.open.table) state.aside.querySelector(".hubtiers-panel-table h2").focus();
      else h.togglePanel(state, "table");
    });
    state.ui = h.element("div", "hubtiers-ui");
    state.aside = h.element("aside", "hubtiers-aside");
    state.status = h.element("div", "hubtiers-status");
    state.status.setAttribute("role", "status");
    state.status.setAttribute("aria-live", "polite");
    container.setAttribute("role", "region");
    container.append(state.ui);
    body.prepend(state.skip);
    body.append(state.aside, state.status);
  }

  function listen(state) {
    state.map.on("dragend zoomend", () => {
      state.moved = true;
    });
    // A finger gets the popup alone: after a tap, and when the map moves below it, browsers act as
    // if a mouse hovered.
    let finger = false;
    state.map.on("tooltipopen", (event) => {
      if (event.tooltip.options.permanent) return;
      state.tip = event.tooltip;
      if (finger) event.tooltip.remove();
    });
    // Leaflet focuses the map when it is touched. The ring around it is for those who came by the
    // keyboard.
    const container = state.map.getContainer();
    container.addEventListener(
      "pointerdown",
      (event) => {
        finger = event.pointerType === "touch";
        container.classList.add("hubtiers-touched");
      },
      true,
    );
    container.addEventListener(
      "pointermove",
      (event) => {
        if (event.pointerType === "mouse" && (event.movementX || event.movementY)) finger = false;
      },
      true,
    );
    document.addEventListener("keydown", () => container.classList.remove("hubtiers-touched"));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && state.popup) state.popup.remove();
    });
    h.listenForRelease(state);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => {
      if (!state.chosen) h.paintTheme(state, dark.matches ? "dark" : "light", false);
    });
    addEventListener("beforeprint", () => forPaper(state));
    addEventListener("afterprint", () => forScreen(state));
  }

  // Paper is light, and as wide as A4 on its side; the canvas must be drawn before the browser
  // takes its picture.
  function forPaper(state) {
    if (state.screen) return;
    state.screen = { theme: state.theme, bounds: state.map.getBounds(), retina: L.Browser.retina };
    document.body.classList.add("hubtiers-paper");
    // Twice the points: paper is finer than most screens.
    L.Browser.retina = true;
    h.paintTheme(state, "light", state.chosen);
    fitAgain(state, state.screen.bounds);
    [state.shapes[0]._renderer, state.ground].forEach(h.drawNow);
    state.twins = [...document.querySelectorAll(".leaflet-pane canvas")].map(twin);
  }

  // Chromium prints what was done to a canvas, and prints wiping as white paint over all that lies
  // beneath. A copy of the picture has never been wiped.
  function twin(canvas) {
    const copy = canvas.cloneNode(false);
    copy.getContext("2d").drawImage(canvas, 0, 0);
    canvas.after(copy);
    canvas.style.visibility = "hidden";
    return { canvas: canvas, copy: copy };
  }

  function forScreen(state) {
    const screen = state.screen;
    if (!screen) return;
    state.screen = null;
    state.twins.forEach((pair) => {
      pair.copy.remove();
      pair.canvas.style.visibility = "";
    });
    document.body.classList.remove("hubtiers-paper");
    L.Browser.retina = screen.retina;
    h.paintTheme(state, screen.theme, state.chosen);
    fitAgain(state, screen.bounds);
  }

  function fitAgain(state, bounds) {
    state.map.invalidateSize({ animate: false });
    if (state.moved) state.map.fitBounds(bounds, { animate: false });
    else h.home(state);
    // The size of a canvas follows only when its bounds or its size change; the number of points
    // may have.
    state.map.fire("viewreset");
  }

  // The reader's own language, when the page can be read in it; else the first that the study has.
  function browserLanguage(languages) {
    const tags = navigator.languages || [navigator.language];
    const wished = tags.map((tag) => String(tag).slice(0, 2).toLowerCase());
    return wished.find((code) => languages.includes(code)) || languages[0];
  }

  h.start = function (map, payload) {
    const data = JSON.parse(document.getElementById(payload).textContent);
    const state = makeState(map, data);
    if (data.asksBrowser) state.lang = browserLanguage(data.languages);
    state.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    document.documentElement.dataset.theme = state.theme;
    preparePage(state);
    prepareMap(map, data);
    readPaint(state);
    h.startYears(state);
    h.home(state);
    state.layers = h.drawLayers(state);
    h.restyle(state);
    if (data.explorer) h.startExplorer(state);
    h.speak(state, state.lang);
    h.home(state);
    listen(state);
    map.hubtiers = state;
    h.startAddress(state);
    return state;
  };
})(window.hubtiers);
