/* What this browser keeps, and how it is sealed.

   Two databases: "waiting" holds what is not sent yet, "lists" what is shown while there is no
   line. Each has an AES-GCM key of its own that no script can read out. When nothing waits any
   more the database "waiting" is deleted, and its key with it; signing out and the wipe delete
   both. What lies open: how many rows there are, how large, and when to try them again. What this
   protects against, and what not: docs/decisions/0032. */

import { deleteDB, openDB } from "../../vendor/idb/idb.js";

export const WAITING = "waiting";
export const LISTS = "lists";
const STORES = { [WAITING]: ["keys", "items", "files", "drafts"], [LISTS]: ["keys", "lists"] };
const PIECE = 4 * 1024 * 1024; // bytes of a file sealed at a time

/** Tell whether this browser can keep things sealed; without it, forms are sent as ever. */
export function canKeep() {
  return Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle && globalThis.indexedDB && navigator.locks);
}

/** Run `work(db)`. Whoever deletes a database waits for those who use it, and they for it. */
function using(name, work, mode = "shared") {
  return navigator.locks.request(`store-${name}`, { mode }, async () => {
    const db = await openDB(name, 1, {
      upgrade(made) { for (const store of STORES[name]) made.createObjectStore(store); },
    });
    try { return await work(db); } finally { db.close(); }
  });
}

async function keyOf(db) {
  const known = await db.get("keys", "key");
  if (known) return known;
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const step = db.transaction("keys", "readwrite");
  const first = await step.store.get("key"); // somebody may have been quicker
  if (!first) await step.store.put(fresh, "key");
  await step.done;
  return first || fresh;
}

const bytesOf = (text) => new TextEncoder().encode(text);

async function seal(db, about, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: bytesOf(about) };
  return { iv, data: await crypto.subtle.encrypt(how, await keyOf(db), bytes) };
}

async function unseal(db, about, row) {
  const how = { name: "AES-GCM", iv: row.iv, additionalData: bytesOf(about) };
  return crypto.subtle.decrypt(how, await keyOf(db), row.data);
}

const sealValue = (db, about, value) => seal(db, about, bytesOf(JSON.stringify(value)));
const unsealValue = async (db, about, row) => JSON.parse(new TextDecoder().decode(await unseal(db, about, row)));

async function exists(name) {
  if (!indexedDB.databases) return true;
  return (await indexedDB.databases()).some((one) => one.name === name);
}

/* -- drafts and lists: one sealed value by name ---------------------------- */
const placeOf = (store) => (store === "lists" ? LISTS : WAITING);

export function keepValue(store, name, value) {
  return using(placeOf(store), async (db) => db.put(store, await sealValue(db, `${store}/${name}`, value), name));
}

export async function keptValue(store, name) {
  if (!(await exists(placeOf(store)))) return undefined;
  return using(placeOf(store), async (db) => {
    const row = await db.get(store, name);
    return row && unsealValue(db, `${store}/${name}`, row);
  });
}

export async function dropValue(store, name) {
  if (!(await exists(placeOf(store)))) return;
  await using(placeOf(store), (db) => db.delete(store, name));
  if (store === "drafts") await tidy();
}

/* -- items: what is to be sent --------------------------------------------- */

/** Keep an item: `open` is what may be seen of it (order, state, tries, next), `value` is not. */
export function keepItem(id, open, value) {
  return using(WAITING, async (db) => db.put("items", { ...open, id, ...(await sealValue(db, `items/${id}`, value)) }, id));
}

/** Change what may be seen of an item, without unsealing it. */
export function markItem(id, changes) {
  return using(WAITING, async (db) => {
    const step = db.transaction("items", "readwrite");
    const row = await step.store.get(id);
    if (row) await step.store.put({ ...row, ...changes }, id);
    await step.done;
  });
}

/** Return all items in the order they were kept, as far as they can be seen without unsealing. */
export async function items() {
  if (!(await exists(WAITING))) return [];
  const rows = await using(WAITING, (db) => db.getAll("items"));
  return rows.map(({ id, order, state, tries, next }) => ({ id, order, state, tries, next })).sort((a, b) => a.order - b.order);
}

/** Return what an item says, or undefined where it is gone. */
export async function itemValue(id) {
  if (!(await exists(WAITING))) return undefined;
  return using(WAITING, async (db) => {
    const row = await db.get("items", id);
    return row && unsealValue(db, `items/${id}`, row);
  });
}

export async function dropItem(id) {
  const value = await itemValue(id);
  for (const file of value?.files || []) await dropFile(file.id);
  await using(WAITING, (db) => db.delete("items", id));
  await tidy();
}

/* -- files, in sealed pieces ------------------------------------------------ */

/** Seal a chosen file; return what to remember of it. Its name is not kept. */
export async function keepFile(blob) {
  const id = crypto.randomUUID();
  const pieces = Math.max(1, Math.ceil(blob.size / PIECE));
  for (let n = 0; n < pieces; n += 1) {
    const bytes = await blob.slice(n * PIECE, (n + 1) * PIECE).arrayBuffer();
    await using(WAITING, async (db) => db.put("files", await seal(db, `files/${id}/${n}/${pieces}`, bytes), `${id}/${n}`));
  }
  return { id, pieces, size: blob.size, type: blob.type };
}

export async function fileBlob(file) {
  const parts = [];
  for (let n = 0; n < file.pieces; n += 1) {
    parts.push(await using(WAITING, async (db) => unseal(db, `files/${file.id}/${n}/${file.pieces}`, await db.get("files", `${file.id}/${n}`))));
  }
  return new Blob(parts, { type: file.type });
}

export function dropFile(id) {
  return using(WAITING, (db) => db.delete("files", IDBKeyRange.bound(`${id}/`, `${id}/\uffff`)));
}

/* -- the end of it ------------------------------------------------------------ */

/** Delete the database, and its key, once nothing waits: no item, no draft. */
async function tidy() {
  await navigator.locks.request(`store-${WAITING}`, { mode: "exclusive" }, async () => {
    const db = await openDB(WAITING, 1, { upgrade(made) { for (const store of STORES[WAITING]) made.createObjectStore(store); } });
    const left = (await db.count("items")) + (await db.count("drafts"));
    db.close();
    if (!left) await deleteDB(WAITING);
  });
}

/** Delete all that this browser keeps of us: databases, keys, kept pages, the worker. */
export async function wipeAll() {
  for (const name of [WAITING, LISTS]) {
    await navigator.locks.request(`store-${name}`, { mode: "exclusive" }, () => deleteDB(name));
  }
  for (const name of (await globalThis.caches?.keys()) || []) await caches.delete(name);
  for (const one of (await navigator.serviceWorker?.getRegistrations?.()) || []) await one.unregister();
  try { localStorage.clear(); sessionStorage.clear(); } catch { /* closed to us, so nothing lies there */ }
}
