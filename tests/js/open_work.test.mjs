/* The worker's hash is SHA-256, and what it finds the server takes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

// Read as data: the file is a module for browsers and lies where no package.json says so.
const here = new URL("../../reports/static/reports/js/open_work.js", import.meta.url);
const source = await readFile(here);
const { firstWord, worked } = await import(
  `data:text/javascript;base64,${source.toString("base64")}`
);

const hashed = (text) => createHash("sha256").update(text).digest().readUInt32BE(0);

test("the first word of the hash", () => {
  for (let n = 0; n < 500; n += 1) {
    const text = `${"0123456789abcdef".repeat(2)}:${n * 7919}`;
    assert.equal(firstWord(text), hashed(text));
  }
});

test("what is found begins with zeros", () => {
  const nonce = "ab".repeat(16);
  assert.equal(hashed(`${nonce}:${worked(nonce, 12)}`) >>> 20, 0);
});
