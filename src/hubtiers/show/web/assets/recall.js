// The parts of the address beyond layer, weights and place: layout, time, classes, links, table, panels.
// Each says what it is now (null for what needs no saying), and brings about what an address says: false
// where the map has no such thing.
"use strict";
(function (h) {
  // Names of others may hold any sign: each is escaped before they are put side by side.
  h.listText = (parts) => parts.map((part) => encodeURIComponent(part)).join(",");

  h.listOf = function (text) {
    try {
      return text === "" ? [] : text.split(",").map(decodeURIComponent);
    } catch {
      // No list that this page has written: its only part is the name of nothing.
      return [text];
    }
  };

  // Where a whole number written as such stands in 0 … n − 1; -1 for anything else.
  const placeOf = (text, n) => (/^\d{1,9}$/.test(text) && Number(text) < n ? Number(text) : -1);

  const regionOf = (state, id) => state.data.regions.findIndex((region) => region.id === id);

  const scoredOf = function (state, id) {
    const number = regionOf(state, id);
    return number >= 0 && state.now.tiers[number] >= 0 ? number : -1;
  };

  function act(node, value, event) {
    node.value = value;
    node.dispatchEvent(new Event(event));
  }

  const layout = {
    key: "layout",
    read: (state) => (state.layouts.length > 1 ? String(state.shown) : null),
    bring: (state, text) => {
      const place = text === null ? 0 : placeOf(text, state.layouts.length);
      if (place >= 0 && place !== state.shown) h.showLayout(state, place);
      return place >= 0 && state.layouts.length > 1;
    },
  };

  const against = {
    key: "since",
    read: (state) => (state.years ? state.years.against : null),
    bring: (state, text) => {
      const picker = state.ui.querySelector('[data-key="year-against"]');
      const wanted = text === null ? state.address.base.since : text;
      if (!picker || ![...picker.options].some((one) => one.value === wanted)) return false;
      if (picker.value !== wanted) act(picker, wanted, "change");
      return true;
    },
  };

  // The time that the diffusion has come to, as the data have it.
  const time = {
    key: "time",
    read: (state) => (state.spread ? String(state.spread.times[state.spread.step]) : null),
    bring: (state, text) => {
      const wanted = text === null ? state.address.base.time : text;
      const step = state.spread ? state.spread.times.map(String).indexOf(wanted) : -1;
      if (step >= 0) h.goToStep(state, step);
      return step >= 0;
    },
  };

  const atLeast = {
    key: "atleast",
    read: (state) => (state.data.certainty ? String(h.chanceTier(state)) : null),
    bring: (state, text) => {
      const wanted = text === null ? state.address.base.atleast : text;
      const tier = state.data.certainty ? placeOf(wanted, h.chanceTiers(state).length) : -1;
      if (tier < 0) return false;
      state.atLeast = tier;
      if (state.fill === "chance") h.setFill(state, "chance");
      return true;
    },
  };

  // The class that is left alone, as far as the legend has it.
  const only = {
    key: "only",
    read: (state) => state.isolated || null,
    bring: (state, text) => {
      const classes = [...state.ui.querySelectorAll(".hubtiers-class")];
      if (text !== null && !classes.some((one) => one.dataset.class === text)) return false;
      if ((state.isolated || null) !== text) h.isolate(state, text);
      return true;
    },
  };

  // How many links are shown, the heaviest first, and the kinds that are not.
  const links = {
    key: "links",
    read: (state) => {
      if (!state.linkTypes || state.shown !== 0) return null;
      const kinds = state.data.network.types.map((type) => type.id);
      const left = kinds.filter((kind) => !state.linkTypes.has(kind));
      return h.listText([state.linkCount, ...left]);
    },
    bring: (state, text) => {
      const slider = state.ui.querySelector('[data-key="least"]');
      if (!slider) return false;
      const [count, ...left] = h.listOf(text === null ? state.address.base.links : text);
      const { links, types } = state.data.network;
      const place = placeOf(count, links.length + 1);
      const kinds = types.map((type) => type.id);
      if (place < 1 || left.some((kind) => !kinds.includes(kind))) return false;
      kinds.forEach((kind) => {
        const box = state.ui.querySelector('[data-key="' + CSS.escape("link" + kind) + '"]');
        if (box.checked === left.includes(kind)) box.click();
      });
      act(slider, 1 - place, "input");
      return true;
    },
  };

  const table = {
    key: "table",
    read: (state) => {
      const view = h.tableView(state);
      return h.listText([view.by, view.down ? "down" : "up", view.tier, view.mark, view.text]);
    },
    bring: (state, text) => {
      const parts = h.listOf(text === null ? state.address.base.table : text);
      const [by, way, tier, mark, typed] = parts;
      const isOf = (value, n) => value === "" || placeOf(value, n) >= 0;
      const known = h.TABLE_COLUMNS.includes(by) && ["up", "down"].includes(way);
      if (parts.length !== 5 || !known || !isOf(mark, state.data.certainty ? 3 : 0)) return false;
      if (tier !== "-1" && !isOf(tier, state.data.tiers.length)) return false;
      const view = { by: by, down: way === "down", tier: tier, mark: mark, text: typed };
      Object.assign(h.tableView(state), view);
      state.unfolded.filter = Boolean(tier || mark || typed);
      if (state.open.table) h.drawAside(state);
      return true;
    },
  };

  const pair = {
    key: "pair",
    read: (state) =>
      state.open.compare ? h.listText(state.pair.map((i) => state.data.regions[i].id)) : null,
    bring: (state, text) => {
      if (text === null) return true;
      const numbers = h.listOf(text).map((id) => scoredOf(state, id));
      if (numbers.length !== 2 || numbers.includes(-1) || numbers[0] === numbers[1]) return false;
      state.pair = numbers;
      if (state.open.compare) h.drawAside(state);
      return true;
    },
  };

  const values = {
    key: "try",
    read: (state) => {
      const tried = state.tried;
      if (!tried || !(tried.values.size || state.open.whatif)) return null;
      const parts = [state.data.regions[tried.number].id];
      tried.values.forEach((x, j) => parts.push(state.data.indicators[j].id, x));
      return h.listText(parts);
    },
    bring: (state, text) => {
      if (text === null) return h.bringValues(state, null, []);
      const [id, ...rest] = h.listOf(text);
      const number = scoredOf(state, id);
      if (number < 0 || rest.length % 2) return false;
      const changes = rest.flatMap((code, k) => {
        const j = state.data.indicators.findIndex((one) => one.id === code);
        return k % 2 ? [] : [[j, rest[k + 1]]];
      });
      return h.bringValues(state, number, changes);
    },
  };

  // The panel to take this very address from is not part of what is seen.
  const panel = {
    key: "panel",
    read: (state) => (state.opened || []).filter((key) => key !== "take").join(","),
    bring: (state, text) => {
      const keys = h.listOf(text || "");
      const has = {
        table: true,
        weights: Boolean(state.explorer),
        compare: Boolean(state.pair),
        whatif: Boolean(state.tried),
      };
      if (keys.some((key) => !Object.keys(has).includes(key) || !has[key])) return false;
      h.openPanels(state, [...new Set(keys)]);
      return true;
    },
  };

  const hub = {
    key: "hub",
    read: (state) => (state.toldHub ? h.listText(state.toldHub) : null),
    bring: (state, text) => {
      if (text === null) {
        if (state.toldHub) state.popup.remove();
        return true;
      }
      const [id, at] = h.listOf(text);
      const found = state.data.hubs.find((one) => one.id === id);
      const core = found && found.cores.find((one) => one.id === at);
      if (core) h.openHub(state, found, core);
      return Boolean(core);
    },
  };

  h.recalled = {
    layout: layout,
    views: [against, time, atLeast, only, links, table, pair, values, panel],
    hub: hub,
  };
})(window.hubtiers);
