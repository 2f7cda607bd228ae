// The random numbers of the library's draws, the same to the last bit: numpy's SeedSequence (the
// seed_seq of O'Neill, "Simple portable C++ seed entropy", 2015), PCG64 (O'Neill 2014, "PCG: a
// family of simple fast space-efficient statistically good algorithms", XSL-RR output of a 128-bit
// linear congruential generator), exponential and normal numbers by the ziggurat (Marsaglia & Tsang
// 2000, doi:10.18637/jss.v005.i08) and gamma numbers by squeezing (Marsaglia & Tsang 2000,
// doi:10.1145/358407.358414), in the order in which numpy's documented streams take their numbers.
// The widths of the ziggurats' layers come with the page: they are read off the numpy that built it.
"use strict";
(function (h) {
  const POOL = 4;
  const WORD = 2 ** 32;
  const UNIT = 2 ** -53;
  const EXPONENTIAL_END = 7.69711747013104972;
  const NORMAL_END = 3.654152885361009;
  const NORMAL_RATE = 1 / NORMAL_END;

  // Words are stirred by a constant that is itself multiplied at every use.
  function stirrer(constant, factor) {
    return (word) => {
      let mixed = word ^ constant;
      constant = Math.imul(constant, factor);
      mixed = Math.imul(mixed, constant);
      return (mixed ^ (mixed >>> 16)) >>> 0;
    };
  }

  function blend(x, y) {
    const mixed = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) | 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }

  // Eight words of state from the words of a seed and the key of one stream.
  function stateWords(seed, key) {
    // Beside a key, a short seed counts as one of four words.
    const padded = seed.concat(new Array(Math.max(0, POOL - seed.length)).fill(0));
    const given = padded.concat(key);
    const stir = stirrer(0x43b0d7e5, 0x931e8875);
    const pool = given.slice(0, POOL).map(stir);
    for (let from = 0; from < POOL; from++) {
      for (let to = 0; to < POOL; to++) {
        if (from !== to) pool[to] = blend(pool[to], stir(pool[from]));
      }
    }
    given.slice(POOL).forEach((word) => {
      for (let to = 0; to < POOL; to++) pool[to] = blend(pool[to], stir(word));
    });
    const draw = stirrer(0x8b51f9dd, 0x58f38ded);
    return Array.from({ length: 2 * POOL }, (_, i) => draw(pool[i % POOL]));
  }

  // The upper half of the product of two words.
  function upper(a, b) {
    const [low, high] = [a & 0xffff, a >>> 16];
    const [left, right] = [b & 0xffff, b >>> 16];
    const first = high * left + ((low * left) >>> 16);
    const second = low * right + (first & 0xffff);
    return high * right + (first >>> 16) + (second >>> 16);
  }

  // The multiplier 0x2360ed051fc65da44385df649fccf645, the lowest word first.
  const M0 = 0x9fccf645;
  const M1 = 0x4385df64;
  const M2 = 0x1fc65da4;
  const M3 = 0x2360ed05;

  // One stream: numbers of 128 bits are four words, the lowest first.
  function Stream(seed, key) {
    const w = stateWords(seed, key);
    // Pairs of words are numbers of 64 bits with the lower word first, the upper number first.
    const start = [w[2], w[3], w[0], w[1]];
    const odd = [w[6], w[7], w[4], w[5]];
    this.step = [0, 1, 2, 3].map(
      (i) => ((odd[i] << 1) | (i ? odd[i - 1] >>> 31 : 1)) >>> 0,
    );
    this.s0 = this.s1 = this.s2 = this.s3 = 0;
    this.low = this.high = 0;
    this.next();
    let carry = 0;
    [this.s0, this.s1, this.s2, this.s3] = start.map((word, i) => {
      const sum = word + [this.s0, this.s1, this.s2, this.s3][i] + carry;
      carry = sum >= WORD ? 1 : 0;
      return sum >>> 0;
    });
    this.next();
  }

  // The next 64 random bits, as two words.
  Stream.prototype.next = function () {
    const { s0, s1, s2, s3, step } = this;
    const sum0 = (Math.imul(s0, M0) >>> 0) + step[0];
    const sum1 =
      upper(s0, M0) +
      (Math.imul(s0, M1) >>> 0) +
      (Math.imul(s1, M0) >>> 0) +
      step[1] +
      (sum0 >= WORD ? 1 : 0);
    const sum2 =
      upper(s0, M1) +
      upper(s1, M0) +
      (Math.imul(s0, M2) >>> 0) +
      (Math.imul(s1, M1) >>> 0) +
      (Math.imul(s2, M0) >>> 0) +
      step[2] +
      Math.floor(sum1 / WORD);
    this.s3 =
      (upper(s0, M2) +
        upper(s1, M1) +
        upper(s2, M0) +
        (Math.imul(s0, M3) >>> 0) +
        (Math.imul(s1, M2) >>> 0) +
        (Math.imul(s2, M1) >>> 0) +
        (Math.imul(s3, M0) >>> 0) +
        step[3] +
        Math.floor(sum2 / WORD)) >>>
      0;
    this.s2 = sum2 >>> 0;
    this.s1 = sum1 >>> 0;
    this.s0 = sum0 >>> 0;
    const turn = this.s3 >>> 26;
    let low = this.s2 ^ this.s0;
    let high = this.s3 ^ this.s1;
    if (turn & 32) [low, high] = [high, low];
    const by = turn & 31;
    this.low = (by ? (low >>> by) | (high << (32 - by)) : low) >>> 0;
    this.high = (by ? (high >>> by) | (low << (32 - by)) : high) >>> 0;
  };

  // A number from 0 up to but not including 1.
  Stream.prototype.uniform = function () {
    this.next();
    return (this.high * 2097152 + (this.low >>> 11)) * UNIT;
  };

  // Layers of a ziggurat below a falling curve, from their widths per step of a random number of
  // some bits; the lowest one has the tail as well.
  function layers(widths, bits, curve) {
    const reach = Array.from(widths, (width) => width * 2 ** bits);
    const last = reach.length - 1;
    const sure = reach.map((x, i) => Math.floor((reach[i ? i - 1 : last] / x) * 2 ** bits));
    sure[1] = 0;
    return {
      widths: widths,
      sure: Float64Array.from(sure),
      heights: Float64Array.from(reach, (x, i) => (i ? curve(x) : 1)),
    };
  }

  function isBelow(table, layer, share, height) {
    const heights = table.heights;
    return (heights[layer - 1] - heights[layer]) * share + heights[layer] < height;
  }

  Stream.prototype.exponential = function (table) {
    for (;;) {
      this.next();
      const layer = (this.low >>> 3) & 255;
      const along = this.high * 2097152 + (this.low >>> 11);
      const x = along * table.widths[layer];
      if (along < table.sure[layer]) return x;
      if (layer === 0) return EXPONENTIAL_END - Math.log1p(-this.uniform());
      if (isBelow(table, layer, this.uniform(), Math.exp(-x))) return x;
    }
  };

  Stream.prototype.normalTail = function (negative) {
    for (;;) {
      const further = -NORMAL_RATE * Math.log1p(-this.uniform());
      const height = -Math.log1p(-this.uniform());
      if (2 * height > further * further) {
        return negative ? -(NORMAL_END + further) : NORMAL_END + further;
      }
    }
  };

  Stream.prototype.normal = function (table) {
    for (;;) {
      this.next();
      const layer = this.low & 255;
      // 52 bits above the sign, which stands above the layer.
      const along = (this.high & 0x1fffffff) * 8388608 + (this.low >>> 9);
      const size = along * table.widths[layer];
      const x = (this.low >>> 8) & 1 ? -size : size;
      if (along < table.sure[layer]) return x;
      if (layer === 0) return this.normalTail((along / 256) & 1);
      if (isBelow(table, layer, this.uniform(), Math.exp(-0.5 * size * size))) return x;
    }
  };

  Stream.prototype.smallGamma = function (shape, tables) {
    for (;;) {
      const u = this.uniform();
      const v = this.exponential(tables.exponential);
      if (u <= 1 - shape) {
        const x = Math.pow(u, 1 / shape);
        if (x <= v) return x;
      } else {
        const y = -Math.log((1 - u) / shape);
        const x = Math.pow(1 - shape + shape * y, 1 / shape);
        if (x <= v + y) return x;
      }
    }
  };

  Stream.prototype.gamma = function (shape, tables) {
    if (shape === 1) return this.exponential(tables.exponential);
    if (shape === 0) return 0;
    if (shape < 1) return this.smallGamma(shape, tables);
    const b = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * b);
    for (;;) {
      let x;
      let v;
      do {
        x = this.normal(tables.normal);
        v = 1 + c * x;
      } while (v <= 0);
      v = v * v * v;
      const u = this.uniform();
      if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
      if (Math.log(u) < 0.5 * x * x + b * (1 - v + Math.log(v))) return b * v;
    }
  };

  h.draws = {
    stream: (seed, key) => new Stream(seed, key),
    exponentialLayers: (widths) => layers(widths, 53, (x) => Math.exp(-x)),
    normalLayers: (widths) => layers(widths, 52, (x) => Math.exp(-0.5 * x * x)),
  };
  h.share();
})(window.hubtiers);
