// Everything that lies on the map: regions, borders, extents, corridors, cores and their labels.
"use strict";
(function (h) {
  const element = h.element;
  const TIP = { className: "hubtiers-tip", opacity: 1 };

  // The same outline in units of its radius; a tier is told by its shape as well as by its colour.
  const SHAPES = {
    star: Array.from({ length: 10 }, (_, i) => [
      i % 2 ? 0.48 : 1.15,
      (Math.PI * i) / 5 - Math.PI / 2,
    ]).map(([r, a]) => [r * Math.cos(a), r * Math.sin(a)]),
    diamond: [
      [0, -1.1],
      [1.1, 0],
      [0, 1.1],
      [-1.1, 0],
    ],
    square: [
      [-0.85, -0.85],
      [0.85, -0.85],
      [0.85, 0.85],
      [-0.85, 0.85],
    ],
  };

  h.mark = function (look, radius) {
    const size = Math.ceil(radius * 1.2 + 3);
    const box = h.svg("svg", {
      viewBox: [-size, -size, 2 * size, 2 * size].join(" "),
      width: 2 * size,
      height: 2 * size,
      "aria-hidden": "true",
    });
    const paint = {
      fill: look.color,
      stroke: "#ffffff",
      "stroke-width": 1.6,
      "stroke-linejoin": "round",
    };
    const points = SHAPES[look.shape];
    box.append(
      points
        ? h.svg(
            "polygon",
            Object.assign(
              {
                points: points
                  .map((p) => p.map((x) => (x * radius).toFixed(2)).join(","))
                  .join(" "),
              },
              paint,
            ),
          )
        : h.svg("circle", Object.assign({ r: radius }, paint)),
    );
    return box;
  };

  function tooltip(state, unit) {
    const lang = state.lang;
    const words = h.words(state);
    const other = lang === "zh" ? "en" : "zh";
    const place = state.data.units[unit];
    const number = state.data.regionOf[unit];
    const region = number < 0 ? null : state.data.regions[number];
    const tip = element("div");
    const main = region || place;
    tip.append(element("b", "", h.name(main, lang)));
    const second = main["name_" + other];
    if (second && second !== h.name(main, lang)) tip.append(element("span", "second", second));
    if (region && region.id !== place.id) {
      tip.append(
        element(
          "span",
          "second",
          h.name(place, lang) + " · " + words.part_of + " " + h.name(region, lang),
        ),
      );
    }
    if (!region) {
      tip.append(element("span", "", words.not_in_study));
      return tip;
    }
    const rows = element("dl");
    const add = (term, value) => rows.append(element("dt", "", term), element("dd", "", value));
    const tier = state.now.tiers[number];
    if (tier < 0) {
      add(words.tier, words.no_data);
    } else {
      add(words.tier, state.data.tiers[tier].names[lang]);
      const told = h.markText(state, number);
      if (told !== null) add(words.certainty, told);
      add(words.rank, state.now.ranks[number] + " / " + state.now.scored);
      add(words.score, h.number(state.now.scores[number], 3));
    }
    if (state.fill.startsWith("function")) {
      add(
        h.fillName(state, state.fill),
        h.number(state.now.functions[Number(state.fill.slice(8))][number], 3),
      );
    }
    if (state.fill === "arrival") add(words.arrival_at, h.arrivalText(state, number));
    add(words.coverage, Math.round(region.coverage * 100) + " %");
    tip.append(rows);
    return tip;
  }

  function drawLines(state, lines, style) {
    const line = L.polyline(
      lines,
      Object.assign({ interactive: false, pane: "hubtiers-lines", smoothFactor: 0.4 }, style()),
    );
    state.themed.push(() => line.setStyle(style()));
    return line;
  }

  function drawUnits(state) {
    const layer = L.layerGroup();
    state.painted = [];
    state.shapes = state.data.shapes.polygons.map((polygons, unit) => {
      const rings = polygons.map((p) => p.map((refs) => h.ringOf(refs, state.arcs)));
      const shape = L.polygon(rings, {
        smoothFactor: 0.4,
        color: state.paint.seam,
        weight: 0.6,
        opacity: 0.55,
        fillOpacity: 1,
      });
      shape.bindTooltip(() => tooltip(state, unit), Object.assign({ sticky: true }, TIP));
      shape.on("mouseover", () => h.highlight(state, unit));
      shape.on("mouseout", () => h.highlight(state, null));
      shape.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        h.openUnit(state, unit, event.latlng);
      });
      return shape.addTo(layer);
    });
    state.themed.push(() =>
      state.shapes.forEach((shape) => shape.setStyle({ color: state.paint.seam })),
    );
    return layer;
  }

  h.highlight = function (state, unit) {
    if (state.halo) {
      state.halo.remove();
      state.halo = null;
    }
    if (unit === null) return;
    const region = state.data.regionOf[unit];
    const same = (u) => ((region < 0 ? u === unit : state.data.regionOf[u] === region) ? 1 : -1);
    state.halo = L.polyline(h.borders(state, same), {
      color: state.paint.halo,
      weight: 2.2,
      interactive: false,
      pane: "hubtiers-lines",
    }).addTo(state.map);
  };

  function drawExtents(state) {
    const layer = L.layerGroup();
    state.data.hubs
      .slice()
      .reverse()
      .forEach((hub) => {
        if (!hub.units.length) return;
        const inside = new Set(hub.units);
        const color = state.data.hubTiers[hub.tier].color;
        const outline = h.borders(state, (u) => (inside.has(u) ? 1 : -1));
        h.pale(state, hub, color).addTo(layer);
        h.outline(state, outline, color, drawLines).addTo(layer);
      });
    return layer;
  }

  function drawCorridors(state) {
    const layer = L.layerGroup();
    state.data.corridors.forEach((corridor) => {
      const line = L.polyline(corridor.line, {
        color: state.paint.corridor,
        weight: 2.5,
        dashArray: "5 5",
        renderer: state.svg,
      });
      line.bindTooltip(() => h.corridorTip(state, corridor), Object.assign({ sticky: true }, TIP));
      state.themed.push(() => line.setStyle({ color: state.paint.corridor }));
      line.addTo(layer);
    });
    return layer;
  }

  function drawCores(state) {
    const layer = L.layerGroup();
    state.marks = [];
    // Names stand outside the rings of draws.
    const ring = state.shown === 0 && state.data.draws ? h.ringRoom(state) : 0;
    state.data.hubs
      .slice()
      .reverse()
      .forEach((hub) => {
        const look = state.data.hubTiers[hub.tier];
        const radius = look.radius * state.markScale;
        h.joinCores(state, hub, layer);
        hub.cores.forEach((core, place) => {
          const sign = h.coreMark(state, look, radius, place);
          const side = Number(sign.getAttribute("width"));
          const icon = L.divIcon({
            html: sign,
            className: "hubtiers-core",
            iconSize: [side, side],
          });
          const mark = L.marker([core.lat, core.lon], {
            icon: icon,
            keyboard: false,
            pane: "hubtiers-cores",
            zIndexOffset: -1000 * hub.tier,
          });
          mark.bindTooltip(
            () => h.hubTip(state, hub, core),
            Object.assign({ direction: "top", offset: [0, -radius] }, TIP),
          );
          mark.on("click", () => h.openHub(state, hub, core));
          state.marks.push({ core: core, tier: hub.tier, gap: radius + ring + 1, sign: mark });
          mark.addTo(layer);
        });
      });
    return layer;
  }

  function drawContext(state) {
    const rings = state.data.world.map((country) => country.map((ring) => [h.decodeLine(ring)]));
    const style = () => ({ fillColor: state.paint.land, color: state.paint.coast });
    const layer = L.polygon(
      rings,
      Object.assign(
        { fillOpacity: 1, weight: 0.7, interactive: false, renderer: state.ground },
        style(),
      ),
    );
    state.themed.push(() => layer.setStyle(style()));
    return layer;
  }

  function drawBasemap(state) {
    const given = state.data.basemap;
    return L.tileLayer(given.url, {
      attribution: element("span", "", given.attribution).outerHTML,
      maxZoom: 18,
    });
  }

  // Everything of the layout that is shown; links and draws belong to the first.
  h.hubLayers = function (state) {
    const data = state.data;
    const layers = {};
    const own = state.shown === 0;
    const always = state.themed;
    state.themed = [];
    state.hubFills = [];
    if (data.hubs.some((hub) => hub.units.length)) layers.extents = drawExtents(state);
    if (data.corridors.length) layers.corridors = drawCorridors(state);
    if (own && data.network) layers.links = h.drawLinks(state);
    if (own && data.draws) layers.draws_shown = h.drawRings(state);
    if (data.hubs.length) layers.cores = drawCores(state);
    state.hubThemed = state.themed;
    state.themed = always;
    return layers;
  };

  // Layers that can be switched, lowest first; the lines of the outline and the dashes always
  // belong.
  h.drawLayers = function (state) {
    const data = state.data;
    const layers = {};
    const always = [];
    if (data.basemap) layers.basemap = drawBasemap(state);
    if (data.world.length) layers.context = drawContext(state);
    always.push(drawUnits(state));
    if (data.provinceOf) {
      layers.provinces = drawLines(
        state,
        h.borders(state, (u) => data.provinceOf[u]),
        () => ({ color: state.paint.line, weight: 0.9 }),
      );
    }
    // Regions of one unit each have their borders already.
    const compound = data.regionOf.filter((r) => r >= 0).length > data.regions.length;
    if (compound) {
      always.push(
        drawLines(
          state,
          h.borders(state, (u) => data.regionOf[u]),
          () => ({ color: state.paint.ink, weight: 1.1 }),
        ),
      );
    }
    Object.assign(layers, h.hubLayers(state));
    always.push(
      drawLines(state, data.dashes.map(h.decodeLine), () => ({
        color: state.paint.line,
        weight: 1.4,
      })),
    );
    if (layers.context) layers.context.addTo(state.map);
    always.forEach((layer) => layer.addTo(state.map));
    Object.keys(layers).forEach((key) => {
      if (!state.hidden.has(key)) layers[key].addTo(state.map);
    });
    if (data.basemap && layers.context) layers.context.remove();
    return layers;
  };

  h.toggleLayer = function (state, key, shown) {
    if (shown) {
      state.hidden.delete(key);
      state.layers[key].addTo(state.map);
    } else {
      state.hidden.add(key);
      state.layers[key].remove();
    }
    h.renewHubLegend(state);
    h.spaceLabels(state);
  };
})(window.hubtiers);
