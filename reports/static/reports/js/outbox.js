/* Shows what waits on this phone, lets its person open, remove or send it, and wipes the phone. */

import { announce, flush, ownerHere, onChange } from "../../js/outbox/queue.js";
import { canKeep, dropItem, items, itemValue, keptValue, wipeAll } from "../../js/outbox/store.js";

const page = document.querySelector(".outbox");
const find = (name) => page.querySelector(`[data-${name}]`);
let dropping = "";

const opens = (value) => value.kind === "report" && !value.done && !["sign-in", "another"].includes(value.reason);

function rowOf({ id, state }, value, mine) {
  const row = find("row").content.cloneNode(true).firstElementChild;
  const only = (name, wanted) => row.querySelectorAll(`[data-${name}]`).forEach((one) => { one.hidden = one.dataset[name] !== wanted; });
  only("kind", value.kind);
  only("reason", state === "needs" ? value.reason : "");
  only("chip", state);
  row.querySelector("[data-code]").textContent = value.code;
  row.querySelectorAll("[data-told]").forEach((one) => { one.textContent = (mine && value.told || []).join(" "); });
  const files = row.querySelector("[data-files]");
  files.hidden = !value.files.length;
  files.querySelector("b").textContent = String(value.files.length);
  const receipt = row.querySelector("[data-receipt]");
  receipt.hidden = !(mine && value.receipt);
  Object.assign(receipt.querySelector("a"), { textContent: value.receipt || "", href: value.url || "" });
  const open = row.querySelector("[data-open]");
  open.hidden = !(mine && opens(value) && state !== "sending");
  open.href = `${value.action || page.dataset.form}#kept-${id}`;
  const drop = row.querySelector("[data-drop]");
  drop.hidden = state === "sending";
  drop.addEventListener("click", () => { dropping = id; find("drop-sure").showModal(); });
  return row;
}

async function show() {
  const owner = await ownerHere();
  const rows = [];
  for (const item of await items()) {
    const value = await itemValue(item.id);
    if (value) rows.push(rowOf(item, value, !value.owner || value.owner === owner));
  }
  find("items").replaceChildren(...rows);
  find("items").hidden = find("send").hidden = !rows.length;
  find("no-items").hidden = Boolean(rows.length);
  find("leaving").hidden = !(rows.length && location.hash === "#sign-out");
  const sent = ((await keptValue("lists", "sent")) || []).map(({ code, receipt, url }) => {
    const row = find("sent-row").content.cloneNode(true).firstElementChild;
    row.querySelector("[data-code]").textContent = code;
    Object.assign(row.querySelector("[data-receipt]"), { textContent: receipt, href: url });
    return row;
  });
  find("sent").hidden = !sent.length;
  find("sent").querySelector("ul").replaceChildren(...sent);
}

/** Wipe first, then sign out if there is a line: what is gone from here is gone in any case. */
async function wipe() {
  let token = "";
  try { ({ token } = await (await fetch("/outbox/token", { headers: { Accept: "application/json" } })).json()); } catch { /* no line */ }
  await wipeAll();
  if (token) await fetch("/accounts/logout/", { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" }).catch(() => {});
  location.replace(document.getElementById("outbox-state").dataset.exit);
}

if (canKeep()) {
  show();
  onChange(show);
  addEventListener("hashchange", show);
  document.addEventListener("outbox:ready", show);
  page.querySelectorAll("[data-now]").forEach((one) => one.addEventListener("click", async () => { await flush({ now: true }); announce(); await show(); }));
  find("wipe").addEventListener("click", () => find("wipe-sure").showModal());
  find("wipe-no").addEventListener("click", () => find("wipe-sure").close());
  find("wipe-yes").addEventListener("click", wipe);
  find("sure").addEventListener("click", async (event) => { event.preventDefault(); const to = event.currentTarget.href; await wipeAll(); location.assign(to); });
  find("drop-no").addEventListener("click", () => find("drop-sure").close());
  find("drop-yes").addEventListener("click", async () => { find("drop-sure").close(); await dropItem(dropping); announce(); await show(); });
}
