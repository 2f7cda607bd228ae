// Draws of weights, scored, ranked and cut into tiers as the library does it: the work of a worker
// that the page starts with the text of this script and of those it needs.
"use strict";
(function (h) {
  const BLOCK = 512;
  const [CHOICES, WEIGHTS] = [0, 1];
  const SHARES = [0.05, 0.5, 0.95];
  // Milliseconds of work between two messages; the page hears of a draw at least so often.
  const TURN = 40;

  // The sum in the order in which numpy adds the numbers of a row: eight sums side by side.
  function sumOf(x, from, end) {
    const n = end - from;
    if (n > 128) {
      const middle = from + (n >> 1) - ((n >> 1) % 8);
      return sumOf(x, from, middle) + sumOf(x, middle, end);
    }
    const whole = n < 8 ? 0 : n - (n % 8);
    let sum = 0;
    if (whole) {
      const r = Array.from({ length: 8 }, (_, lane) => {
        let own = x[from + lane];
        for (let i = 8; i < whole; i += 8) own += x[from + lane + i];
        return own;
      });
      sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
    }
    for (let i = from + whole; i < end; i++) sum += x[i];
    return sum;
  }

  // What each node of the tree holds of the weights, the tree's own order.
  function massOf(weights, tree) {
    return tree.below.map((leaves) => leaves.reduce((sum, leaf) => sum + weights[leaf], 0));
  }

  function eachFamily(tree, act) {
    tree.above.forEach((above, g) => act(tree.edges[g], tree.edges[g + 1], above));
  }

  // Parameters of the gamma numbers, by indicator or by node; null where each of them is 1.
  function shapesOf(spread, weights) {
    if (spread.concentration === null) return null;
    const centre = spread.around || weights;
    if (!spread.tree) return centre.map((w) => spread.concentration * w);
    const mass = massOf(centre, spread.tree);
    const shapes = new Array(mass.length).fill(0);
    eachFamily(spread.tree, (first, end) => {
      const total = sumOf(mass, first, end);
      for (let i = first; i < end; i++) {
        const share = total > 0 ? mass[i] / total : 0;
        shapes[spread.tree.order[i]] = spread.concentration * share;
      }
    });
    return shapes;
  }

  // Weights of indicators from numbers by node: what a node has is shared out among its children.
  function shareOut(raw, tree, add, weights) {
    const own = tree.order.map((node, i) => raw(node, i));
    own.push(1);
    eachFamily(tree, (first, end, above) => {
      const total = add(own, first, end);
      const part = total > 0 ? own[above] / total : 0;
      for (let i = first; i < end; i++) own[i] *= part;
    });
    tree.leaves.forEach((place, j) => {
      weights[j] = own[place];
    });
  }

  function addInTurn(x, from, end) {
    let sum = 0;
    for (let i = from; i < end; i++) sum += x[i];
    return sum;
  }

  function divideBySum(raw, weights) {
    const total = sumOf(raw, 0, raw.length);
    for (let j = 0; j < raw.length; j++) weights[j] = raw[j] / total;
  }

  // A function that writes the weights of the next draw of a stream: up or down by a share …
  function nextUpOrDown(job) {
    const { reach, tree } = job.spread;
    const moved = (u) => 1 + (2 * u - 1) * reach;
    const raw = new Array(tree ? tree.order.length : job.weights.length);
    const mass = tree ? massOf(job.weights, tree) : job.weights;
    return (stream, weights) => {
      for (let i = 0; i < raw.length; i++) raw[i] = moved(stream.uniform());
      if (tree) shareOut((node, i) => mass[i] * raw[node], tree, addInTurn, weights);
      else {
        divideBySum(
          raw.map((change, i) => mass[i] * change),
          weights,
        );
      }
    };
  }

  // … or from a Dirichlet distribution.
  function nextDirichlet(job) {
    const { tree } = job.spread;
    const shapes = shapesOf(job.spread, job.weights);
    const raw = new Array(tree ? tree.order.length : job.weights.length);
    return (stream, weights) => {
      for (let i = 0; i < raw.length; i++) {
        raw[i] = shapes
          ? stream.gamma(shapes[i], job.tables)
          : stream.exponential(job.tables.exponential);
      }
      if (tree) shareOut((node) => raw[node], tree, sumOf, weights);
      else divideBySum(raw, weights);
    };
  }

  // Where nothing is missing and all levels take the same mean, the score is one mean of all.
  function scorerOf(model, kinds) {
    const same = kinds.every((kind) => kind === kinds[0]);
    if (!same || model.columns.some((values) => values.some(Number.isNaN))) {
      return (weights) => {
        const board = h.scoring.climb(model, weights, kinds);
        return board[board.length - 1];
      };
    }
    const geometric = kinds[0] === "Geometric";
    const columns = geometric ? model.columns.map((values) => values.map(Math.log)) : model.columns;
    const scores = new Float64Array(model.n);
    const whole = h.scoring.unsigned(model, kinds);
    const sizes = new Float64Array(model.n);
    const addUp = (columns, weights, sums) => {
      sums.fill(0);
      columns.forEach((values, j) => {
        const weight = weights[j];
        for (let r = 0; r < model.n; r++) sums[r] += weight * values[r];
      });
    };
    return (weights) => {
      addUp(columns, weights, scores);
      if (whole) {
        addUp(whole.columns, weights, sizes);
        return h.scoring.roundSums(scores, sizes);
      }
      for (let r = 0; r < model.n; r++) {
        scores[r] = h.scoring.roundSignificant(geometric ? Math.exp(scores[r]) : scores[r]);
      }
      return scores;
    };
  }

  // Counts one draw; false when its scores cannot be cut.
  function count(job, scores, counts) {
    const { n, k } = counts;
    const found = h.scoring.distinct(scores);
    const kept = job.rule.id === "kept";
    const breaks = kept ? [] : h.scoring.cut(found, job.rule, k);
    if (!breaks) return false;
    // Scores behind each distinct one, from the lowest: the rank follows from them.
    const values = found.values;
    const upTo = [];
    let sum = 0;
    for (let i = 0; i < values.length; i++) upTo.push((sum += found.counts[i]));
    for (let r = 0; r < n; r++) {
      const x = scores[r];
      if (Number.isNaN(x)) continue;
      let low = 0;
      let high = values.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (values[middle] < x) low = middle + 1;
        else high = middle;
      }
      let tier = kept ? job.kept[r] : 0;
      for (let b = 0; b < breaks.length; b++) tier += breaks[b] >= x ? 1 : 0;
      if (tier >= 0) counts.tiers[r * k + tier] += 1;
      counts.ranks[r * n + found.known - upTo[low]] += 1;
    }
    return true;
  }

  // Shares of the draws in which a region has a score; null for one that never has any.
  function summarise(counts) {
    const { n, k, tiers, ranks } = counts;
    const probability = [];
    const interval = [];
    for (let r = 0; r < n; r++) {
      const own = ranks.subarray(r * n, (r + 1) * n);
      const times = own.reduce((a, b) => a + b, 0);
      const row = Array.from(tiers.subarray(r * k, (r + 1) * k));
      probability.push(times ? row.map((t) => t / times) : null);
      let place = 0;
      let sum = own[0];
      interval.push(
        times
          ? SHARES.map((share) => {
              while (sum < share * times) sum += own[++place];
              return place + 1;
            })
          : null,
      );
    }
    return { probability: probability, interval: interval };
  }

  // Which of the matrices the next draw takes: each step that varies picks one of its options.
  function choose(stream, options) {
    return options.reduce((number, size) => {
      const picked = Math.min(Math.floor(stream.uniform() * size), size - 1);
      return number * size + picked;
    }, 0);
  }

  // A geometric mean has no answer for values that are not positive.
  function isPossible(job) {
    const positive = (values) => values.every((x) => !(x <= 0));
    return !job.kinds.includes("Geometric") || job.matrices.every((m) => m.every(positive));
  }

  function nextOf(job) {
    if (job.spread.kept) return (_, weights) => weights.splice(0, weights.length, ...job.weights);
    return job.spread.reach === undefined ? nextDirichlet(job) : nextUpOrDown(job);
  }

  function start(job) {
    const n = job.model.n;
    const counts = {
      n: n,
      k: job.k,
      tiers: new Int32Array(n * job.k),
      ranks: new Int32Array(n * n),
    };
    return {
      counts: counts,
      done: 0,
      weights: new Array(job.weights.length).fill(0),
      next: nextOf(job),
      scorers: job.matrices.map((columns) =>
        scorerOf({ n: n, groups: job.model.groups, columns: columns }, job.kinds),
      ),
    };
  }

  // Draws until the time is over or all are counted; says why where that cannot be.
  function proceed(job, work, until) {
    if (!isPossible(job)) return "live_positive";
    while (work.done < job.draws) {
      if (work.done % BLOCK === 0) {
        const block = work.done / BLOCK;
        work.choices = h.draws.stream(job.seed, [block, CHOICES]);
        work.stream = h.draws.stream(job.seed, [block, WEIGHTS]);
      }
      work.next(work.stream, work.weights);
      const score = work.scorers[choose(work.choices, job.options)];
      if (!count(job, score(work.weights), work.counts)) return "live_few";
      work.done += 1;
      if (performance.now() > until) break;
    }
    return "";
  }

  function tablesOf(widths) {
    return {
      exponential: h.draws.exponentialLayers(widths.exponential),
      // Only gamma numbers take normal ones.
      normal: widths.normal.length ? h.draws.normalLayers(widths.normal) : null,
    };
  }

  // The worker: what stays comes first, then each message ends the job before and may bring one.
  h.serve = function (scope) {
    let fixed = null;
    let latest = 0;
    scope.onmessage = (event) => {
      if (event.data.model) {
        fixed = Object.assign({ tables: tablesOf(event.data.widths) }, event.data);
        return;
      }
      latest = event.data.number;
      if (!event.data.weights) return;
      const job = Object.assign({}, fixed, event.data);
      const work = start(job);
      const turn = () => {
        if (job.number !== latest) return;
        const failed = proceed(job, work, performance.now() + TURN);
        const told = { number: job.number, done: work.done, failed: failed };
        const over = !failed && work.done === job.draws;
        scope.postMessage(over ? Object.assign(told, summarise(work.counts)) : told);
        if (!failed && !over) setTimeout(turn, 0);
      };
      turn();
    };
  };
  h.share();
})(window.hubtiers);
