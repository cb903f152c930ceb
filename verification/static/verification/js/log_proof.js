// Checks a proof of the public log in the reader's own browser, with nothing but WebCrypto.
//
// Normative: docs/log-format.md. The vectors in tests/vectors hold this file and the Python code to
// the same bytes. Nothing is fetched but the three files that are checked.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const MARK = "—";

export class Wrong extends Error {}

const refuse = (words) => {
  throw new Wrong(words);
};

// -- bytes ----------------------------------------------------------------------------------
export const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

export const fromHex = (text) => {
  if (!/^([0-9a-f]{2})*$/.test(text)) refuse("not lower-case hex");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
};

export const fromBase64 = (text) => {
  let joined;
  try {
    joined = atob(text);
  } catch {
    refuse("not base64");
  }
  if (btoa(joined) !== text) refuse("not the one base64 of its bytes");
  return Uint8Array.from(joined, (one) => one.charCodeAt(0));
};

const same = (a, b) => a.length === b.length && a.every((one, n) => one === b[n]);

const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

// -- the tree (RFC 6962, checked as in RFC 9162) ---------------------------------------------
export const leafHash = (body) => sha256(joined(Uint8Array.of(0), body));
export const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

export const rootFromInclusion = async (leaf, index, size, path) => {
  if (!(index >= 0 && index < size)) refuse("no such leaf in a tree of this size");
  let here = index;
  let last = size - 1;
  let root = leaf;
  const up = () => {
    here = Math.floor(here / 2);
    last = Math.floor(last / 2);
  };
  for (const sibling of path) {
    if (last === 0) refuse("the proof is too long");
    if (here % 2 === 1 || here === last) {
      root = await nodeHash(sibling, root);
      while (here !== 0 && here % 2 === 0) up();
    } else {
      root = await nodeHash(root, sibling);
    }
    up();
  }
  if (last !== 0) refuse("the proof is too short");
  return root;
};

export const checkConsistency = async (older, newer, olderRoot, newerRoot, path) => {
  if (!(older > 0 && older <= newer)) refuse("the tree shrank");
  if (older === newer) {
    if (path.length || !same(olderRoot, newerRoot)) refuse("two roots for one size");
    return;
  }
  let here = older - 1;
  let last = newer - 1;
  const up = () => {
    here = Math.floor(here / 2);
    last = Math.floor(last / 2);
  };
  const whole = Number.isInteger(Math.log2(older));
  const hashes = whole ? [olderRoot, ...path] : [...path];
  if (!hashes.length) refuse("the proof is empty");
  while (here % 2 === 1) up();
  let first = hashes[0];
  let second = hashes[0];
  for (const sibling of hashes.slice(1)) {
    if (last === 0) refuse("the proof is too long");
    if (here % 2 === 1 || here === last) {
      first = await nodeHash(sibling, first);
      second = await nodeHash(sibling, second);
      while (here !== 0 && here % 2 === 0) up();
    } else {
      second = await nodeHash(second, sibling);
    }
    up();
  }
  if (last !== 0 || !same(first, olderRoot) || !same(second, newerRoot)) {
    refuse("the newer tree does not begin with the older one");
  }
};

// -- signed notes ----------------------------------------------------------------------------
export const verifierKey = async (line) => {
  const [name, id, ...rest] = line.trim().split("+");
  const raw = fromBase64(rest.join("+"));
  if (raw.length !== 33 || raw[0] !== 1) refuse("not an Ed25519 key of a signed note");
  const digest = await sha256(joined(encoder.encode(`${name}\n`), raw));
  if (hex(digest.slice(0, 4)) !== id) refuse("the key’s id is not that of the key");
  const key = await crypto.subtle.importKey("raw", raw.slice(1), { name: "Ed25519" }, false, [
    "verify",
  ]);
  return { name, id, key };
};

// Cosignatures of witnesses (C2SP tlog-cosignature, version 1).
export const witnessKey = async (line) => {
  const [name, id, ...rest] = line.trim().split("+");
  const raw = fromBase64(rest.join("+"));
  if (raw.length !== 33 || raw[0] !== 4) refuse("not the key of a witness");
  const digest = await sha256(joined(encoder.encode(`${name}\n`), raw));
  if (hex(digest.slice(0, 4)) !== id) refuse("the key’s id is not that of the key");
  const key = await crypto.subtle.importKey("raw", raw.slice(1), { name: "Ed25519" }, false, [
    "verify",
  ]);
  return { name, id, key, public: hex(raw.slice(1)) };
};

const stampOf = (bytes) => bytes.reduce((sum, one) => sum * 256 + one, 0);

export const cosigners = async (note, witnessLines) => {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) refuse("not a signed note");
  const text = note.slice(0, cut + 1);
  const seen = new Map(); // by key: one that goes by two names counts once
  for (const witness of await Promise.all(witnessLines.map(witnessKey))) {
    for (const line of note.slice(cut + 2, -1).split("\n")) {
      const [, name, coded] = line.split(" ");
      const raw = fromBase64(coded ?? "");
      if (name !== witness.name || hex(raw.slice(0, 4)) !== witness.id) continue;
      const said = `cosignature/v1\ntime ${stampOf(raw.slice(4, 12))}\n${text}`;
      const signature = raw.slice(12);
      const right = await crypto.subtle.verify(
        { name: "Ed25519" },
        witness.key,
        signature,
        encoder.encode(said),
      );
      if (!right) refuse(`the cosignature of ${name} is not right`);
      seen.set(witness.public, name);
    }
  }
  return [...seen.values()];
};

export const requireQuorum = async (note, witnessLines, quorum) => {
  const seen = await cosigners(note, witnessLines);
  if (seen.length < quorum) refuse(`${seen.length} of ${quorum} witnesses have cosigned`);
  return seen;
};

export const openedNote = async (note, verifier) => {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) refuse("not a signed note");
  const text = note.slice(0, cut + 1);
  let signed = false;
  for (const line of note.slice(cut + 2, -1).split("\n")) {
    const [mark, name, coded, ...more] = line.split(" ");
    if (mark !== MARK || !coded || more.length) refuse("not a signature line");
    const raw = fromBase64(coded);
    if (name !== verifier.name || hex(raw.slice(0, 4)) !== verifier.id) continue;
    const right = await crypto.subtle.verify(
      { name: "Ed25519" },
      verifier.key,
      raw.slice(4),
      encoder.encode(text),
    );
    if (!right) refuse("the signature is not right");
    signed = true;
  }
  if (!signed) refuse("this key has not signed this note");
  return text;
};

export const checkpointIn = (text) => {
  const [origin, size, root, ...more] = text.split("\n");
  if (!origin || !/^(0|[1-9][0-9]{0,14})$/.test(size ?? "") || more.at(-1) !== "") {
    refuse("not a checkpoint");
  }
  const bytes = fromBase64(root);
  if (bytes.length !== 32) refuse("a root has 32 bytes");
  return { origin, size: Number(size), root: bytes };
};

// -- proof files -----------------------------------------------------------------------------
export const proofFile = (text) => {
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, cut).split("\n");
  if (cut < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") refuse("not a proof file");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = lines.shift() ?? "";
  if (!/^index (0|[1-9][0-9]{0,14})$/.test(index)) refuse("the index is not a number");
  return { index: Number(index.slice(6)), path: lines.map(fromBase64), note: text.slice(cut + 2) };
};

export const checkProof = async (text, body, keyLine) => {
  const verifier = await verifierKey(keyLine);
  const proof = proofFile(text);
  const head = checkpointIn(await openedNote(proof.note, verifier));
  if (head.origin !== verifier.name) refuse("the checkpoint is of another log");
  const root = await rootFromInclusion(await leafHash(body), proof.index, head.size, proof.path);
  if (!same(root, head.root)) refuse("the leaf is not in the tree with this root");
  return { index: proof.index, ...head };
};

// -- leaves, fields, records -----------------------------------------------------------------
export const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    const names = Object.keys(value).sort(); // by UTF-16 units, as RFC 8785 wants it
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value);
};

export const leafIn = (body) => {
  const text = decoder.decode(body);
  const leaf = JSON.parse(text);
  if (canonical(leaf) !== text || leaf.v !== 1) refuse("the leaf is not in its canonical form");
  return leaf;
};

export const checkField = async ({ salt, name, value, slot, path }, commit) => {
  const digest = await sha256(encoder.encode(canonical([salt, name, value])));
  const root = await rootFromInclusion(await leafHash(digest), slot, 16, path.map(fromHex));
  if (hex(root) !== commit) refuse("the leaf does not commit to this");
};

export const checkRecord = async (bytes, leaf) => {
  if (hex(await sha256(bytes)) !== leaf.record) refuse("the record is not the one in the log");
};

// -- the page --------------------------------------------------------------------------------
const bytesAt = async (address) => {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) refuse(`${address}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};

const checkPage = async (box) => {
  const { key, leaf, proof, record, field, witnesses, quorum } = box.dataset;
  const say = (name, words) => {
    const line = document.createElement("li");
    line.textContent = words ? `${box.dataset[name]} ${words}` : box.dataset[name];
    box.querySelector("[data-steps]").append(line);
  };
  const body = await bytesAt(leaf);
  const found = leafIn(body);
  const file = decoder.decode(await bytesAt(proof));
  const head = await checkProof(file, body, key);
  say("saidSigned", `${head.origin}, ${head.size}`);
  if (witnesses) {
    const seen = await requireQuorum(proofFile(file).note, witnesses.split(" "), Number(quorum));
    say("saidCosigned", seen.join(", "));
  }
  say("saidIncluded", String(head.index));
  if (record) {
    await checkRecord(await bytesAt(record), found);
    say("saidRecord");
  }
  if (field) {
    await checkField(JSON.parse(decoder.decode(await bytesAt(field))), found.commit);
    say("saidField");
  }
};

const start = (box) => {
  const button = box.querySelector("button");
  box.hidden = false;
  button.addEventListener("click", async () => {
    const verdict = box.querySelector("[data-verdict]");
    box.querySelector("[data-steps]").replaceChildren();
    button.disabled = true;
    try {
      await checkPage(box);
      verdict.textContent = box.dataset.right;
      verdict.className = "notice good";
    } catch (problem) {
      const old = problem instanceof DOMException && problem.name === "NotSupportedError";
      verdict.textContent = old ? box.dataset.unable : `${box.dataset.wrong} ${problem.message}`;
      verdict.className = "notice now";
    }
    button.disabled = false;
  });
};

if (typeof document !== "undefined") document.querySelectorAll("[data-log-proof]").forEach(start);
