// The map as one SVG: the panes as they are seen, above them the title, below them legend and
// sources. Shapes are written from their own coordinates; all else is copied from where it stands.
"use strict";
(function (h) {
  const MARGIN = 14;
  const PAINTED = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linejoin",
    "paint-order",
    "opacity",
    "font",
    "text-anchor",
    "visibility",
  ];

  // What no XML may hold: control characters and halves of surrogate pairs.
  const clean = (text) =>
    text.replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      "\ufffd",
    );

  const place = (x) => String(Math.round(x * 10) / 10);

  function isClear(colour) {
    return !colour || colour === "transparent" || /^rgba\(.*, 0\)$/.test(colour);
  }

  // A pattern of the page as one of the drawing: the hatch in lines, another as its picture.
  function patternOf(state, sheet, pattern) {
    let id = sheet.patterns.get(pattern);
    if (id) return id;
    id = "hubtiers-pattern" + sheet.patterns.size;
    sheet.patterns.set(pattern, id);
    const tile = pattern.tile || state.hatch.tile;
    const scale = pattern.scale || 1;
    const size = { width: tile.width * scale, height: tile.height * scale };
    const node = h.svg("pattern", Object.assign({ id: id, patternUnits: "userSpaceOnUse" }, size));
    if (pattern === state.hatch) {
      node.append(
        h.svg("rect", Object.assign({ fill: h.colour("nodata") }, size)),
        h.svg("path", {
          d: "M-2 2L2 -2M0 8L8 0M6 10L10 6",
          stroke: h.colour("hatch"),
          "stroke-width": 1.5,
        }),
      );
    } else {
      node.append(h.svg("image", Object.assign({ href: tile.toDataURL() }, size)));
    }
    sheet.defs.append(node);
    return id;
  }

  // A picture behind a box of the page, repeated, as a pattern; nothing for one that is not inside.
  function tileOf(sheet, style) {
    const found = style.backgroundImage.match(/^url\("(data:image\/[^"]+)"\)/);
    if (!found) return "";
    const [width, height] = style.backgroundSize.split(" ").map(parseFloat);
    const size = { width: width || 8, height: height || width || 8 };
    const id = "hubtiers-tile" + sheet.defs.childNodes.length;
    const whole = Object.assign({ id: id, patternUnits: "userSpaceOnUse" }, size);
    const node = h.svg("pattern", whole);
    node.append(h.svg("image", Object.assign({ href: found[1] }, size)));
    sheet.defs.append(node);
    return "url(#" + id + ")";
  }

  function gradientOf(sheet, image) {
    const colours = image.match(/rgba?\([^)]*\)/g) || [];
    const id = "hubtiers-ramp" + sheet.defs.childNodes.length;
    const node = h.svg("linearGradient", { id: id });
    colours.forEach((colour, i) =>
      node.append(
        h.svg("stop", { offset: i / Math.max(colours.length - 1, 1), "stop-color": colour }),
      ),
    );
    sheet.defs.append(node);
    return "url(#" + id + ")";
  }

  // Stripes as the page sets them: along their angle, each from one of its ends to the other.
  function stripesOf(sheet, image) {
    const angle = Number((image.match(/(-?[\d.]+)deg/) || [0, 180])[1]);
    const stops = [...image.matchAll(/(rgba?\([^)]*\)) ([\d.]+)px/g)].map((stop) => ({
      colour: stop[1],
      at: Number(stop[2]),
    }));
    const width = stops[stops.length - 1].at;
    const id = "hubtiers-stripes" + sheet.defs.childNodes.length;
    const node = h.svg("pattern", {
      id: id,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(" + (angle - 90) + ")",
      width: width,
      height: width,
    });
    stops.slice(1).forEach((end, i) => {
      const stripe = { x: stops[i].at, width: end.at - stops[i].at, height: width };
      if (stripe.width) node.append(h.svg("rect", Object.assign(stripe, { fill: end.colour })));
    });
    sheet.defs.append(node);
    return "url(#" + id + ")";
  }

  function lineText(state, points, closed) {
    let text = "";
    let last = "";
    points.forEach((point) => {
      const at = state.map.latLngToContainerPoint(point);
      const here = place(at.x) + " " + place(at.y);
      if (here !== last) text += (text ? "L" : "M") + here;
      last = here;
    });
    return closed ? text + "Z" : text;
  }

  // Rings or lines, however deep they lie.
  const lines = (points) => (L.LineUtil.isFlat(points) ? [points] : points.flatMap(lines));

  function shapeOf(state, sheet, layer) {
    const look = layer.options;
    const closed = layer instanceof L.Polygon;
    const painted = {
      fill: "none",
      stroke: look.stroke ? look.color : "none",
      "stroke-width": look.weight,
      "stroke-opacity": look.opacity,
      "stroke-linejoin": look.lineJoin,
      "stroke-linecap": look.lineCap,
    };
    if (look.dashArray) painted["stroke-dasharray"] = String(look.dashArray);
    if (look.fill) {
      const colour = look.fillColor || look.color;
      painted.fill =
        typeof colour === "string" ? colour : "url(#" + patternOf(state, sheet, colour) + ")";
      painted["fill-opacity"] = look.fillOpacity;
      painted["fill-rule"] = look.fillRule;
    }
    if (layer instanceof L.CircleMarker) {
      const at = state.map.latLngToContainerPoint(layer.getLatLng());
      const circle = { cx: place(at.x), cy: place(at.y), r: layer.getRadius() };
      return h.svg("circle", Object.assign(circle, painted));
    }
    const all = lines(layer.getLatLngs()).filter((line) => line.length);
    painted.d = all.map((line) => lineText(state, line, closed)).join("");
    return h.svg("path", painted);
  }

  // The shapes of a canvas, in the order in which it paints them.
  function copyCanvas(state, sheet, canvas) {
    const view = state.map.getBounds().pad(0.05);
    const seen = (layer) => {
      const box = layer.getBounds && layer.getBounds();
      return !box || (box.isValid() && view.intersects(box));
    };
    state.map.eachLayer((renderer) => {
      if (!(renderer instanceof L.Renderer) || renderer._container !== canvas) return;
      for (let entry = renderer._drawFirst; entry; entry = entry.next) {
        if (seen(entry.layer)) sheet.target.append(shapeOf(state, sheet, entry.layer));
      }
    });
  }

  function copySvg(sheet, node, box) {
    const copy = node.cloneNode(true);
    const given = [...node.querySelectorAll("*")];
    copy.querySelectorAll("*").forEach((own, i) => {
      const style = getComputedStyle(given[i]);
      PAINTED.forEach((name) => own.style.setProperty(name, style.getPropertyValue(name)));
      own.removeAttribute("class");
    });
    copy.removeAttribute("class");
    copy.removeAttribute("style");
    copy.setAttribute("overflow", getComputedStyle(node).overflowX);
    Object.entries({
      x: box.x - sheet.x,
      y: box.y - sheet.y,
      width: box.width,
      height: box.height,
    }).forEach(([key, value]) => copy.setAttribute(key, place(value)));
    sheet.target.append(copy);
  }

  function copyBox(state, sheet, style, box, opacity) {
    const image = style.backgroundImage;
    const paint = image.startsWith("repeating")
      ? stripesOf(sheet, image)
      : image.startsWith("linear")
        ? gradientOf(sheet, image)
        : tileOf(sheet, style) || style.backgroundColor;
    const frame = {
      x: place(box.x - sheet.x),
      y: place(box.y - sheet.y),
      width: place(box.width),
      height: place(box.height),
      rx: parseFloat(style.borderTopLeftRadius) || 0,
      opacity: opacity,
    };
    if (!isClear(paint)) sheet.target.append(h.svg("rect", Object.assign({ fill: paint }, frame)));
    copyEdges(sheet, style, box);
  }

  // Edges all around as a frame, with its round corners; some of them as lines.
  function copyEdges(sheet, style, box) {
    const sides = ["Top", "Right", "Bottom", "Left"];
    const drawn = sides.filter(
      (side) => parseFloat(style["border" + side + "Width"]) > 0 && style["border" + side + "Style"] !== "none",
    );
    if (!drawn.length || isClear(style["border" + drawn[0] + "Color"])) return;
    const edge = {
      fill: "none",
      stroke: style["border" + drawn[0] + "Color"],
      "stroke-width": parseFloat(style["border" + drawn[0] + "Width"]),
    };
    const [x, y] = [box.x - sheet.x, box.y - sheet.y];
    if (drawn.length === 4) {
      const size = { x: place(x), y: place(y), width: place(box.width), height: place(box.height) };
      const round = { rx: parseFloat(style.borderTopLeftRadius) || 0 };
      sheet.target.append(h.svg("rect", Object.assign(size, round, edge)));
      return;
    }
    const corners = [
      [x, y],
      [x + box.width, y],
      [x + box.width, y + box.height],
      [x, y + box.height],
      [x, y],
    ].map((corner) => corner.map(place).join(" "));
    const d = drawn.map((side) => {
      const i = sides.indexOf(side);
      return "M" + corners[i] + "L" + corners[i + 1];
    });
    sheet.target.append(h.svg("path", Object.assign({ d: d.join("") }, edge)));
  }

  // A text as the lines in which the page has set it.
  function copyText(sheet, node, style, opacity) {
    const range = document.createRange();
    const rows = [];
    for (let i = 0; i < node.length; i++) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const box = range.getClientRects()[0];
      if (!box) continue;
      const row = rows[rows.length - 1];
      if (row && Math.abs(row.box.y - box.y) < 2) row.text += node.data[i];
      else rows.push({ box: box, text: node.data[i] });
    }
    sheet.pen.font = style.font;
    const size = sheet.pen.measureText("x");
    const above = size.fontBoundingBoxAscent;
    const share = above / (above + size.fontBoundingBoxDescent);
    rows.forEach((row) => {
      if (!row.text.trim()) return;
      const text = h.svg("text", {
        x: place(row.box.x - sheet.x),
        y: place(row.box.y - sheet.y + row.box.height * share),
        "font-family": style.fontFamily,
        "font-size": style.fontSize,
        "font-weight": style.fontWeight,
        fill: style.color,
        opacity: opacity,
      });
      text.textContent = row.text;
      const glow = style.textShadow.match(/^rgba?\([^)]*\)/);
      if (glow) {
        const halo = { stroke: glow[0], "stroke-width": 3, "paint-order": "stroke" };
        Object.entries(halo).forEach(([key, value]) => text.setAttribute(key, value));
        text.setAttribute("stroke-linejoin", "round");
      }
      sheet.target.append(text);
    });
  }

  function copyNode(state, sheet, node, opacity) {
    if (node.nodeType === Node.TEXT_NODE) {
      const style = getComputedStyle(node.parentElement);
      if (style.visibility === "visible") copyText(sheet, node, style, opacity);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.classList.contains("hubtiers-tip")) return;
    if (node instanceof HTMLCanvasElement) {
      copyCanvas(state, sheet, node);
      return;
    }
    const style = getComputedStyle(node);
    if (style.display === "none") return;
    const own = opacity * Number(style.opacity);
    const box = node.getBoundingClientRect();
    if (node instanceof SVGSVGElement) {
      if (box.width && style.visibility === "visible") copySvg(sheet, node, box);
      return;
    }
    if (style.visibility === "visible") copyBox(state, sheet, style, box, own);
    node.childNodes.forEach((child) => copyNode(state, sheet, child, own));
  }

  function copyMap(state, sheet) {
    const frame = state.map.getContainer().getBoundingClientRect();
    const level = (pane) => Number(getComputedStyle(pane).zIndex) || 0;
    const panes = state.map.getPanes();
    const left = [panes.mapPane, panes.tilePane, panes.popupPane, panes.shadowPane];
    const own = { x: frame.x, y: frame.y };
    Object.values(panes)
      .filter((pane) => !left.includes(pane))
      .sort((a, b) => level(a) - level(b))
      .forEach((pane) => copyNode(state, Object.assign({}, sheet, own), pane, 1));
    const scale = document.querySelector(".leaflet-control-scale-line");
    if (scale) copyNode(state, Object.assign({}, sheet, own), scale, 1);
  }

  function weightsText(state) {
    const now = state.explorer;
    const top = now.model.groups[now.model.groups.length - 1];
    const shares = top.children.map((child, c) => {
      const node = child < 0 ? now.model.groups[~child] : state.data.indicators[child];
      const worth = top.leaves[c].reduce((sum, leaf) => sum + now.weights[leaf], 0);
      return h.name(node, state.lang) + " " + (100 * worth).toFixed(1) + "\u00a0%";
    });
    return h.fill(h.words(state).take_weights, { list: shares.join(" · ") });
  }

  // Title above and legend below, set by the page itself where nobody sees it.
  function frames(state, width) {
    const element = h.element;
    const head = element("div", "hubtiers-picture");
    const foot = element("div", "hubtiers-picture");
    head.append(
      element("h1", "", state.data.title[state.lang]),
      element("p", "", state.data.subtitle[state.lang]),
    );
    const parts = element("div", "hubtiers-picture-legend");
    const fill = element("div", "hubtiers-box");
    fill.append(...h.legendParts(state));
    parts.append(fill);
    const shown = h.hubParts(state);
    if (shown.length) {
      const hubs = element("div", "hubtiers-box");
      hubs.append(...shown);
      parts.append(hubs);
    }
    foot.append(parts);
    const notes = [state.data.note[state.lang], state.data.attribution];
    if (state.explorer && state.modified && !h.isOtherYear(state)) notes.unshift(weightsText(state));
    notes.filter(Boolean).forEach((text) => foot.append(element("p", "hubtiers-note", text)));
    [head, foot].forEach((box) => {
      box.style.width = width - 2 * MARGIN + "px";
      document.body.append(box);
    });
    return [head, foot];
  }

  h.picture = function (state) {
    const size = state.map.getSize();
    const [head, foot] = frames(state, size.x);
    const [above, below] = [head, foot].map((box) => box.getBoundingClientRect());
    const top = above.height + MARGIN;
    const height = top + size.y + below.height + MARGIN;
    const root = h.svg("svg", {
      width: size.x,
      height: Math.ceil(height),
      viewBox: [0, 0, size.x, Math.ceil(height)].join(" "),
      role: "img",
    });
    const sheet = { defs: h.svg("defs"), patterns: new Map(), target: root };
    sheet.pen = document.createElement("canvas").getContext("2d");
    const title = h.svg("title");
    title.textContent = state.data.title[state.lang];
    root.append(title, sheet.defs);
    root.append(h.svg("rect", { width: "100%", height: "100%", fill: h.colour("paper") }));
    const map = h.svg("svg", { x: 0, y: place(top), width: size.x, height: size.y });
    map.append(h.svg("rect", { width: "100%", height: "100%", fill: h.colour("sea") }));
    root.append(map);
    copyMap(state, Object.assign({}, sheet, { target: map }));
    const from = (box, y) => Object.assign({}, sheet, { x: box.x - MARGIN, y: box.y - y });
    copyNode(state, from(above, MARGIN / 2), head, 1);
    copyNode(state, from(below, top + size.y + MARGIN / 2), foot, 1);
    [head, foot].forEach((box) => box.remove());
    const text = clean(new XMLSerializer().serializeToString(root));
    return { text: text, width: size.x, height: Math.ceil(height) };
  };
})(window.hubtiers);
