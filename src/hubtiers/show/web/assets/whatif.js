// What another value would do: the score, rank and tier of one region with values changed, by the scale,
// weights and cut-points that stand.
"use strict";
(function (h) {
  const element = h.element;

  h.tryValues = function (state, number) {
    state.tried = { number: number, values: new Map() };
    if (state.popup) state.popup.remove();
    h.showPanel(state, "whatif");
  };

  // Score, rank and tier of the region with its changed values; a score that is NaN cannot be had.
  h.scoreWith = function (state, number, changes) {
    const values = h.normalisedOf(state, number);
    let possible = true;
    changes.forEach((x, j) => {
      values[j] = h.normalise(state, j, x);
      if (Number.isNaN(values[j])) possible = false;
    });
    const board = possible ? h.boardOf(state, values) : [NaN];
    const score = board[board.length - 1];
    const better = (x, i) => i !== number && x > score;
    const above = Array.from(state.now.scores).filter(better).length;
    return { score: score, rank: above + 1, tier: tierOf(state, score) };
  };

  // Cut-points are held. Tiers that are read from the table have none.
  function tierOf(state, score) {
    const breaks = state.now.breaks;
    if (!breaks.length || Number.isNaN(score)) return -1;
    const below = state.data.closed === "below" && !state.modified;
    return breaks.filter((b) => (below ? b > score : b >= score)).length;
  }

  function reachOf(state, j) {
    const line = state.data.profile.lines[j];
    const known = state.data.regions.map((_, i) => h.rawOf(state, i, j)).filter((x) => x !== null);
    const low = Math.min(...known);
    const high = Math.max(...known);
    const room = (high - low || Math.abs(high) || 1) / 4;
    return {
      low: line.low === null ? low - room : line.low,
      high: line.high === null ? high + room : line.high,
    };
  }

  function bounded(state, j, x) {
    const { low, high, whole } = state.data.profile.lines[j];
    const y = whole ? Math.round(x) : x;
    return Math.min(Math.max(y, low === null ? -Infinity : low), high === null ? Infinity : high);
  }

  // Values from the address, as they may be typed; false where one of them may not be.
  h.bringValues = function (state, number, changes) {
    const isOpen = state.open.whatif;
    if (number === null) {
      if (isOpen) h.togglePanel(state, "whatif");
      state.tried = undefined;
      return true;
    }
    const profile = state.data.profile;
    const values = new Map();
    const fits = ([j, text]) => {
      const x = Number(text);
      if (!(j in profile.lines) || !profile.lines[j] || text.trim() === "") return false;
      values.set(j, x);
      return Number.isFinite(x) && bounded(state, j, x) === x;
    };
    if (profile.why ? changes.length : !changes.every(fits)) return false;
    state.tried = { number: number, values: values };
    if (isOpen) h.drawAside(state);
    return true;
  };

  function change(state, row, j, text) {
    const tried = state.tried;
    const x = Number(text);
    if (text.trim() === "" || !Number.isFinite(x)) return;
    const y = bounded(state, j, x);
    if (y === h.rawOf(state, tried.number, j)) tried.values.delete(j);
    else tried.values.set(j, y);
    row.querySelectorAll("input").forEach((input) => {
      if (input !== document.activeElement || y !== x) input.value = y;
    });
    row.classList.toggle("changed", tried.values.has(j));
    h.renewWhatIf(state);
  }

  function input(state, j, type, value, reach) {
    const line = state.data.profile.lines[j];
    const node = element("input");
    const low = type === "range" ? reach.low : line.low;
    const high = type === "range" ? reach.high : line.high;
    Object.assign(node, { type: type, step: line.whole ? 1 : "any" });
    if (low !== null) node.min = low;
    if (high !== null) node.max = high;
    if (value !== null) node.value = value;
    node.dataset.key = type + j;
    node.setAttribute("aria-label", h.name(state.data.indicators[j], state.lang));
    return node;
  }

  function valueRow(state, j) {
    const words = h.words(state);
    const indicator = state.data.indicators[j];
    const row = element("li");
    const unit = indicator.unit[state.lang];
    row.append(element("span", "name", h.name(indicator, state.lang)));
    if (!state.data.profile.lines[j]) {
      row.append(element("span", "second", words.whatif_divided));
      return row;
    }
    const given = h.rawOf(state, state.tried.number, j);
    const value = state.tried.values.has(j) ? state.tried.values.get(j) : given;
    const reach = reachOf(state, j);
    ["number", "range"].forEach((type) => {
      const node = input(state, j, type, value, reach);
      // A number is taken when it is whole, a slider while it moves.
      const when = type === "range" ? "input" : "change";
      node.addEventListener(when, () => change(state, row, j, node.value));
      row.append(node);
    });
    row.querySelector("input").after(element("span", "unit", unit));
    row.classList.toggle("changed", state.tried.values.has(j));
    return row;
  }

  function fact(term, before, after) {
    const rows = [element("dt", "", term), element("dd", "", before), element("dd", "", after)];
    if (before !== after) rows[2].className = "changed";
    return rows;
  }

  function outcome(state) {
    const words = h.words(state);
    const { number, values } = state.tried;
    const found = h.scoreWith(state, number, values);
    if (Number.isNaN(found.score)) return [element("p", "hubtiers-badge", words.whatif_impossible)];
    const rows = element("dl", "hubtiers-outcome");
    const named = (tier) => (tier < 0 ? "–" : state.data.tiers[tier].names[state.lang]);
    const same = !values.size;
    const tier = state.now.tiers[number];
    const rank = state.now.ranks[number];
    const cut = state.now.breaks.length > 0;
    rows.append(
      ...fact(words.score, h.number(state.now.scores[number], 3), h.number(found.score, 3)),
      ...fact(words.rank, String(rank), String(same ? rank : found.rank)),
      ...fact(words.tier, named(tier), named(same ? tier : found.tier)),
    );
    return cut ? [rows] : [rows, element("p", "hubtiers-note", words.whatif_no_tier)];
  }

  h.renewWhatIf = function (state) {
    const box = state.aside.querySelector(".hubtiers-tried");
    if (!box) return;
    box.replaceChildren(...outcome(state));
    clearTimeout(state.tried.speech);
    state.tried.speech = setTimeout(() => h.say(state, box.textContent), 500);
  };

  function tools(state) {
    const words = h.words(state);
    const list = element("ul", "hubtiers-values");
    list.append(...state.data.indicators.map((_, j) => valueRow(state, j)));
    const tried = element("div", "hubtiers-tried");
    tried.append(...outcome(state));
    const reset = h.button("hubtiers-values-reset", words.values_reset, "values-reset", () => {
      h.tryValues(state, state.tried.number);
      state.aside.querySelector('[data-key="values-reset"]').focus();
    });
    return [tried, element("p", "hubtiers-note", words.whatif_note), reset, list];
  }

  h.whatIfPanel = function (state) {
    const box = h.panel(state, "whatif");
    const scroll = element("div", "hubtiers-scroll");
    const why = state.data.profile.why;
    scroll.append(
      h.regionSelect(state, "tried", h.words(state).region, state.tried.number, (number) => {
        h.tryValues(state, number);
        state.aside.querySelector('[data-key="tried"]').focus();
      }),
      ...(why ? [element("p", "hubtiers-badge", why[state.lang])] : tools(state)),
    );
    box.append(scroll);
    return box;
  };
})(window.hubtiers);
