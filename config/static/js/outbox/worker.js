/* The service worker: opens the few pages a monitor needs while there is no line, and sends the
   queue when the line returns, where browsers wake us for it.

   It keeps blank pages and the files they name, never a page that was made for a person. */

import { flush } from "./queue.js";

const KINDS = /^(?:text\/html|text\/css|(?:text|application)\/javascript)/;
const KEEPS = /^\/(?:static\/|places\/names$)/; // paths of what a page needs; names of places are nobody's secret
const NAMED = /(?:["'(])(\/(?:static\/|places\/names\?)[^"')\s]+)/g; // in a page, a style or a script
const BESIDE = /(?:from|import)\s*\(?\s*["'](\.[^"']+)["']|url\(["']?(?!data:|#|\/)([^"')]+)/g;
const PATIENCE = 8000; // ms for a page of which we have a blank one
let plan = { version: "", pages: {}, other: "" };

const cacheName = () => `shell-${plan.version}`;

/** Return the files that a text names, as addresses of this site. */
function namedIn(text, at) {
  const found = [...text.matchAll(NAMED)].map(([, path]) => path);
  for (const [, imported, styled] of text.matchAll(BESIDE)) found.push(imported || styled);
  return [...new Set(found.map((path) => new URL(path, at)))].filter(({ origin, pathname }) => origin === location.origin && KEEPS.test(pathname)).map(({ href }) => href);
}

async function keep(cache, address, fresh) {
  const known = fresh ? undefined : await cache.match(address);
  if (known) return known;
  const answer = await fetch(address, { credentials: "same-origin", cache: fresh ? "no-cache" : "default" });
  if (answer.status !== 200 || answer.redirected) return cache.match(address);
  await cache.put(address, answer.clone());
  return answer;
}

/** Fetch the blank pages anew and whatever they name that is not here yet. */
async function fill() {
  const cache = await caches.open(cacheName());
  const seen = new Set();
  const todo = [...new Set([...Object.values(plan.pages), plan.other])].map((page) => [new URL(page, location.origin).href, true]);
  while (todo.length) {
    const [address, fresh] = todo.shift();
    if (seen.has(address)) continue;
    seen.add(address);
    const answer = await keep(cache, address, fresh).catch(() => cache.match(address));
    if (!answer || !KINDS.test(answer.headers.get("Content-Type") || "")) continue;
    const text = await answer.clone().text();
    for (const named of namedIn(text, address)) todo.push([named, false]);
  }
  for (const { url } of await cache.keys()) if (!seen.has(url)) await cache.delete(url);
}

/** Return the blank page that stands for an address, or nothing. */
function blankOf(path) {
  const known = Object.keys(plan.pages).find((one) => (one.endsWith("*") ? path.startsWith(one.slice(0, -1)) : path === one));
  return known && plan.pages[known];
}

async function openPage(request, path) {
  const blank = blankOf(path);
  try {
    const signal = blank && AbortSignal.timeout(PATIENCE);
    const answer = await fetch(request, signal ? { signal } : {});
    if (answer.status < 502 || answer.status > 504) return answer;
  } catch { /* no line: below */ }
  const cache = await caches.open(cacheName());
  return (blank && (await cache.match(blank))) || (await cache.match(plan.other)) || Response.error();
}

async function openFile(request) {
  const cache = await caches.open(cacheName());
  return (await cache.match(request)) || fetch(request);
}

async function dropOlder() {
  for (const name of await caches.keys()) if (name !== cacheName()) await caches.delete(name);
  await clients.claim();
}

/** Send what can be sent; fail while something is left, so that the browser wakes us again. */
async function sendAll() {
  if ((await flush({ now: true })) >= 0) throw new Error("something is left");
}

/** Start to serve. `given`: version, pages {address: blank page}, other (the page for the rest). */
export function serve(given) {
  plan = given;
  addEventListener("install", (event) => event.waitUntil(fill().then(() => skipWaiting())));
  addEventListener("activate", (event) => event.waitUntil(dropOlder()));
  addEventListener("message", (event) => { if (event.data === "refresh") event.waitUntil(fill()); });
  addEventListener("sync", (event) => { if (event.tag === "outbox") event.waitUntil(sendAll()); });
  addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return;
    if (request.mode === "navigate") event.respondWith(openPage(request, pathname));
    else if (KEEPS.test(pathname)) event.respondWith(openFile(request));
  });
}
