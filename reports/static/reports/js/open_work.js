/* In a worker: looks for a number that makes the SHA-256 of "nonce:number" begin with so many zero
   bits (reports/open_door/rules.py checks it). The text fits one block of 64 bytes, so one round of
   the hash is written out here: asking the browser's own for each try costs more than the hash. */

function firsts(count, power) {
  const primes = [];
  for (let n = 2; primes.length < count; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
  return primes.map((prime) => ((prime ** power) % 1) * 2 ** 32 | 0);
}

const START = firsts(8, 1 / 2);
const ROUND = firsts(64, 1 / 3);
const turned = (x, n) => (x >>> n) | (x << (32 - n));
const words = new Int32Array(64);

/* The first word of the hash of an ASCII text of at most 55 characters. */
export function firstWord(text) {
  words.fill(0, 0, 16);
  for (let i = 0; i < text.length; i += 1) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
  words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
  words[15] = text.length * 8;
  for (let i = 16; i < 64; i += 1) {
    const a = words[i - 15];
    const b = words[i - 2];
    words[i] = words[i - 16] + (turned(a, 7) ^ turned(a, 18) ^ (a >>> 3))
      + words[i - 7] + (turned(b, 17) ^ turned(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < 64; i += 1) {
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + words[i]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0;
    d = c; c = b; b = a; a = (one + two) | 0;
  }
  return (a + START[0]) >>> 0;
}

/* The number that does it; for up to 32 bits. */
export function worked(nonce, bits) {
  for (let number = 0; ; number += 1) {
    if (firstWord(`${nonce}:${number}`) >>> (32 - bits) === 0) return String(number);
  }
}

if (typeof self !== "undefined" && typeof self.postMessage === "function") {
  self.onmessage = ({ data: { nonce, bits } }) => self.postMessage(worked(nonce, bits));
}
