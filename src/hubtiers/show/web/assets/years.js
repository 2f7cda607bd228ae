// Years: a slider with steps and play, and the regions that changed tier. All years stand on the
// scale of the panel; the page opens on that of the study.
"use strict";
(function (h) {
  const element = h.element;
  const PACE = 1400;
  const MOST = 6;
  const ICONS = {
    year_previous: "M10 3L5 8l5 5",
    year_next: "M6 3l5 5-5 5",
    play: "M5 3l8 5-8 5z",
    pause: "M5 3v10M11 3v10",
  };

  const prefersStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  h.isOtherYear = (state) => Boolean(state.years) && !state.years.isStudy;

  h.yearOf = (state) => state.data.years.years[state.years.at];

  h.missingText = function (state, number) {
    const words = h.words(state);
    const isAbsent =
      h.isOtherYear(state) && state.data.years.tiers[state.years.at][number] === -2;
    return isAbsent ? words.absent : words.no_data;
  };

  function snapshot(state, at) {
    const given = state.data.years;
    const width = 1 + state.data.functions.length;
    const columns = state.years.columns.slice(at * width, (at + 1) * width);
    const tiers = given.tiers[at].map((tier) => Math.max(tier, -1));
    return {
      scores: columns[0],
      functions: columns.slice(1),
      tiers: tiers,
      ranks: h.scoring.ranksOf(columns[0]),
      rows: given.rows[at],
      breaks: given.breaks[at],
      scored: tiers.filter((tier) => tier >= 0).length,
    };
  }

  h.startYears = function (state) {
    const given = state.data.years;
    if (!given) return;
    const columns = h.scoring.decodeMatrix(given.matrix, state.data.regions.length);
    state.years = { at: given.shown, isStudy: true, against: "year_before", columns: columns };
  };

  // Colours of a sequence keep their meaning from year to year.
  h.yearReach = function (state) {
    if (!state.years || (state.modified && state.years.isStudy)) return {};
    const width = 1 + state.data.functions.length;
    const place = state.fill === "score" ? 0 : 1 + Number(state.fill.slice(8));
    let low = Infinity;
    let high = -Infinity;
    state.years.columns.forEach((column, c) => {
      if (c % width !== place) return;
      column.forEach((x) => {
        if (x < low) low = x;
        if (x > high) high = x;
      });
    });
    return { low: low, high: high };
  };

  // Year and weights, as far as they are not those of the study.
  h.standing = function (state) {
    const words = h.words(state);
    if (!state.years) {
      return state.modified ? [element("p", "hubtiers-badge", words.changed)] : [];
    }
    const year = h.yearOf(state);
    if (state.modified && state.years.isStudy) {
      const only = h.fill(words.year_weights, { year: year });
      return [element("p", "hubtiers-badge", words.changed + " · " + only)];
    }
    const scale = state.data.years.scale[state.lang];
    return [element("p", "hubtiers-year", h.fill(words.year_at, { year: year, scale: scale }))];
  };

  // The year that the shown one is compared with; none for the first.
  function comparedWith(state) {
    const at = state.years.at;
    if (at === 0 || (state.modified && state.years.isStudy)) return null;
    return state.years.against === "year_first" ? 0 : at - 1;
  }

  // Regions with a score in both years whose tier differs; higher tiers have lower numbers.
  h.yearMovers = function (state) {
    const since = comparedWith(state);
    const moved = { since: since, up: [], down: [] };
    if (since === null) return moved;
    const before = state.data.years.tiers[since];
    state.data.years.tiers[state.years.at].forEach((tier, i) => {
      if (tier < 0 || before[i] < 0 || tier === before[i]) return;
      moved[tier < before[i] ? "up" : "down"].push(i);
    });
    const byRank = (a, b) => state.now.ranks[a] - state.now.ranks[b];
    moved.up.sort(byRank);
    moved.down.sort(byRank);
    return moved;
  };

  const colourOf = (direction) => h.colour(direction === "up" ? "climbed" : "fell");

  function moverMark(direction, size) {
    const box = h.svg("svg", { viewBox: "-8 -8 16 16", width: size, height: size });
    box.setAttribute("aria-hidden", "true");
    box.append(
      h.svg("path", {
        d: direction === "up" ? "M0 -6L6 5H-6Z" : "M0 6L6 -5H-6Z",
        fill: colourOf(direction),
        stroke: h.colour("mover-edge"),
        "stroke-width": 1.6,
        "stroke-linejoin": "round",
      }),
    );
    return box;
  }

  function drawMovers(state) {
    if (state.years.layer) state.years.layer.remove();
    const layer = L.layerGroup();
    const moved = h.yearMovers(state);
    ["up", "down"].forEach((direction) => {
      const numbers = new Set(moved[direction]);
      if (!numbers.size) return;
      const own = (unit) => {
        const number = state.data.regionOf[unit];
        return numbers.has(number) ? number : -1;
      };
      const lines = h.borders(state, own);
      const base = { interactive: false, pane: "hubtiers-lines", smoothFactor: 0.4 };
      const casing = { color: h.colour("mover-edge"), weight: 5, opacity: 0.9 };
      const line = { color: colourOf(direction), weight: 2.6 };
      L.polyline(lines, Object.assign({}, base, casing)).addTo(layer);
      L.polyline(lines, Object.assign({}, base, line)).addTo(layer);
      numbers.forEach((number) => {
        const icon = L.divIcon({
          html: moverMark(direction, 18),
          className: "hubtiers-mover",
          iconSize: [18, 18],
        });
        const options = { icon: icon, keyboard: false, interactive: false };
        L.marker(state.data.regions[number].at, options).addTo(layer);
      });
    });
    state.years.layer = layer.addTo(state.map);
  }

  h.moverLegend = function (state) {
    if (!state.years) return [];
    const words = h.words(state);
    const moved = h.yearMovers(state);
    if (moved.since === null) return [];
    const year = state.data.years.years[moved.since];
    const list = element("ul", "hubtiers-year-movers");
    [
      ["up", words.year_climbed],
      ["down", words.year_fell],
    ].forEach(([direction, text]) => {
      const item = element("li");
      const mark = moverMark(direction, 18);
      mark.classList.add("hubtiers-mark");
      const count = element("span", "range", "(" + moved[direction].length + ")");
      item.append(mark, element("span", "label", h.fill(text, { year: year })), count);
      list.append(item);
    });
    return [list];
  };

  function namesOf(state, numbers) {
    const names = numbers.map((i) => h.name(state.data.regions[i], state.lang));
    const shown = names.slice(0, MOST);
    if (names.length > MOST) {
      shown.push(h.fill(h.words(state).year_more, { n: names.length - MOST }));
    }
    return shown.join(", ");
  }

  function renewBox(state) {
    const box = state.ui.querySelector(".hubtiers-years");
    if (!box) return;
    const words = h.words(state);
    const years = state.data.years.years;
    const at = state.years.at;
    const moved = h.yearMovers(state);
    const slider = box.querySelector("input");
    slider.value = at;
    slider.setAttribute("aria-valuetext", String(years[at]));
    box.querySelector("output").textContent = years[at];
    box.querySelector('[data-key="year-previous"]').disabled = at === 0;
    box.querySelector('[data-key="year-next"]').disabled = at === years.length - 1;
    const lines = ["up", "down"].filter((direction) => moved[direction].length);
    box.querySelector(".hubtiers-year-moves").replaceChildren(
      ...lines.map((direction) => {
        const line = element("p");
        const names = element("span", "", namesOf(state, moved[direction]));
        line.append(moverMark(direction, 14), names);
        return line;
      }),
    );
    const play = box.querySelector('[data-key="year-play"]');
    if (play) {
      const key = state.years.timer ? "pause" : "play";
      play.querySelector("path").setAttribute("d", ICONS[key]);
      play.setAttribute("aria-label", words[key]);
      play.title = words[key];
    }
    box.querySelector(".hubtiers-year-count").textContent = countText(state, moved);
  }

  function countText(state, moved) {
    const words = h.words(state);
    const year = h.yearOf(state);
    if (state.modified && state.years.isStudy) return h.fill(words.year_weights, { year: year });
    if (moved.since === null) return h.fill(words.year_still, { year: year });
    const counts = { up: moved.up.length, down: moved.down.length };
    const span = state.data.years.years[moved.since] + "–" + year;
    return h.fill(words.year_moves, Object.assign({ year: span }, counts));
  }

  function show(state) {
    drawMovers(state);
    if (h.restyle(state)) h.drawNow(state.shapes[0]._renderer);
    h.renewLegend(state);
    if (state.rebuildPopup) state.rebuildPopup();
    h.fillTable(state);
    renewBox(state);
  }

  h.goToYear = function (state, at) {
    const given = state.data.years;
    // Weights as set hold for the year of the study alone; another year takes the study's own.
    if (state.modified && state.years.isStudy) {
      const own = { preset: "study", weights: state.data.explorer.weights.slice() };
      h.explore(state, Object.assign(own, { aggregation: 0, rule: 0 }));
    }
    state.years.at = at;
    state.years.isStudy = at === given.shown && given.own;
    state.modified = !state.years.isStudy;
    state.now = state.years.isStudy ? state.published : snapshot(state, at);
    show(state);
    h.say(state, countText(state, h.yearMovers(state)));
  };

  // The explorer computes for the year of the study.
  h.leaveYear = function (state) {
    if (!state.years) return;
    stop(state);
    state.years.at = state.data.years.shown;
    state.years.isStudy = true;
    queueMicrotask(() => {
      drawMovers(state);
      renewBox(state);
    });
  };

  function stop(state) {
    clearInterval(state.years.timer);
    state.years.timer = null;
  }

  function play(state) {
    if (state.years.timer) {
      stop(state);
      renewBox(state);
      return;
    }
    const last = state.data.years.years.length - 1;
    h.goToYear(state, state.years.at === last ? 0 : state.years.at + 1);
    state.years.timer = setInterval(() => {
      if (state.years.at < last) h.goToYear(state, state.years.at + 1);
      if (state.years.at === last) stop(state);
      renewBox(state);
    }, PACE);
    renewBox(state);
  }

  function step(state, at) {
    const last = state.data.years.years.length - 1;
    stop(state);
    h.goToYear(state, Math.min(Math.max(at, 0), last));
  }

  function icon(state, key, act) {
    const text = h.words(state)[key];
    const button = h.button("tool", undefined, "year-" + key.replace("year_", ""), act);
    const size = { viewBox: "0 0 16 16", width: 16, height: 16, class: "icon" };
    const drawing = h.svg("svg", Object.assign({ "aria-hidden": "true" }, size));
    drawing.append(h.svg("path", { d: ICONS[key] }));
    button.append(drawing);
    button.title = text;
    button.setAttribute("aria-label", text);
    return button;
  }

  function againstSelect(state) {
    const words = h.words(state);
    const label = element("label", "hubtiers-year-against");
    const select = element("select");
    ["year_before", "year_first"].forEach((key) => {
      const option = element("option", "", words[key]);
      option.value = key;
      select.append(option);
    });
    select.value = state.years.against;
    select.dataset.key = "year-against";
    select.addEventListener("change", () => {
      state.years.against = select.value;
      show(state);
      h.say(state, countText(state, h.yearMovers(state)));
    });
    label.append(element("span", "", words.year_against), select);
    return label;
  }

  h.yearBox = function (state) {
    const words = h.words(state);
    const years = state.data.years.years;
    const box = element("section", "hubtiers-box hubtiers-years");
    const row = element("div", "hubtiers-year-row");
    const slider = element("input");
    box.setAttribute("aria-label", words.year);
    Object.assign(slider, { type: "range", min: 0, max: years.length - 1, step: 1 });
    slider.dataset.key = "year";
    slider.setAttribute("aria-label", words.year);
    slider.addEventListener("input", () => step(state, Number(slider.value)));
    row.append(
      icon(state, "year_previous", () => step(state, state.years.at - 1)),
      // Who wants no motion goes on year by year.
      ...(prefersStill() ? [] : [icon(state, "play", () => play(state))]),
      icon(state, "year_next", () => step(state, state.years.at + 1)),
      slider,
      element("output"),
    );
    const count = element("p", "hubtiers-year-count");
    const foot = element("div", "hubtiers-year-row");
    foot.append(count, againstSelect(state));
    box.append(row, foot, element("div", "hubtiers-year-moves"));
    queueMicrotask(() => {
      drawMovers(state);
      renewBox(state);
    });
    return box;
  };

  h.yearText = (state) =>
    !state.years || state.years.isStudy ? null : String(h.yearOf(state));

  h.bringYear = function (state, text) {
    if (text === null) {
      if (h.isOtherYear(state)) {
        h.leaveYear(state);
        state.now = state.published;
        state.modified = false;
        show(state);
      }
      return true;
    }
    const at = state.years ? state.data.years.years.map(String).indexOf(text) : -1;
    // Weights as set hold for the year of the study alone.
    if (at < 0 || (state.modified && state.years.isStudy)) return false;
    h.goToYear(state, at);
    return true;
  };
})(window.hubtiers);
