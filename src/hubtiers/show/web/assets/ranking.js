// The table of ranks: sorted by any column, filtered by tier, mark and text.
"use strict";
(function (h) {
  const element = h.element;
  const COLUMNS = ["rank", "region", "tier", "score"];

  function viewOf(state) {
    state.ranking = state.ranking || { by: "rank", down: false, text: "", tier: "", mark: "" };
    return state.ranking;
  }

  Object.assign(h, { TABLE_COLUMNS: COLUMNS, tableView: viewOf });

  function head(state) {
    const words = h.words(state);
    const view = viewOf(state);
    const row = element("tr");
    COLUMNS.forEach((column) => {
      const cell = element("th");
      const button = element("button", "hubtiers-sort", words[column]);
      cell.scope = "col";
      button.type = "button";
      button.dataset.key = "sort" + column;
      button.title = words.sort;
      if (view.by === column) {
        cell.setAttribute("aria-sort", view.down ? "descending" : "ascending");
      }
      button.addEventListener("click", () => {
        view.down = view.by === column ? !view.down : column === "score";
        view.by = column;
        row.replaceWith(head(state));
        state.aside.querySelector('[data-key="sort' + column + '"]').focus();
        h.fillTable(state);
      });
      cell.append(button);
      row.append(cell);
    });
    return row;
  }

  // Beside a name: the region as the second of two that are compared.
  function picker(state, number) {
    const text = h.words(state).compare_this + ": " + h.name(state.data.regions[number], state.lang);
    const button = element("button", "hubtiers-pick");
    const icon = h.svg("svg", { viewBox: "0 0 16 16", width: 14, height: 14, class: "icon" });
    icon.setAttribute("aria-hidden", "true");
    icon.append(h.svg("path", { d: "M7 3v10M7 5H2M7 9H4M9 3v10M9 5h3M9 9h5" }));
    button.type = "button";
    button.dataset.key = "pick" + number;
    button.title = text;
    button.setAttribute("aria-label", text);
    button.append(icon);
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      h.compareWith(state, number);
    });
    return button;
  }

  function tableRow(state, number) {
    const words = h.words(state);
    const region = state.data.regions[number];
    const tier = state.now.tiers[number];
    const row = element("tr");
    const name = element("button", "hubtiers-link", h.name(region, state.lang));
    name.type = "button";
    name.dataset.key = "row" + number;
    name.title = words.zoom_to + " " + h.name(region, state.lang);
    row.addEventListener("click", () => h.openRegion(state, number));
    const cells = [
      element("td", "value", tier < 0 ? "–" : state.now.ranks[number]),
      element("th"),
      element("td"),
      element("td", "value", h.number(state.now.scores[number], 3)),
    ];
    cells[1].scope = "row";
    cells[1].append(name, ...(tier < 0 ? [] : [picker(state, number)]));
    const move = h.moveMark(state, h.moveOf(state, number));
    if (move) cells[0].append(move);
    const doubt = h.doubtOf(state, number);
    if (doubt && doubt.interval && doubt.interval[0] !== null) {
      const [low, , high] = doubt.interval.map(Math.round);
      cells[0].append(element("span", "second", low + "–" + high));
    }
    if (tier >= 0) {
      const mark = h.markSwatch(state, tier, h.markOf(state, number), "small");
      cells[2].append(mark, element("span", "", state.data.tiers[tier].names[state.lang]));
      const told = h.markText(state, number);
      if (told !== null) cells[2].append(element("span", "second", told));
    } else {
      cells[2].textContent = words.no_data;
    }
    row.append(...cells);
    return row;
  }

  const place = (state, i) => (state.now.tiers[i] < 0 ? Infinity : state.now.ranks[i]);

  // What a column is sorted by; regions without a score stay last whichever way it goes.
  function compare(state, a, b) {
    const view = viewOf(state);
    const [first, second] = [place(state, a), place(state, b)];
    if ((first === Infinity) !== (second === Infinity)) return first === Infinity ? 1 : -1;
    const regions = state.data.regions;
    const apart = {
      rank: () => first - second || 0,
      region: () =>
        h
          .name(regions[a], state.lang)
          .localeCompare(h.name(regions[b], state.lang), h.TAGS[state.lang]),
      tier: () => state.now.tiers[a] - state.now.tiers[b] || first - second || 0,
      score: () => state.now.scores[a] - state.now.scores[b] || 0,
    }[view.by]();
    const found = view.down ? -apart : apart;
    return found || (regions[a].id < regions[b].id ? -1 : 1);
  }

  function passes(state, i) {
    const view = viewOf(state);
    if (view.tier !== "" && state.now.tiers[i] !== Number(view.tier)) return false;
    if (view.mark !== "" && h.markOf(state, i) !== Number(view.mark)) return false;
    const wanted = h.fold(view.text);
    const region = state.data.regions[i];
    const texts = [region.name_zh, region.name_en, region.id].concat(h.parentNames(state, i));
    return !wanted || texts.some((text) => text && h.fold(text).includes(wanted));
  }

  // Numbers of the regions that the table shows, as it orders and filters them.
  h.tableOrder = (state) =>
    state.data.regions
      .map((_, i) => i)
      .filter((i) => !state.data.regions[i].outside && passes(state, i))
      .sort((a, b) => compare(state, a, b));

  h.fillTable = function (state) {
    const body = state.aside.querySelector(".hubtiers-ranking tbody");
    if (!body) return;
    const order = h.tableOrder(state);
    // Draws that end while somebody is in the table do not throw them out of it.
    h.keepFocus(state, () =>
      body.replaceChildren(...order.map((number) => tableRow(state, number))),
    );
    return order.length;
  };

  function choice(state, key, heading, every, options, renew) {
    const view = viewOf(state);
    const input = element("select");
    input.setAttribute("aria-label", heading);
    input.dataset.key = "filter-" + key;
    [["", every], ...options].forEach(([value, name]) => {
      const option = element("option", "", name);
      option.value = value;
      input.append(option);
    });
    input.value = view[key];
    input.addEventListener("change", () => {
      view[key] = input.value;
      renew();
    });
    return input;
  }

  function filters(state) {
    const words = h.words(state);
    const view = viewOf(state);
    const box = element("details", "hubtiers-filter");
    const summary = element("summary", "", words.filter);
    summary.dataset.key = "filter";
    box.open = Boolean(state.unfolded.filter);
    box.addEventListener("toggle", () => {
      state.unfolded.filter = box.open;
    });
    const renew = () => {
      const n = h.fillTable(state);
      h.say(state, n ? h.fill(words.found, { n: n }) : words.nothing);
    };
    const text = element("input");
    Object.assign(text, { type: "text", value: view.text, placeholder: words.filter_text });
    text.setAttribute("aria-label", words.filter_text);
    text.dataset.key = "filter-text";
    text.addEventListener("input", () => {
      view.text = text.value;
      renew();
    });
    const tiers = state.data.tiers.map((row, i) => [i, row.names[state.lang]]);
    if (state.now.tiers.some((t) => t < 0)) tiers.push([-1, words.no_data]);
    box.append(summary, text, choice(state, "tier", words.tier, words.all_tiers, tiers, renew));
    if (state.data.certainty) {
      const marks = [words.settled, words.leaning, words.open].map((name, i) => [i, name]);
      box.append(choice(state, "mark", words.certainty, words.all_marks, marks, renew));
    }
    return box;
  }

  h.tablePanel = function (state) {
    const box = h.panel(state, "table");
    const scroll = element("div", "hubtiers-scroll");
    const table = element("table", "hubtiers-ranking");
    const top = element("thead");
    top.append(head(state));
    table.append(top, element("tbody"));
    // Up and down go from region to region, as in a list.
    table.addEventListener("keydown", (event) => {
      const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[
        event.key
      ];
      const next = step && event.target.closest("tr")[step];
      if (next) {
        next.querySelector("button").focus();
        event.preventDefault();
      }
    });
    scroll.append(table);
    box.append(filters(state), scroll);
    queueMicrotask(() => h.fillTable(state));
    return box;
  };
})(window.hubtiers);
