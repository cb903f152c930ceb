/* The map on which a place is pointed at: tap, or move it under the cross-hair by the arrow keys and
   press Enter. It writes into the form's own boxes and draws what they say: a circle, the ellipse of
   a range and a bearing, the corridor between two places. Asks nothing of any other site.

   Markup: an element with data-where-map and data-leaflet, data-style, data-basemap, data-geo,
   data-list, and the words data-label, data-hint, data-chosen ({lat}, {lon}), data-credit,
   data-zoom-in, data-zoom-out. */

const HOME = [[38.3, 43.4], [41.9, 50.6]]; // the theatre, until something is chosen
const NAMES_FROM = 8; // zoom from which villages are named; cities always
const FINGER = 20; // pixels a finger covers either side
const RANGE_ERROR = 0.2, BEARING_ERROR = 10, OFF_THE_LINE = 0.2; // as reports/intake/actions.py

const number = (box) => {
  const value = Number.parseFloat(String(box?.value ?? "").replace(",", "."));
  return Number.isFinite(value) ? value : null;
};

function loaded(node) {
  return new Promise((done, failed) => {
    node.addEventListener("load", done);
    node.addEventListener("error", failed);
    document.head.append(node);
  });
}

async function leaflet({ leaflet: script, style }) {
  if (window.L) return window.L;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style });
  await Promise.all([loaded(link), loaded(Object.assign(document.createElement("script"), { src: script }))]);
  return window.L;
}

const json = async (address) => (await fetch(address, { credentials: "same-origin" })).json();

const overlap = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

/** Name the places in view, as far as names have room: a map of borders alone tells nobody where they are. */
function nameThem(L, map, places) {
  const names = L.layerGroup().addTo(map);
  function show() {
    names.clearLayers();
    const near = map.getBounds();
    const shown = places.filter((place) => (place.rank === 0 || (map.getZoom() >= NAMES_FROM && place.rank <= 2)) && near.contains([place.lat, place.lon]));
    const taken = [];
    for (const place of shown.sort((one, other) => one.rank - other.rank).slice(0, 60)) {
      const words = document.createElement("span");
      words.textContent = place.label;
      words.dir = "auto";
      const icon = L.divIcon({ className: "place-name", html: words, iconSize: null, iconAnchor: [-6, 9] });
      const name = L.marker([place.lat, place.lon], { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(names);
      const box = name.getElement().getBoundingClientRect();
      if (taken.some((other) => overlap(box, other))) names.removeLayer(name); // nearer, it will have room
      else taken.push(box);
    }
  }
  map.on("moveend", show);
  show();
}

/** What the form says, as something to draw: {ring or circle, dots}. */
function said(form, geo, known) {
  const { elements } = form;
  const kind = elements.location_kind.value;
  const lat = number(elements.lat), lon = number(elements.lon);
  const chosen = (name) => known.get(elements[name]?.value);
  if (kind === "place") {
    const place = chosen("place");
    return place ? { circle: place, radius: place.radius_m } : null;
  }
  if (kind === "between") {
    const one = chosen("place"), other = chosen("other_place");
    if (!one || !other || one.id === other.id) return null;
    const whole = geo.distance(one, other);
    const width = number(elements.accuracy_m) ?? Math.max(one.radius_m, other.radius_m, whole * OFF_THE_LINE);
    return { ring: geo.corridorRing(geo.between(one, other, width)), dots: [one, other] };
  }
  if (lat === null || lon === null || Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  if (kind === "point") return { circle: { lat, lon }, radius: number(elements.accuracy_m) || 0 };
  if (kind !== "bearing") return null;
  const range = number(elements.range_m), bearing = number(elements.bearing_deg);
  if (!range || bearing === null) return { dots: [{ lat, lon }] };
  const seen = geo.seenFrom({ lat, lon }, {
    range, bearing,
    rangeError: number(elements.range_error_m) ?? range * RANGE_ERROR,
    bearingError: number(elements.bearing_error_deg) ?? BEARING_ERROR,
  });
  return { ring: geo.ellipseRing(seen), dots: [{ lat, lon }], line: [[lat, lon], [seen.lat, seen.lon]] };
}

function draw(L, layer, what) {
  layer.clearLayers();
  if (!what) return null;
  const dot = ({ lat, lon }) => L.circleMarker([lat, lon], { radius: 5, interactive: false, className: "chosen" }).addTo(layer);
  const style = { interactive: false, className: "area allegation" };
  if (what.line) L.polyline(what.line, style).addTo(layer);
  const bounds = L.latLngBounds([]);
  what.dots?.forEach((one) => { dot(one); bounds.extend([one.lat, one.lon]); });
  if (what.ring) return bounds.extend(L.polygon(what.ring, style).addTo(layer).getBounds());
  if (!what.circle) return null;
  dot(what.circle);
  const at = L.latLng(what.circle.lat, what.circle.lon);
  if (what.radius) L.circle(at, { ...style, radius: what.radius }).addTo(layer);
  return at.toBounds(Math.max(2 * what.radius, 2000));
}

/** Open the map within `box`; resolves when it can be used. */
export async function openMap({ box, form, put, told }) {
  const data = box.dataset;
  const [L, geo, basemap, list] = await Promise.all([
    leaflet(data), import(data.geo), json(data.basemap), json(data.list).catch(() => ({ places: [] })),
  ]);
  const known = new Map(list.places.map((place) => [place.id, place]));
  const canvas = Object.assign(document.createElement("div"), { className: "map picking", tabIndex: 0 });
  canvas.dataset.canvas = "";
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", data.label);
  const hint = Object.assign(document.createElement("p"), { className: "hint", id: "where-map-hint", textContent: data.hint });
  canvas.setAttribute("aria-describedby", hint.id);
  told.before(hint, canvas);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(canvas, {
    zoomControl: false, minZoom: 5, maxZoom: 15, zoomSnap: 0.5, keyboardPanDelta: 40, scrollWheelZoom: false,
    zoomAnimation: !still, fadeAnimation: !still, inertia: !still, maxBounds: [[32, 33], [48, 57]],
  });
  const rtl = document.documentElement.dir === "rtl";
  L.control.zoom({ zoomInTitle: data.zoomIn, zoomOutTitle: data.zoomOut, position: rtl ? "topright" : "topleft" }).addTo(map);
  L.control.scale({ imperial: false, position: rtl ? "bottomright" : "bottomleft" }).addTo(map);
  map.attributionControl.setPrefix(false).addAttribution(data.credit);
  map.createPane("basemap").classList.add("basemap-pane");
  map.fitBounds(HOME);
  L.geoJSON(basemap, { interactive: false, pane: "basemap", style: { className: "basemap" } }).addTo(map);
  nameThem(L, map, list.places);
  const layer = L.layerGroup().addTo(map);
  const show = (move) => {
    const bounds = draw(L, layer, said(form, geo, known));
    if (bounds && (move || !map.getBounds().contains(bounds))) map.fitBounds(bounds, { padding: [24, 24], maxZoom: 12, animate: false });
  };

  function choose({ lat, lng }) {
    if (!["point", "bearing"].includes(form.elements.location_kind.value)) return;
    const exact = form.elements.accuracy_m;
    const reach = map.containerPointToLatLng([0, 0]).distanceTo(map.containerPointToLatLng([FINGER, 0]));
    put(form.elements.lat, lat.toFixed(5));
    put(form.elements.lon, lng.toFixed(5));
    if (form.elements.location_kind.value === "point" && (!exact.value || exact.dataset.byMap)) {
      put(exact, String(Number(Math.max(10, reach).toPrecision(1))));
      exact.dataset.byMap = "1";
    }
    told.textContent = data.chosen.replace("{lat}", lat.toFixed(5)).replace("{lon}", lng.toFixed(5));
  }

  map.on("click", ({ latlng }) => choose(latlng));
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== canvas) return;
    event.preventDefault();
    choose(map.getCenter());
  });
  form.elements.accuracy_m?.addEventListener("input", (event) => { if (event.isTrusted) delete event.target.dataset.byMap; });
  form.addEventListener("input", () => show(false));
  form.addEventListener("change", ({ target }) => show(["place", "other_place", "location_kind", "range_m", "bearing_deg"].includes(target.name)));
  show(true);
}
