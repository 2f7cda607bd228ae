// How sure each tier is: the three marks as textures and in words, the probability of at least some
// tier, and the sentences below the title.
"use strict";
(function (h) {
  const element = h.element;
  const MARKS = ["settled", "leaning", "open"];
  const SETTLED = 0;
  const LEANING = 1;
  const OPEN = 2;

  // Of draws under the weights as they are; nothing where there are none, or no tier. Of tiers that
  // are as likely as each other the region's own comes first.
  h.markOf = function (state, number) {
    const doubt = h.doubtOf(state, number);
    const tier = state.now.tiers[number];
    if (!doubt || tier < 0) return null;
    const share = doubt.probability[tier];
    if (share >= state.data.settledFrom) return SETTLED;
    return share >= Math.max(...doubt.probability) ? LEANING : OPEN;
  };

  // A mark in words; of an open tier also the one that comes up more often.
  h.markText = function (state, number) {
    const mark = h.markOf(state, number);
    if (mark === null) return null;
    const words = h.words(state);
    if (mark !== OPEN) return words[MARKS[mark]];
    const { probability } = h.doubtOf(state, number);
    const likeliest = h.drawnTier(state, probability.indexOf(Math.max(...probability)));
    return h.fill(words.open_rather, { tier: likeliest.names[state.lang] });
  };

  // The tier of a column of probabilities: behind those of the result stand those that only draws
  // have, each with how many of the result's are above it.
  h.drawnTier = function (state, column) {
    const { tiers, drawnTiers, ownTiers } = state.data;
    return column < ownTiers ? tiers[column] : drawnTiers[column - ownTiers];
  };

  // Where a column stands among all tiers, the highest first.
  h.drawnPlace = function (state, column) {
    const own = column < state.data.ownTiers;
    return own ? column : h.drawnTier(state, column).above - 0.5;
  };

  h.tierLine = (state, tier) =>
    state.data.tiers[tier][state.theme === "dark" ? "darkLine" : "line"];

  // One tile of a texture, at twice its size for fine screens.
  function tileOf(state, color, line, mark) {
    const { tile, dot, stripe } = state.data.texture;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * tile;
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.fillStyle = color;
    pen.fillRect(0, 0, tile, tile);
    pen.fillStyle = pen.strokeStyle = line;
    if (mark === LEANING) {
      [tile / 4, (3 * tile) / 4].forEach((at) => {
        pen.beginPath();
        pen.arc(at, at, dot, 0, 2 * Math.PI);
        pen.fill();
      });
    } else {
      // Against the slant of what has no data; three times, so that the corners are whole.
      pen.lineWidth = stripe;
      [-tile, 0, tile].forEach((shift) => {
        pen.beginPath();
        pen.moveTo(shift - tile, -tile);
        pen.lineTo(shift + 2 * tile, 2 * tile);
        pen.stroke();
      });
    }
    return canvas;
  }

  // What a tier with a mark is filled by: its colour, with a texture unless it is settled.
  h.textured = function (state, tier, mark) {
    const color = h.tierColour(state, tier);
    if (mark === null || mark < LEANING) return color;
    const key = state.theme + tier + "-" + mark;
    state.textures = state.textures || {};
    if (!state.textures[key]) {
      const tile = tileOf(state, color, h.tierLine(state, tier), mark);
      const pattern = tile.getContext("2d").createPattern(tile, "repeat");
      pattern.setTransform(new DOMMatrix().scale(0.5));
      // A drawing of the map takes the tile itself, at the scale of the pattern.
      state.textures[key] = Object.assign(pattern, { tile: tile, scale: 0.5 });
    }
    return state.textures[key];
  };

  // The same in a box of the legend, of a popup or of the table.
  h.markSwatch = function (state, tier, mark, className) {
    const swatch = element("span", "hubtiers-swatch " + (className || ""));
    const paint = element("span");
    const color = h.tierColour(state, tier);
    paint.style.background = color;
    if (mark !== null && mark >= LEANING) {
      const tile = tileOf(state, color, h.tierLine(state, tier), mark);
      paint.style.background = "url(" + tile.toDataURL() + ") 0 0 / " + tile.width / 2 + "px";
    }
    swatch.append(paint);
    return swatch;
  };

  // The three marks with how many regions have each, on the colour of the second highest tier.
  h.markList = function (state) {
    const words = h.words(state);
    if (state.modified && !(state.live && state.live.status === "done")) {
      const told = h.liveText(state);
      return told ? [element("p", "hubtiers-note", told)] : [];
    }
    const list = element("ul", "hubtiers-marks");
    MARKS.forEach((mark, number) => {
      const count = state.data.regions.filter((_, i) => h.markOf(state, i) === number).length;
      const item = element("li");
      item.dataset.class = "mark:" + number;
      item.append(
        h.markSwatch(state, Math.min(1, state.data.ownTiers - 1), number),
        element("span", "label", words[mark]),
        element("span", "range", "(" + count + ")"),
      );
      list.append(item);
    });
    return [
      element("h2", "", words.certainty),
      list,
      element("p", "hubtiers-note", state.data.certainty[state.lang]),
    ];
  };

  // Every region is at least of the lowest tier, unless draws have one below it.
  h.chanceTiers = function (state) {
    const { tiers, drawnTiers, ownTiers } = state.data;
    const below = drawnTiers.some((tier) => tier.above === ownTiers);
    return tiers.slice(0, below ? ownTiers : ownTiers - 1);
  };

  h.chanceTier = function (state) {
    if (state.atLeast === undefined) state.atLeast = Math.min(1, h.chanceTiers(state).length - 1);
    return state.atLeast;
  };

  h.chances = function (state) {
    const least = h.chanceTier(state);
    return state.data.regions.map((_, number) => {
      const doubt = h.doubtOf(state, number);
      if (!doubt || state.now.tiers[number] < 0) return NaN;
      const upper = (share, column) => (h.drawnPlace(state, column) <= least ? share : 0);
      return Math.min(1, Array.from(doubt.probability, upper).reduce((a, b) => a + b, 0));
    });
  };

  h.chanceName = (state) =>
    h.fill(h.words(state).at_least, {
      tier: state.data.tiers[h.chanceTier(state)].names[state.lang],
    });

  // Which tier the probability is of.
  h.chancePicker = function (state) {
    const box = element("label", "hubtiers-picker", h.words(state).at_least_choose);
    const picker = element("select");
    picker.dataset.key = "at-least";
    h.chanceTiers(state).forEach((tier, number) => {
      const option = element("option", "", tier.names[state.lang]);
      option.value = number;
      picker.append(option);
    });
    picker.value = h.chanceTier(state);
    picker.addEventListener("change", () => {
      state.atLeast = Number(picker.value);
      h.setFill(state, "chance");
      h.drawPanels(state);
      state.ui.querySelector('[data-key="at-least"]').focus();
    });
    box.append(picker);
    return box;
  };

  // The first two sentences stand below the title, the others unfold.
  h.headlineBox = function (state) {
    const said = state.data.headline.map((sentence) => sentence[state.lang]);
    if (!said.length) return [];
    const box = element("div", "hubtiers-headline");
    const lead = element("p", "lead");
    lead.append(element("b", "", said[0]));
    if (said.length > 1) lead.append(element("span", "", " " + said[1]));
    box.append(lead);
    if (said.length > 2) {
      const more = element("details");
      const summary = element("summary", "", h.words(state).headline_more);
      summary.dataset.key = "headline";
      const list = element("ul", "plain");
      said.slice(2).forEach((sentence) => list.append(element("li", "", sentence)));
      more.open = Boolean(state.unfolded.headline);
      more.addEventListener("toggle", () => {
        state.unfolded.headline = more.open;
      });
      more.append(summary, list);
      box.append(more);
    }
    box.append(element("div", "hubtiers-badge hubtiers-own", h.words(state).headline_own_weights));
    h.noteHeadline(state, box);
    return [box];
  };

  // How far down from the top of the map title and, on a phone, tools reach.
  h.headRoom = function (state) {
    const low = state.ui.querySelector(state.wide ? ".hubtiers-title" : ".hubtiers-tools");
    if (!low) return state.wide ? 64 : 100;
    const frame = state.map.getContainer().getBoundingClientRect();
    // Half of the map is for the map, whatever is unfolded.
    return Math.min(frame.height / 2, Math.ceil(low.getBoundingClientRect().bottom - frame.top) + 10);
  };

  // What lies open over the map makes room for a popup.
  h.foldHeadline = function (state) {
    const more = state.ui.querySelector(".hubtiers-headline details");
    if (more) more.open = false;
  };

  // Under other weights the sentences still say what the study found.
  h.noteHeadline = function (state, box) {
    const badge = (box || state.ui).querySelector(".hubtiers-own");
    if (badge) badge.hidden = !state.modified;
  };
})(window.hubtiers);
