/* SHA-256 (FIPS 180-4), fed piece by piece: a film is hashed without being held in memory, which
   the browser's own digest cannot do. Not for secrets. */

const words = (count, of) => {
  const found = new Uint32Array(count);
  for (let n = 0, candidate = 2; n < count; candidate += 1) {
    let prime = true;
    for (let by = 2; by * by <= candidate; by += 1) if (candidate % by === 0) prime = false;
    if (prime) { found[n] = fraction(candidate, of); n += 1; }
  }
  return found;
};
/* The first 32 bits of the fraction of a root. */
const fraction = (number, root) => {
  const value = root === 2 ? Math.sqrt(number) : Math.cbrt(number);
  return Math.floor((value - Math.floor(value)) * 2 ** 32);
};
const START = words(8, 2);
const ROUND = words(64, 3);

export class Sha256 {
  #state = START.slice();
  #block = new Uint8Array(64);
  #schedule = new Uint32Array(64);
  #length = 0;

  /** Take further bytes. */
  update(bytes) {
    let at = 0;
    let filled = this.#length % 64;
    this.#length += bytes.length;
    while (at < bytes.length) {
      const taken = Math.min(64 - filled, bytes.length - at);
      this.#block.set(bytes.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled === 64) { this.#compress(); filled = 0; }
    }
    return this;
  }

  /** Return the hash in hex; nothing can be added afterwards. */
  hex() {
    const bits = this.#length * 8;
    const padding = new Uint8Array(((this.#length % 64) < 56 ? 56 : 120) - (this.#length % 64) + 8);
    padding[0] = 0x80;
    const tail = new DataView(padding.buffer, padding.length - 8);
    tail.setUint32(0, Math.floor(bits / 2 ** 32));
    tail.setUint32(4, bits >>> 0);
    this.update(padding);
    return Array.from(this.#state, (word) => word.toString(16).padStart(8, "0")).join("");
  }

  #compress() {
    const w = this.#schedule;
    const block = this.#block;
    for (let i = 0; i < 16; i += 1) {
      const j = 4 * i;
      w[i] = (block[j] << 24) | (block[j + 1] << 16) | (block[j + 2] << 8) | block[j + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = this.#state;
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    const s = this.#state;
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  }
}
