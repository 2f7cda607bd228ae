// What is seen, in the address of the page: it is read at the start, and follows what a reader does.
// What it says is data of somebody else: each part is held against what the map has.
"use strict";
(function (h) {
  const listed = (text) => (text === "" ? [] : text.split(","));

  const shownLayers = (state) =>
    Object.keys(state.layers).filter((key) => state.map.hasLayer(state.layers[key]));

  function isNumber(text) {
    return /^-?\d+(\.\d+)?([eE]-?\d+)?$/.test(text) && Number.isFinite(Number(text));
  }

  // Weights as the name of a preset, or a number for each indicator; null where nobody is meant.
  function weightsFrom(state, text) {
    const given = state.data.explorer;
    const preset = given.presets.find((one) => one.id === text);
    if (preset) return { preset: preset.id, weights: preset.weights.slice() };
    const parts = listed(text);
    if (parts.length !== given.weights.length || !parts.every(isNumber)) return null;
    const weights = parts.map(Number);
    const sum = weights.reduce((a, b) => a + b, 0);
    if (weights.some((w) => w < 0) || !(sum > 0) || !Number.isFinite(sum)) return null;
    // Weights that the page has written sum to one already, but for their last digit.
    const isWhole = Math.abs(sum - 1) < 1e-9;
    return { preset: "own", weights: isWhole ? weights : weights.map((w) => w / sum) };
  }

  function ownWeights(state) {
    const preset = state.data.explorer.presets.find((one) => one.id === state.explorer.preset);
    return preset ? preset.id : state.explorer.weights.join(",");
  }

  const kindsOf = (choice) => choice.kinds.join("-");

  // The three choices of the explorer are taken together: each alone may not fit the others.
  function scoring(state, text) {
    const given = state.data.explorer;
    if (!given) return text === null;
    if (text === null) {
      const own = { preset: "study", weights: given.weights.slice(), aggregation: 0, rule: 0 };
      return !state.modified || h.explore(state, own);
    }
    const [weights, kinds, rule] = text.split(";");
    const chosen = weightsFrom(state, weights);
    const aggregation =
      kinds === undefined ? 0 : given.aggregations.findIndex((one) => kindsOf(one) === kinds);
    const place = rule === undefined ? 0 : given.rules.findIndex((one) => one.id === rule);
    if (!chosen || aggregation < 0 || place < 0) return false;
    if (!given.aggregations[aggregation].possible) return false;
    return h.explore(state, Object.assign(chosen, { aggregation: aggregation, rule: place }));
  }

  function scoringText(state) {
    const now = state.explorer;
    if (!now || !state.modified || h.isOtherYear(state)) return null;
    const given = state.data.explorer;
    const kinds = kindsOf(given.aggregations[now.aggregation]);
    return [ownWeights(state), kinds, given.rules[now.rule].id].join(";");
  }

  function showLayers(state, text) {
    const isOf = (key) => Object.keys(state.layers).includes(key);
    // Another layout may lack a layer that the map has opened with.
    const keys = text === null ? listed(state.address.base.on).filter(isOf) : listed(text);
    if (!keys.every(isOf)) return false;
    Object.keys(state.layers).forEach((key) => {
      const wanted = keys.includes(key);
      if (wanted === state.map.hasLayer(state.layers[key])) return;
      h.toggleLayer(state, key, wanted);
      const box = state.ui.querySelector('input[name="' + key + '"]');
      if (box) box.checked = wanted;
    });
    return true;
  }

  function showRegion(state, text) {
    if (text === null) {
      if (state.popup && state.told !== undefined) state.popup.remove();
      return true;
    }
    const number = state.data.regions.findIndex((region) => region.id === text);
    if (number < 0) return false;
    h.openRegion(state, number);
    return true;
  }

  function showView(state, text) {
    if (text === null) {
      if (!state.popup) h.home(state);
      return true;
    }
    const parts = listed(text);
    if (parts.length !== 3 || !parts.every(isNumber)) return false;
    const [lat, lon, zoom] = parts.map(Number);
    if (Math.abs(lat) > 90 || Math.abs(lon) > 540 || zoom < 0 || zoom > 18) return false;
    state.map.setView([lat, lon], zoom, { animate: false });
    return true;
  }

  function viewText(state) {
    if (!state.moved) return null;
    const at = state.map.getCenter();
    return [at.lat.toFixed(4), at.lng.toFixed(4), Number(state.map.getZoom().toFixed(2))].join(",");
  }

  // Key, what it says now (null for what needs no saying), and how what it says is brought about:
  // false where the map has no such thing.
  h.addressParts = [
    {
      key: "layer",
      read: (state) => state.fill,
      bring: (state, text) => {
        const fill = text === null ? state.address.base.layer : text;
        if (!h.fills(state).includes(fill)) return false;
        if (fill !== state.fill) h.setFill(state, fill);
        return true;
      },
    },
    {
      key: "lang",
      read: (state) => (state.data.languages.length > 1 ? state.lang : null),
      bring: (state, text) => {
        if (text === null || text === state.lang) return true;
        if (!state.data.languages.includes(text)) return false;
        h.speak(state, text);
        return true;
      },
    },
    { key: "w", read: scoringText, bring: scoring },
    { key: "year", read: h.yearText, bring: h.bringYear },
    h.recalled.layout,
    { key: "on", read: (state) => shownLayers(state).join(","), bring: showLayers },
    ...h.recalled.views,
    {
      key: "region",
      read: (state) => (state.told === undefined ? null : state.data.regions[state.told].id),
      bring: showRegion,
    },
    h.recalled.hub,
    { key: "at", read: viewText, bring: showView },
  ];

  // The fragment that says what is seen, without what would be so anyway. The language is always
  // said: the browser of whoever opens it may prefer another.
  function fragment(state) {
    const said = new URLSearchParams();
    h.addressParts.forEach((part) => {
      const text = part.read(state);
      const plain = part.key !== "lang" && text === state.address.base[part.key];
      if (text !== null && !plain) said.set(part.key, text);
    });
    return "#" + said.toString().replace(/%2C/g, ",").replace(/%3B/g, ";");
  }

  h.addressOf = (state) => location.href.replace(/#.*$/, "") + fragment(state);

  h.hasAddress = () => !["about:", "data:"].includes(location.protocol);

  function keep(state) {
    const wanted = fragment(state);
    const field = state.aside.querySelector(".hubtiers-link-field");
    if (field) field.value = h.addressOf(state);
    if (!h.hasAddress() || wanted === location.hash) return;
    try {
      history.replaceState(null, "", wanted);
    } catch {
      // A browser that does not let a local file change its address: the link in the panel says it.
    }
  }

  function tell(state, refused) {
    const old = document.querySelector(".hubtiers-refused");
    if (old) old.remove();
    if (!refused.length) return;
    const shown = refused.map(([key, text]) => key + "=" + [...text].slice(0, 40).join(""));
    const text = h.fill(h.words(state).address_refused, { what: shown.join(", ") });
    const box = h.element("div", "hubtiers-box hubtiers-refused");
    const close = h.button("", h.words(state).close, "close-refused", () => box.remove());
    box.append(h.element("p", "", text), close);
    document.body.append(box);
    h.say(state, text);
  }

  // Keys that the map does not know are passed over: they may be those of a later version.
  function follow(state, isStart) {
    const said = new URLSearchParams(location.hash.slice(1));
    const refused = [];
    h.addressParts.forEach((part) => {
      const text = said.get(part.key);
      if (text === null && isStart) return;
      if (!part.bring(state, text) && text !== null) refused.push([part.key, text]);
    });
    tell(state, refused);
  }

  h.startAddress = function (state) {
    state.address = { base: {} };
    h.addressParts.forEach((part) => {
      state.address.base[part.key] = part.read(state);
    });
    if (location.hash.length > 1) follow(state, true);
    const later = () => {
      clearTimeout(state.address.timer);
      state.address.timer = setTimeout(() => keep(state), 250);
    };
    // Whatever a reader does comes as one of these.
    ["change", "click", "input", "keyup"].forEach((event) =>
      document.addEventListener(event, later, true),
    );
    state.map.on("dragend zoomend popupopen popupclose", later);
    // What plays goes on by itself, and says so.
    new MutationObserver(later).observe(state.status, { childList: true });
    addEventListener("hashchange", () => follow(state, false));
  };
})(window.hubtiers);
