// Links between hubs: lines by type, strength and weight, with a switch for each type and a slider
// for the least weight.
"use strict";
(function (h) {
  const element = h.element;
  const [FROM, TO, TYPE, STRONG, WEIGHT, KM] = [0, 1, 2, 3, 4, 5];
  const BEND = 0.1;
  const STEPS = 16;
  const TOUCH = 11;

  h.linkColour = (state, type) => (state.theme === "dark" ? type.dark : type.color);

  h.linkWidth = (state, share) => (0.8 + 3.6 * Math.sqrt(share)) * (state.wide ? 1 : 0.6);

  // A flat arc, so that links along one line do not hide each other.
  function curve(a, b) {
    const [from, to] = [a, b].map((at) => L.CRS.EPSG3857.project(L.latLng(at[0], at[1])));
    const middle = L.point(
      (from.x + to.x) / 2 - (to.y - from.y) * BEND,
      (from.y + to.y) / 2 + (to.x - from.x) * BEND,
    );
    return Array.from({ length: STEPS + 1 }, (_, i) => {
      const t = i / STEPS;
      const along = (p, q, r) => (1 - t) * (1 - t) * p + 2 * t * (1 - t) * q + t * t * r;
      return L.CRS.EPSG3857.unproject(
        L.point(along(from.x, middle.x, to.x), along(from.y, middle.y, to.y)),
      );
    });
  }

  function nodeName(state, place) {
    const [, , hub, region] = state.data.network.nodes[place];
    return h.name(region < 0 ? state.data.hubs[hub] : state.data.regions[region], state.lang);
  }

  function linkName(state, link) {
    const ends = { a: nodeName(state, link[FROM]), b: nodeName(state, link[TO]) };
    return h.fill(h.words(state).link_between, ends);
  }

  function kindText(state, link) {
    const words = h.words(state);
    const type = state.data.network.types[link[TYPE]].id;
    return words["link_" + type] + " · " + words["link_" + (link[STRONG] ? "strong" : "weak")];
  }

  function weightText(state, link) {
    const most = state.data.network.links[0][WEIGHT];
    return h.amount(link[WEIGHT]) + " (" + h.percent(link[WEIGHT] / most) + ")";
  }

  const awayText = (state, link) =>
    link[KM].toLocaleString("en-US") + " " + state.data.network.unit;

  h.linkParts = function (state, link) {
    const words = h.words(state);
    return [
      h.facts([
        [words.link_type, kindText(state, link)],
        [words.weight_of_most, weightText(state, link)],
        [words.link_km, awayText(state, link)],
      ]),
    ];
  };

  function content(state, link) {
    const box = element("div", "hubtiers-popup");
    box.append(element("h2", "", linkName(state, link)), ...h.linkParts(state, link));
    box.append(element("p", "second", state.data.network.note[state.lang]));
    return box;
  }

  function tip(state, link) {
    const box = element("div");
    box.append(element("b", "", linkName(state, link)), ...h.linkParts(state, link));
    return box;
  }

  function drawLink(state, link) {
    const { nodes, types, links } = state.data.network;
    const type = types[link[TYPE]];
    const path = curve(nodes[link[FROM]], nodes[link[TO]]);
    const width = h.linkWidth(state, link[WEIGHT] / links[0][WEIGHT]);
    const strong = Boolean(link[STRONG]);
    const group = L.layerGroup();
    const add = (style) =>
      L.polyline(
        path,
        Object.assign({ renderer: state.linkLines, interactive: false, smoothFactor: 0.3 }, style),
      ).addTo(group);
    const casing = strong ? add({ weight: width + 2.4, opacity: 0.75 }) : null;
    const line = add({
      weight: width,
      opacity: strong ? 0.95 : 0.8,
      dashArray: strong ? null : "5 4",
      lineCap: "butt",
    });
    // Thin lines are hard to hit: what the pointer meets is wider than what is seen.
    const touch = add({ weight: TOUCH, opacity: 0, interactive: true });
    const paint = () => {
      if (casing) casing.setStyle({ color: state.paint.glow });
      line.setStyle({ color: h.linkColour(state, type) });
    };
    paint();
    state.themed.push(paint);
    const look = { className: "hubtiers-tip", opacity: 1, sticky: true };
    touch.bindTooltip(() => tip(state, link), look);
    touch.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      h.openAt(state, event.latlng, () => content(state, link));
      h.say(state, linkName(state, link));
    });
    return group;
  }

  // The page opens with as many links as are strong, the heaviest.
  function startNetwork(state) {
    if (state.linkTypes) return;
    const { links, types } = state.data.network;
    state.linkTypes = new Set(types.map((type) => type.id));
    state.linkCount = Math.max(1, links.filter((link) => link[STRONG]).length);
  }

  h.drawLinks = function (state) {
    startNetwork(state);
    state.linkGroup = L.layerGroup();
    // The lightest first, so that the heaviest lie on top.
    state.linkShapes = state.data.network.links.map((link) => drawLink(state, link));
    showLinks(state);
    return state.linkGroup;
  };

  function isShown(state, link, place) {
    return (
      place < state.linkCount && state.linkTypes.has(state.data.network.types[link[TYPE]].id)
    );
  }

  function showLinks(state) {
    state.linkGroup.clearLayers();
    const links = state.data.network.links;
    for (let i = links.length - 1; i >= 0; i -= 1) {
      if (isShown(state, links[i], i)) state.linkGroup.addLayer(state.linkShapes[i]);
    }
  }

  h.shownLinks = (state) =>
    state.data.network.links.filter((link, place) => isShown(state, link, place));

  function countText(state) {
    const links = state.data.network.links;
    return h.fill(h.words(state).links_shown, {
      n: h.shownLinks(state).length,
      all: links.length,
      weight: h.amount(links[state.linkCount - 1][WEIGHT]),
    });
  }

  function renew(state) {
    showLinks(state);
    h.renewHubLegend(state);
  }

  function typeSwitch(state, type) {
    const act = (shown) => {
      if (shown) state.linkTypes.add(type.id);
      else state.linkTypes.delete(type.id);
      renew(state);
      h.say(state, countText(state));
    };
    const text = h.words(state)["link_" + type.id];
    const item = h.choice("checkbox", "link", type.id, text, state.linkTypes.has(type.id), act, 1);
    const mark = element("span", "hubtiers-sample link");
    mark.style.setProperty("--sample", h.linkColour(state, type));
    item.firstChild.after(mark);
    return item;
  }

  function weightSlider(state) {
    const words = h.words(state);
    const box = element("label", "hubtiers-slider hubtiers-least");
    const input = element("input");
    const links = state.data.network.links;
    // To the right the least weight grows, and fewer links are left.
    Object.assign(input, { type: "range", min: 1 - links.length, max: 0, step: 1 });
    input.value = 1 - state.linkCount;
    input.dataset.key = "least";
    const value = element("output", "", countText(state));
    const tell = () => {
      value.textContent = countText(state);
      input.setAttribute("aria-valuetext", value.textContent);
    };
    input.addEventListener("input", () => {
      state.linkCount = 1 - Number(input.value);
      renew(state);
      tell();
    });
    tell();
    box.append(element("span", "label", words.least_weight), input, value);
    return box;
  }

  h.linkTools = function (state) {
    const box = element("div", "hubtiers-link-tools");
    box.append(
      ...state.data.network.types.map((type) => typeSwitch(state, type)),
      weightSlider(state),
    );
    return box;
  };

  // Its tools are there while the layer is.
  h.renewLinkTools = function (state) {
    const box = state.ui.querySelector(".hubtiers-link-tools");
    if (!box) return;
    box.hidden = !state.map.hasLayer(state.layers.links);
    box.querySelector("output").textContent = countText(state);
  };

  // The links of a hub, the heaviest first: for those who cannot point at a line.
  h.hubLinks = function (state, hub) {
    if (!state.data.network || state.shown !== 0) return [];
    const place = state.data.hubs.indexOf(hub);
    const ends = (link) => [link[FROM], link[TO]].map((end) => state.data.network.nodes[end]);
    const own = state.data.network.links.filter((link) =>
      ends(link).some(([, , of, region]) => of === place && region < 0),
    );
    const list = element("ul");
    own.slice(0, 5).forEach((link) => {
      const [first] = ends(link);
      const other = first[2] === place && first[3] < 0 ? link[TO] : link[FROM];
      const item = element("li");
      const text = kindText(state, link) + " · " + awayText(state, link);
      item.append(
        element("span", "", nodeName(state, other)),
        element("span", "second value", text),
      );
      list.append(item);
    });
    return own.length ? [element("h3", "", h.words(state).strongest), list] : [];
  };
})(window.hubtiers);
