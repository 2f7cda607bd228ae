// Who has moved since the study: a list beside the sliders, and marks in the table.
"use strict";
(function (h) {
  const element = h.element;
  const MOST = 60;

  // Places gained (positive) or lost, and the step of tier, by region; nothing without a rank.
  h.moveOf = function (state, number) {
    const before = state.published;
    if (!state.modified || before.ranks[number] === null || state.now.ranks[number] === null) {
      return null;
    }
    const tiers = [before.tiers[number], state.now.tiers[number]];
    const places = before.ranks[number] - state.now.ranks[number];
    return places || tiers[0] !== tiers[1] ? { places: places, tiers: tiers } : null;
  };

  h.moveMark = function (state, move) {
    if (!move || !move.places) return null;
    const up = move.places > 0;
    const mark = element("span", "hubtiers-move " + (up ? "up" : "down"));
    const words = h.words(state);
    const n = Math.abs(move.places);
    mark.textContent = (up ? "▲" : "▼") + n;
    mark.title = h.fill(up ? words.places_up : words.places_down, { n: n });
    return mark;
  };

  function row(state, number, move) {
    const item = element("li");
    const name = element("button", "hubtiers-link", h.name(state.data.regions[number], state.lang));
    name.type = "button";
    name.addEventListener("click", () => h.openRegion(state, number));
    const named = (tier) => state.data.tiers[tier].names[state.lang];
    const [from, to] = move.tiers;
    const text = from === to ? "" : named(from) + " → " + named(to);
    const mark = h.moveMark(state, move);
    item.append(...(mark ? [mark] : [element("span")]), name, element("span", "second", text));
    return item;
  }

  function list(state) {
    const movers = state.data.regions
      .map((_, i) => [i, h.moveOf(state, i)])
      .filter(([, move]) => move)
      .sort((a, b) => {
        const steps = (m) => Math.abs(m.tiers[0] - m.tiers[1]);
        return (
          steps(b[1]) - steps(a[1]) ||
          Math.abs(b[1].places) - Math.abs(a[1].places) ||
          state.now.ranks[a[0]] - state.now.ranks[b[0]]
        );
      });
    const box = element("details", "hubtiers-movers");
    const words = h.words(state);
    const heading = h.fill(words.movers, { n: movers.length });
    const rows = element("ul");
    rows.append(...movers.slice(0, MOST).map(([i, move]) => row(state, i, move)));
    if (movers.length > MOST) {
      const more = h.fill(words.movers_more, { n: movers.length - MOST });
      rows.append(element("li", "hubtiers-note", more));
    }
    const summary = element("summary", "", heading);
    summary.dataset.key = "movers";
    box.open = Boolean(state.unfolded.movers);
    box.addEventListener("toggle", () => {
      state.unfolded.movers = box.open;
    });
    box.append(summary, rows);
    return box;
  }

  // Called after each new scoring; everything that shows the standing of regions follows.
  h.showMovers = function (state) {
    const panel = state.aside.querySelector(".hubtiers-panel-weights");
    clearTimeout(state.moverTimer);
    state.moverTimer = setTimeout(() => {
      const old = panel && panel.querySelector(".hubtiers-movers");
      if (old) old.remove();
      if (panel && state.modified) panel.querySelector(".hubtiers-summary").after(list(state));
      h.renewCompare(state);
      if (state.tried) h.renewWhatIf(state);
    }, 120);
  };
})(window.hubtiers);
