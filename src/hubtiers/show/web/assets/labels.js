// Names on the map. The study's own regions come first, the highest rank before all others, then the
// cores of the layout. A name that would stand nearer to another mark than to its own is not written.
"use strict";
(function (h) {
  // Steps away from the mark, in pixels; beyond the first a line leads back to it.
  const STEPS = [2, 10, 20, 32, 46, 62];
  const SIDES = [
    [1, 0],
    [-1, 0],
    [0, -1],
    [0, 1],
    [1, -1],
    [1, 1],
    [-1, -1],
    [-1, 1],
    [0.6, -1],
    [-0.6, -1],
    [0.6, 1],
    [-0.6, 1],
  ];
  const DOT = 2.6;
  // How much nearer a name is to its own mark than to any other; a line tells them apart as well.
  const CLEAR = 2;
  const CLEAR_LED = 0.5;
  // One name for so many square pixels where the map opens, and more when it is closer.
  const ROOM = 42000;

  function paneOf(state) {
    if (state.namePane) return state.namePane;
    const pane = state.map.createPane("hubtiers-names");
    pane.style.zIndex = 470;
    pane.style.pointerEvents = "none";
    // While the map grows or shrinks, names would stand still.
    state.map.on("zoomanim", () => pane.replaceChildren());
    state.map.on("moveend", () => h.spaceLabels(state));
    state.namePane = pane;
    state.textWidths = new Map();
    return pane;
  }

  function widthOf(state, text) {
    if (!state.textWidths.has(text)) {
      const style = getComputedStyle(state.namePane);
      state.pen = state.pen || document.createElement("canvas").getContext("2d");
      state.pen.font = ["600", style.fontSize, style.fontFamily].join(" ");
      state.textWidths.set(text, Math.ceil(state.pen.measureText(text).width) + 1);
    }
    return state.textWidths.get(text);
  }

  // Names of regions without "city" or "province" where there is such a form: so many characters
  // less, or another text.
  h.shortName = function (state, number) {
    const region = state.data.regions[number];
    const short = state.data.shorts && state.data.shorts[number];
    if (state.lang !== "zh" || !short) return h.name(region, state.lang);
    return typeof short === "string" ? short : region.name_zh.slice(0, -short);
  };

  const shownMarks = (state) =>
    state.layers.cores && state.map.hasLayer(state.layers.cores) ? state.marks : [];

  // What may be named, the most important first. A region far down is not named merely because there
  // is room around it.
  function wishes(state, most) {
    const marks = shownMarks(state);
    const ofCore = new Map(marks.map((mark) => [mark.core.id, mark]));
    const named = new Set();
    const ranks = state.published.ranks;
    const view = state.map.getBounds();
    const regions = state.data.regions
      .map((_, i) => i)
      .filter((i) => ranks[i] !== null && view.contains(state.data.regions[i].at))
      .sort((a, b) => ranks[a] - ranks[b])
      .slice(0, most)
      .map((i) => {
        const region = state.data.regions[i];
        const mark = ofCore.get(region.id);
        if (mark) named.add(mark);
        const at = mark ? [mark.core.lat, mark.core.lon] : region.at;
        return { text: h.shortName(state, i), at: at, mark: mark, number: i };
      });
    const cores = marks
      .filter((mark) => !named.has(mark))
      .sort((a, b) => a.tier - b.tier)
      .map((mark) => ({
        text: h.name(mark.core, state.lang),
        at: [mark.core.lat, mark.core.lon],
        mark: mark,
      }));
    return regions.concat(cores);
  }

  // What is wished for with its place in the pane, where that is in sight.
  function seated(state, found, edge) {
    found.forEach((wish) => {
      wish.point = state.map.latLngToLayerPoint(wish.at);
      wish.seat = wish.mark || wish;
      const circle = state.sizes && wish.number !== undefined ? state.sizes[wish.number] : 0;
      wish.radius = Math.max(wish.mark ? wish.mark.gap - 1 : DOT, circle);
    });
    return found.filter(({ point }) => away(edge, point) === 0);
  }

  const away = (box, p) =>
    Math.hypot(
      Math.max(box.left - p.x, 0, p.x - box.right),
      Math.max(box.top - p.y, 0, p.y - box.bottom),
    );

  const hits = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  const boxAt = (x, y, width, height) => ({
    left: x - width / 2,
    right: x + width / 2,
    top: y - height / 2,
    bottom: y + height / 2,
  });

  // Places for a name: over a large region, else beside its mark, nearest first.
  function places(state, wish, width, height) {
    const found = [];
    const p = wish.point;
    if (!wish.mark && !state.sizes && isRoomy(state, wish.number, width, height)) {
      found.push(Object.assign(boxAt(p.x, p.y, width, height), { over: true }));
    }
    STEPS.forEach((step) => {
      SIDES.forEach(([dx, dy]) => {
        const far = (wish.radius + step) * (Math.abs(dx * dy) === 1 ? 0.71 : 1);
        const x = p.x + dx * (far + width / 2);
        const y = p.y + dy * (far + height / 2);
        found.push(Object.assign(boxAt(x, y, width, height), { led: step > STEPS[0] }));
      });
    });
    return found;
  }

  function isRoomy(state, number, width, height) {
    const bounds = h.boundsOf(state, number);
    const low = state.map.latLngToLayerPoint(bounds.getSouthWest());
    const high = state.map.latLngToLayerPoint(bounds.getNorthEast());
    return high.x - low.x > 2 * width && low.y - high.y > 3 * height;
  }

  // Points along the line that leads from a name to its mark, the last one at the name.
  function lineOf(wish, box) {
    const p = wish.point;
    const end = {
      x: Math.min(Math.max(p.x, box.left), box.right),
      y: Math.min(Math.max(p.y, box.top), box.bottom),
    };
    return [0.2, 0.4, 0.6, 0.8, 1].map((t) => ({
      x: p.x + t * (end.x - p.x),
      y: p.y + t * (end.y - p.y),
    }));
  }

  function suits(wish, box, ground) {
    if (ground.edge && !inside(box, ground.edge)) return false;
    if (ground.taken.some((other) => hits(box, other))) return false;
    const own = away(box, wish.point) + (box.led ? CLEAR_LED : CLEAR);
    // Another mark near the name; the name near enough to be read as the other's.
    const isOther = (p) =>
      p !== wish.seat && (p.number === undefined || p.number !== wish.number);
    if (ground.points.some((p) => isOther(p) && away(box, p) < own)) return false;
    const blocks = ground.taken.concat(ground.symbols.filter((s) => s.seat !== wish.seat));
    if (blocks.some((other) => hits(box, other))) return false;
    // Where symbols lie on each other, the line starts upon them.
    const line = box.led ? lineOf(wish, box) : [];
    const clear = line.filter((p) => Math.hypot(p.x - wish.point.x, p.y - wish.point.y) > 14);
    return !clear.some((p) => blocks.some((other) => away(other, p) === 0));
  }

  const inside = (box, edge) =>
    box.left >= edge.left &&
    box.right <= edge.right &&
    box.top >= edge.top &&
    box.bottom <= edge.bottom;

  // Where circles show the score, each of them is a mark, unless it is hardly seen.
  const circles = (state) =>
    (state.sizes || []).flatMap((size, i) => {
      const p = size > 5 ? state.map.latLngToLayerPoint(state.data.regions[i].at) : null;
      return p ? [{ x: p.x, y: p.y, number: i }] : [];
    });

  // What names keep clear of, in the coordinates of the pane: the frame, the boxes on it, and the
  // symbols, each with the point that it marks.
  function groundOf(state) {
    const size = state.map.getSize();
    const corner = state.map.containerPointToLayerPoint([0, 0]);
    const frame = state.map.getContainer().getBoundingClientRect();
    const shifted = (rect) => ({
      left: rect.left - frame.left + corner.x,
      right: rect.right - frame.left + corner.x,
      top: rect.top - frame.top + corner.y,
      bottom: rect.bottom - frame.top + corner.y,
    });
    const covers = [...state.ui.querySelectorAll(".hubtiers-box, .hubtiers-tools")];
    const symbols = shownMarks(state).map((mark) => {
      const p = state.map.latLngToLayerPoint([mark.core.lat, mark.core.lon]);
      const r = mark.gap - 2;
      return Object.assign(boxAt(p.x, p.y, 2 * r, 2 * r), { seat: mark, x: p.x, y: p.y });
    });
    return {
      edge: shifted({
        left: frame.left,
        right: frame.left + size.x,
        top: frame.top,
        bottom: frame.top + size.y,
      }),
      taken: covers.map((node) => shifted(node.getBoundingClientRect())),
      symbols: symbols,
      points: symbols.map((s) => Object.assign(s.seat, { x: s.x, y: s.y })).concat(circles(state)),
      placed: [],
    };
  }

  // Whether a point that is marked from now on would come nearer to a written name than its own mark.
  const intrudes = (one, p) => away(one.box, p) < one.own + CLEAR;

  function settle(state, wish, ground, height) {
    const p = wish.point;
    if (!wish.mark && ground.placed.some((one) => intrudes(one, p))) return;
    const open = places(state, wish, widthOf(state, wish.text), height).filter((box) =>
      suits(wish, box, ground),
    );
    // A place that leaves the names to come their own marks is better than a nearer one.
    const leaves = (box) => {
      const one = { box: box, own: away(box, p) };
      return !ground.coming.some((next) => next !== wish && intrudes(one, next.point));
    };
    const box = open.find(leaves) || open[0];
    if (!box) return;
    ground.taken.push(box);
    if (!wish.mark) {
      ground.points.push(Object.assign(wish, { x: p.x, y: p.y }));
      if (!box.over) ground.taken.push(boxAt(p.x, p.y, 2 * DOT, 2 * DOT));
    }
    ground.placed.push({ wish: wish, box: box, own: away(box, p) });
  }

  function write(state, pane, placed, height) {
    const lines = h.svg("svg", { class: "hubtiers-leaders", width: 1, height: 1 });
    const nodes = placed.map(({ wish, box }) => {
      const p = wish.point;
      if (box.led) {
        const end = lineOf(wish, box)[4];
        const ends = { x1: p.x, y1: p.y, x2: end.x, y2: end.y };
        lines.append(h.svg("line", Object.assign({ class: "casing" }, ends)), h.svg("line", ends));
      }
      if (!wish.mark && !box.over && !state.sizes) lines.append(h.svg("circle", { cx: p.x, cy: p.y, r: DOT }));
      const node = h.element("span", "hubtiers-label", wish.text);
      node.style.left = box.left + "px";
      node.style.top = box.top + "px";
      node.style.width = box.right - box.left + "px";
      node.style.lineHeight = height + "px";
      return node;
    });
    pane.replaceChildren(lines, ...nodes);
    state.labels = placed.map(({ wish }, i) => ({ text: wish.text, at: wish.at, node: nodes[i] }));
  }

  h.spaceLabels = function (state) {
    const pane = paneOf(state);
    const size = state.map.getSize();
    const closer = Math.max(state.map.getZoom() - state.homeZoom, 0);
    const most = Math.max(Math.round(((size.x * size.y) / ROOM) * 1.7 ** closer), 4);
    const height = Math.ceil(parseFloat(getComputedStyle(pane).fontSize)) + 3;
    const ground = groundOf(state);
    ground.coming = seated(state, wishes(state, most), ground.edge);
    for (const wish of ground.coming) {
      if (ground.placed.length < most) settle(state, wish, ground, height);
    }
    write(state, pane, ground.placed, height);
  };

  h.nameLabels = function (state) {
    paneOf(state);
    h.spaceLabels(state);
  };
})(window.hubtiers);
