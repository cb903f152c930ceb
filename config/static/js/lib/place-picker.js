/* Shows places while a name is typed. It never picks one: the person does.

   Markup: an element with data-place-picker, data-url, data-list, data-name and the words
   data-none, data-found (with {n}) and data-failed; in it a text input with data-place-text and an
   element with data-candidates. The list of names (data-list) is fetched when the input is first
   entered and searched here, so that a line that drops costs nothing; until it has come, and where
   it does not come, the site is asked. Without this file the form's own search button does the
   same work. */

import { openList, search as searchList } from "./place-names.js";

const WAIT = 300; // ms after the last key
const WAIT_HERE = 60; // ms, where nobody needs to be asked
const lists = new Map(); // address -> the list, or a promise of it

function listOf(address) {
  if (!address) return Promise.resolve(null);
  if (!lists.has(address)) {
    lists.set(address, fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((body) => (body ? openList(body) : null))
      .catch(() => { lists.delete(address); return null; }));
  }
  return lists.get(address);
}

function candidate(place, name, chosen) {
  const label = document.createElement("label");
  label.className = "choice";
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name, value: place.id, checked: String(place.id) === chosen });
  const words = document.createElement("span");
  const title = document.createElement("bdi");
  title.textContent = place.label;
  words.append(title);
  for (const line of [place.detail, (place.names || []).join(" · ")]) {
    if (!line) continue;
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.dir = "auto";
    hint.textContent = line;
    words.append(hint);
  }
  label.append(radio, words);
  return label;
}

export function mountPicker(root) {
  const text = root.querySelector("[data-place-text]");
  const box = root.querySelector("[data-candidates]");
  if (!text || !box) return;
  const { url, name } = root.dataset;
  const status = document.createElement("p");
  status.className = "hint";
  status.setAttribute("role", "status");
  box.before(status);
  let timer = 0;
  let asking = null;
  let list = null;

  async function search() {
    const query = text.value.trim();
    asking?.abort();
    if (query.length < 2) { status.textContent = ""; return; }
    if (list) { show(searchList(list, query)); return; }
    asking = new AbortController();
    try {
      const answer = await fetch(`${url}?${new URLSearchParams({ q: query })}`, {
        signal: asking.signal, headers: { Accept: "application/json" }, credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const body = await answer.json();
      show(Array.isArray(body) ? body : body.results || []);
    } catch (problem) {
      if (problem.name !== "AbortError") status.textContent = root.dataset.failed || "";
    }
  }

  function show(places) {
    const kept = box.querySelector("input:checked");
    const keptRow = kept?.closest("label");
    const rows = places.map((place) => candidate(place, name, kept?.value || ""));
    if (keptRow && kept.value && !places.some((place) => String(place.id) === kept.value)) rows.unshift(keptRow);
    box.classList.add("choices");
    box.replaceChildren(...rows);
    status.textContent = places.length ? (root.dataset.found || "").replace("{n}", places.length) : root.dataset.none || "";
    root.dispatchEvent(new CustomEvent("places:found", { detail: places, bubbles: true }));
  }

  text.setAttribute("autocomplete", "off");
  text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, list ? WAIT_HERE : WAIT); });
  text.addEventListener("focus", async () => { list ??= await listOf(root.dataset.list); });
}

document.querySelectorAll("[data-place-picker]").forEach(mountPicker);
