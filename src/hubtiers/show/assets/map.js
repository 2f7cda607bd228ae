// Draws a hubtiers map from the JSON beside it. Whatever a user wrote reaches the page as text nodes only.
"use strict";
window.hubtiers = (function () {
  const SCALE = 1e4;
  const WORDS = {
    zh: {
      tiers: "层级（得分区间，区域数）", nodata: "无数据", outside: "不在研究范围", hubs: "公布布局的创新中心", rank: "排名", score: "得分",
      tier: "层级", coverage: "指标覆盖率", layers: "图层", legend: "图例", core: "核心城市", extent: "范围",
      fill: "区域层级", cities: "城市界", provinces: "省级界", extents: "中心范围", cores: "中心核心城市", context: "周边国家", other: "English",
      in: "属于", method: "分级", corridors: "创新走廊",
    },
    en: {
      tiers: "Tiers (score range, regions)", nodata: "No data", outside: "Not in the study", hubs: "Hubs of the layout", rank: "Rank", score: "Score",
      tier: "Tier", coverage: "Indicator coverage", layers: "Layers", legend: "Legend", core: "Core city", extent: "Extent",
      fill: "Tiers of regions", cities: "City borders", provinces: "Province borders", extents: "Hub extents", cores: "Hub cores", context: "Other countries", other: "中文",
      in: "part of", method: "Classes", corridors: "Corridors",
    },
  };

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function decodeLine(steps) {
    const line = [];
    let x = 0, y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i]; y += steps[i + 1];
      line.push([y / SCALE, x / SCALE]);
    }
    return line;
  }

  function ringOf(refs, arcs) {
    let ring = [];
    for (const ref of refs) {
      const arc = ref < 0 ? arcs[~ref].slice().reverse() : arcs[ref];
      ring = ring.concat(ring.length ? arc.slice(1) : arc);
    }
    return ring;
  }

  // Lines where the group of the two sides differs: the outline of any grouping of units. No unit is group -1.
  function borders(state, groupOf) {
    const lines = [];
    state.data.shapes.owners.forEach((owners, i) => {
      const groups = new Set(owners.map(groupOf));
      if (owners.length === 1) groups.add(-1);
      if (groups.size > 1) lines.push(state.arcs[i]);
    });
    return lines;
  }

  function number(value, digits) {
    return value === null ? "–" : value.toFixed(digits);
  }

  function name(item, lang) {
    return item["name_" + lang] || item["name_" + (lang === "zh" ? "en" : "zh")] || item.id;
  }

  function tooltip(state, unit) {
    const lang = state.lang, words = WORDS[lang], other = lang === "zh" ? "en" : "zh";
    const place = state.data.units[unit];
    const region = state.regionOf(unit);
    const tip = element("div");
    const main = region || place;
    tip.append(element("b", "", name(main, lang)));
    const second = main["name_" + other];
    if (second && second !== name(main, lang)) tip.append(element("span", "second", second));
    if (region && region.id !== place.id) tip.append(element("span", "second", name(place, lang) + " · " + words.in + " " + name(region, lang)));
    if (!region) { tip.append(element("span", "", words.outside)); return tip; }
    const rows = element("dl");
    const add = (term, value) => rows.append(element("dt", "", term), element("dd", "", value));
    if (region.score === null) {
      add(words.tier, words.nodata);
    } else {
      add(words.tier, state.data.tiers[region.tier].names[lang]);
      add(words.rank, region.rank + " / " + state.scored);
      add(words.score, number(region.score, 3));
      state.data.functions.forEach((f, i) => add(name(f, lang), number(region.functions[i], 3)));
    }
    add(words.coverage, Math.round(region.coverage * 100) + " %");
    tip.append(rows);
    return tip;
  }

  function hubTip(state, hub, core) {
    const lang = state.lang, words = WORDS[lang];
    const tip = element("div");
    tip.append(element("b", "", name(hub, lang)));
    tip.append(element("span", "second", name(hub, lang === "zh" ? "en" : "zh")));
    const rows = element("dl");
    rows.append(element("dt", "", words.tier), element("dd", "", state.data.hubTiers[hub.tier].names[lang]));
    rows.append(element("dt", "", words.core), element("dd", "", name(core, lang)));
    tip.append(rows);
    (hub["focus_" + lang] || []).forEach((line) => tip.append(element("div", "", "· " + line)));
    return tip;
  }

  function hatch() {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = "#f7f6f3"; pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = "#b9b4ab"; pen.lineWidth = 1.5;
    for (const d of [-8, 0, 8]) { pen.beginPath(); pen.moveTo(d, 8); pen.lineTo(d + 8, 0); pen.stroke(); }
    return pen.createPattern(tile, "repeat");
  }

  function styleOf(state, unit) {
    const region = state.regionOf(unit);
    const fill = !region ? "#fbfaf7" : region.score === null ? state.hatch : state.data.tiers[region.tier].color;
    return { fillColor: fill, fillOpacity: 1, color: "#ffffff", weight: 0.6, opacity: 0.55 };
  }

  function drawUnits(state) {
    const layer = L.layerGroup();
    state.shapes = state.data.shapes.polygons.map((polygons, unit) => {
      const rings = polygons.map((p) => p.map((refs) => ringOf(refs, state.arcs)));
      const shape = L.polygon(rings, Object.assign({ smoothFactor: 0.4 }, styleOf(state, unit)));
      shape.bindTooltip(() => tooltip(state, unit), { sticky: true, className: "hubtiers-tip", opacity: 1 });
      shape.on("mouseover", () => highlight(state, unit, true));
      shape.on("mouseout", () => highlight(state, unit, false));
      return shape.addTo(layer);
    });
    return layer;
  }

  function highlight(state, unit, on) {
    if (state.halo) { state.halo.remove(); state.halo = null; }
    const region = state.data.regionOf[unit];
    if (!on) return;
    const same = (u) => ((region < 0 ? u === unit : state.data.regionOf[u] === region) ? 1 : -1);
    state.halo = L.polyline(borders(state, same), { color: "#111820", weight: 2.2, interactive: false, pane: "hubtiers-lines" }).addTo(state.map);
  }

  function drawLines(state, lines, options) {
    return L.polyline(lines, Object.assign({ interactive: false, pane: "hubtiers-lines", smoothFactor: 0.4 }, options));
  }

  function drawExtents(state) {
    const layer = L.layerGroup();
    state.data.hubs.slice().reverse().forEach((hub) => {
      if (!hub.units.length) return;
      const inside = new Set(hub.units);
      const color = state.data.hubTiers[hub.tier].color;
      const outline = borders(state, (u) => (inside.has(u) ? 1 : -1));
      drawLines(state, outline, { color: "#ffffff", weight: 5, opacity: 0.85 }).addTo(layer);
      drawLines(state, outline, { color: color, weight: 2.6 }).addTo(layer);
    });
    return layer;
  }

  function drawCorridors(state) {
    const layer = L.layerGroup();
    state.data.corridors.forEach((corridor) => {
      L.polyline(corridor.line, { color: "#5b2a86", weight: 2.5, dashArray: "5 5", renderer: state.svg })
        .bindTooltip(() => element("div", "", name(corridor, state.lang)), { sticky: true, className: "hubtiers-tip", opacity: 1 })
        .addTo(layer);
    });
    return layer;
  }

  function drawCores(state) {
    const layer = L.layerGroup();
    state.labels = [];
    state.data.hubs.slice().reverse().forEach((hub) => {
      const look = state.data.hubTiers[hub.tier];
      hub.cores.forEach((core) => {
        const mark = L.circleMarker([core.lat, core.lon], {
          radius: look.radius * state.markScale, color: "#ffffff", weight: 2, fillColor: look.color, fillOpacity: 1, renderer: state.svg,
        });
        mark.bindTooltip(() => hubTip(state, hub, core), { className: "hubtiers-tip", opacity: 1, direction: "top" });
        const label = L.tooltip({ permanent: true, direction: "right", className: "hubtiers-label", interactive: false, opacity: 1 });
        label.setLatLng([core.lat, core.lon]);
        state.labels.push({ label: label, core: core, tier: hub.tier, gap: look.radius * state.markScale });
        mark.addTo(layer);
        label.addTo(layer);
      });
    });
    return layer;
  }

  function markBox(state, entry) {
    const frame = state.map.getContainer().getBoundingClientRect();
    const at = state.map.latLngToContainerPoint([entry.core.lat, entry.core.lon]);
    const x = frame.left + at.x, y = frame.top + at.y, r = entry.gap - 2;
    return { left: x - r, right: x + r, top: y - r, bottom: y + r };
  }

  // Each label takes the first side where it lies on no other; without one it waits until the map is closer.
  const SIDES = [["right", 1, 0], ["left", -1, 0], ["top", 0, -1], ["bottom", 0, 1]];

  function spaceLabels(state) {
    // Marks count as taken too: a label stands on no other hub.
    const taken = state.labels.map((entry) => markBox(state, entry));
    const hits = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const order = state.labels.map((entry, i) => [entry, i]).sort((a, b) => a[0].tier - b[0].tier);
    order.forEach(([entry, own]) => {
      const node = entry.label.getElement();
      if (!node) return;
      const free = SIDES.some(([direction, x, y]) => {
        entry.label.options.direction = direction;
        entry.label.options.offset = L.point(x * entry.gap, y * entry.gap);
        entry.label.update();
        const mine = node.getBoundingClientRect();
        if (taken.some((other, i) => i !== own && hits(mine, other))) return false;
        taken.push(mine);
        return true;
      });
      node.style.visibility = free ? "" : "hidden";
    });
  }

  function control(position, build) {
    const Control = L.Control.extend({
      options: { position: position },
      onAdd: function () {
        const box = build();
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        return box;
      },
    });
    return new Control();
  }

  function titleBox(state) {
    const box = element("section", "hubtiers-box hubtiers-title");
    box.append(element("h1", "", state.data.title[state.lang]), element("p", "", state.data.subtitle[state.lang]));
    return box;
  }

  function languageButton(state) {
    const button = element("button", "hubtiers-button hubtiers-language", WORDS[state.lang].other);
    button.type = "button";
    button.lang = state.lang === "zh" ? "en" : "zh-CN";
    button.addEventListener("click", () => speak(state, state.lang === "zh" ? "en" : "zh"));
    return button;
  }

  function legendRow(mark, text, range) {
    const row = element("li");
    row.append(mark, element("span", "", text));
    if (range) row.append(element("span", "range", range));
    return row;
  }

  function legendBox(state) {
    const words = WORDS[state.lang];
    const box = element("details", "hubtiers-box hubtiers-legend");
    box.open = state.legendOpen;
    box.addEventListener("toggle", () => { state.legendOpen = box.open; });
    box.append(element("summary", "", words.legend), element("h2", "", words.tiers), tierList(state, words));
    if (state.data.hubs.length) box.append(element("h2", "", words.hubs), hubList(state));
    box.append(element("p", "hubtiers-note", state.data.note[state.lang]));
    return box;
  }

  function tierList(state, words) {
    const list = element("ul");
    state.data.tiers.forEach((tier) => {
      const mark = element("span", "hubtiers-swatch");
      mark.style.background = tier.color;
      list.append(legendRow(mark, tier.names[state.lang], tier.lower.toFixed(3) + "–" + tier.upper.toFixed(3) + " (" + tier.count + ")"));
    });
    const unscored = state.data.regions.filter((r) => r.score === null).length;
    if (unscored) list.append(legendRow(element("span", "hubtiers-swatch nodata"), words.nodata, "(" + unscored + ")"));
    if (state.data.regionOf.some((r) => r < 0)) list.append(legendRow(element("span", "hubtiers-swatch outside"), words.outside));
    return list;
  }

  function hubList(state) {
    const list = element("ul");
    state.data.hubTiers.forEach((look, i) => {
      const count = state.data.hubs.filter((h) => h.tier === i).length;
      if (!count) return;
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", "hubtiers-mark");
      svg.setAttribute("viewBox", "0 0 18 14");
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      [["cx", 9], ["cy", 7], ["r", look.radius * 0.75], ["fill", look.color]].forEach(([k, v]) => dot.setAttribute(k, v));
      svg.append(dot);
      list.append(legendRow(svg, look.names[state.lang], "(" + count + ")"));
    });
    return list;
  }

  function layerBox(state) {
    const words = WORDS[state.lang];
    const box = element("details", "hubtiers-box hubtiers-layers");
    box.open = state.layersOpen;
    box.addEventListener("toggle", () => { state.layersOpen = box.open; });
    box.append(element("summary", "", words.layers));
    Object.keys(state.layers).forEach((key) => {
      const label = element("label");
      const input = element("input");
      input.type = "checkbox";
      input.name = key;
      input.checked = state.map.hasLayer(state.layers[key]);
      input.addEventListener("change", () => {
        if (input.checked) state.layers[key].addTo(state.map); else state.layers[key].remove();
        spaceLabels(state);
      });
      label.append(input, element("span", "", words[key]));
      box.append(label);
    });
    return box;
  }

  // Everything that carries words is drawn anew in the language asked for.
  function speak(state, lang) {
    state.lang = lang;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = state.data.title[lang];
    state.map.getContainer().setAttribute("aria-label", state.data.title[lang]);
    state.controls.forEach((c) => c.remove());
    state.controls = [
      control("topleft", () => titleBox(state)), control("topright", () => languageButton(state)),
      control("topright", () => layerBox(state)), control("bottomleft", () => legendBox(state)),
    ];
    state.controls.forEach((c) => c.addTo(state.map));
    state.labels.forEach((entry) => entry.label.setContent(element("span", "", name(entry.core, lang))));
    spaceLabels(state);
  }

  function pane(map, id, level) {
    map.createPane(id).style.zIndex = level;
    if (id === "hubtiers-lines") map.getPane(id).style.pointerEvents = "none";
  }

  function makeState(map, data) {
    const state = { map: map, data: data, lang: data.language, controls: [], labels: [], halo: null };
    state.wide = map.getSize().x > 700;
    state.legendOpen = state.layersOpen = state.wide;
    state.markScale = state.wide ? 1 : 0.65;
    state.arcs = data.shapes.arcs.map(decodeLine);
    state.regionOf = (unit) => (data.regionOf[unit] < 0 ? null : data.regions[data.regionOf[unit]]);
    state.scored = data.regions.filter((r) => r.score !== null).length;
    state.hatch = hatch();
    // A canvas above the regions would swallow their mouse events; an SVG lets them through between its shapes.
    state.svg = L.svg({ pane: "hubtiers-cores" });
    return state;
  }

  function drawLayers(state) {
    const data = state.data;
    const world = data.world.map((country) => country.map((ring) => [decodeLine(ring)]));
    const layers = {};
    if (world.length) layers.context = L.polygon(world, { fillColor: "#f4f1ea", fillOpacity: 1, color: "#cfcabd", weight: 0.7, interactive: false });
    layers.fill = drawUnits(state);
    if (data.provinceOf) layers.provinces = drawLines(state, borders(state, (u) => data.provinceOf[u]), { color: "#4d5560", weight: 0.9 });
    // Regions of one unit each have their borders already.
    const compound = data.regionOf.filter((r) => r >= 0).length > data.regions.length;
    if (compound) layers.outline = drawLines(state, borders(state, (u) => data.regionOf[u]), { color: "#1d2329", weight: 1.1 });
    if (data.hubs.some((h) => h.units.length)) layers.extents = drawExtents(state);
    if (data.corridors.length) layers.corridors = drawCorridors(state);
    if (data.hubs.length) layers.cores = drawCores(state);
    layers.dashes = drawLines(state, data.dashes.map(decodeLine), { color: "#4d5560", weight: 1.4 });
    Object.keys(layers).forEach((key) => { if (key !== "corridors") layers[key].addTo(state.map); });
    return layers;
  }

  function start(map, payload) {
    const data = JSON.parse(document.getElementById(payload).textContent);
    document.body.classList.add("hubtiers-page");
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution(element("span", "", data.attribution).outerHTML);
    pane(map, "hubtiers-lines", 450);
    pane(map, "hubtiers-cores", 460);
    map.zoomControl.setPosition("bottomright");
    const state = makeState(map, data);
    // On a wide screen the legend and the layers stand beside the regions, not on them.
    map.fitBounds(data.bounds, state.wide ? { paddingTopLeft: [300, 12], paddingBottomRight: [150, 12] } : { padding: [8, 8] });
    state.layers = drawLayers(state);
    delete state.layers.outline;
    delete state.layers.dashes;
    map.on("zoomend moveend", () => spaceLabels(state));
    speak(state, state.lang);
    map.hubtiers = state;
    return state;
  }

  return { start: start };
})();
