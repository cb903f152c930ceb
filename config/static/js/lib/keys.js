/* Keys for lists that are worked through: j and k walk, Enter opens, ? shows the list of keys.

   Markup: a list or table body with data-keys; each row has data-row and holds a link, or can
   take focus itself (tabindex="-1"). A button or link with data-key="a" answers to that key: in
   the row one is at, else on the page. Single keys can be turned off in the list of keys (they
   get in the way of speech input); that is kept in this browser. */

const list = document.querySelector("[data-keys]");
const help = document.querySelector("[data-key-help]");
const off = document.querySelector("[data-keys-off]");
const KEPT = "keys-off";
const typing = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

const rows = () => [...list.querySelectorAll("[data-row]")];
const at = () => list.querySelector("[data-row].at");

/** Storage may be closed to us; then keys simply work. */
function kept(value) {
  try {
    if (value !== undefined) localStorage.setItem(KEPT, value ? "1" : "");
    return Boolean(localStorage.getItem(KEPT));
  } catch { return false; }
}

let silent = kept();
if (off) {
  off.checked = silent;
  off.closest("[hidden]")?.removeAttribute("hidden");
  off.addEventListener("change", () => { silent = off.checked; kept(silent); });
}

function goTo(row) {
  at()?.classList.remove("at");
  row.classList.add("at");
  (row.matches("[tabindex]") ? row : row.querySelector("a, button") || row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const here = all.indexOf(at());
  goTo(all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + by))]);
}

function answer(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const found = (list && at()?.querySelector(wanted)) || [...document.querySelectorAll(wanted)].find((one) => !one.closest("[data-row]"));
  if (found) found.matches("input, textarea, select") ? found.focus() : found.click();
  return Boolean(found);
}

document.addEventListener("keydown", (event) => {
  if (silent || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(typing)) return;
  let used = true;
  if (event.key === "?") { if (help) help.open = !help.open; }
  else if (list && event.key === "j") step(1);
  else if (list && event.key === "k") step(-1);
  else used = event.key.length === 1 && answer(event.key);
  if (used) event.preventDefault();
});

list?.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && row !== at()) { at()?.classList.remove("at"); row.classList.add("at"); }
});
