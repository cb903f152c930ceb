// The browser verifier against the vectors which the Python code and the Go auditor read.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const here = new URL("../", import.meta.url);
// Read as data: the file is a module for browsers and lies where no package.json says so.
const source = await readFile(
  new URL("../verification/static/verification/js/log_proof.js", here),
);
const log = await import(`data:text/javascript;base64,${source.toString("base64")}`);
const vectors = async (name) =>
  JSON.parse(await readFile(new URL(`vectors/${name}.json`, here), "utf8"));
const published = await vectors("published");
const ours = await vectors("log");
const bytes = (text) => new TextEncoder().encode(text);
const { Wrong } = log;

test("published RFC 6962 vectors", async () => {
  const { leaves, roots, inclusion, consistency } = published.rfc6962;
  for (const { index, size, path } of inclusion) {
    const leaf = await log.leafHash(log.fromHex(leaves[index]));
    const root = await log.rootFromInclusion(leaf, index, size, path.map(log.fromHex));
    assert.equal(log.hex(root), roots[size]);
  }
  for (const { old, new: newer, path } of consistency) {
    const [first, second] = [roots[old], roots[newer]].map(log.fromHex);
    await log.checkConsistency(old, newer, first, second, path.map(log.fromHex));
    await assert.rejects(
      log.checkConsistency(old, newer, second, second, path.map(log.fromHex)),
      Wrong,
    );
  }
});

test("published RFC 8785 vectors", () => {
  for (const { value, text } of published.rfc8785.cases) assert.equal(log.canonical(value), text);
});

test("the published signed note", async () => {
  const { key, note, text } = published.note;
  const verifier = await log.verifierKey(key);
  assert.equal(await log.openedNote(note, verifier), text);
  await assert.rejects(log.openedNote(note.replace("answer", "Answer"), verifier), Wrong);
  await assert.rejects(log.verifierKey(key.replace("c74f20a3", "c74f20a4")), Wrong);
});

test("a witness's cosignature, a forged one, and a quorum", async () => {
  const { cosigned, checkpoint, witness, key } = ours;
  assert.deepEqual(await log.cosigners(cosigned, [witness]), ["witness.example/eye"]);
  assert.deepEqual(await log.cosigners(checkpoint, [witness]), []);
  assert.deepEqual(await log.requireQuorum(cosigned, [witness, witness], 1), ["witness.example/eye"]);
  await assert.rejects(log.requireQuorum(cosigned, [witness, witness], 2), Wrong);
  await assert.rejects(log.requireQuorum(checkpoint, [witness], 1), Wrong);
  const other = cosigned.replace("\n300\n", "\n299\n");
  await assert.rejects(log.cosigners(other, [witness]), Wrong);
  await assert.rejects(log.witnessKey(key), Wrong);
  await log.openedNote(cosigned, await log.verifierKey(key));
});

test("our inclusion and consistency proofs, and each with one bit changed", async () => {
  const flipped = (hash) => log.fromHex(hash).map((one, n) => (n === 5 ? one ^ 4 : one));
  for (const { index, size, leaf, path } of ours.inclusion) {
    const hash = await log.leafHash(bytes(leaf));
    const root = await log.rootFromInclusion(hash, index, size, path.map(log.fromHex));
    assert.equal(log.hex(root), ours.roots[size]);
    for (const [n] of path.entries()) {
      const wrong = path.map((one, at) => (at === n ? flipped(one) : log.fromHex(one)));
      const other = await log.rootFromInclusion(hash, index, size, wrong);
      assert.notEqual(log.hex(other), ours.roots[size]);
    }
    await assert.rejects(log.rootFromInclusion(hash, size, size, []), Wrong);
  }
  for (const { old, new: newer, path } of ours.consistency) {
    const [first, second] = [ours.roots[old], ours.roots[newer]].map(log.fromHex);
    await log.checkConsistency(old, newer, first, second, path.map(log.fromHex));
    if (path.length) {
      const wrong = [flipped(path[0]), ...path.slice(1).map(log.fromHex)];
      await assert.rejects(log.checkConsistency(old, newer, first, second, wrong), Wrong);
    }
  }
});

test("a proof file, and what was done to it", async () => {
  const { leaf, file } = ours.proof;
  const found = await log.checkProof(file, bytes(leaf), ours.key);
  assert.deepEqual([found.index, found.size, found.origin], [7, 300, ours.origin]);
  const edits = [
    [file.replace("index 7", "index 6"), leaf, ours.key],
    [file.replace("\n300\n", "\n299\n"), leaf, ours.key],
    [file.replace("@v1", "@v2"), leaf, ours.key],
    [file, leaf.replace("06Z", "12Z"), ours.key],
    [file, leaf, ours.other_key], // has cosigned, but is another log's name
  ];
  for (const [text, body, key] of edits) {
    await assert.rejects(log.checkProof(text, bytes(body), key), Wrong);
  }
});

test("one committed field, shown alone", async () => {
  const shown = ours.disclosure;
  const { commit } = log.leafIn(bytes(shown.leaf));
  await log.checkField(shown, commit);
  for (const wrong of [{ value: "Berd" }, { slot: shown.slot ^ 1 }, { name: "case" }]) {
    await assert.rejects(log.checkField({ ...shown, ...wrong }, commit), Wrong);
  }
});

test("a public record and its bytes", async () => {
  const { value, sha256 } = ours.record;
  await log.checkRecord(bytes(log.canonical(value)), { record: sha256 });
  await assert.rejects(log.checkRecord(bytes("{}"), { record: sha256 }), Wrong);
});

test("a leaf in another form is refused", () => {
  for (const text of ['{"v":1,"a":2}', '{"a":2, "v":1}', '{"v":2}']) {
    assert.throws(() => log.leafIn(bytes(text)), Wrong);
  }
});
