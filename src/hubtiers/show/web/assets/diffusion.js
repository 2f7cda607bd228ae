// Diffusion: when each region is reached, with a slider through relative time.
"use strict";
(function (h) {
  const element = h.element;
  const APART = -1;
  const FRAMES = 100;
  const FRAME = 80;
  // For readers who want less motion: few steps, each long enough to look at.
  const FEW = 10;
  const LONG = 900;

  h.startDiffusion = function (state) {
    const given = state.data.diffusion;
    if (!given) return;
    const taken = given.arrival.filter((time) => time !== null && time !== APART);
    const sorted = taken.slice().sort((a, b) => a - b);
    const order = new Map(sorted.map((time, place) => [time, place]).reverse());
    state.spread = {
      sorted: sorted,
      order: order,
      times: [...new Set(sorted)],
      all: given.arrival.filter((time) => time !== APART).length,
      step: new Set(sorted).size - 1,
      timer: null,
      stripes: null,
    };
  };

  const timeNow = (state) => state.spread.times[state.spread.step];
  const reachedBy = (state, time) => state.spread.sorted.filter((x) => x <= time).length;

  function ramp(state) {
    const colours = state.data.diffusion.ramp;
    return state.theme === "dark" ? colours.slice().reverse() : colours;
  }

  // Stripes the other way than those of “no data”.
  const stripes = (state) => ({ theme: state.theme, pattern: h.hatch("plain", "line", true) });

  // Colour by the order of arrival: equally many regions in each part of the scale.
  h.arrivalLook = function (state, number) {
    const time = state.data.diffusion.arrival[number];
    if (time === APART) return { key: "nodata", fill: state.hatch, opacity: 1 };
    if (time === null) {
      const known = state.spread.stripes;
      const drawn = known && known.theme === state.theme ? known : stripes(state);
      state.spread.stripes = drawn;
      return { key: "never" + state.theme, fill: drawn.pattern, opacity: 1 };
    }
    if (time > timeNow(state)) return { key: "plain", fill: state.paint.plain, opacity: 1 };
    const last = Math.max(state.spread.sorted.length - 1, 1);
    const share = state.spread.order.get(time) / last;
    const color = h.mix(ramp(state), Math.round(share * 63) / 63);
    return { key: color, fill: color, opacity: 1 };
  };

  h.arrivalText = function (state, number) {
    const words = h.words(state);
    const time = state.data.diffusion.arrival[number];
    if (time === APART) return words.took_no_part;
    if (time === null) return words.never_reached;
    const place = state.spread.order.get(time) + 1;
    return h.fill(words.arrival_place, { time: h.amount(time), n: place });
  };

  // What a popup says of a region: when it is reached, and by which channels.
  h.arrivalParts = function (state, number) {
    const given = state.data.diffusion;
    if (!given) return [];
    const words = h.words(state);
    const rows = [[words.arrival_at, h.arrivalText(state, number)]];
    const shares = given.shares[number];
    if (shares) {
      const carried = given.channels
        .map((channel, i) => [words["link_" + channel], shares[i]])
        .filter(([, share]) => share > 0)
        .map(([name, share]) => name + " " + share + " %");
      rows.push([words.carried_by, carried.join(" · ")]);
    }
    const runs = given.intervals && given.intervals[number];
    if (runs && runs[3] !== null) {
      const ends = [runs[0], runs[2]].map(h.amount);
      rows.push([words.runs_interval, ends.join("–")], [words.runs_reach, h.percent(runs[3])]);
    }
    return [element("h3", "", words.diffusion), h.facts(rows)];
  };

  h.arrivalLegend = function (state) {
    const words = h.words(state);
    const { sorted } = state.spread;
    const at = [0, 0.25, 0.5, 0.75, 1].map((q) => sorted[Math.round(q * (sorted.length - 1))]);
    const list = element("ul");
    const entry = (className, text) => {
      const item = element("li");
      item.append(element("span", "hubtiers-swatch " + className), element("span", "label", text));
      list.append(item);
    };
    const arrival = state.data.diffusion.arrival;
    entry("notyet", words.not_yet);
    if (arrival.includes(null)) entry("never", words.never_reached);
    const apart = (time, number) => time === APART && !state.data.regions[number].outside;
    if (arrival.some(apart)) entry("nodata", words.took_no_part);
    if (state.data.regionOf.some((r) => r < 0)) entry("outside", words.not_in_study);
    const note = element("p", "hubtiers-note", words.colour_is_order);
    const parts = [h.gradient(ramp(state)), h.ends(at.map(h.amount)), list, note];
    if (state.modified) parts.push(element("p", "hubtiers-note", words.own_weights));
    return parts;
  };

  // The slider

  function timeText(state) {
    const time = timeNow(state);
    const values = { time: h.amount(time), n: reachedBy(state, time), all: state.spread.all };
    return h.fill(h.words(state).reached_by, values);
  }

  function goTo(state, step) {
    const { times } = state.spread;
    state.spread.step = Math.min(Math.max(step, 0), times.length - 1);
    if (state.fill !== "arrival") h.setFill(state, "arrival");
    else h.restyle(state);
    renewTime(state);
  }

  function renewTime(state) {
    const box = state.ui.querySelector(".hubtiers-time");
    if (!box) return;
    const { step, times, timer } = state.spread;
    const slider = box.querySelector("input");
    slider.value = step;
    slider.setAttribute("aria-valuetext", timeText(state));
    box.querySelector("output").textContent = timeText(state);
    const words = h.words(state);
    box.querySelector('[data-key="play"]').textContent = timer ? words.pause : words.play;
    box.querySelector('[data-key="back"]').disabled = step === 0;
    box.querySelector('[data-key="on"]').disabled = step === times.length - 1;
  }

  function stop(state) {
    clearInterval(state.spread.timer);
    state.spread.timer = null;
    renewTime(state);
  }

  function play(state) {
    const { times } = state.spread;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const stride = Math.max(1, Math.ceil(times.length / (calm ? FEW : FRAMES)));
    if (state.spread.step === times.length - 1) goTo(state, 0);
    const advance = () => {
      goTo(state, state.spread.step + stride);
      if (state.spread.step < times.length - 1) return;
      stop(state);
      h.say(state, timeText(state));
    };
    state.spread.timer = setInterval(advance, calm ? LONG : FRAME);
    renewTime(state);
  }

  function timeButton(state, key, text, act) {
    return h.button("hubtiers-step", text, key, () => act(state));
  }

  function stepBy(by) {
    return (state) => {
      stop(state);
      goTo(state, state.spread.step + by);
      h.say(state, timeText(state));
    };
  }

  function timeControls(state) {
    const words = h.words(state);
    const row = element("div", "hubtiers-time-row");
    const slider = element("input");
    Object.assign(slider, { type: "range", min: 0, max: state.spread.times.length - 1, step: 1 });
    slider.dataset.key = "time";
    slider.setAttribute("aria-label", words.time_slider);
    slider.addEventListener("input", () => {
      const step = Number(slider.value);
      stop(state);
      goTo(state, step);
    });
    const back = timeButton(state, "back", "◂", stepBy(-1));
    const on = timeButton(state, "on", "▸", stepBy(1));
    back.setAttribute("aria-label", words.step_back);
    on.setAttribute("aria-label", words.step_on);
    const run = timeButton(state, "play", words.play, (s) => (s.spread.timer ? stop(s) : play(s)));
    row.append(run, back, slider, on);
    return row;
  }

  h.timeBox = function (state) {
    const words = h.words(state);
    const box = h.folding(state, "diffusion", "hubtiers-time");
    box.append(
      element("output", "", timeText(state)),
      timeControls(state),
      element("p", "hubtiers-note", state.data.diffusion.caption[state.lang]),
      element("p", "hubtiers-note hubtiers-relative", words.time_is_relative),
    );
    // Who opens the box wants to see it.
    box.querySelector("summary").addEventListener("click", (event) => {
      event.preventDefault();
      box.open = !box.open;
      if (box.open && state.fill !== "arrival") h.setFill(state, "arrival");
    });
    box.addEventListener("toggle", () => {
      if (!box.open) stop(state);
      h.refit(state);
    });
    return box;
  };

  h.renewTime = renewTime;

  // From outside, to be seen once the regions are filled by it.
  h.goToStep = function (state, at) {
    clearInterval(state.spread.timer);
    Object.assign(state.spread, { timer: null, step: at });
    if (state.fill === "arrival") h.restyle(state);
    renewTime(state);
  };

  h.layerRoom = function (state) {
    const box = state.ui.querySelector(".hubtiers-right .hubtiers-layers[open]");
    return Math.max(162, box && state.data.network ? box.getBoundingClientRect().width + 16 : 0);
  };

  // Where the map is small, legend and slider take turns at its foot.
  h.makeWay = function (state, key, isOpen) {
    const other = { legend: "time", diffusion: "legend" }[key];
    if (!other || !isOpen || state.map.getSize().x >= 980) return;
    const box = state.ui.querySelector(".hubtiers-" + other);
    if (box) box.open = false;
  };

  // The regions make room for the open box.
  h.timeRoom = function (state) {
    const box = state.ui.querySelector(".hubtiers-time[open]");
    return box ? box.getBoundingClientRect().height + 10 : 0;
  };

  h.openTime = function (state) {
    const box = state.ui.querySelector(".hubtiers-time");
    if (box && state.wide) box.open = true;
  };
})(window.hubtiers);
