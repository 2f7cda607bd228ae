// Two regions side by side: mirrored bars by indicator, and where the difference in score comes from.
"use strict";
(function (h) {
  const element = h.element;
  const signed = (x, digits) =>
    Number.isNaN(x) ? "–" : (x > 0 ? "+" : x < 0 ? "−" : "±") + Math.abs(x).toFixed(digits);

  const scored = (state) =>
    state.data.regions
      .map((_, i) => i)
      .filter((i) => state.now.tiers[i] >= 0)
      .sort((a, b) => state.now.ranks[a] - state.now.ranks[b]);

  // A list of all regions with a score, the best first.
  h.regionSelect = function (state, key, heading, chosen, act) {
    const label = element("label", "hubtiers-select");
    const input = element("select");
    input.dataset.key = key;
    scored(state).forEach((i) => {
      const text = state.now.ranks[i] + "  " + h.name(state.data.regions[i], state.lang);
      const option = element("option", "", text);
      option.value = i;
      input.append(option);
    });
    input.value = chosen;
    input.addEventListener("change", () => act(Number(input.value)));
    label.append(element("span", "", heading), input);
    return label;
  };

  // The first region is set, and the second is picked; later ones take the place of the second.
  h.compareWith = function (state, number) {
    const pair = state.pair || [];
    const others = scored(state).filter((i) => i !== number);
    if (state.open.compare && pair.length && pair[0] !== number) state.pair = [pair[0], number];
    else {
      const next = others.find((i) => state.now.ranks[i] > state.now.ranks[number]);
      state.pair = [number, next === undefined ? others[others.length - 1] : next];
    }
    if (state.popup) state.popup.remove();
    h.showPanel(state, "compare");
    const names = state.pair.map((i) => h.name(state.data.regions[i], state.lang));
    h.say(state, names.join(" – "));
  };

  // What can be done with a region, below what is told of it.
  h.regionActions = function (state, number) {
    const words = h.words(state);
    const box = element("div", "hubtiers-buttons");
    if (state.now.tiers[number] < 0) return box;
    box.append(
      h.button("hubtiers-compare", words.compare_this, "compare-this", () =>
        h.compareWith(state, number),
      ),
      h.button("hubtiers-try", words.whatif_this, "try-this", () => h.tryValues(state, number)),
    );
    return box;
  };

  function bar(share, left) {
    const box = element("span", "hubtiers-bar half" + (left ? " left" : ""));
    const fill = element("span");
    fill.style.width = (100 * Math.min(Math.max(share, 0), 1)).toFixed(1) + "%";
    box.append(fill);
    return box;
  }

  function reachOf(state) {
    let low = Infinity;
    let high = -Infinity;
    state.data.regions.forEach((_, i) =>
      h.normalisedOf(state, i).forEach((x) => {
        if (x < low) low = x;
        if (x > high) high = x;
      }),
    );
    return { low: low, span: high - low || 1 };
  }

  function amountOf(state, number, j) {
    const x = h.rawOf(state, number, j);
    const unit = state.data.indicators[j].unit[state.lang];
    return h.amount(x) + (unit && x !== null ? " " + unit : "");
  }

  // What compares two regions: by indicator the normalised values, and the difference, which is that
  // of the contributions where these sum to the score.
  h.differences = function (state, a, b) {
    const values = [a, b].map((i) => h.normalisedOf(state, i));
    const additive = h.isAdditive(state);
    const parts = additive ? values.map((own) => h.contributions(state, own)) : values;
    const zero = (x) => (additive && Number.isNaN(x) ? 0 : x);
    return { values: values, parts: parts[0].map((x, j) => zero(x) - zero(parts[1][j])) };
  };

  function indicatorRow(state, pair, j, found, reach) {
    const row = element("li");
    const name = element("span", "name", h.name(state.data.indicators[j], state.lang));
    const difference = element("span", "value", signed(found.parts[j], 3));
    const sides = pair.map((number, side) => {
      const x = found.values[side][j];
      const share = Number.isNaN(x) ? 0 : (x - reach.low) / reach.span;
      const amount = element("span", "amount", amountOf(state, number, j));
      return side ? [bar(share, false), amount] : [amount, bar(share, true)];
    });
    const bars = element("div", "bars");
    bars.append(...sides.flat());
    row.append(name, difference, bars);
    return row;
  }

  function standing(state, number) {
    const tier = state.now.tiers[number];
    const box = element("div");
    const mark = element("span", "hubtiers-swatch small");
    const paint = element("span");
    if (tier >= 0) paint.style.background = h.tierColour(state, tier);
    mark.append(paint);
    const said = element("span", "", tier < 0 ? "–" : state.data.tiers[tier].names[state.lang]);
    const rank = h.fill(h.words(state).rank_is, { n: state.now.ranks[number] });
    box.append(element("b", "", h.name(state.data.regions[number], state.lang)), element("br"));
    box.append(mark, said, element("span", "second", rank));
    box.append(element("span", "second", h.number(state.now.scores[number], 3)));
    return box;
  }

  function content(state) {
    const words = h.words(state);
    const pair = state.pair;
    const [a, b] = pair;
    const found = h.differences(state, a, b);
    const head = element("div", "hubtiers-pair");
    head.append(standing(state, a), standing(state, b));
    const list = element("ul", "hubtiers-mirror");
    const reach = reachOf(state);
    const order = found.parts.map((_, j) => j);
    // The largest difference first: it is what the reader asks for.
    const size = (j) => (Number.isNaN(found.parts[j]) ? -1 : Math.abs(found.parts[j]));
    order.sort((i, j) => size(j) - size(i));
    list.append(...order.map((j) => indicatorRow(state, pair, j, found, reach)));
    const total = element("p", "hubtiers-total");
    const gap = state.now.scores[a] - state.now.scores[b];
    total.append(
      element("span", "", words.score_difference),
      element("b", "value", signed(gap, 3)),
    );
    const note = h.isAdditive(state) ? words.parts_sum : words.parts_normalised;
    return [head, total, element("p", "hubtiers-note", note), list];
  }

  function pick(state, side, number) {
    if (state.pair[1 - side] === number) state.pair.reverse();
    else state.pair[side] = number;
    h.drawAside(state);
    state.aside.querySelector('[data-key="pair' + side + '"]').focus();
  }

  h.comparePanel = function (state) {
    const words = h.words(state);
    const box = h.panel(state, "compare");
    const scroll = element("div", "hubtiers-scroll");
    [words.first_region, words.second_region].forEach((heading, side) =>
      scroll.append(
        h.regionSelect(state, "pair" + side, heading, state.pair[side], (number) =>
          pick(state, side, number),
        ),
      ),
    );
    const body = element("div", "hubtiers-compared");
    body.append(...content(state));
    scroll.append(body);
    box.append(scroll);
    return box;
  };

  h.renewCompare = function (state) {
    const body = state.aside.querySelector(".hubtiers-compared");
    if (body) body.replaceChildren(...content(state));
  };
})(window.hubtiers);
