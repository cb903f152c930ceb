/* A form that opens, is checked and is kept without a line; whole without this file.

   It keeps a sealed draft as one types; checks what would surely be sent back; hands the form to
   the queue; and reopens what needs its person, with everything that was typed.
   Markup: form[data-queue="kind"]; #first-checks (JSON); template[data-faults] for errors;
   data-draft, data-conflict, data-kept-files: notices that are shown when they apply. */

import { announce, enqueue, flush, ownerHere } from "./queue.js";
import { canKeep, dropValue, items, itemValue, keepValue, keptValue } from "./store.js";

const SAVE_AFTER = 500; // ms after the last key
const AT_MOST = 15_000; // ms for whoever is sending already; then the outbox shows how it went

/* -- what is typed -------------------------------------------------------------- */
const typedIn = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");

/** Put answers back. Fields that are not in the page any more (places once offered) are added. */
function putBack(form, fields) {
  const given = new Map();
  for (const [name, value] of fields) given.set(name, [...(given.get(name) || []), value]);
  for (const box of form.elements) {
    if (!box.name || box.type === "file" || box.name === "csrfmiddlewaretoken") continue;
    const values = given.get(box.name) || [];
    if (box.type === "radio" || box.type === "checkbox") box.checked = values.includes(box.value);
    else if (values.length) box.value = values[0];
  }
  for (const [name, values] of given) {
    if (form.elements.namedItem(name)) continue;
    for (const value of values) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
}

/* -- checks ------------------------------------------------------------------------ */
const number = (text) => Number(text.replace(/\s/g, "").replace("\u2212", "-").replace(",", "."));
const RULES = {
  filled: (text) => text !== "",
  long: (text, { least }) => !text || text.length >= least,
  between: (text, { least, most }) => text !== "" && number(text) >= least && number(text) <= most,
  number: (text) => text === "" || Number.isFinite(number(text)),
  whole: (text) => text === "" || /^[-\u2212]?\d+$/.test(text.replace(/\s/g, "")),
};

export function faultsIn(form, checks) {
  const typed = new FormData(form);
  const text = (name) => String(typed.get(name) ?? "").trim();
  const found = {};
  for (const check of checks) {
    if (found[check.field] || !form.elements.namedItem(check.field) && check.field !== "place") continue;
    if (check.when && !check.when[1].includes(text(check.when[0]))) continue;
    if (!RULES[check.is](text(check.field), check)) found[check.field] = [check.say];
  }
  return found;
}

/* -- errors, as the server would show them -------------------------------------------- */
function boxOf(form, name) {
  const found = form.elements.namedItem(name);
  const box = found instanceof RadioNodeList ? found[0] : found || form.querySelector(`[data-name="${CSS.escape(name)}"] input`);
  return box && box.type !== "hidden" ? box : null;
}

function clearErrors(form) {
  for (const old of form.querySelectorAll("[data-told], .field > .errorlist, .field > fieldset > .errorlist")) old.remove();
  for (const box of form.querySelectorAll("[aria-invalid]")) box.removeAttribute("aria-invalid");
  for (const field of form.querySelectorAll(".field.invalid")) field.classList.remove("invalid");
  for (const old of document.querySelectorAll("[data-summary]")) old.remove();
}

export function showErrors(form, errors) {
  clearErrors(form);
  const pattern = form.querySelector("template[data-faults]").content;
  const summary = pattern.firstElementChild.cloneNode(true);
  summary.dataset.summary = "";
  const list = summary.querySelector("ul");
  list.replaceChildren();
  const placed = Object.entries(errors).map(([name, texts]) => [name, texts, boxOf(form, name)]);
  const place = ([, , box]) => (box ? [...form.elements].indexOf(box) : -1); // as they stand on the page
  for (const [name, texts, box] of placed.sort((a, b) => place(a) - place(b))) {
    const field = box?.closest(".field");
    const label = (field?.querySelector("legend, label")?.firstChild?.textContent || "").trim();
    for (const text of texts) {
      const line = document.createElement("li");
      if (box) {
        const link = Object.assign(document.createElement("a"), { href: `#${box.id}`, textContent: `${label}: ${text}` });
        link.addEventListener("click", (event) => { event.preventDefault(); (field || box).scrollIntoView({ block: "center" }); box.focus({ preventScroll: true }); });
        line.append(link);
      } else line.textContent = text;
      list.append(line);
    }
    if (!box || !field) continue;
    const told = document.createElement("ul");
    Object.assign(told, { className: "errorlist", id: `${box.id}_error` });
    told.dataset.told = "";
    told.append(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    field.classList.add("invalid");
    const group = field.querySelector("fieldset");
    const control = group ? group.querySelector(".choices") || box : box;
    control.before(told);
    for (const one of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) { one.setAttribute("aria-invalid", "true"); one.setAttribute("aria-describedby", told.id); }
  }
  form.prepend(summary);
  summary.focus();
}

/* -- the form ---------------------------------------------------------------------------- */
export async function mount(form) {
  const { queue: kind, outbox } = form.dataset;
  const checks = JSON.parse(document.getElementById("first-checks")?.textContent || "[]");
  const action = form.dataset.action || location.pathname + location.search;
  let again = location.hash.startsWith("#kept-") ? location.hash.slice(6) : "";
  let timer = 0;
  let busy = false;
  form.autocomplete = "off"; // so that the browser itself writes down nothing that is typed
  const key = form.elements.client_uuid;
  if (!key.value) key.value = crypto.randomUUID();
  const owner = await ownerHere();
  const draftName = `${owner} ${action}${again && "#"}${again}`;

  async function reopen() {
    const item = again && await itemValue(again);
    if (!item || item.done || (item.owner && item.owner !== owner)) { again = ""; return false; }
    putBack(form, item.fields);
    const files = form.querySelector("[data-kept-files]");
    if (files && item.files.length) { files.hidden = false; files.querySelector("b").textContent = String(item.files.length); }
    if (item.reason === "conflict") offerAnew(item);
    if (item.reason === "answers") showErrors(form, item.errors || {});
    return true;
  }

  /** Another report has this id: nothing is overwritten; sent again, it is a new report. */
  function offerAnew(item) {
    const notice = form.querySelector("[data-conflict]");
    notice.hidden = false;
    const link = notice.querySelector("a");
    link.hidden = !item.conflict;
    link.href = item.conflict || "";
    key.value = crypto.randomUUID();
    notice.focus();
  }

  async function restore() {
    const draft = await keptValue("drafts", draftName);
    if (!draft) return;
    const notice = form.querySelector("[data-draft]");
    putBack(form, draft);
    notice.hidden = false;
    notice.querySelector("button").addEventListener("click", async () => { clearTimeout(timer); await dropValue("drafts", draftName); location.reload(); });
  }

  function save() {
    timer = 0;
    if (!busy) return keepValue("drafts", draftName, typedIn(form));
  }

  async function send() {
    const picked = [...form.querySelectorAll("input[type=file]")].flatMap((box) => [...box.files]);
    const fields = typedIn(form).filter(([name]) => !name.startsWith("evidence-"));
    const sensitivity = new FormData(form).get("evidence-sensitivity") || "";
    const id = await enqueue({ kind, action, fields, files: picked, sensitivity, again });
    clearTimeout(timer);
    await dropValue("drafts", draftName);
    await flush({ now: true, wait: AT_MOST });
    announce();
    const item = (await items()).find((one) => one.id === id);
    const value = item && await itemValue(id);
    if (item?.state === "needs" && value.reason === "answers") {
      again = id;
      history.replaceState(null, "", `#kept-${id}`);
      form.querySelectorAll("input[type=file]").forEach((box) => { box.value = ""; });
      return reopen();
    }
    if (!item) {
      const [last] = (await keptValue("lists", "sent")) || [];
      if (kind === "report" && last?.url) { location.assign(last.url); return true; }
    }
    location.assign(form.dataset.after && !item ? form.dataset.after : outbox);
    return true;
  }

  await reopen();
  await restore();
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, SAVE_AFTER); });
  addEventListener("pagehide", () => { if (timer) save(); });
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.name === "find") return;
    event.preventDefault();
    if (busy) return;
    const faults = faultsIn(form, checks);
    if (Object.keys(faults).length) { showErrors(form, faults); return; }
    busy = true;
    form.setAttribute("aria-busy", "true");
    try { await send(); } finally { busy = false; form.removeAttribute("aria-busy"); }
  });
  form.dataset.ready = "";
}

if (canKeep()) for (const form of document.querySelectorAll("form[data-queue]")) mount(form);
