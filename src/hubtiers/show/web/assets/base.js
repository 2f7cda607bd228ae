// Small tools. Whatever a user wrote reaches the page as text nodes or attribute values only, never
// as markup.
"use strict";
window.hubtiers = window.hubtiers || {};
(function (h) {
  const SVG = "http://www.w3.org/2000/svg";

  // A script that workers run as well says so while it is read: they get its text.
  h.shared = [];
  h.share = () => h.shared.push(document.currentScript.src);

  h.element = function (tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  h.svg = function (tag, attributes) {
    const node = document.createElementNS(SVG, tag);
    Object.entries(attributes || {}).forEach(([key, value]) => node.setAttribute(key, value));
    return node;
  };

  h.button = function (className, text, key, act) {
    const node = h.element("button", "hubtiers-button " + className, text);
    node.type = "button";
    node.dataset.key = key;
    node.addEventListener("click", act);
    return node;
  };

  h.number = (value, digits) =>
    value === null || Number.isNaN(value) ? "–" : value.toFixed(digits);

  // Few digits for small numbers, none after the point for large ones.
  h.amount = function (value) {
    if (value === null) return "–";
    const size = Math.abs(value);
    return size >= 1000
      ? Math.round(value).toLocaleString("en-US")
      : String(Number(value.toPrecision(4)));
  };

  h.name = (item, lang) =>
    item["name_" + lang] || item["name_" + (lang === "zh" ? "en" : "zh")] || item.id || "";

  // Text as it is compared by the search: no case, accents, spaces or apostrophes.
  h.fold = (text) =>
    text
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase()
      .replace(/[\s'’‘ʼ`·,.\-–—]/g, "");

  const SCALE = 1e4;

  h.decodeLine = function (steps) {
    const line = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      line.push([y / SCALE, x / SCALE]);
    }
    return line;
  };

  h.ringOf = function (refs, arcs) {
    let ring = [];
    for (const ref of refs) {
      const arc = ref < 0 ? arcs[~ref].slice().reverse() : arcs[ref];
      ring = ring.concat(ring.length ? arc.slice(1) : arc);
    }
    return ring;
  };

  // Lines where the group of the two sides differs: the outline of any grouping of units. No unit
  // is group -1.
  h.borders = function (state, groupOf) {
    const lines = [];
    state.data.shapes.owners.forEach((owners, i) => {
      const groups = new Set(owners.map(groupOf));
      if (owners.length === 1) groups.add(-1);
      if (groups.size > 1) lines.push(state.arcs[i]);
    });
    return lines;
  };

  h.colour = (name) =>
    getComputedStyle(document.documentElement)
      .getPropertyValue("--" + name)
      .trim();

  h.mix = function (colours, share) {
    const place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
    const low = Math.min(Math.floor(place), colours.length - 2);
    const part = place - low;
    const parts = [1, 3, 5].map((i) => {
      const a = parseInt(colours[low].slice(i, i + 2), 16);
      const b = parseInt(colours[low + 1].slice(i, i + 2), 16);
      return Math.round(a + (b - a) * part)
        .toString(16)
        .padStart(2, "0");
    });
    return "#" + parts.join("");
  };

  // A pattern of slanting lines that rise to the right, or fall.
  h.hatch = function (ground, ink, falls) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = h.colour(ground);
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = h.colour(ink);
    pen.lineWidth = 1.5;
    for (const d of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(d, falls ? 0 : 8);
      pen.lineTo(d + 8, falls ? 8 : 0);
      pen.stroke();
    }
    const pattern = pen.createPattern(tile, "repeat");
    // A pattern does not give back its picture, which a drawing to take away needs.
    pattern.tile = tile;
    return pattern;
  };

  // Leaflet would draw a canvas in the next frame; this draws it in the present one.
  h.drawNow = function (renderer) {
    if (!renderer || !renderer._redraw || !renderer._map) return;
    L.Util.cancelAnimFrame(renderer._redrawRequest);
    renderer._redraw();
  };

  h.say = function (state, text) {
    state.status.textContent = text;
  };

  // Languages as the page names them to the browser.
  h.TAGS = { zh: "zh-CN", en: "en" };

  h.words = (state) => state.data.words[state.lang];

  // A word with values in its places; one with a singular has both its forms.
  h.fill = function (word, values) {
    const form = typeof word === "string" ? word : values.n === 1 ? word.one : word.other;
    return form.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
})(window.hubtiers);
