// The page's own SHA-256 beside node's: every length around a block's end, fed in odd pieces.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import test from "node:test";

const source = await readFile(new URL("../../config/static/js/lib/sha256.js", import.meta.url));
const { Sha256 } = await import(`data:text/javascript;base64,${source.toString("base64")}`);

test("the same as node's", () => {
  for (const length of [...Array(130).keys(), 4096, 1_000_003]) {
    const bytes = randomBytes(length);
    const hash = new Sha256();
    for (let at = 0; at < length; at += 777) hash.update(bytes.subarray(at, at + 777));
    assert.equal(hash.hex(), createHash("sha256").update(bytes).digest("hex"), `length ${length}`);
  }
});

test("a published value", () => {
  const hex = new Sha256().update(new TextEncoder().encode("abc")).hex();
  assert.equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
