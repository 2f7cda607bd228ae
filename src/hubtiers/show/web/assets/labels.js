// Names on the map, and where there is room for them.
"use strict";
(function (h) {
  function markBox(state, entry) {
    const frame = state.map.getContainer().getBoundingClientRect();
    const at = state.map.latLngToContainerPoint([entry.core.lat, entry.core.lon]);
    const x = frame.left + at.x;
    const y = frame.top + at.y;
    const r = entry.gap - 2;
    return { left: x - r, right: x + r, top: y - r, bottom: y + r };
  }

  // Each label takes the first side where it lies on no other; without one it waits until the map
  // is closer.
  const SIDES = [
    ["right", 1, 0],
    ["left", -1, 0],
    ["top", 0, -1],
    ["bottom", 0, 1],
  ];

  h.spaceLabels = function (state) {
    // Marks count as taken too: a label stands on no other hub.
    const taken = state.labels.map((entry) => markBox(state, entry));
    const hits = (a, b) =>
      a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
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
  };

  h.nameLabels = function (state) {
    state.labels.forEach((entry) =>
      entry.label.setContent(h.element("span", "", h.name(entry.core, state.lang))),
    );
    h.spaceLabels(state);
  };
})(window.hubtiers);
