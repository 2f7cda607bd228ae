// Outlines of areas with many islands: what is only a few pixels large is not drawn, and what is small
// is drawn thin, so that an archipelago does not become a blot.
"use strict";
(function (h) {
  const SPECK = 7;
  const SMALL = 36;

  // How large a line is at a zoom of 0; only one that closes upon itself can be an island.
  function extentOf(state, line) {
    const first = line[0];
    const last = line[line.length - 1];
    if (first[0] !== last[0] || first[1] !== last[1]) return Infinity;
    const points = line.map((at) => state.map.project(at, 0));
    const reach = (key) =>
      Math.max(...points.map((p) => p[key])) - Math.min(...points.map((p) => p[key]));
    return Math.max(reach("x"), reach("y"));
  }

  h.outline = function (state, lines, color, draw) {
    const layer = L.layerGroup();
    const parts = lines.map((line) => ({ line: line, size: extentOf(state, line) }));
    // Of an area that is one small island, the island is always drawn.
    const largest = Math.max(...parts.map((part) => part.size));
    const drawn = [
      draw(state, [], () => ({ color: state.paint.casing, weight: 5, opacity: 0.85 })),
      draw(state, [], () => ({ color: color, weight: 2.6 })),
      draw(state, [], () => ({ color: color, weight: 1.1 })),
    ];
    drawn.forEach((line) => line.addTo(layer));
    const renew = () => {
      const scale = 2 ** state.map.getZoom();
      const within = (low, high) =>
        parts
          .filter(({ size }) => {
            const pixels = size * scale;
            return (size === largest && high === Infinity) || (pixels >= low && pixels < high);
          })
          .map(({ line }) => line);
      const main = within(SMALL, Infinity);
      drawn[0].setLatLngs(main);
      drawn[1].setLatLngs(main);
      drawn[2].setLatLngs(within(SPECK, SMALL));
    };
    state.map.on("zoomend", renew);
    renew();
    return layer;
  };
})(window.hubtiers);
