// Title, tools, search, layers, legend, and the ranked table beside the map.
"use strict";
(function (h) {
  const element = h.element;

  const ICONS = {
    table: "M2 3h12M2 8h12M2 13h12",
    weights: "M2 4h12M2 12h12M5 2v4M10 10v4",
    theme: "M8 2a6 6 0 1 0 0 12z M8 2a6 6 0 0 1 0 12",
    full: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
    home: "M2 8l6-6 6 6M4 7v7h8V7",
    take: "M8 2v8M4.5 7L8 10.5 11.5 7M2 13.5h12",
    close: "M3 3l10 10M13 3L3 13",
  };

  function tool(state, key, act, named) {
    const words = h.words(state);
    const button = h.button("tool", undefined, key, act);
    const icon = h.svg("svg", {
      viewBox: "0 0 16 16",
      width: 16,
      height: 16,
      "aria-hidden": "true",
      class: "icon",
    });
    icon.append(h.svg("path", { d: ICONS[key] }));
    button.append(icon);
    if (named) button.append(element("span", "named", words[key]));
    else button.title = words[key];
    button.setAttribute("aria-label", words[key]);
    return button;
  }

  function panelTool(state, key, named) {
    const button = tool(state, key, () => h.togglePanel(state, key), named);
    button.classList.add("hubtiers-open-" + key);
    button.setAttribute("aria-expanded", String(Boolean(state.open[key])));
    return button;
  }

  function languageTool(state) {
    const words = h.words(state);
    const other = state.lang === "zh" ? "en" : "zh";
    const shown = state.wide ? words.other_language : words.other_short;
    const button = h.button("hubtiers-language", shown, "language", () => h.speak(state, other));
    button.lang = h.TAGS[other];
    button.setAttribute("aria-label", words.other_language);
    return button;
  }

  function toolBox(state) {
    const words = h.words(state);
    const box = element("div", "hubtiers-tools");
    box.setAttribute("role", "toolbar");
    box.setAttribute("aria-label", words.tools);
    const theme = tool(state, "theme", () =>
      h.paintTheme(state, state.theme === "dark" ? "light" : "dark", true),
    );
    theme.setAttribute("aria-pressed", String(state.theme === "dark"));
    box.append(h.searchBox(state), panelTool(state, "table", true));
    if (state.data.explorer) box.append(panelTool(state, "weights", true));
    // A page in one language has nothing to switch.
    if (state.data.languages.length > 1) box.append(languageTool(state));
    box.append(theme);
    if (document.fullscreenEnabled) {
      box.append(
        tool(state, "full", () =>
          document.fullscreenElement
            ? document.exitFullscreen()
            : document.documentElement.requestFullscreen(),
        ),
      );
    }
    box.append(
      panelTool(state, "take", false),
      tool(state, "home", () => h.home(state)),
    );
    return box;
  }

  function titleBox(state) {
    const box = element("header", "hubtiers-box hubtiers-title");
    box.append(
      element("h1", "", state.data.title[state.lang]),
      element("p", "", state.data.subtitle[state.lang]),
    );
    if (state.data.other) box.append(h.layoutSwitch(state));
    return box;
  }

  function folding(state, key, className) {
    const box = element("details", "hubtiers-box " + className);
    const summary = element("summary", "", h.words(state)[key]);
    summary.dataset.key = key;
    box.open = state.unfolded[key];
    box.addEventListener("toggle", () => {
      state.unfolded[key] = box.open;
      // On a phone two open boxes would cover the map.
      if (box.open && !state.wide) {
        state.ui.querySelectorAll("details.hubtiers-box").forEach((other) => {
          if (other !== box) other.open = false;
        });
      }
    });
    box.append(summary);
    return box;
  }

  function choice(type, group, key, text, checked, act, depth) {
    const label = element("label", depth ? "depth" : "");
    const input = element("input");
    input.type = type;
    input.name = type === "radio" ? group : key;
    input.value = key;
    input.checked = checked;
    input.dataset.key = group + key;
    input.addEventListener("change", () => act(input.checked));
    label.append(input, element("span", "", text));
    return label;
  }

  function group(title, items) {
    const box = element("fieldset");
    box.append(element("legend", "", title), ...items);
    return box;
  }

  // Small parts far away, which the opening view leaves out.
  function farParts(state) {
    const go = (part) => state.map.fitBounds(part.bounds, { animate: false, padding: [60, 60] });
    return state.data.parts.map((part, i) =>
      h.button("part", h.name(part, state.lang), "part" + i, () => go(part)),
    );
  }

  function tileNote(state) {
    const remark = state.data.coordinates && state.data.coordinates[state.lang];
    return [h.words(state).basemap_note, remark].filter(Boolean).join(" ");
  }

  function layerBox(state) {
    const words = h.words(state);
    const box = folding(state, "layers", "hubtiers-layers");
    const depths = (key) =>
      key.startsWith("function") ? state.data.functions[Number(key.slice(8))].depth - 1 : 0;
    box.append(
      group(
        words.fill,
        h
          .fills(state)
          .map((key) =>
            choice(
              "radio",
              "fill",
              key,
              h.fillName(state, key),
              state.fill === key,
              () => h.setFill(state, key),
              depths(key),
            ),
          ),
      ),
    );
    box.append(
      group(
        words.overlays,
        Object.keys(state.layers).flatMap((key) => [
          choice(
            "checkbox",
            "layer",
            key,
            words[key],
            state.map.hasLayer(state.layers[key]),
            (shown) => h.toggleLayer(state, key, shown),
          ),
          ...(key === "links" ? [h.linkTools(state)] : []),
        ]),
      ),
    );
    if (state.data.parts.length) box.append(group(words.far_parts, farParts(state)));
    if (state.data.basemap) box.append(element("p", "hubtiers-note", tileNote(state)));
    return box;
  }

  function legendBox(state) {
    const box = folding(state, "legend", "hubtiers-legend");
    const fill = element("div", "hubtiers-legend-fill");
    box.append(fill);
    box.append(element("div", "hubtiers-legend-hubs"));
    box.append(element("p", "hubtiers-note", state.data.note[state.lang]));
    return box;
  }

  h.renewLegend = function (state) {
    const box = state.ui.querySelector(".hubtiers-legend-fill");
    box.replaceChildren(...h.legendParts(state));
  };

  Object.assign(h, { choice: choice, group: group, folding: folding });

  h.legendParts = (state) => [
    ...h.standing(state),
    ...h.fillLegend(state),
    ...h.moverLegend(state),
  ];

  function shield(node) {
    L.DomEvent.disableClickPropagation(node);
    L.DomEvent.disableScrollPropagation(node);
    // Arrow keys in a control move the control, not the map.
    node.addEventListener("keydown", (event) => event.stopPropagation());
    return node;
  }

  h.drawPanels = function (state) {
    const foot = element("div", "hubtiers-foot");
    foot.append(shield(legendBox(state)));
    if (state.data.diffusion) foot.append(shield(h.timeBox(state)));
    if (state.years) foot.append(shield(h.yearBox(state)));
    const right = element("div", "hubtiers-right");
    right.append(shield(layerBox(state)));
    state.ui.replaceChildren(shield(titleBox(state)), shield(toolBox(state)), right, foot);
    if (!state.wide) foot.append(right.firstChild);
    h.renewLegend(state);
    h.renewHubLegend(state);
    h.renewTime(state);
    h.drawAside(state);
  };

  // The table of ranks and the explorer stand beside the map, which makes room for them.
  h.drawAside = function (state) {
    const panels = [];
    if (state.open.weights) panels.push(h.explorerPanel(state));
    if (state.open.table) panels.push(tablePanel(state));
    if (state.open.take) panels.push(h.takePanel(state));
    state.aside.replaceChildren(...panels);
    state.aside.hidden = !panels.length;
    document.body.classList.toggle("hubtiers-open", panels.length > 0);
    state.map.invalidateSize({ animate: false });
  };

  h.togglePanel = function (state, key) {
    state.open[key] = !state.open[key];
    if (!state.wide && state.open[key]) {
      Object.keys(state.open).forEach((other) => {
        if (other !== key) state.open[other] = false;
      });
    }
    h.drawAside(state);
    if (state.open[key]) makeRoom(state);
    state.ui.querySelectorAll("[aria-expanded][data-key]").forEach((button) => {
      if (button.dataset.key in state.open) {
        button.setAttribute("aria-expanded", String(Boolean(state.open[button.dataset.key])));
      }
    });
    if (state.open[key]) state.aside.querySelector(".hubtiers-panel-" + key + " h2").focus();
    else state.ui.querySelector('[data-key="' + key + '"]').focus();
  };

  // Beside an open panel the map is smaller: the list of layers folds, and an untouched view fits
  // itself in.
  function makeRoom(state) {
    const layers = state.ui.querySelector(".hubtiers-layers");
    if (state.map.getSize().x < 1000) layers.open = false;
    if (!state.moved) h.home(state);
  }

  h.panel = function (state, key) {
    const box = element("section", "hubtiers-panel hubtiers-panel-" + key);
    const top = element("div", "hubtiers-panel-head");
    const title = element("h2", "", h.words(state)[key]);
    const close = tool(state, "close", () => h.togglePanel(state, key));
    title.tabIndex = -1;
    close.dataset.key = "close-" + key;
    top.append(title, close);
    box.append(top);
    box.setAttribute("aria-label", h.words(state)[key]);
    return box;
  };

  function tableHead(state) {
    const words = h.words(state);
    const row = element("tr");
    [words.rank, words.region, words.tier, words.score].forEach((text) => {
      const cell = element("th", "", text);
      cell.scope = "col";
      row.append(cell);
    });
    const head = element("thead");
    head.append(row);
    return head;
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
    cells[1].append(name);
    if (region.interval && region.interval[0] !== null && !state.modified) {
      cells[0].append(
        element(
          "span",
          "second",
          Math.round(region.interval[0]) + "–" + Math.round(region.interval[2]),
        ),
      );
    }
    if (tier >= 0) {
      const mark = element("span", "hubtiers-swatch small");
      const paint = element("span");
      paint.style.background = h.tierColour(state, tier);
      mark.append(paint);
      cells[2].append(mark, element("span", "", state.data.tiers[tier].names[state.lang]));
    } else {
      cells[2].textContent = words.no_data;
    }
    row.append(...cells);
    return row;
  }

  // Numbers of the regions that the table shows, as it orders them.
  h.tableOrder = function (state) {
    const place = (i) => (state.now.tiers[i] < 0 ? Infinity : state.now.ranks[i]);
    return state.data.regions
      .map((_, i) => i)
      .filter((i) => !state.data.regions[i].outside)
      .sort((a, b) =>
        place(a) === place(b)
          ? state.data.regions[a].id < state.data.regions[b].id
            ? -1
            : 1
          : place(a) - place(b),
      );
  };

  h.fillTable = function (state) {
    const body = state.aside.querySelector(".hubtiers-ranking tbody");
    if (body) body.replaceChildren(...h.tableOrder(state).map((i) => tableRow(state, i)));
  };

  function tablePanel(state) {
    const box = h.panel(state, "table");
    const scroll = element("div", "hubtiers-scroll");
    const table = element("table", "hubtiers-ranking");
    table.append(tableHead(state), element("tbody"));
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
    box.append(scroll);
    queueMicrotask(() => h.fillTable(state));
    return box;
  }

  function seekable(state) {
    const texts = (item) =>
      [item.name_zh, item.name_en, item.id]
        .concat(item.aliases || [])
        .filter(Boolean)
        .map(h.fold);
    const regions = state.data.regions.map((item, i) => ({
      item: item,
      texts: texts(item),
      go: () => h.openRegion(state, i),
    }));
    const known = new Set(state.data.regions.map((r) => r.id));
    const units = state.data.units.flatMap((item, i) =>
      known.has(item.id)
        ? []
        : [
            {
              item: item,
              texts: texts(item),
              part: state.data.regionOf[i],
              go: () => {
                state.map.fitBounds(state.shapes[i].getBounds(), {
                  maxZoom: 8,
                  animate: false,
                  padding: [60, 60],
                });
                h.openUnit(state, i, state.shapes[i].getBounds().getCenter());
              },
            },
          ],
    );
    const hubs = state.data.hubs.map((item) => ({
      item: item,
      texts: texts(item),
      hub: true,
      go: () => {
        const core = item.cores[0];
        if (!core) return;
        state.map.setView([core.lat, core.lon], 6, { animate: false });
        h.openHub(state, item, core);
      },
    }));
    return regions.concat(units, hubs);
  }

  function matches(state, text) {
    const wanted = h.fold(text);
    if (!wanted) return [];
    state.seekable = state.seekable || seekable(state);
    const rated = state.seekable.map((entry) => [
      entry,
      Math.min(
        ...entry.texts.map((t) =>
          t === wanted ? 0 : t.startsWith(wanted) ? 1 : t.includes(wanted) ? 2 : 3,
        ),
      ),
    ]);
    return rated
      .filter(([, rate]) => rate < 3)
      .sort((a, b) => a[1] - b[1])
      .slice(0, 8)
      .map(([entry]) => entry);
  }

  function hitText(state, entry) {
    const lang = state.lang;
    const other = entry.item["name_" + (lang === "zh" ? "en" : "zh")];
    const extra = [
      other !== h.name(entry.item, lang) ? other : "",
      entry.hub ? h.words(state).hubs : "",
      entry.part >= 0
        ? h.words(state).part_of + " " + h.name(state.data.regions[entry.part], lang)
        : "",
    ];
    return [h.name(entry.item, lang), extra.filter(Boolean).join(" · ")];
  }

  h.searchBox = function (state) {
    const words = h.words(state);
    // Pinyin and the other language are of use only where there are such names.
    const bilingual = state.data.provinceOf && state.data.languages.length > 1;
    const hint = bilingual ? words.search : words.find;
    const box = element("div", "hubtiers-search");
    const input = element("input");
    const list = element("ul");
    Object.assign(input, {
      type: "text",
      autocomplete: "off",
      spellcheck: false,
      placeholder: state.wide ? hint : words.find,
    });
    Object.entries({
      role: "combobox",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-controls": "hubtiers-hits",
      "aria-label": hint,
    }).forEach(([k, v]) => input.setAttribute(k, v));
    input.dataset.key = "search";
    list.id = "hubtiers-hits";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", hint);
    list.hidden = true;
    const search = { input: input, list: list, hits: [], active: -1 };
    input.addEventListener("input", () => showHits(state, search, true));
    input.addEventListener("keydown", (event) => searchKey(state, search, event));
    input.addEventListener("blur", () => hideHits(search));
    box.append(input, list);
    return box;
  };

  function hideHits(search) {
    search.list.hidden = true;
    search.active = -1;
    search.input.setAttribute("aria-expanded", "false");
    search.input.removeAttribute("aria-activedescendant");
  }

  function showHits(state, search, speak) {
    search.hits = matches(state, search.input.value);
    search.active = -1;
    search.input.removeAttribute("aria-activedescendant");
    search.list.replaceChildren(
      ...search.hits.map((entry, i) => {
        const item = element("li");
        const [main, second] = hitText(state, entry);
        item.id = "hubtiers-hit" + i;
        item.setAttribute("role", "option");
        item.append(element("span", "", main), element("span", "second", second));
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          pick(state, search, i);
        });
        return item;
      }),
    );
    const asked = search.input.value.trim() !== "";
    const found = h.fill(h.words(state).found, { n: search.hits.length });
    if (asked && !search.hits.length) {
      search.list.append(element("li", "none", h.words(state).nothing));
    }
    search.list.hidden = !asked;
    search.input.setAttribute("aria-expanded", String(asked));
    if (speak && asked) h.say(state, search.hits.length ? found : h.words(state).nothing);
  }

  function pick(state, search, i) {
    const entry = search.hits[i];
    if (!entry) return;
    search.input.value = h.name(entry.item, state.lang);
    hideHits(search);
    entry.go();
  }

  function searchKey(state, search, event) {
    const n = search.hits.length;
    if (event.key === "Escape") {
      hideHits(search);
      return;
    }
    if (event.key === "Enter") {
      if (search.list.hidden) showHits(state, search, false);
      pick(state, search, Math.max(search.active, 0));
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (search.list.hidden) showHits(state, search, true);
    if (!search.hits.length) return;
    search.active =
      (search.active + step + (search.active < 0 && step < 0 ? 1 : 0) + (n || search.hits.length)) %
      search.hits.length;
    [...search.list.children].forEach((item, i) =>
      item.setAttribute("aria-selected", String(i === search.active)),
    );
    search.input.setAttribute("aria-activedescendant", "hubtiers-hit" + search.active);
  }
})(window.hubtiers);
