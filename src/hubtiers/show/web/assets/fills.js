// What the regions are filled by, and the legend that belongs to it.
"use strict";
(function (h) {
  const element = h.element;

  h.fills = function (state) {
    const keys = state.data.certainty
      ? ["tier_and_certainty", "tier", "chance", "score"]
      : ["tier", "score"];
    state.data.functions.forEach((_, i) => keys.push("function" + i));
    if (state.data.diffusion) keys.push("arrival");
    return keys.concat(h.moreFills(state), "none");
  };

  h.fillName = function (state, key) {
    return key.startsWith("function")
      ? h.name(state.data.functions[Number(key.slice(8))], state.lang)
      : h.words(state)[key];
  };

  h.tierColour = (state, tier) => state.data.tiers[tier][state.theme === "dark" ? "dark" : "color"];

  h.ramp = (state) =>
    state.theme === "dark" ? state.data.ramp.slice().reverse() : state.data.ramp;

  function rampOf(state) {
    if (state.fill !== "chance") return h.ramp(state);
    return state.theme === "dark" ? state.data.chances.slice().reverse() : state.data.chances;
  }

  // Values that a sequential fill shows, by region.
  function amounts(state, key) {
    if (key === "chance") return h.chances(state);
    return key === "score" ? state.now.scores : state.now.functions[Number(key.slice(8))];
  }

  // Probabilities have one scale, whatever the regions have of it.
  function reachOf(values, key) {
    let low = Infinity;
    let high = -Infinity;
    let n = 0;
    values.forEach((x) => {
      if (!Number.isNaN(x)) {
        n += 1;
        if (x < low) low = x;
        if (x > high) high = x;
      }
    });
    return key === "chance" ? { low: 0, high: 1, n: n } : { low: low, high: high, n: n };
  }

  const isSequential = (key) => key === "score" || key === "chance" || key.startsWith("function");

  function lookOf(state, number, sequence) {
    if (number < 0) return { key: "outside", fill: state.paint.outside, opacity: 1 };
    if (state.fill === "none") return { key: "plain", fill: state.paint.plain, opacity: 1 };
    if (state.fill === "arrival") return h.arrivalLook(state, number);
    const more = h.moreLook(state, number);
    if (more) return more;
    const tier = state.now.tiers[number];
    const nodata = { key: "nodata", fill: state.hatch, opacity: 1 };
    if (sequence) {
      const x = sequence.values[number];
      if (Number.isNaN(x)) return nodata;
      const share =
        sequence.high > sequence.low ? (x - sequence.low) / (sequence.high - sequence.low) : 1;
      const color = h.mix(sequence.ramp, Math.round(share * 63) / 63);
      return { key: color, fill: color, opacity: 1 };
    }
    if (tier < 0) return nodata;
    const mark = state.fill === "tier_and_certainty" ? h.markOf(state, number) : null;
    const color = h.tierColour(state, tier);
    return { key: color + "-" + mark, fill: h.textured(state, tier, mark), opacity: 1 };
  }

  // Restyles only the shapes whose colour has changed.
  h.restyle = function (state) {
    const sequential = isSequential(state.fill);
    const values = sequential ? amounts(state, state.fill) : null;
    const sequence = sequential
      ? Object.assign({ values: values, ramp: rampOf(state) }, reachOf(values, state.fill), h.yearReach(state))
      : null;
    const looks = state.data.regions.map((_, number) =>
      h.faded(state, number, lookOf(state, number, sequence)),
    );
    h.drawSymbols(state);
    const outside = lookOf(state, -1, null);
    let changed = 0;
    state.shapes.forEach((shape, unit) => {
      const number = state.data.regionOf[unit];
      const look = number < 0 ? outside : looks[number];
      if (state.painted[unit] === look.key) return;
      state.painted[unit] = look.key;
      shape.setStyle({ fillColor: look.fill, fillOpacity: look.opacity });
      changed += 1;
    });
    return changed;
  };

  h.setFill = function (state, key) {
    state.fill = key;
    const radio = state.ui.querySelector('input[name="fill"][value="' + key + '"]');
    if (radio) radio.checked = true;
    h.restyle(state);
    h.renewLegend(state);
    h.paleExtents(state);
    if (key === "arrival") h.openTime(state);
    h.say(state, h.fill(h.words(state).shown, { what: h.fillName(state, key) }));
  };

  // A row of a class that the legend can leave alone on the map says which.
  function row(mark, text, range, which) {
    const item = element("li");
    if (which) item.dataset.class = which;
    item.append(mark, element("span", "label", text));
    if (range) item.append(element("span", "range", range));
    return item;
  }

  function swatch(color, opacity) {
    const mark = element("span", "hubtiers-swatch");
    const paint = element("span");
    paint.style.background = color;
    paint.style.opacity = opacity;
    mark.append(paint);
    return mark;
  }

  function special(state, list, unscored) {
    const words = h.words(state);
    if (unscored) {
      list.append(
        row(
          element("span", "hubtiers-swatch nodata"),
          words.no_data,
          "(" + unscored + ")",
          "nodata",
        ),
      );
    }
    if (state.data.regionOf.some((r) => r < 0)) {
      list.append(row(element("span", "hubtiers-swatch outside"), words.not_in_study));
    }
    return list;
  }

  // The range of a tier; one without a region at its outer end has one bound only.
  function span(state, row) {
    const words = h.words(state);
    const below = state.data.closed === "below";
    const [low, high] = [row.lower, row.upper].map((x) => x !== null && h.number(x, 3));
    if (low && high) return low + "–" + high;
    if (low) return h.fill(below ? words.range_from : words.range_above, { n: low });
    if (high) return h.fill(below ? words.range_below : words.range_up_to, { n: high });
    return "–";
  }

  h.tierLegend = (state) => [tierList(state)];

  function tierList(state) {
    const list = element("ul");
    state.data.tiers.forEach((tier, i) => {
      const now = state.now.rows[i];
      // A tier of other years alone.
      if (i >= state.data.ownTiers && !(now && now.count)) return;
      list.append(
        row(
          swatch(h.tierColour(state, i), 1),
          tier.names[state.lang],
          span(state, now) + " (" + now.count + ")",
          "tier:" + i,
        ),
      );
    });
    const bare = (t, i) => t < 0 && !state.data.regions[i].outside;
    return special(state, list, state.now.tiers.filter(bare).length);
  }

  function gradient(colors) {
    const bar = element("div", "hubtiers-ramp");
    bar.style.background = "linear-gradient(to right, " + colors.join(", ") + ")";
    return bar;
  }

  function ends(texts) {
    const line = element("div", "hubtiers-ends");
    texts.forEach((text) => line.append(element("span", "", text)));
    return line;
  }

  function rampParts(state) {
    const words = h.words(state);
    const values = amounts(state, state.fill);
    const reach = Object.assign(reachOf(values, state.fill), h.yearReach(state));
    const list = element("ul");
    const counted = h.fill(words.counted, { n: reach.n });
    const parts = [
      gradient(rampOf(state)),
      ends([h.number(reach.low, 3), counted, h.number(reach.high, 3)]),
    ];
    if (state.fill === "score" && state.now.breaks.length) {
      parts.push(
        element(
          "p",
          "hubtiers-note",
          words.breaks_at + ": " + state.now.breaks.map((b) => b.toFixed(3)).join(" · "),
        ),
      );
    }
    const outside = state.data.regions.filter((r) => r.outside).length;
    return parts.concat(special(state, list, values.length - reach.n - outside));
  }

  function chanceParts(state) {
    const words = h.words(state);
    if (h.isOtherYear(state)) return [element("p", "hubtiers-note", words.year_no_draws)];
    const isLive = state.live && state.live.status === "done";
    const rest =
      state.modified && !isLive
        ? [element("p", "hubtiers-note", h.liveText(state) || words.changed)]
        : [gradient(rampOf(state)), ends(["0 %", "50 %", "100 %"])];
    const tiers = state.now.tiers;
    const bare = (tier, i) => tier < 0 && !state.data.regions[i].outside;
    return [
      h.chancePicker(state),
      ...rest,
      special(state, element("ul"), tiers.filter(bare).length),
    ];
  }

  h.fillLegend = function (state) {
    if (state.fill === "none") return [special(state, element("ul"), 0)];
    const more = h.moreLegend(state);
    if (more) return more;
    const tiers = [element("h2", "", h.words(state).tier_score), tierList(state)];
    if (state.fill === "tier") return tiers;
    if (state.fill === "tier_and_certainty") return tiers.concat(h.markList(state));
    if (state.fill === "arrival") {
      return [element("h2", "", h.words(state).arrival), ...h.arrivalLegend(state)];
    }
    const name = state.fill === "chance" ? h.chanceName(state) : h.fillName(state, state.fill);
    const head = element("h2", "", name);
    return [head].concat(state.fill === "chance" ? chanceParts(state) : rampParts(state));
  };

  Object.assign(h, { gradient: gradient, ends: ends });

  h.hubTierRows = function (state) {
    const list = element("ul");
    state.data.hubTiers.forEach((look, i) => {
      const count = state.data.hubs.filter((hub) => hub.tier === i).length;
      if (!count) return;
      const mark = h.coreMark(state, look, look.radius * 0.8, 0);
      mark.classList.add("hubtiers-mark");
      list.append(row(mark, look.names[state.lang], "(" + count + ")", "hub:" + i));
    });
    return list;
  };
})(window.hubtiers);
