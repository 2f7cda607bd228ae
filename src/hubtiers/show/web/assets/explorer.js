// Sliders for the weights: scores, ranks and tiers are computed anew and the map follows.
"use strict";
(function (h) {
  const element = h.element;

  h.startExplorer = function (state) {
    const given = state.data.explorer;
    const n = state.data.regions.length;
    const model = { n: n, groups: given.groups, columns: h.scoring.decodeMatrix(given.matrix, n) };
    state.explorer = {
      model: model,
      weights: given.weights.slice(),
      aggregation: 0,
      rule: 0,
      preset: "study",
      touched: false,
      message: "",
    };
    spread(state);
  };

  // Slider positions from weights: shares among siblings, of 100.
  function spread(state) {
    const now = state.explorer;
    now.raw = now.model.groups.map((group) => {
      const sums = group.leaves.map((leaves) =>
        leaves.reduce((sum, leaf) => sum + now.weights[leaf], 0),
      );
      const total = sums.reduce((a, b) => a + b, 0);
      return sums.map((sum) => (total > 0 ? (100 * sum) / total : 100 / sums.length));
    });
  }

  // Weights from slider positions: what a node is worth is shared out among its children; null when
  // nothing counts.
  function gather(state) {
    const now = state.explorer;
    const groups = now.model.groups;
    const worth = groups.map(() => 0);
    const weights = new Array(now.weights.length).fill(0);
    worth[groups.length - 1] = 1;
    for (let g = groups.length - 1; g >= 0; g--) {
      const total = now.raw[g].reduce((a, b) => a + b, 0);
      groups[g].children.forEach((child, c) => {
        const share = total > 0 ? (worth[g] * now.raw[g][c]) / total : 0;
        if (child < 0) worth[~child] = share;
        else weights[child] = share;
      });
    }
    const sum = weights.reduce((a, b) => a + b, 0);
    return sum > 0 ? weights.map((w) => w / sum) : null;
  }

  function isStudy(state) {
    const now = state.explorer;
    const given = state.data.explorer;
    const same = now.weights.every((w, i) => Math.abs(w - given.weights[i]) < 1e-12);
    return same && now.aggregation === 0 && now.rule === 0 && (given.ownRule || !now.touched);
  }

  function compute(state) {
    const now = state.explorer;
    const given = state.data.explorer;
    const model = now.model;
    const board = h.scoring.climb(model, now.weights, given.aggregations[now.aggregation].kinds);
    const scores = board[board.length - 1];
    const rule = given.rules[now.rule];
    const k = state.data.ownTiers;
    // Tiers that are read from the table do not depend on weights: they stay those of the study.
    const kept = rule.id === "kept";
    const breaks = kept ? [] : h.scoring.breaksFor(scores, rule, k);
    if (!breaks) return null;
    const tiers = kept ? state.published.tiers : h.scoring.tiersOf(scores, breaks);
    const ranks = h.scoring.ranksOf(scores);
    const place = new Map(model.groups.map((group, g) => [group.id, g]));
    return {
      scores: scores,
      tiers: tiers,
      ranks: ranks,
      breaks: breaks,
      rows: kept
        ? h.scoring.groupedRows(scores, tiers, k)
        : h.scoring.tierRows(scores, tiers, breaks, rule),
      scored: tiers.filter((t) => t >= 0).length,
      functions: state.data.functions.map((f) => board[place.get(f.id)]),
    };
  }

  // Scores with the choices as they stand; what cannot be scored leaves the last picture and says
  // why.
  h.explore = function (state, choices) {
    const now = Object.assign(state.explorer, choices);
    const words = h.words(state);
    h.leaveYear(state);
    now.touched = !(choices && choices.preset === "study" && choices.rule === 0);
    if (choices && choices.weights) spread(state);
    const published = isStudy(state);
    const found = published ? state.published : compute(state);
    now.message = found ? "" : words.few;
    if (found) {
      state.now = found;
      state.modified = !published;
      h.renewLive(state);
      if (h.restyle(state)) h.drawNow(state.shapes[0]._renderer);
      h.renewLegend(state);
      if (state.rebuildPopup) state.rebuildPopup();
      clearTimeout(state.tableTimer);
      state.tableTimer = setTimeout(() => h.fillTable(state), 120);
      h.showMovers(state);
    }
    renewPanel(state);
    return Boolean(found);
  };

  function slide(state, g, c, value) {
    const now = state.explorer;
    now.raw[g][c] = value;
    now.preset = "own";
    if (now.frame) return;
    now.frame = requestAnimationFrame(() => {
      now.frame = null;
      const weights = gather(state);
      if (!weights) {
        now.message = h.words(state).zero;
        renewPanel(state);
        return;
      }
      now.weights = weights;
      h.explore(state);
    });
  }

  function summary(state) {
    const now = state.explorer;
    const words = h.words(state);
    if (now.message) return now.message;
    const moved = state.now.tiers.filter((tier, i) => tier !== state.published.tiers[i]).length;
    const first = state.now.ranks.indexOf(1);
    const changes = moved ? h.fill(words.moved, { n: moved }) : words.moved_none;
    if (first < 0) return changes;
    return changes + " · " + words.top + ": " + h.name(state.data.regions[first], state.lang);
  }

  function renewPanel(state) {
    const box = state.aside.querySelector(".hubtiers-panel-weights");
    const now = state.explorer;
    const text = summary(state);
    clearTimeout(now.speech);
    now.speech = setTimeout(() => h.say(state, text), 400);
    if (!box) return;
    box.querySelector(".hubtiers-summary").textContent = text;
    box.querySelectorAll("[data-node]").forEach((row) => {
      const [g, c] = row.dataset.node.split(" ").map(Number);
      const input = row.querySelector("input");
      const worth = now.model.groups[g].leaves[c].reduce((sum, leaf) => sum + now.weights[leaf], 0);
      row.querySelector("output").textContent = (100 * worth).toFixed(1) + " %";
      if (input && input !== document.activeElement) input.value = now.raw[g][c];
    });
    box.querySelector('[data-key="preset"]').value = now.preset;
    box.querySelector('[data-key="aggregation"]').value = now.aggregation;
    box.querySelector('[data-key="rule"]').value = now.rule;
    const toml = box.querySelector("textarea");
    if (!toml.hidden) toml.value = h.studyText(state);
  }

  function option(value, text, possible) {
    const node = element("option", "", text);
    node.value = value;
    node.disabled = !possible;
    return node;
  }

  function select(key, heading, options, act) {
    const label = element("label", "hubtiers-select");
    const input = element("select");
    input.dataset.key = key;
    input.append(...options);
    input.addEventListener("change", () => act(input.value));
    label.append(element("span", "", heading), input);
    return label;
  }

  function presetSelect(state) {
    const words = h.words(state);
    const given = state.data.explorer;
    const options = [option("study", words.study, true)];
    given.presets.forEach((preset) =>
      options.push(option(preset.id, preset.names[state.lang], true)),
    );
    given.unavailable.forEach((preset) => {
      const node = option("", preset.names[state.lang] + " (" + words.unavailable + ")", false);
      node.title = preset.reason[state.lang];
      options.push(node);
    });
    options.push(option("own", words.own, true));
    return select("preset", words.preset, options, (id) => {
      const chosen =
        id === "study" ? given.weights : (given.presets.find((p) => p.id === id) || {}).weights;
      if (chosen) h.explore(state, { preset: id, weights: chosen.slice() });
    });
  }

  function choices(state) {
    const words = h.words(state);
    const given = state.data.explorer;
    const kinds = given.aggregations.map((a, i) =>
      option(
        i,
        a.names[state.lang] + (a.possible ? "" : " (" + words.not_positive + ")"),
        a.possible,
      ),
    );
    const rules = given.rules.map((r, i) => option(i, r.names[state.lang], true));
    return [
      presetSelect(state),
      select("aggregation", words.aggregation, kinds, (i) =>
        h.explore(state, { aggregation: Number(i) }),
      ),
      select("rule", words.tier_rule, rules, (i) => h.explore(state, { rule: Number(i) })),
    ];
  }

  function sliderRow(state, g, c, text) {
    const now = state.explorer;
    const row = element("label", "hubtiers-slider");
    const input = element("input");
    row.dataset.node = g + " " + c;
    row.append(element("span", "label", text), element("output"));
    // A lone child always has the whole of its parent.
    if (now.model.groups[g].children.length > 1) {
      Object.assign(input, { type: "range", min: 0, max: 100, step: "any" });
      input.value = now.raw[g][c];
      input.dataset.key = "slider" + g + "." + c;
      input.addEventListener("input", () => slide(state, g, c, Number(input.value)));
      row.append(input);
    }
    return row;
  }

  function branch(state, g) {
    const groups = state.explorer.model.groups;
    const list = element("ul");
    groups[g].children.forEach((child, c) => {
      const item = element("li");
      const node = child < 0 ? groups[~child] : state.data.indicators[child];
      item.append(sliderRow(state, g, c, h.name(node, state.lang)));
      if (child < 0) item.append(branch(state, ~child));
      list.append(item);
    });
    return list;
  }

  const key = (code) =>
    /^[A-Za-z0-9_-]+$/.test(code) ? code : JSON.stringify(code).replace(/\x7f/g, "\\u007f");

  // The method as a study file holds it, after what the study says of its data.
  h.studyText = function (state) {
    const now = state.explorer;
    const given = state.data.explorer;
    const rows = state.data.indicators.map(
      (indicator, i) => key(indicator.id) + " = " + now.weights[i],
    );
    return [
      given.toml + "aggregate = " + given.aggregations[now.aggregation].toml,
      "tier = " + given.rules[now.rule].toml,
      "",
      "[method.weight]",
      'method = "GivenWeights"',
      "",
      "[method.weight.weights]",
      ...rows,
      "",
    ].join("\n");
  };

  function copy(state, box) {
    const words = h.words(state);
    const toml = box.querySelector("textarea");
    toml.hidden = false;
    toml.value = h.studyText(state);
    toml.select();
    const byHand = () =>
      h.say(state, document.execCommand("copy") ? words.copied : words.copy_by_hand);
    if (navigator.clipboard) {
      navigator.clipboard.writeText(toml.value).then(() => h.say(state, words.copied), byHand);
    } else byHand();
  }

  h.explorerPanel = function (state) {
    const words = h.words(state);
    const box = h.panel(state, "weights");
    const scroll = element("div", "hubtiers-scroll");
    const toml = element("textarea");
    toml.hidden = true;
    toml.readOnly = true;
    toml.rows = 9;
    toml.spellcheck = false;
    toml.dataset.key = "toml";
    toml.setAttribute("aria-label", words.toml);
    const buttons = element("div", "hubtiers-buttons");
    buttons.append(
      h.button("hubtiers-copy", words.copy, "copy", () => copy(state, box)),
      h.button("hubtiers-reset", words.reset, "reset", () => {
        h.explore(state, {
          preset: "study",
          weights: state.data.explorer.weights.slice(),
          aggregation: 0,
          rule: 0,
        });
      }),
    );
    const tree = branch(state, state.explorer.model.groups.length - 1);
    tree.className = "hubtiers-tree";
    scroll.append(
      element("p", "hubtiers-note", words.explorer_hint),
      ...choices(state),
      element("p", "hubtiers-summary"),
      ...(state.data.explorer.live ? [h.liveBox(state)] : []),
      buttons,
      toml,
      tree,
    );
    box.append(scroll);
    queueMicrotask(() => renewPanel(state));
    return box;
  };
})(window.hubtiers);
