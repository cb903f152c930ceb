/* Shows places while a name is typed. It never picks one: the person does.

   Markup: an element with data-place-picker, data-name and what reports/_picker_words.html says
   (data-url, data-list, data-finder, data-mini and the words data-none, data-found with {n} and
   data-failed); in it a text input with data-place-text and an element with data-candidates. The list of names (data-list) is fetched when the input is first
   entered and searched here, so that a line that drops costs nothing; until it has come, and where
   it does not come, the site is asked. Without this file the form's own search button does the
   same work. */

const WAIT = 300; // ms after the last key
const WAIT_HERE = 60; // ms, where nobody needs to be asked
const lists = new Map(); // address -> a promise of how to search the list there

/** Fetch the list and what searches it; null where they do not come. */
async function finderOf({ list, finder }) {
  try {
    const [{ openList, search }, answer] = await Promise.all([
      import(finder), fetch(list, { headers: { Accept: "application/json" }, credentials: "same-origin" }),
    ]);
    if (!answer.ok) throw new Error(String(answer.status));
    const opened = openList(await answer.json());
    return (typed) => search(opened, typed);
  } catch {
    lists.delete(list);
    return null;
  }
}

function listOf(data) {
  if (!lists.has(data.list)) lists.set(data.list, finderOf(data));
  return lists.get(data.list);
}

function candidate(place, name, chosen, drawing) {
  const label = document.createElement("label");
  label.className = "choice";
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name, value: place.id, checked: String(place.id) === chosen });
  const words = document.createElement("span");
  if (drawing) words.append(drawing);
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
  let find = null;
  let mini = null;

  async function search() {
    const query = text.value.trim();
    asking?.abort();
    if (query.length < 2) { status.textContent = ""; return; }
    if (find) { show(find(query)); return; }
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
    const frame = mini && places.length ? mini.frameOf(places) : null;
    const rows = places.map((place) => candidate(place, name, kept?.value || "", frame && mini.miniMap(place, places, frame)));
    if (keptRow && kept.value && !places.some((place) => String(place.id) === kept.value)) rows.unshift(keptRow);
    box.classList.add("choices");
    box.replaceChildren(...rows);
    status.textContent = places.length ? (root.dataset.found || "").replace("{n}", places.length) : root.dataset.none || "";
    root.dispatchEvent(new CustomEvent("places:found", { detail: places, bubbles: true }));
  }

  text.setAttribute("autocomplete", "off");
  text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, find ? WAIT_HERE : WAIT); });
  text.addEventListener("focus", async () => {
    if (root.dataset.mini) mini ??= await import(root.dataset.mini).catch(() => null);
    if (root.dataset.list) find ??= await listOf(root.dataset);
  });
}

document.querySelectorAll("[data-place-picker]").forEach(mountPicker);
