/* On every page: what waits on this phone, the quick way out, and signing out cleanly.

   Markup: parts/_outbox.html. For readers who keep nothing here it does nothing and loads nothing. */

const badge = document.getElementById("outbox-state");
const { worker, who, exit = "about:blank", outbox } = badge?.dataset || {};
const LEFT = "left"; // in the session's storage: this person wanted to be away from here
const REFRESH_AFTER = 30 * 60_000; // ms
const THRICE_WITHIN = 2000; // ms
let timer = 0;

/* -- the quick way out ------------------------------------------------------- */
function leave() {
  try { sessionStorage.setItem(LEFT, "1"); } catch { /* then "back" shows a page again */ }
  document.title = "";
  document.documentElement.replaceChildren();
  location.replace(exit);
}

function stayAway() {
  try { if (sessionStorage.getItem(LEFT)) leave(); } catch { /* closed to us */ }
}

/** Whoever went away and comes "back" sees nothing; whoever opens a page anew has come back. */
const came = performance.getEntriesByType("navigation")[0]?.type;
if (came === "back_forward") stayAway();
else { try { sessionStorage.removeItem(LEFT); } catch { /* closed to us */ } }
addEventListener("pageshow", (event) => { if (event.persisted) stayAway(); });

let escapes = [];
if (badge && document.querySelector("[data-leave]")) {
  document.addEventListener("click", (event) => { if (event.target.closest("[data-leave]")) leave(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { escapes = []; return; }
    const now = Date.now();
    escapes = [...escapes.filter((at) => now - at < THRICE_WITHIN), now];
    if (escapes.length >= 3) leave();
  });
}

/* -- the queue ------------------------------------------------------------------ */
async function keepsSomething() {
  if (!globalThis.isSecureContext || !globalThis.indexedDB || !navigator.locks) return false;
  if (worker || !indexedDB.databases) return Boolean(worker);
  return (await indexedDB.databases()).some(({ name }) => name === "waiting" || name === "lists");
}

async function show(queue) {
  const found = await queue.counts();
  badge.querySelector("a").hidden = !queue.STATES.some((state) => found[state]);
  for (const state of queue.STATES) {
    const part = badge.querySelector(`[data-state="${state}"]`);
    part.hidden = !found[state];
    part.querySelector("b").textContent = String(found[state]);
  }
  badge.classList.toggle("needs", found.needs > 0);
}

async function send(queue, now) {
  clearTimeout(timer);
  const wait = await queue.flush({ now });
  if (wait >= 0) timer = setTimeout(() => send(queue, false), Math.max(wait, 500));
}

async function wakeWorker(queue) {
  if (!worker || !navigator.serviceWorker) return;
  const site = await navigator.serviceWorker.register(worker, { scope: "/", type: "module" });
  const stamp = `${document.documentElement.lang} ${who} `;
  let kept = "";
  try { kept = sessionStorage.getItem("shell") || ""; } catch { /* then it is asked each time */ }
  if (!kept.startsWith(stamp) || Date.now() - Number(kept.slice(stamp.length)) > REFRESH_AFTER) {
    (await navigator.serviceWorker.ready).active.postMessage("refresh");
    const { keepList } = await import("./kept.js");
    for (const list of document.querySelectorAll("[data-keep]")) await keepList(list.dataset.keep, list.dataset.from);
    try { sessionStorage.setItem("shell", stamp + Date.now()); } catch { /* see above */ }
  }
  if (site.sync && (await queue.counts()).waiting) await site.sync.register("outbox").catch(() => {});
}

/** Before signing out: what waits would be destroyed, so ask; then leave nothing behind. */
async function signOut(event, queue, store) {
  const form = event.target.closest?.("form[data-sign-out], form[action$='/logout/']");
  if (!form || form.dataset.clean) return;
  event.preventDefault();
  const found = await queue.counts();
  const asked = location.pathname === outbox && form.dataset.signOut === "sure";
  if (!asked && queue.STATES.some((state) => found[state])) { location.assign(`${outbox}#sign-out`); return; }
  await store.wipeAll();
  form.dataset.clean = "1";
  form.requestSubmit();
}

async function begin() {
  if (!(await keepsSomething())) return;
  const [queue, store] = await Promise.all([import("./queue.js"), import("./store.js")]);
  if (!store.canKeep()) return;
  document.addEventListener("submit", (event) => signOut(event, queue, store));
  queue.onChange(() => show(queue));
  addEventListener("online", () => send(queue, true));
  if (who) await queue.belongTo(who);
  await show(queue);
  await send(queue, true);
  await show(queue);
  await wakeWorker(queue);
  document.dispatchEvent(new CustomEvent("outbox:ready"));
}

if (badge) begin();
