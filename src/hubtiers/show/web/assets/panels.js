// Title, tools, layers, legend, and the panels beside the map.
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
      ...h.headlineBox(state),
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
      h.makeWay(state, key, box.open);
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
    h.noteHeadline(state);
    h.armLegend(state, box);
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

  const PANELS = [
    ["weights", "explorerPanel"],
    ["whatif", "whatIfPanel"],
    ["compare", "comparePanel"],
    ["table", "tablePanel"],
    ["take", "takePanel"],
  ];

  // Panels stand beside the map, which makes room for them.
  h.drawAside = function (state) {
    const panels = [];
    PANELS.forEach(([key, make]) => {
      if (state.open[key]) panels.push(h[make](state));
    });
    state.aside.replaceChildren(...panels);
    state.aside.hidden = !panels.length;
    document.body.classList.toggle("hubtiers-open", panels.length > 0);
    state.map.invalidateSize({ animate: false });
    if (state.modified) h.showMovers(state);
  };

  // On a phone there is room for one panel, else for two: the one that was opened first makes way.
  h.openPanels = function (state, keys) {
    const isMore = keys.some((key) => !state.open[key]);
    state.opened = keys.slice(state.wide ? -2 : -1);
    PANELS.forEach(([key]) => {
      state.open[key] = state.opened.includes(key);
    });
    h.drawAside(state);
    if (isMore) makeRoom(state);
    state.ui.querySelectorAll("[aria-expanded][data-key]").forEach((button) => {
      if (button.dataset.key in state.open) {
        button.setAttribute("aria-expanded", String(state.open[button.dataset.key]));
      }
    });
  };

  // Opens a panel, or draws it anew, and goes to it.
  h.showPanel = function (state, key) {
    state.open[key] = false;
    h.togglePanel(state, key);
  };

  h.togglePanel = function (state, key) {
    const others = (state.opened || []).filter((other) => other !== key);
    h.openPanels(state, state.open[key] ? others : others.concat(key));
    const home = state.ui.querySelector('[data-key="' + key + '"]') || state.map.getContainer();
    if (state.open[key]) state.aside.querySelector(".hubtiers-panel-" + key + " h2").focus();
    else home.focus();
  };

  // Beside an open panel the map is smaller: the list of layers folds, and an untouched view fits
  // itself in.
  function makeRoom(state) {
    const layers = state.ui.querySelector(".hubtiers-layers");
    if (state.map.getSize().x < 1100) layers.open = false;
    if (!state.moved) h.home(state);
    if (state.map.getSize().x < 600) state.ui.querySelector(".hubtiers-legend").open = false;
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
})(window.hubtiers);
