// The search: names in either language, pinyin and its initials, regions above, and slips of the pen.
"use strict";
(function (h) {
  const element = h.element;
  const MOST = 8;
  const MOST_BELOW = 40;
  const SYLLABLE =
    /^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ui|un|uo|ue|a|e|i|o|u)/;

  // Initials of the syllables where a word is pinyin, else its first letter. A syllable within a word
  // begins with a consonant; of the ways to part it, the one with the longest syllables is taken.
  function syllables(word, first) {
    if (!word) return "";
    const found = SYLLABLE.exec(word);
    if (!found || (!first && !found[1])) return null;
    for (let n = found[0].length; n > (found[1] || "").length; n--) {
      if (!SYLLABLE.test(word.slice(0, n)) || SYLLABLE.exec(word.slice(0, n))[0].length !== n) continue;
      const rest = syllables(word.slice(n), false);
      if (rest !== null) return word[0] + rest;
    }
    return null;
  }

  function initials(text) {
    // What stands in brackets tells namesakes apart, and is no part of the name.
    const words = text
      .replace(/\(.*\)/, "")
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase()
      .match(/[a-z]+/g);
    return (words || []).map((word) => syllables(word, true) || word[0]).join("");
  }

  // How many letters have to be changed, added or left out; two neighbours that changed places count
  // as one. More than `most` is not counted out.
  function distance(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let before = [];
    let last = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      for (let j = 1; j <= b.length; j++) {
        const cost = a[i - 1] === b[j - 1] ? 0 : 1;
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      before = last;
      last = row;
    }
    return last[b.length];
  }

  const isLatin = (text) => /^[a-z0-9]+$/.test(text);

  // How many slips are forgiven: none in what is too short to tell.
  function slips(wanted) {
    if (!isLatin(wanted)) return wanted.length < 2 ? 0 : wanted.length < 5 ? 1 : 2;
    return wanted.length < 4 ? 0 : wanted.length < 7 ? 1 : 2;
  }

  function textsOf(state, item, short) {
    return [item.name_zh, item.name_en, item.id, short]
      .concat(item.aliases || [])
      .filter(Boolean)
      .map(h.fold);
  }

  h.parentNames = function (state, number) {
    const parent = state.data.parents[state.data.parentOf[number]];
    return parent ? [parent.name_zh, parent.name_en] : [];
  };

  function shortOf(state, i) {
    const short = state.data.shorts[i];
    const name = state.data.regions[i].name_zh || "";
    return typeof short === "string" ? short : short ? name.slice(0, -short) : "";
  }

  function seekable(state) {
    const regions = state.data.regions.map((item, i) => ({
      item: item,
      number: i,
      texts: textsOf(state, item, shortOf(state, i)),
      initials: initials(item.name_en || ""),
      above: h.parentNames(state, i).map(h.fold),
      go: () => h.openRegion(state, i),
    }));
    const known = new Set(state.data.regions.map((r) => r.id));
    const units = state.data.units
      .map((item, i) => ({
        item: item,
        texts: textsOf(state, item),
        initials: initials(item.name_en || ""),
        part: state.data.regionOf[i],
        go: () => goToUnit(state, i),
      }))
      .filter(({ item }) => !known.has(item.id));
    const hubs = state.data.hubs.map((item) => ({
      item: item,
      texts: textsOf(state, item),
      initials: initials(item.name_en || ""),
      hub: true,
      go: () => goToHub(state, item),
    }));
    return regions.concat(units, hubs);
  }

  function goToUnit(state, i) {
    const bounds = state.shapes[i].getBounds();
    state.map.fitBounds(bounds, { maxZoom: 8, animate: false, padding: [60, 60] });
    h.openUnit(state, i, bounds.getCenter());
  }

  function goToHub(state, item) {
    const core = item.cores[0];
    if (!core) return;
    state.map.setView([core.lat, core.lon], 6, { animate: false });
    h.openHub(state, item, core);
  }

  // 0 the name itself, 1 its beginning or its initials, 2 something within it, 3 a region above, 4 a
  // slip or two; nothing beyond.
  function rate(entry, wanted) {
    if (entry.texts.includes(wanted)) return 0;
    if (entry.initials.length > 1 && entry.initials === wanted) return 1;
    if (entry.texts.some((t) => t.startsWith(wanted))) return 1;
    if (entry.texts.some((t) => t.includes(wanted))) return 2;
    if (entry.above && isAbove(entry, wanted)) return 3;
    return null;
  }

  const isAbove = (entry, wanted) =>
    wanted.length > 1 && entry.above.some((t) => t && t.startsWith(wanted));

  function rateSlip(entry, wanted) {
    const most = slips(wanted);
    if (!most) return null;
    const nearest = Math.min(...entry.texts.map((t) => distance(t, wanted, most)));
    return nearest <= most ? 3 + nearest : null;
  }

  // Within a grade the highest tier comes first, then the rank.
  function standing(state, entry) {
    const number = entry.number === undefined ? entry.part : entry.number;
    if (entry.hub || number === undefined || number < 0) return [99, 1e9];
    const tier = state.now.tiers[number];
    return tier < 0 ? [98, 1e9] : [tier, state.now.ranks[number]];
  }

  function matches(state, text) {
    const wanted = h.fold(text);
    if (!wanted) return [];
    state.seekable = state.seekable || seekable(state);
    const rated = (grade) =>
      state.seekable
        .map((entry) => ({ entry, grade: grade(entry, wanted) }))
        .filter((one) => one.grade !== null);
    let found = rated(rate);
    if (!found.length) found = rated(rateSlip);
    found.forEach((one) => Object.assign(one, { standing: standing(state, one.entry) }));
    found.sort(
      (a, b) =>
        a.grade - b.grade || a.standing[0] - b.standing[0] || a.standing[1] - b.standing[1],
    );
    // A region above stands for all below it.
    const below = found.filter((one) => one.grade === 3).length;
    return found.slice(0, below ? MOST_BELOW : MOST).map((one) => one.entry);
  }

  function hitText(state, entry) {
    const lang = state.lang;
    const words = h.words(state);
    const other = entry.item["name_" + (lang === "zh" ? "en" : "zh")];
    const tier = entry.number === undefined ? -1 : state.now.tiers[entry.number];
    const parent = state.data.parents[state.data.parentOf[entry.number]];
    const extra = [
      other !== h.name(entry.item, lang) ? other : "",
      entry.hub ? words.hubs : "",
      entry.part >= 0
        ? words.part_of + " " + h.name(state.data.regions[entry.part], lang)
        : "",
      parent && h.name(parent, lang) !== h.name(entry.item, lang) ? h.name(parent, lang) : "",
      tier >= 0 ? state.data.tiers[tier].names[lang] : "",
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
      placeholder: words.find,
      title: hint,
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
    search.list.children[search.active].scrollIntoView({ block: "nearest" });
    search.input.setAttribute("aria-activedescendant", "hubtiers-hit" + search.active);
  }
})(window.hubtiers);
