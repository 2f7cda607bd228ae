// The values that a score is made of, region by region: for the comparison of two regions and for what
// another value would do.
"use strict";
(function (h) {
  function columnsOf(state) {
    if (!state.columns) {
      const n = state.data.regions.length;
      state.columns = state.explorer
        ? state.explorer.model.columns
        : h.scoring.decodeMatrix(state.data.profile.matrix, n);
    }
    return state.columns;
  }

  // Hierarchy, weights and kinds of mean as they stand now; nothing where the scheme has no such.
  h.modelNow = function (state) {
    const now = state.explorer;
    if (now) {
      const kinds = state.data.explorer.aggregations[now.aggregation].kinds;
      return { groups: now.model.groups, weights: now.weights, kinds: kinds };
    }
    return state.data.profile.groups ? state.data.profile : null;
  };

  h.isAdditive = function (state) {
    const model = h.modelNow(state);
    return Boolean(model) && model.kinds.every((kind) => kind === "Arithmetic");
  };

  h.normalisedOf = (state, number) => columnsOf(state).map((column) => column[number]);

  // Scores of all groups for one region with these normalised values.
  h.boardOf = function (state, values) {
    const model = h.modelNow(state);
    const one = { n: 1, groups: model.groups, columns: values.map((x) => [x]) };
    return h.scoring.climb(one, model.weights, model.kinds).map((scores) => scores[0]);
  };

  // What each indicator gives to the score of a region: a missing value hands its weight on among
  // its siblings.
  h.contributions = function (state, values) {
    const { groups, weights } = h.modelNow(state);
    const board = h.boardOf(state, values);
    const parts = values.map(() => NaN);
    const worth = groups.map(() => 0);
    worth[groups.length - 1] = 1;
    for (let g = groups.length - 1; g >= 0; g--) {
      const known = groups[g].children.map((c) => !Number.isNaN(c < 0 ? board[~c] : values[c]));
      const raw = groups[g].leaves.map((leaves, c) =>
        known[c] ? leaves.reduce((sum, leaf) => sum + weights[leaf], 0) : 0,
      );
      const total = raw.reduce((a, b) => a + b, 0);
      groups[g].children.forEach((child, c) => {
        const share = total > 0 ? (worth[g] * raw[c]) / total : 0;
        if (child < 0) worth[~child] = share;
        else if (known[c]) parts[child] = share * values[child];
      });
    }
    return parts;
  };

  function treat(x, steps) {
    let y = x;
    steps.forEach(([kind, a, b]) => {
      if (kind === "clip") y = Math.min(Math.max(y, a), b);
      else if (kind === "log") y = Math.log(y - b + a);
      else y = a === 0 ? Math.log(y) : Math.expm1(a * Math.log(y)) / a;
    });
    return y;
  }

  function untreat(y, steps) {
    let x = y;
    steps
      .slice()
      .reverse()
      .forEach(([kind, a, b]) => {
        if (kind === "log") x = Math.exp(x) - a + b;
        else if (kind === "power") x = a === 0 ? Math.exp(x) : Math.exp(Math.log1p(a * x) / a);
      });
    return x;
  }

  const signedLog = (x, offset) =>
    offset > 0
      ? Math.sign(x) * Math.log1p(Math.abs(x) / offset)
      : Math.sign(x) * Math.log(Math.abs(x));

  function fieldOf(state, j) {
    state.fields = state.fields || {};
    if (!state.fields[j]) {
      const given = state.data.profile.lines[j];
      state.fields[j] = state.data.regions
        .map((_, i) => h.rawOf(state, i, j))
        .filter((x) => x !== null)
        .map((x) => treat(x, given.steps) * given.direction)
        .sort((a, b) => a - b);
    }
    return state.fields[j];
  }

  function position(x, field, ties) {
    const below = field.filter((y) => y < x).length;
    const equal = field.filter((y) => y === x).length;
    const others = field.length - 1;
    const tied = equal > 0 ? ties * (equal - 1) : -0.5;
    if (!others) return equal > 0 ? 0.5 : Math.sign(below);
    return Math.min(Math.max((below + tied) / others, 0), 1);
  }

  // The normalised value that the fit gives to a value of an indicator; NaN for one that it cannot
  // take.
  h.normalise = function (state, j, x) {
    const scale = state.data.profile.scale;
    const line = state.data.profile.lines[j];
    const y = treat(x, line.steps);
    if (!Number.isFinite(y)) return NaN;
    if (scale.kind === "rank") {
      const ties = scale.ties === "turned" ? (line.direction > 0 ? 0 : 1) : scale.ties;
      return position(y * line.direction, fieldOf(state, j), ties);
    }
    const logged = scale.kind === "log";
    if (logged && !(scale.offset > 0) && !(y * line.side > 0)) return NaN;
    const z = logged ? signedLog(y, scale.offset) : y;
    const found = scale.start + scale.span * (((z - line.origin) * line.direction) / line.spread);
    return scale.clip ? Math.min(Math.max(found, scale.start), scale.start + scale.span) : found;
  };

  // The value of the data: the way back from the normalised one, unless it is told.
  h.rawOf = function (state, number, j) {
    const profile = state.data.profile;
    const told = profile.raw[j];
    if (Array.isArray(told)) return told[number];
    if (told && number in told) return told[number];
    const y = columnsOf(state)[j][number];
    if (Number.isNaN(y)) return null;
    const { start, span, kind, offset } = profile.scale;
    const line = profile.lines[j];
    let x = line.origin + ((y - start) / span) * line.direction * line.spread;
    if (kind === "log") {
      x = offset > 0 ? Math.sign(x) * offset * Math.expm1(Math.abs(x)) : Math.exp(x * line.side) * line.side;
    }
    // What is left of a subtraction of equals is no value.
    if (kind === "line" && Math.abs(x) < 1e-13 * Math.abs(line.spread)) x = 0;
    return Number(untreat(x, line.steps).toPrecision(12));
  };
})(window.hubtiers);
