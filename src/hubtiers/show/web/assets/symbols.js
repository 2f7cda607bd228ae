// Two more ways to look at the regions: circles whose area is the score, and where the tier is another
// than that of the reference.
"use strict";
(function (h) {
  const element = h.element;
  const LARGEST = 22;

  h.moreFills = (state) => ["symbols"].concat(state.data.reference ? ["differs"] : []);

  // Where a region stands against the reference: higher, lower, same; nothing without either tier.
  h.againstReference = function (state, number) {
    const tier = state.now.tiers[number];
    const other = state.data.reference[number];
    if (tier < 0 || other < 0) return "unknown";
    return tier < other ? "higher" : tier > other ? "lower" : "same";
  };

  h.moreLook = function (state, number) {
    if (state.fill === "symbols") return { key: "plain", fill: state.paint.plain, opacity: 1 };
    if (state.fill !== "differs" || state.now.tiers[number] < 0) return null;
    const color = h.colour(h.againstReference(state, number));
    return { key: color, fill: color, opacity: 1 };
  };

  // Share of the largest area by region: of the score where it has a zero, else of the rank.
  function shares(state) {
    const scores = Array.from(state.now.scores);
    const known = scores.filter((x) => !Number.isNaN(x));
    const most = Math.max(...known);
    state.byScore = state.data.hasZero && Math.min(...known) >= 0 && most > 0;
    const n = known.length;
    return scores.map((x, i) => {
      if (Number.isNaN(x)) return 0;
      return state.byScore ? x / most : (n + 1 - state.now.ranks[i]) / n;
    });
  }

  // The same at every zoom, as the legend has it; closer, circles come apart.
  const radiusOf = (state, share) => LARGEST * state.markScale * Math.sqrt(share);

  function makeCircles(state) {
    const order = state.data.regions.map((_, i) => i);
    // The best lie below the others, which are smaller.
    order.sort((a, b) => (state.now.ranks[a] || 1e9) - (state.now.ranks[b] || 1e9));
    state.circles = order.map((number) => ({
      number: number,
      circle: L.circleMarker(state.data.regions[number].at, {
        pane: "hubtiers-lines",
        interactive: false,
        weight: 1.2,
      }),
    }));
  }

  h.drawSymbols = function (state) {
    const shown = state.fill === "symbols";
    if (!shown && !state.circles) return;
    if (!state.circles) makeCircles(state);
    const parts = shown ? shares(state) : [];
    state.sizes = shown ? parts.map((share) => radiusOf(state, share)) : null;
    state.circles.forEach(({ number, circle }) => {
      const tier = state.now.tiers[number];
      if (!shown || !parts[number] || tier < 0) {
        circle.remove();
        return;
      }
      const faded = h.isFaded(state, number);
      circle.setRadius(state.sizes[number]);
      circle.setStyle({
        color: state.paint.casing,
        fillColor: h.tierColour(state, tier),
        opacity: faded ? 0.2 : 1,
        fillOpacity: faded ? 0.08 : 0.85,
      });
      circle.addTo(state.map);
    });
    if (state.circled !== shown) h.spaceLabels(state);
    state.circled = shown;
  };

  function sample(state, share, text) {
    const r = LARGEST * state.markScale * Math.sqrt(share);
    const side = 2 * LARGEST * state.markScale + 4;
    const box = h.svg("svg", { width: side, height: 2 * r + 4, "aria-hidden": "true" });
    const circle = { cx: side / 2, cy: r + 2, r: r, class: "hubtiers-circle" };
    box.append(h.svg("circle", circle));
    const item = element("li");
    item.append(box, element("span", "label", text));
    return item;
  }

  function symbolLegend(state) {
    const words = h.words(state);
    const list = element("ul", "hubtiers-circles");
    shares(state);
    const known = Array.from(state.now.scores).filter((x) => !Number.isNaN(x));
    const most = Math.max(...known);
    [1, 0.4, 0.1].forEach((share) => {
      const rank = Math.max(1, Math.round(known.length + 1 - share * known.length));
      const text = state.byScore
        ? h.number(share * most, 3)
        : h.fill(words.rank_is, { n: share === 1 ? 1 : rank });
      list.append(sample(state, share, text));
    });
    const note = state.byScore ? words.area_is_score : words.area_is_rank;
    return [
      element("h2", "", h.fillName(state, "symbols")),
      list,
      element("p", "hubtiers-note", note),
      ...h.tierLegend(state),
    ];
  }

  function differLegend(state) {
    const words = h.words(state);
    const list = element("ul");
    const said = {
      higher: words.reference_higher,
      same: words.reference_same,
      lower: words.reference_lower,
      unknown: words.reference_unknown,
    };
    Object.keys(said).forEach((key) => {
      const n = state.data.regions.filter(
        (_, i) => state.now.tiers[i] >= 0 && h.againstReference(state, i) === key,
      ).length;
      if (!n) return;
      const item = element("li");
      const mark = element("span", "hubtiers-swatch");
      const paint = element("span");
      paint.style.background = h.colour(key);
      mark.append(paint);
      item.dataset.class = "differs:" + key;
      item.append(mark, element("span", "label", said[key]));
      item.append(element("span", "range", "(" + n + ")"));
      list.append(item);
    });
    return [
      element("h2", "", h.fillName(state, "differs")),
      list,
      element("p", "hubtiers-note", words.differs_note),
    ];
  }

  h.moreLegend = function (state) {
    if (state.fill === "symbols") return symbolLegend(state);
    return state.fill === "differs" ? differLegend(state) : null;
  };
})(window.hubtiers);
