// What a reader takes away: a picture, a drawing, a table of what is seen, and a link to it.
"use strict";
(function (h) {
  const element = h.element;
  // A picture is at least so many points wide, for print, and at most four times the screen.
  const WIDE = 2400;

  // Names of files hold letters and digits only, whatever a title holds.
  function fileName(state, suffix) {
    const shown = [state.data.title[state.lang], h.fillName(state, state.fill)];
    const parts = shown.join(" ").match(/[\p{L}\p{N}]+/gu) || ["map"];
    return [...parts.join("-")].slice(0, 80).join("") + "." + suffix;
  }

  function download(state, blob, suffix) {
    const link = element("a");
    link.href = URL.createObjectURL(blob);
    link.download = fileName(state, suffix);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    h.say(state, h.fill(h.words(state).taken, { name: link.download }));
  }

  const SVG = "image/svg+xml;charset=utf-8";

  h.takeSvg = (state) => download(state, new Blob([h.picture(state).text], { type: SVG }), "svg");

  h.takePng = async function (state) {
    const picture = h.picture(state);
    const image = new Image();
    image.src = "data:" + SVG + "," + encodeURIComponent(picture.text);
    try {
      await image.decode();
      const scale = Math.min(4, Math.max(2, WIDE / picture.width));
      const canvas = element("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      download(state, blob, "png");
    } catch {
      h.say(state, h.words(state).take_failed);
    }
  };

  // As `hubtiers._storage.cell_text`: what a spreadsheet would read as a formula is led by an
  // apostrophe, full-width signs likewise, and control characters are shown as such.
  h.cellText = function (text) {
    const shown = text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "\ufffd");
    const first = [...shown].slice(0, 1).join("").normalize("NFKC");
    return /^[=+\-@\t\r\n]/.test(first) ? "'" + shown : shown;
  };

  function cell(value) {
    if (value === null || value === undefined || Number.isNaN(value)) return "";
    const text = typeof value === "number" ? String(value) : h.cellText(value);
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  // Names of the hubs whose extent or core a region has a part in.
  function hubsOf(state) {
    const names = state.data.regions.map(() => []);
    const unitOf = new Map(state.data.units.map((unit, i) => [unit.id, i]));
    state.data.hubs.forEach((hub) => {
      const units = hub.units.concat(hub.cores.map((core) => unitOf.get(core.id)));
      const numbers = new Set(units.map((unit) => state.data.regionOf[unit]));
      numbers.forEach((number) => {
        if (number >= 0) names[number].push(h.name(hub, state.lang));
      });
    });
    return names;
  }

  // Doubt was assessed for the study's own weights.
  function doubtColumns(state) {
    const words = h.words(state);
    const regions = state.data.regions;
    if (!state.data.certainty || state.modified) return [];
    const ends = (i, end) => regions[i].interval && regions[i].interval[end];
    return [
      [words.probability, (i) => regions[i].probability && regions[i].probability[regions[i].tier]],
      [words.rank_low, (i) => ends(i, 0)],
      [words.rank_high, (i) => ends(i, 2)],
    ];
  }

  function columnsOf(state) {
    const words = h.words(state);
    const data = state.data;
    const now = state.now;
    const tier = (i) => (now.tiers[i] < 0 ? null : data.tiers[now.tiers[i]].names[state.lang]);
    const columns = [
      ...(state.years ? [[words.year, () => h.yearOf(state)]] : []),
      [words.rank, (i) => now.ranks[i]],
      [words.region_id, (i) => data.regions[i].id],
      [words.region, (i) => h.name(data.regions[i], state.lang)],
      [words.tier, tier],
      [words.score, (i) => now.scores[i]],
    ];
    data.functions.forEach((f, k) =>
      columns.push([h.name(f, state.lang), (i) => now.functions[k][i]]),
    );
    if (!h.isOtherYear(state)) columns.push([words.coverage, (i) => data.regions[i].coverage]);
    columns.push(...doubtColumns(state));
    if (data.hubs.length) {
      const hubs = hubsOf(state);
      columns.push([words.hubs, (i) => hubs[i].join("; ")]);
    }
    return columns;
  }

  // The rows of the table as it shows them. The mark at the start tells spreadsheets that it is
  // UTF-8.
  h.tableText = function (state) {
    const columns = columnsOf(state);
    const rows = h.tableOrder(state).map((i) => columns.map(([, value]) => cell(value(i))));
    const head = columns.map(([name]) => cell(name));
    return "\ufeff" + [head, ...rows].map((row) => row.join(",") + "\n").join("");
  };

  h.takeCsv = (state) =>
    download(state, new Blob([h.tableText(state)], { type: "text/csv;charset=utf-8" }), "csv");

  function copyLink(state, field) {
    const words = h.words(state);
    field.value = h.addressOf(state);
    field.select();
    const byHand = () =>
      h.say(state, document.execCommand("copy") ? words.copied : words.copy_by_hand);
    if (navigator.clipboard) {
      navigator.clipboard.writeText(field.value).then(() => h.say(state, words.copied), byHand);
    } else byHand();
  }

  function linkParts(state) {
    const words = h.words(state);
    const label = element("label", "hubtiers-select");
    const field = element("input", "hubtiers-link-field");
    field.readOnly = true;
    field.dataset.key = "link";
    field.value = h.addressOf(state);
    field.addEventListener("focus", () => field.select());
    label.append(element("span", "", words.address_link), field);
    const copy = h.button("", words.take_copy, "copy-link", () => copyLink(state, field));
    return [label, copy, element("p", "hubtiers-note", words.address_hint)];
  }

  h.takePanel = function (state) {
    const words = h.words(state);
    const box = h.panel(state, "take");
    const scroll = element("div", "hubtiers-scroll");
    const buttons = element("div", "hubtiers-take");
    buttons.append(
      h.button("", words.take_png, "png", () => h.takePng(state)),
      h.button("", words.take_svg, "svg", () => h.takeSvg(state)),
      h.button("", words.take_csv, "csv", () => h.takeCsv(state)),
    );
    scroll.append(element("p", "hubtiers-note", words.take_hint), buttons);
    if (state.data.basemap) scroll.append(element("p", "hubtiers-note", words.take_tiles));
    // A page within another, as in a notebook, has no address of its own.
    if (h.hasAddress()) scroll.append(...linkParts(state));
    box.append(scroll);
    return box;
  };
})(window.hubtiers);
