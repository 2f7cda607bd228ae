// What a click tells: score, rank, tier, doubt, profile by function, strengths, weaknesses, sources
// and years.
"use strict";
(function (h) {
  const element = h.element;

  function head(state, item) {
    const other = state.lang === "zh" ? "en" : "zh";
    const parts = [element("h2", "", h.name(item, state.lang))];
    const second = item["name_" + other];
    if (second && second !== h.name(item, state.lang)) parts.push(element("p", "second", second));
    return parts;
  }

  function facts(pairs) {
    const rows = element("dl");
    pairs.forEach(([term, value, mark]) => {
      const cell = element("dd", "", value);
      if (mark) cell.prepend(mark);
      rows.append(element("dt", "", term), cell);
    });
    return rows;
  }

  const tierMark = (state, number) =>
    h.markSwatch(state, state.now.tiers[number], h.markOf(state, number), "small");

  // How sure the tier is; nothing where no draws tell.
  function sureness(state, number) {
    const told = h.markText(state, number);
    return told === null ? [] : [[h.words(state).certainty, told]];
  }

  function probabilityBar(state, title, probability) {
    const box = element("section");
    box.append(element("h3", "", title));
    const bar = h.svg("svg", {
      viewBox: "0 0 240 12",
      width: "100%",
      height: 12,
      preserveAspectRatio: "none",
      class: "hubtiers-bar",
      role: "img",
    });
    const texts = [];
    let from = 0;
    const columns = Array.from(probability, (_, column) => column);
    columns.sort((a, b) => h.drawnPlace(state, a) - h.drawnPlace(state, b));
    columns.forEach((column) => {
      const share = probability[column];
      const tier = h.drawnTier(state, column);
      bar.append(
        h.svg("rect", {
          x: from * 240,
          y: 0,
          width: share * 240,
          height: 12,
          fill: tier[state.theme === "dark" ? "dark" : "color"],
        }),
      );
      from += share;
      if (share >= 0.005) {
        // Draws do not show that a share is the whole.
        const percent = share >= 0.995 ? "> 99 %" : Math.round(share * 100) + " %";
        texts.push(tier.names[state.lang] + " " + percent);
      }
    });
    bar.setAttribute("aria-label", texts.join(", "));
    box.append(bar, element("p", "second", texts.join(" · ")));
    return box;
  }

  // Bars on one scale for all functions, from the lowest to the highest score that any region has
  // in any of them.
  function profile(state, number) {
    const words = h.words(state);
    const box = element("section");
    const functions = state.data.functions;
    box.append(element("h3", "", words.profile));
    const all = state.now.functions.flatMap((values) =>
      Array.from(values).filter((x) => !Number.isNaN(x)),
    );
    const low = Math.min(0, ...all);
    const span = Math.max(...all) - low || 1;
    const table = element("div", "hubtiers-profile");
    functions.forEach((f, i) => {
      const x = state.now.functions[i][number];
      const bar = h.svg("svg", {
        viewBox: "0 0 100 8",
        width: "100%",
        height: 8,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
        class: "hubtiers-bar",
      });
      if (!Number.isNaN(x)) {
        bar.append(
          h.svg("rect", {
            x: 0,
            y: 0,
            width: (100 * (x - low)) / span,
            height: 8,
            class: f.depth > 1 ? "sub" : "top",
          }),
        );
      }
      table.append(
        element("span", f.depth > 1 ? "sub" : "", h.name(f, state.lang)),
        bar,
        element("span", "value", h.number(x, 2)),
      );
    });
    box.append(table);
    return box;
  }

  function standouts(state, title, rows) {
    const box = element("section");
    box.append(element("h3", "", title));
    const list = element("ul");
    rows.forEach(([at, difference, value]) => {
      const indicator = state.data.indicators[at];
      const item = element("li");
      const unit = indicator.unit[state.lang];
      const amount = h.amount(value) + (unit && value !== null ? " " + unit : "");
      item.append(
        element("span", "label", h.name(indicator, state.lang)),
        element(
          "span",
          "value",
          amount + " (" + (difference > 0 ? "+" : "−") + Math.abs(difference).toFixed(2) + ")",
        ),
      );
      list.append(item);
    });
    box.append(list);
    return box;
  }

  function sources(state, region) {
    const words = h.words(state);
    const box = element("details");
    const years = region.years
      ? region.years[0] === region.years[1]
        ? region.years[0]
        : region.years[0] + "–" + region.years[1]
      : "–";
    box.append(element("summary", "", words.sources_years + ": " + years));
    const list = element("ul", "plain");
    new Set(state.data.indicators.map((i) => i.source).filter(Boolean)).forEach((source) =>
      list.append(element("li", "", source)),
    );
    box.append(list);
    return box;
  }

  function scoreFacts(state, number) {
    const words = h.words(state);
    const region = state.data.regions[number];
    const tier = state.now.tiers[number];
    // How many of its values a region has is told for the year of the study.
    const coverage = h.isOtherYear(state)
      ? []
      : [[words.coverage, Math.round(region.coverage * 100) + " %"]];
    if (tier < 0) {
      return [
        [words.tier, region.outside ? words.not_in_study : h.missingText(state, number)],
        ...coverage,
      ];
    }
    const doubt = [];
    const found = h.doubtOf(state, number);
    if (found && found.interval[0] !== null) {
      const [low, , high] = found.interval.map(Math.round);
      doubt.push(["", h.fill(words.interval, { low: low, high: high })]);
    }
    return [
      [words.tier, state.data.tiers[tier].names[state.lang], tierMark(state, number)],
      ...sureness(state, number),
      [words.rank, state.now.ranks[number] + " / " + state.now.scored],
      ...doubt,
      [words.score, h.number(state.now.scores[number], 3)],
      ...coverage,
    ];
  }

  function regionContent(state, number, unit) {
    const words = h.words(state);
    const region = state.data.regions[number];
    const box = element("div", "hubtiers-popup");
    box.append(...head(state, region));
    if (unit !== null && state.data.units[unit].id !== region.id) {
      box.append(
        element(
          "p",
          "second",
          h.name(state.data.units[unit], state.lang) +
            " · " +
            words.part_of +
            " " +
            h.name(region, state.lang),
        ),
      );
    }
    box.append(...h.standing(state));
    // What it does in its hubs, by the study's own sub-scores of its own year.
    const roles = state.modified || h.isOtherYear(state) ? [] : state.data.roles[region.id] || [];
    box.append(...roles.map((said) => element("p", "second hubtiers-role", said[state.lang])));
    box.append(facts(scoreFacts(state, number)));
    // Where weight went because of a gap, under the study's own weights.
    if (region.gaps !== undefined && !state.modified) {
      const texts = region.gaps.map((n) => state.data.gapTexts[n][state.lang]);
      box.append(...texts.map((text) => element("p", "second hubtiers-gaps", text)));
    }
    if (state.now.tiers[number] >= 0) {
      const found = h.doubtOf(state, number);
      if (found) box.append(probabilityBar(state, words.tier_probabilities, found.probability));
      else if (region.probability) {
        box.append(probabilityBar(state, words.live_own, region.probability));
      }
      if (state.data.functions.length) box.append(profile(state, number));
      if (!state.modified && region.strengths) {
        if (region.strengths.length) {
          box.append(standouts(state, words.strengths, region.strengths));
        }
        if (region.weaknesses.length) {
          box.append(standouts(state, words.weaknesses, region.weaknesses));
        }
      } else if (!state.modified) {
        box.append(element("p", "second", words.no_peers));
      }
    }
    // Told of places that are a core in some draw.
    const isEver = state.data.draws && region.id in state.data.draws.shares;
    const draws = isEver ? h.drawFacts(state, region.id) : [];
    if (draws.length) box.append(element("h3", "", words.hubs), facts(draws));
    box.append(...h.arrivalParts(state, number), h.regionActions(state, number));
    if (!h.isOtherYear(state)) box.append(sources(state, region));
    return box;
  }

  function unitContent(state, unit) {
    const box = element("div", "hubtiers-popup");
    box.append(
      ...head(state, state.data.units[unit]),
      element("p", "", h.words(state).not_in_study),
    );
    return box;
  }

  function hubParts(state, hub, core) {
    const words = h.words(state);
    const lang = state.lang;
    const parts = [
      facts([
        [words.tier, state.data.hubTiers[hub.tier].names[lang]],
        [words.core, h.name(core, lang)],
        ...h.coreFacts(state, core),
      ]),
    ];
    const said = [hub["focus_" + lang], hub["focus_" + (lang === "zh" ? "en" : "zh")]];
    const focus = said.find((lines) => lines && lines.length) || [];
    if (focus.length) {
      const list = element("ul", "plain");
      focus.forEach((line) => list.append(element("li", "", line)));
      parts.push(element("h3", "", words.focus), list);
    }
    return parts;
  }

  h.hubTip = function (state, hub, core) {
    const tip = element("div");
    const parts = hubParts(state, hub, core);
    const second = hub["name_" + (state.lang === "zh" ? "en" : "zh")];
    tip.append(
      element("b", "", h.name(hub, state.lang)),
      ...(second ? [element("span", "second", second)] : []),
      ...parts,
    );
    return tip;
  };

  h.corridorTip = function (state, corridor) {
    const tip = element("div");
    tip.append(element("b", "", h.name(corridor, state.lang)));
    const note = corridor["note_" + state.lang];
    if (note) tip.append(element("span", "second", note));
    return tip;
  };

  function open(state, at, build, number) {
    if (state.popup) state.popup.remove();
    if (state.tip) state.tip.remove();
    const size = state.map.getSize();
    h.foldHeadline(state);
    const head = h.headRoom(state);
    const popup = L.popup({
      className: "hubtiers-pop",
      maxWidth: Math.min(320, size.x - 60),
      minWidth: Math.min(250, size.x - 60),
      maxHeight: Math.max(160, size.y - head - 126),
      autoPanPaddingTopLeft: [12, head],
      autoPanPaddingBottomRight: [12, 60],
    });
    popup.setLatLng(at).setContent(build());
    state.popup = popup;
    state.told = number;
    state.toldHub = null;
    state.rebuildPopup = () => {
      popup.setContent(build());
    };
    popup.on("remove", () => {
      if (state.popup === popup) {
        state.popup = null;
        state.told = undefined;
        state.toldHub = null;
        state.rebuildPopup = null;
      }
    });
    popup.openOn(state.map);
  }

  Object.assign(h, { facts: facts, openAt: open });

  h.openUnit = function (state, unit, at) {
    const number = state.data.regionOf[unit];
    open(
      state,
      at,
      () => (number < 0 ? unitContent(state, unit) : regionContent(state, number, unit)),
      number < 0 ? undefined : number,
    );
  };

  h.openRegion = function (state, number) {
    const region = state.data.regions[number];
    state.map.fitBounds(h.boundsOf(state, number), {
      // A region of a small place is no reason to go far away from it.
      maxZoom: Math.max(6, state.homeZoom + 1),
      animate: false,
      padding: [40, 40],
    });
    open(state, region.at, () => regionContent(state, number, null), number);
    const tier = state.now.tiers[number];
    const words = h.words(state);
    h.say(
      state,
      h.name(region, state.lang) +
        ": " +
        (tier < 0
          ? words.no_data
          : words.rank +
            " " +
            state.now.ranks[number] +
            ", " +
            state.data.tiers[tier].names[state.lang]),
    );
  };

  h.openHub = function (state, hub, core) {
    open(state, [core.lat, core.lon], () => {
      const box = element("div", "hubtiers-popup");
      box.append(...head(state, hub), ...hubParts(state, hub, core), ...h.hubLinks(state, hub));
      const remarks = [hub["note_" + state.lang], state.data.hubRemark[state.lang]];
      for (const text of remarks) if (text) box.append(element("p", "second", text));
      if (state.data.hubSource) {
        box.append(element("p", "second", h.words(state).source + ": " + state.data.hubSource));
      }
      return box;
    });
    state.toldHub = [hub.id, core.id];
    h.say(state, h.name(hub, state.lang));
  };

  h.boundsOf = function (state, number) {
    const region = state.data.regions[number];
    const units =
      region.units || state.data.regionOf.flatMap((r, unit) => (r === number ? [unit] : []));
    const bounds = L.latLngBounds([region.at]);
    units.forEach((unit) => bounds.extend(state.shapes[unit].getBounds()));
    return bounds;
  };
})(window.hubtiers);
