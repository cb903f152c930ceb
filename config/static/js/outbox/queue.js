/* The queue: what was filed without a line is kept here and sent, once, when there is one.

   Runs in pages and in the worker. One sender at a time, by a lock that all of them share; and
   sending twice would be harmless, since the server knows each item by its client_uuid. An item is
   dropped when the server has said that it has it, never before. */

import { dropFile, dropItem, dropValue, fileBlob, itemValue, items, keepFile, keepItem, keepValue, keptValue, markItem } from "./store.js";
import { sendFile } from "./files.js";

export const STATES = ["waiting", "sending", "needs"];
const PASS = "/outbox/token"; // who is signed in, and a token for forms
const PATIENCE = 60_000; // ms for an answer
const FIRST_WAIT = 1500; // ms; doubled at each failure
const LONGEST_WAIT = 5 * 60_000;
const MOST_SENT = 20; // receipts shown again
const LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** Raised when the line or the server failed and the same thing is to be tried again later. */
class Later extends Error {}

const post = globalThis.BroadcastChannel ? new BroadcastChannel("outbox") : null;
const listeners = [];
/** Tell every page that the queue has changed; a channel does not hear itself, so this one too. */
export function announce() {
  post?.postMessage("changed");
  for (const hear of listeners) hear();
}
/** Hear of changes: from here, from other tabs and from the worker. */
export function onChange(hear) {
  listeners.push(hear);
  post?.addEventListener("message", hear);
}

/** Return the code shown until the server has given the true one: W- and six signs of its key. */
export async function waitingCode(key) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key)));
  return `W-${[...bytes.slice(0, 6)].map((byte) => LETTERS[byte % LETTERS.length]).join("")}`;
}

/** Return how many items are in each state. */
export async function counts() {
  const found = { waiting: 0, sending: 0, needs: 0 };
  for (const { state } of await items()) found[state] += 1;
  return found;
}

const open = (order, state = "waiting") => ({ order, state, tries: 0, next: 0 });

/** Keep a form to be sent. `again` is the id of an item that is sent anew. Returns its id. */
export async function enqueue({ kind, action, fields, files = [], sensitivity = "", again = "" }) {
  const key = fields.find(([name]) => name === "client_uuid")[1];
  const before = again ? await itemValue(again) : null;
  const id = before ? again : crypto.randomUUID();
  const kept = before?.files || [];
  for (const file of files) kept.push(await keepFile(file));
  const value = { kind, action, fields, sensitivity, files: kept, code: await waitingCode(key), owner: await ownerHere() };
  await keepItem(id, open(Date.now()), value);
  announce();
  return id;
}

/** Return who was signed in when the server was last heard: an opaque word, or nothing. */
export async function lastOwner() { return (await keptValue("lists", "owner")) || ""; }

/** Return whose page this is. One from the server says so itself: what was noted may still be of
    somebody else, or of nobody, while the page opens. One that was kept is of who was here last. */
export async function ownerHere() {
  return globalThis.document?.getElementById("outbox-state")?.dataset.who || lastOwner();
}

/** Note who is signed in; what was kept to be shown to somebody else goes. */
export async function belongTo(who) {
  const before = await lastOwner();
  if (before === who) return;
  if (before) for (const name of ["reports", "incidents", "sent"]) await dropValue("lists", name);
  await keepValue("lists", "owner", who);
}

/** Ask who is signed in now. Returns {token, who}, or null where nobody is. */
async function pass() {
  const answer = await ask(PASS);
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Later(String(answer.status));
  const given = await answer.json();
  await belongTo(given.who);
  return given;
}

async function ask(url, options = {}) {
  try {
    return await fetch(url, {
      credentials: "same-origin", cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      ...options, headers: { Accept: "application/json", ...options.headers },
    });
  } catch (problem) { throw new Later(problem.message); }
}

/** Send all that can be sent. `now` tries those too whose time has not come. While another tab or
    the worker is sending, `wait` is for how many ms to wait until it is done: it may be sending
    the very thing whose answer is wanted here, or have begun before that was kept.
    Returns the ms until the next try is due, or -1 where nothing is left to try. */
export async function flush({ now = false, wait = 0 } = {}) {
  const how = wait ? { signal: AbortSignal.timeout(wait) } : { ifAvailable: true };
  const sent = navigator.locks.request("outbox-send", how, async (lock) => {
    if (lock) await sendAll(now);
  });
  try { await sent; } catch (problem) { if (problem.name !== "TimeoutError") throw problem; }
  const due = (await items()).filter(({ state }) => state !== "needs").map(({ next }) => next);
  return due.length ? Math.max(0, Math.min(...due) - Date.now()) : -1;
}

async function sendAll(now) {
  const line = await items();
  const due = [];
  for (const item of line) {
    if (item.state !== "needs") { if (now || item.next <= Date.now()) due.push(item); continue; }
    const value = await itemValue(item.id);
    if (value && ["sign-in", "another"].includes(value.reason)) due.push(item);
  }
  if (!due.length) return;
  let who;
  try { who = await pass(); } catch (problem) {
    if (!(problem instanceof Later)) throw problem;
    for (const item of due) await later(item); // also what waited for a sign-in: there may be one now
    return;
  }
  for (const step of [sendForm, sendFiles]) for (const item of due) await sendOne(item, who, step);
}

/** Take one step with an item: first all answers go, then files, which take their time. */
async function sendOne(item, who, step) {
  const value = await itemValue(item.id);
  if (!value || item.settled) return;
  const reason = !who ? "sign-in" : value.owner && value.owner !== who.who ? "another" : "";
  if (reason && item.state === "needs" && value.reason === reason) return;
  if (reason) { await needs(item, value, reason); return; }
  value.owner = who.who;
  await markItem(item.id, { state: "sending" });
  announce();
  try {
    item.settled = !(await step(item, value, who));
    if (item.settled || step === sendForm && value.files.length) return;
    item.settled = true;
    await remember(value);
    await dropItem(item.id);
    announce();
  } catch (problem) {
    if (!(problem instanceof Later)) throw problem;
    item.settled = true;
    await later(item);
  }
}

/** Send the answers. Returns true once the server has them; else the item waits for its person. */
async function sendForm(item, value, who) {
  if (value.done) return true;
  const body = new FormData();
  for (const [name, text] of value.fields) body.append(name, text);
  const answer = await ask(value.action, { method: "POST", body, headers: { "X-CSRFToken": who.token } });
  if (answer.status === 429 || answer.status >= 500) throw new Later(String(answer.status));
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) {
    Object.assign(value, { done: true, fields: [], receipt: said.receipt || "", url: said.url || "", reason: "" });
    await keepItem(item.id, open(item.order, "sending"), value); // what was typed is gone from here
    return true;
  }
  if (answer.status === 401) await needs(item, value, "sign-in");
  else if (said.code === "conflict") await needs(item, value, "conflict", { conflict: said.url || "" });
  else if (answer.status === 422) await needs(item, value, "answers", { errors: said.errors || {} });
  else if (said.code === "stale-form") throw new Later("stale");
  else await needs(item, value, "refused", { told: [said.title || ""] });
  return false;
}

/** Send the files that came with it. Returns true when none is left. */
async function sendFiles(item, value, who) {
  const told = [];
  for (const file of [...value.files]) {
    const outcome = await sendFile({ file: await fileBlob(file), value, token: who.token, Later });
    if (outcome.signedOut) { await needs(item, value, "sign-in"); return false; }
    if (outcome.refused) { told.push(outcome.refused); continue; }
    value.files = value.files.filter(({ id }) => id !== file.id);
    await keepItem(item.id, open(item.order, "sending"), value);
    await dropFile(file.id);
  }
  if (!value.files.length) return true;
  await needs(item, value, "files", { told });
  return false;
}

async function needs(item, value, reason, more = {}) {
  await keepItem(item.id, open(item.order, "needs"), { ...value, ...more, reason });
  announce();
}

async function later(item) {
  const tries = item.tries + 1;
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)) * (0.75 + Math.random() / 2);
  await markItem(item.id, { state: "waiting", tries, next: Date.now() + wait });
  announce();
}

/** Keep the receipt, sealed, to be shown beside the code that stood for it. */
async function remember({ code, receipt, url }) {
  if (!receipt) return;
  const sent = (await keptValue("lists", "sent")) || [];
  await keepValue("lists", "sent", [{ code, receipt, url }, ...sent].slice(0, MOST_SENT));
}
