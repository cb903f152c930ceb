/* Where, with a phone's help: puts down where it stands with how exact that is, and opens the map
   when asked. Without this file the boxes are typed into. The map's files are fetched when it is
   first opened, never before.

   Markup: an element with data-where, within a form; in it an element with data-gps (words: data-use,
   data-exact with {n}, data-failed) and one with data-where-map (see where-map.js). */

const root = document.querySelector("[data-where]");
const form = root?.closest("form");

function button(words) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet";
  made.textContent = words;
  return made;
}

function status() {
  const made = document.createElement("p");
  made.className = "hint";
  made.setAttribute("role", "status");
  return made;
}

/** Put a value into a box as if it were typed, so that whoever minds the form hears of it. */
export function put(box, value) {
  if (!box) return;
  box.value = value;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function offerPosition(box) {
  const ask = button(box.dataset.use);
  const told = status();
  ask.addEventListener("click", () => {
    told.textContent = "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const exact = String(Math.max(1, Math.ceil(coords.accuracy)));
        put(form.elements.lat, coords.latitude.toFixed(5));
        put(form.elements.lon, coords.longitude.toFixed(5));
        put(form.elements.accuracy_m, exact);
        told.textContent = box.dataset.exact.replace("{n}", Number(exact).toLocaleString(document.documentElement.lang));
      },
      () => { told.textContent = box.dataset.failed; },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
  box.after(ask, told);
}

function offerMap(box) {
  const open = button(box.dataset.open);
  const told = status();
  open.addEventListener("click", async () => {
    open.disabled = true;
    try {
      const { openMap } = await import(box.dataset.module);
      await openMap({ box, form, put, told });
      open.remove();
      box.querySelector("[data-canvas]").focus();
    } catch {
      open.disabled = false;
      told.textContent = box.dataset.failed;
    }
  });
  box.append(open, told);
}

const gps = root?.querySelector("[data-gps]");
if (gps && "geolocation" in navigator) offerPosition(gps);
const map = root?.querySelector("[data-where-map]");
if (map) offerMap(map);
