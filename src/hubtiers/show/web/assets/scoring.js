// The formulas of the library, to the same twelve digits and with the same tie rules: hierarchical
// weighted means that hand the weight of missing values on level by level, exact natural breaks,
// quantiles, classes closed above.
"use strict";
(function (h) {
  const DIGITS = 12;
  const LARGEST = 290;
  const SAME = 1e-10;
  const POWERS = Array.from({ length: 2 * LARGEST + 1 }, (_, i) => Number("1e" + (i - LARGEST)));
  // Adding and taking away 1.5 · 2^52 leaves the nearest whole number, halves to the even one, as
  // numpy's rint.
  const WHOLE = 6755399441055744;
  const bits = new DataView(new ArrayBuffer(8));

  function exponent(x) {
    if (x === 0 || !Number.isFinite(x)) return 0;
    bits.setFloat64(0, x);
    const raw = (bits.getUint16(0) >> 4) & 0x7ff;
    return raw ? raw - 1022 : exponent(x * 2 ** 54) - 54;
  }

  function roundSignificant(x) {
    if (Number.isNaN(x)) return x;
    const scale = powerOf(x);
    return (x * scale + WHOLE - WHOLE) / scale;
  }

  function weightedMean(columns, shares, row, geometric) {
    let total = 0;
    let sum = 0;
    for (let c = 0; c < columns.length; c++) {
      const x = columns[c][row];
      if (shares[c] > 0 && !Number.isNaN(x)) {
        total += shares[c];
        sum += shares[c] * (geometric ? Math.log(x) : x);
      }
    }
    if (!(total > 0)) return NaN;
    return geometric ? Math.exp(sum / total) : sum / total;
  }

  const powerOf = (x) => {
    const decimal = Math.floor((exponent(x) * 30103) / 100000);
    return POWERS[Math.min(Math.max(DIGITS - decimal, -LARGEST), LARGEST) + LARGEST];
  };

  // Sums of positive and negative parts, no finer than one of the usual size (the lower median of
  // the sums without signs): what is left of rounding is no difference.
  function roundSums(scores, sizes) {
    const known = sizes.filter((x) => !Number.isNaN(x)).sort();
    const usual = known.length ? known[(known.length - 1) >> 1] : 0;
    const coarse = powerOf(roundSignificant(usual));
    return scores.map((x) => {
      if (Number.isNaN(x)) return x;
      const scale = Math.min(powerOf(x), coarse);
      return (x * scale + WHOLE - WHOLE) / scale + 0;
    });
  }

  // The model without signs, where scores are sums in which parts cancel; else nothing.
  function unsigned(model, kinds) {
    if (kinds.includes("Geometric")) return null;
    if (model.unsigned === undefined) {
      const cancels = model.columns.some((values) => values.some((x) => x < 0));
      const columns = cancels && model.columns.map((values) => values.map(Math.abs));
      model.unsigned = cancels ? Object.assign({}, model, { columns: columns }) : null;
    }
    return model.unsigned;
  }

  // Scores of every group, lowest first; the last is the score of the whole.
  function climb(model, weights, kinds) {
    const board = sumsOf(model, weights, kinds);
    const whole = unsigned(model, kinds);
    if (!whole) return board.map((scores) => scores.map(roundSignificant));
    const sizes = sumsOf(whole, weights, kinds);
    return board.map((scores, i) => roundSums(scores, sizes[i]));
  }

  function sumsOf(model, weights, kinds) {
    const board = [];
    model.groups.forEach((group) => {
      const raw = group.leaves.map((leaves) =>
        leaves.reduce((sum, leaf) => sum + weights[leaf], 0),
      );
      const total = raw.reduce((a, b) => a + b, 0);
      const shares = raw.map((w) => (total > 0 ? w / total : 0));
      const columns = group.children.map((c) => (c < 0 ? board[~c] : model.columns[c]));
      const geometric = kinds[Math.min(group.height, kinds.length - 1)] === "Geometric";
      const scores = new Float64Array(model.n);
      for (let row = 0; row < model.n; row++) {
        scores[row] = weightedMean(columns, shares, row, geometric);
      }
      board.push(scores);
    });
    return board;
  }

  function distinct(scores) {
    const ordered = scores.filter((x) => !Number.isNaN(x)).sort();
    const values = [];
    const counts = [];
    ordered.forEach((x) => {
      if (values.length && values[values.length - 1] === x) counts[counts.length - 1] += 1;
      else {
        values.push(x);
        counts.push(1);
      }
    });
    return { values: values, counts: counts, known: ordered.length };
  }

  // Prefix sums grow outwards from the middle value, so that far values do not drown the rest.
  function sumOutwards(values, weights) {
    const m = values.length;
    const middle = Math.floor(m / 2);
    const sums = {
      n: new Float64Array(m + 1),
      s: new Float64Array(m + 1),
      q: new Float64Array(m + 1),
    };
    const term = (i) => {
      const d = values[i] - values[middle];
      return [weights[i], weights[i] * d, weights[i] * d * d];
    };
    for (let i = middle; i < m; i++) {
      const [n, s, q] = term(i);
      sums.n[i + 1] = sums.n[i] + n;
      sums.s[i + 1] = sums.s[i] + s;
      sums.q[i + 1] = sums.q[i] + q;
    }
    for (let i = middle - 1; i >= 0; i--) {
      const [n, s, q] = term(i);
      sums.n[i] = sums.n[i + 1] - n;
      sums.s[i] = sums.s[i + 1] - s;
      sums.q[i] = sums.q[i + 1] - q;
    }
    return sums;
  }

  function within(sums, first, end) {
    const s = sums.s[end] - sums.s[first];
    return Math.max(sums.q[end] - sums.q[first] - (s * s) / (sums.n[end] - sums.n[first]), 0);
  }

  // Least sums of squares of c + 1 classes for every end; the best start never falls as the end
  // grows.
  function fillRow(c, m, best, start, sums) {
    const length = m - c;
    let step = 1;
    while (2 * step <= length) step *= 2;
    for (; step >= 1; step /= 2) {
      for (let place = step; place <= length; place += 2 * step) {
        const end = c + place;
        const low = place > step ? start[end - step] : c;
        const high = Math.min(place + step <= length ? start[end + step] : end - 1, end - 1);
        let least = Infinity;
        let at = low;
        for (let first = low; first <= high; first++) {
          const total = best[c - 1][first] + within(sums, first, end);
          if (total < least) {
            least = total;
            at = first;
          }
        }
        best[c][end] = least;
        start[end] = at;
      }
    }
  }

  // Of partitions that are equal to one part in 10¹⁰ the one with the lowest starts is taken.
  function lowestStart(row, c, end, above, limit, sums) {
    let least = Infinity;
    let at = c;
    for (let first = c; first < end; first++) {
      const total = row[first] + within(sums, first, end) + above;
      if (total <= limit) return first;
      if (total < least) {
        least = total;
        at = first;
      }
    }
    return at;
  }

  function bestStarts(given, weights, k) {
    const m = given.length;
    const largest = Math.max(Math.abs(given[0]), Math.abs(given[m - 1]));
    const values = Float64Array.from(given, (x) => x * 2 ** -exponent(largest));
    const sums = sumOutwards(values, weights);
    const best = Array.from({ length: k }, () => new Float64Array(m + 1).fill(Infinity));
    const start = new Int32Array(m + 1);
    for (let end = 1; end <= m; end++) best[0][end] = within(sums, 0, end);
    for (let c = 1; c < k - 1; c++) fillRow(c, m, best, start, sums);
    let least = k === 1 ? best[0][m] : Infinity;
    for (let first = k - 1; first < m && k > 1; first++) {
      least = Math.min(least, best[k - 2][first] + within(sums, first, m));
    }
    const starts = new Array(k).fill(0);
    let end = m;
    let above = 0;
    for (let c = k - 1; c > 0; c--) {
      starts[c] = lowestStart(best[c - 1], c, end, above, least * (1 + SAME), sums);
      above += within(sums, starts[c], end);
      end = starts[c];
    }
    return starts;
  }

  // A cut-point in the middle of the gap above a score; between neighbouring numbers there is none.
  function middleAbove(values, place, log) {
    const [low, high] = [values[place], values[place + 1]];
    const middle = log ? Math.sqrt(low) * Math.sqrt(high) : low + (high - low) / 2;
    return low <= middle && middle < high ? middle : low;
  }

  function naturalBreaks(found, k, log) {
    if (found.values.length < k || (log && found.values[0] <= 0)) return null;
    const values = log ? found.values.map(Math.log) : found.values;
    return bestStarts(values, found.counts, k)
      .slice(1)
      .map((start) => middleAbove(found.values, start - 1, log));
  }

  function quantileBreaks(found, k) {
    if (found.values.length < k) return null;
    const places = [];
    let below = 0;
    found.counts.slice(0, -1).forEach((count) => {
      below += count;
      places.push(below * k);
    });
    const breaks = [];
    for (let j = 1; j < k; j++) {
      let nearest = 0;
      places.forEach((place, i) => {
        if (Math.abs(place - j * found.known) < Math.abs(places[nearest] - j * found.known)) {
          nearest = i;
        }
      });
      breaks.push(middleAbove(found.values, nearest, false));
    }
    return breaks;
  }

  // Cut-points from the distinct scores; null where there are too few of them.
  function cut(found, rule, k) {
    if (!found.known) return null;
    if (rule.id === "fixed") return rule.breaks;
    return rule.id === "quantiles" ? quantileBreaks(found, k) : naturalBreaks(found, k, rule.log);
  }

  const breaksFor = (scores, rule, k) => cut(distinct(scores), rule, k);

  // Tier numbers count from the highest, and -1 is none; a score on a cut-point belongs below it.
  function tiersOf(scores, breaks) {
    return Array.from(scores, (x) => (Number.isNaN(x) ? -1 : breaks.filter((b) => b >= x).length));
  }

  function ranksOf(scores) {
    const ordered = scores
      .filter((x) => !Number.isNaN(x))
      .sort()
      .reverse();
    const rank = new Map();
    ordered.forEach((x, i) => {
      if (!rank.has(x)) rank.set(x, i + 1);
    });
    return Array.from(scores, (x) => (Number.isNaN(x) ? null : rank.get(x)));
  }

  // Lowest and highest score in each tier, highest tier first; null in one without a region.
  function groupedRows(scores, tiers, k) {
    return Array.from({ length: k }, (_, tier) => {
      const own = scores.filter((_, i) => tiers[i] === tier);
      const empty = own.length === 0;
      return {
        lower: empty ? null : Math.min(...own),
        upper: empty ? null : Math.max(...own),
        count: own.length,
      };
    });
  }

  // Tiers that are learnt from the scores are told by the scores in them, and others by their
  // cut-points. An outermost tier without a region has no end of its own.
  function tierRows(scores, tiers, breaks, rule) {
    const rows = groupedRows(scores, tiers, breaks.length + 1);
    if (rule.id !== "fixed") return rows;
    const known = scores.filter((x) => !Number.isNaN(x));
    const low = rows[rows.length - 1].count ? known.reduce((a, b) => Math.min(a, b)) : null;
    const high = rows[0].count ? known.reduce((a, b) => Math.max(a, b)) : null;
    const edges = [low, ...breaks, high].reverse();
    return rows.map((row, i) => ({ lower: edges[i + 1], upper: edges[i], count: row.count }));
  }

  function decodeMatrix(text, n) {
    const raw = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const flat = new Float64Array(raw.buffer);
    const p = n ? flat.length / n : 0;
    return Array.from({ length: p }, (_, c) =>
      Float64Array.from({ length: n }, (_, r) => flat[r * p + c]),
    );
  }

  h.scoring = {
    climb: climb,
    distinct: distinct,
    cut: cut,
    breaksFor: breaksFor,
    tiersOf: tiersOf,
    ranksOf: ranksOf,
    tierRows: tierRows,
    groupedRows: groupedRows,
    decodeMatrix: decodeMatrix,
    roundSignificant: roundSignificant,
    roundSums: roundSums,
    unsigned: unsigned,
  };
  h.share();
})(window.hubtiers);
