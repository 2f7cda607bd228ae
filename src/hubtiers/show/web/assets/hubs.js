// Hubs beyond their symbols: further cores, rings of draws, legend, the flip to a second layout.
"use strict";
(function (h) {
  const element = h.element;
  const LAYOUT = ["hubs", "hubTiers", "hubSource", "hubRemark", "hasLeads", "corridors"];
  const HUB_LAYERS = ["extents", "corridors", "links", "draws_shown", "cores"];
  const FURTHER = 0.72;

  // How far the ring of draws stands out from the symbol it surrounds.
  h.ringRoom = (state) => 5 * state.markScale;

  // The lead has a star inside, further cores are smaller; where the source names no lead, all are
  // alike.
  h.coreMark = function (state, look, radius, place) {
    if (!state.data.hasLeads) return h.mark(look, radius);
    if (place > 0) return h.mark(look, radius * FURTHER);
    const sign = h.mark(look, radius);
    const inner = h.mark({ shape: "star", color: "#ffffff" }, radius * 0.42).firstChild;
    inner.setAttribute("stroke", "none");
    sign.append(inner);
    return sign;
  };

  // Over regions without colour an extent is filled; over coloured ones barely, so that their
  // colours stay those of the legend.
  h.pale = function (state, hub, color) {
    const shape = L.polygon(
      hub.units.map((u) => state.shapes[u].getLatLngs()),
      {
        stroke: false,
        fillColor: color,
        smoothFactor: 0.4,
        interactive: false,
        pane: "hubtiers-lines",
      },
    );
    const paint = () => shape.setStyle({ fillOpacity: state.fill === "none" ? 0.22 : 0.06 });
    paint();
    state.hubFills.push(paint);
    return shape;
  };

  h.paleExtents = (state) => state.hubFills.forEach((paint) => paint());

  h.joinCores = function (state, hub, layer) {
    const [lead, ...others] = hub.cores;
    const color = state.data.hubTiers[hub.tier].color;
    others.forEach((core) => {
      const ends = [lead, core].map((c) => [c.lat, c.lon]);
      const line = (style) =>
        L.polyline(
          ends,
          Object.assign({ interactive: false, renderer: state.linkLines }, style),
        ).addTo(layer);
      const casing = line({ color: state.paint.casing, weight: 5.5, opacity: 0.9 });
      state.themed.push(() => casing.setStyle({ color: state.paint.casing }));
      line({ color: color, weight: 3 });
    });
  };

  function arc(radius, share, attributes) {
    const around = 2 * Math.PI * radius;
    return h.svg(
      "circle",
      Object.assign(
        {
          r: radius,
          fill: "none",
          "stroke-width": 2.6,
          "stroke-dasharray": around * share + " " + around,
          transform: "rotate(-90)",
        },
        attributes,
      ),
    );
  }

  function ringSign(radius, share) {
    const size = Math.ceil(radius + 3);
    const box = h.svg("svg", {
      viewBox: [-size, -size, 2 * size, 2 * size].join(" "),
      width: 2 * size,
      height: 2 * size,
      "aria-hidden": "true",
      class: "hubtiers-ring",
    });
    box.append(
      arc(radius, 1, { class: "casing", "stroke-width": 4.4 }),
      arc(radius, 1, { class: "rest" }),
      arc(radius, share, { class: "share" }),
    );
    return box;
  }

  h.drawRings = function (state) {
    const layer = L.layerGroup();
    state.data.hubs.forEach((hub) => {
      const look = state.data.hubTiers[hub.tier];
      hub.cores.forEach((core, place) => {
        const scale = place && state.data.hasLeads ? FURTHER : 1;
        const radius = look.radius * state.markScale * scale + h.ringRoom(state) - 1;
        const sign = ringSign(radius, h.drawsOf(state, core.id)[1]);
        const side = Number(sign.getAttribute("width"));
        L.marker([core.lat, core.lon], {
          icon: L.divIcon({ html: sign, className: "hubtiers-core", iconSize: [side, side] }),
          interactive: false,
          keyboard: false,
          pane: "hubtiers-links",
          zIndexOffset: 1000,
        }).addTo(layer);
      });
    });
    return layer;
  };

  // Shares of the draws in which a place leads, and in which it leads or shares the lead.
  h.drawsOf = (state, id) => (state.data.draws ? state.data.draws.shares[id] || [0, 0] : null);

  h.percent = (share) =>
    share > 0 && share < 0.005 ? "< 1 %" : Math.round(share * 100) + " %";

  // Draws show neither that a share is the whole nor that it is nothing.
  const ofDraws = (share) =>
    share >= 0.995 ? "> 99 %" : share < 0.005 ? "< 1 %" : h.percent(share);

  h.drawFacts = function (state, id) {
    const words = h.words(state);
    const shares = h.drawsOf(state, id);
    if (!shares || state.shown !== 0) return [];
    return [
      [words.core_draws, ofDraws(shares[1])],
      [words.lead_draws, ofDraws(shares[0])],
    ];
  };

  // The tier that the scores give to the place of a core, beside that of its hub.
  h.coreFacts = function (state, core) {
    const same = (place) => place.id === core.id;
    const unit = state.data.units.findIndex(same);
    const number = unit < 0 ? state.data.regions.findIndex(same) : state.data.regionOf[unit];
    const words = h.words(state);
    if (number < 0) return h.drawFacts(state, core.id);
    const tier = state.now.tiers[number];
    const region = state.data.regions[number];
    const name = tier < 0 ? words.no_data : state.data.tiers[tier].names[state.lang];
    const whose = region.id === core.id ? "" : " (" + h.name(region, state.lang) + ")";
    return [[words.computed_tier, name + whose], ...h.drawFacts(state, core.id)];
  };

  // Legend

  function row(mark, text, range) {
    const item = element("li");
    item.append(mark, element("span", "label", text));
    if (range) item.append(element("span", "range", range));
    return item;
  }

  function sample(className, color) {
    const mark = element("span", "hubtiers-sample " + className);
    if (color) mark.style.setProperty("--sample", color);
    return mark;
  }

  function symbol(sign) {
    sign.classList.add("hubtiers-mark");
    return sign;
  }

  function coreRows(state) {
    const words = h.words(state);
    const look = state.data.hubTiers[Math.min(...state.data.hubs.map((hub) => hub.tier))];
    const rows = [];
    if (state.data.hasLeads) rows.push(row(symbol(h.coreMark(state, look, 8, 0)), words.lead_mark));
    if (state.data.hubs.some((hub) => hub.cores.length > 1)) {
      rows.push(row(sample("joined", look.color), words.joined_cores));
    }
    return rows;
  }

  function linkRows(state) {
    const words = h.words(state);
    const rows = state.data.network.types
      .filter((type) => state.linkTypes.has(type.id))
      .map((type) => row(sample("link", h.linkColour(state, type)), words["link_" + type.id]));
    const strength = element("li", "strength");
    ["strong", "weak"].forEach((kind) =>
      strength.append(sample("link " + kind), element("span", "label", words["link_" + kind])),
    );
    return [...rows, strength];
  }

  // What the shown layers of hubs mean.
  h.hubLegend = function (state) {
    const words = h.words(state);
    const has = (key) => state.layers[key] && state.map.hasLayer(state.layers[key]);
    const list = element("ul");
    const look = state.data.hubTiers[0];
    if (has("cores")) list.append(...h.hubTierRows(state).children, ...coreRows(state));
    if (has("extents")) list.append(row(sample("extent", look.color), words.extents));
    if (has("corridors")) list.append(row(sample("corridor"), words.corridors));
    if (has("draws_shown")) {
      const text = h.fill(words.draws_ring, { n: state.data.draws.n });
      list.append(row(symbol(ringSign(8, 0.7)), text));
    }
    const box = element("div");
    if (list.children.length) box.append(list);
    if (has("links")) {
      const links = element("ul", "hubtiers-link-rows");
      links.append(...linkRows(state));
      const note = element("p", "hubtiers-note", state.data.network.note[state.lang]);
      box.append(element("h2", "", words.links), links, note);
    }
    if (box.children.length && state.modified) {
      box.append(element("p", "hubtiers-note", words.own_weights));
    }
    return box;
  };

  function hubParts(state) {
    const rows = h.hubLegend(state);
    return rows.children.length ? [element("h2", "", h.words(state).hubs), rows] : [];
  }

  h.renewHubLegend = function (state) {
    const box = state.ui.querySelector(".hubtiers-legend-hubs");
    if (box) box.replaceChildren(...hubParts(state));
    if (box) h.armLegend(state, box);
    h.renewLinkTools(state);
  };

  // Flip

  h.startLayouts = function (state) {
    state.shown = 0;
    const first = Object.fromEntries(LAYOUT.map((key) => [key, state.data[key]]));
    state.layouts = [first, state.data.other].filter(Boolean);
    state.hidden = new Set(["corridors"]);
    state.linkLines = L.svg({ pane: "hubtiers-links" });
    // What a layout has drawn is painted with the theme as long as it is shown.
    state.hubThemed = [];
    state.hubFills = [];
    state.themed.push(() => state.hubThemed.forEach((paint) => paint()));
  };

  h.showLayout = function (state, place) {
    if (state.popup) state.popup.remove();
    HUB_LAYERS.filter((key) => state.layers[key]).forEach((key) => {
      state.layers[key].remove();
      delete state.layers[key];
    });
    state.shown = place;
    Object.assign(state.data, state.layouts[place]);
    Object.entries(h.hubLayers(state)).forEach(([key, layer]) => {
      state.layers[key] = layer;
      if (!state.hidden.has(key)) layer.addTo(state.map);
    });
    // The search knows the hubs that are shown.
    state.seekable = null;
    h.renewPanels(state);
    h.nameLabels(state);
    h.say(state, h.words(state).flip + ": " + state.data.layoutNames[place][state.lang]);
  };

  h.layoutSwitch = function (state) {
    const words = h.words(state);
    const items = state.data.layoutNames.map((name, place) =>
      h.choice("radio", "layout", String(place), name[state.lang], place === state.shown, () =>
        h.showLayout(state, place),
      ),
    );
    const box = h.group(words.flip, items);
    box.className = "hubtiers-flip";
    return box;
  };
})(window.hubtiers);
