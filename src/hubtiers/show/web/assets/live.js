// Certainty under the weights of the sliders: when they rest, the draws of the study run again in a
// worker, and the map follows. `state.live` is nothing under the study's own weights; else its
// `status` is "waits", "draws", "done" or "not", and when done it holds `probability` (regions ×
// tiers), `interval` of ranks, `likeliest` and present `tier` by region.
"use strict";
(function (h) {
  const element = h.element;
  const REST = 300;
  const PRELUDE = "var window = self; self.hubtiers = { share: () => {} };\n";

  const numbers = (text) =>
    new Float64Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

  // What stands in the address of a script.
  const scriptText = (source) => decodeURIComponent(source.slice(source.indexOf(",") + 1));

  // A worker whose text is that of the page's own scripts: no file, no network.
  function makeWorker(state) {
    const text = [PRELUDE];
    h.shared.forEach((source) => text.push(scriptText(source), "\n"));
    text.push("hubtiers.serve(self);");
    const address = URL.createObjectURL(new Blob(text, { type: "text/javascript" }));
    const worker = new Worker(address);
    worker.onmessage = (event) => hear(state, event.data);
    worker.onerror = () => refuse(state, "live_no_worker");
    const given = state.data.explorer.live;
    const model = state.explorer.model;
    worker.postMessage({
      model: { n: model.n, groups: model.groups },
      matrices: given.matrices.map((text) =>
        text ? h.scoring.decodeMatrix(text, model.n) : model.columns,
      ),
      options: given.options,
      spread: given.spread,
      draws: given.draws,
      seed: given.seed,
      k: state.data.ownTiers,
      kept: state.published.tiers,
      widths: {
        exponential: numbers(given.exponential),
        normal: numbers(given.normal),
      },
    });
    return worker;
  }

  // Why certainty is not live: the key of a word, or a text in all languages.
  function refuse(state, reason) {
    state.live = { status: "not", reason: reason };
    show(state);
  }

  function hear(state, told) {
    const live = state.live;
    if (!live || live.number !== told.number) return;
    if (told.failed) {
      refuse(state, told.failed);
      return;
    }
    live.done = told.done;
    if (!told.probability) {
      renewBox(state);
      return;
    }
    const { probability, interval } = told;
    state.live = found(state, { number: told.number, probability, interval });
    show(state);
  }

  function begin(state, job) {
    const now = state.explorer;
    try {
      now.worker = now.worker || makeWorker(state);
    } catch (problem) {
      refuse(state, "live_no_worker");
      return;
    }
    state.live.status = "draws";
    renewBox(state);
    now.worker.postMessage(job);
  }

  // What the worker needs to know of the choices as they stand.
  function jobOf(state) {
    const now = state.explorer;
    const given = state.data.explorer;
    const rule = given.live.fixed
      ? { id: "fixed", breaks: state.now.breaks }
      : given.rules[now.rule];
    return {
      number: now.number,
      weights: now.weights.slice(),
      kinds: given.aggregations[now.aggregation].kinds,
      rule: { id: rule.id, log: rule.log, breaks: rule.breaks },
    };
  }

  // Where weights are drawn without regard to the study's own, what was found holds under any, as
  // long as the study's own method stands beside them. Else certainty is not live.
  function withoutDraws(state) {
    const now = state.explorer;
    const given = state.data.explorer.live;
    if (!given.holds || now.aggregation || now.rule || !state.data.explorer.ownFirst) {
      return { status: "not", reason: given.reason };
    }
    const regions = state.data.regions;
    return found(state, {
      holds: true,
      probability: regions.map((region) => region.probability || null),
      interval: regions.map((region) => region.interval || null),
    });
  }

  function found(state, doubt) {
    return Object.assign(doubt, {
      status: "done",
      tier: state.now.tiers,
      likeliest: doubt.probability.map((row) => (row ? row.indexOf(Math.max(...row)) : -1)),
    });
  }

  // Whatever ran before is of other weights: it ends, and the next begins when the sliders rest.
  h.renewLive = function (state) {
    const now = state.explorer;
    const given = state.data.explorer.live;
    if (!given) return;
    const before = state.live;
    clearTimeout(now.rest);
    now.number = (now.number || 0) + 1;
    if (now.worker) now.worker.postMessage({ number: now.number });
    if (!state.modified) state.live = null;
    else if (given.reason) state.live = withoutDraws(state);
    else {
      state.live = { status: "waits", number: now.number, done: 0 };
      const job = jobOf(state);
      now.rest = setTimeout(() => begin(state, job), REST);
    }
    if ((before && before.status === "done") || (state.live && state.live.holds)) show(state);
    else renewBox(state);
  };

  function show(state) {
    if (h.restyle(state)) h.drawNow(state.shapes[0]._renderer);
    h.renewLegend(state);
    h.fillTable(state);
    if (state.rebuildPopup) state.rebuildPopup();
    clearTimeout(state.tableTimer);
    state.tableTimer = setTimeout(() => h.fillTable(state), 120);
    renewBox(state);
  }

  // What is known of a region's tier and rank under the weights as they are, and whether it is of
  // the study's own instead.
  h.doubtOf = function (state, number) {
    const region = state.data.regions[number];
    const { probability, interval } = region;
    if (!state.modified) return probability ? { probability, interval, own: true } : null;
    const live = state.live;
    if (!live || live.status !== "done" || !live.probability[number]) return null;
    return { probability: live.probability[number], interval: live.interval[number], own: false };
  };

  function percentOf(state) {
    return Math.floor((100 * state.live.done) / state.data.explorer.live.draws);
  }

  h.liveText = function (state) {
    const words = h.words(state);
    const given = state.data.explorer.live;
    const live = state.live;
    if (!given || !live) return "";
    if (live.status === "not") {
      const reason = words[live.reason] || live.reason[state.lang];
      return h.fill(words.live_not, { reason: reason });
    }
    if (live.status === "waits") return words.live_waits;
    if (live.status === "draws") return h.fill(words.live_draws, { percent: percentOf(state) });
    if (live.holds) return words.live_holds;
    return h.fill(words.live_done, {
      draws: given.draws.toLocaleString("en-US"),
      seed: given.seedText,
      what: given.what[state.lang],
      rule: state.data.explorer.rules[state.explorer.rule].names[state.lang],
    });
  };

  function renewBox(state) {
    const box = state.aside.querySelector(".hubtiers-live");
    if (!box) return;
    const live = state.live;
    const [text, bar] = [box.querySelector("p"), box.querySelector("progress")];
    box.hidden = !live;
    bar.hidden = !live || live.status === "done" || live.status === "not";
    bar.value = live && !bar.hidden ? percentOf(state) : 0;
    // A screen reader hears of every quarter, not of every hundredth.
    const step = live ? live.status + Math.floor(bar.value / 25) : "";
    if (live && box.dataset.step !== step) text.textContent = h.liveText(state);
    box.dataset.step = step;
  }

  h.liveBox = function (state) {
    const box = element("div", "hubtiers-live");
    const text = element("p", "hubtiers-note");
    const bar = element("progress");
    text.setAttribute("aria-live", "polite");
    bar.max = 100;
    bar.setAttribute("aria-label", h.words(state).live);
    box.append(text, bar);
    queueMicrotask(() => renewBox(state));
    return box;
  };
})(window.hubtiers);
