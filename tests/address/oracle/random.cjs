// Numbers that a seed decides: the same inputs on every machine and with every version of Node.
'use strict';

class Random {
  // xorshift with 128 bits of state (Marsaglia 2003), filled from the seed by a multiplying hash.
  constructor(seed) {
    let h = seed >>> 0;
    this.state = Array.from({ length: 4 }, () => {
      h = (h + 0x9e3779b9) >>> 0;
      const x = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
      return (x ^ (x >>> 15)) >>> 0 || 1;
    });
    for (let i = 0; i < 16; i++)
      this.next();
  }

  next() {
    const s = this.state;
    const t = s[0] ^ (s[0] << 11);
    s[0] = s[1];
    s[1] = s[2];
    s[2] = s[3];
    s[3] = (s[3] ^ (s[3] >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return s[3];
  }

  /** 0 .. n - 1 */
  below(n) {
    return this.next() % n;
  }

  between(low, high) {
    return low + this.below(high - low + 1);
  }

  percent(n) {
    return this.below(100) < n;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** One of [[weight, value], ...]. */
  weighted(table) {
    let left = this.below(table.reduce((sum, [weight]) => sum + weight, 0));
    return table.find(([weight]) => (left -= weight) < 0)[1];
  }

  digits(n) {
    let text = '';
    while (text.length < n)
      text += this.below(10);
    return text;
  }
}

module.exports = { Random };
