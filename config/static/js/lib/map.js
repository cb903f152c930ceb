/* Draws incidents on the committed basemap; asks nothing of any other site.

   Markup: parts/_map.html. Features come from a JSON block on the page, as GeoJSON:
     properties.shape   allegation | contested | finding, or place (a name for orientation),
                        or zone (an edge for orientation; the view does not grow to it)
     properties.title, .text, .href, .hue (1..6), .radius_m (uncertainty of a point)
     properties.counts {allegation, contested, finding}: an area of several, drawn as its counts;
                        .ring is its outline where it is a cell
   A point is a pin with its circle; a polygon (cell, ellipse, district) is an area. Points at the
   same place share one pin that lists them all. Popups are built from text, never from markup. */

const SVG = "http://www.w3.org/2000/svg";
const STRENGTH = { allegation: 1, contested: 2, finding: 3 };
const HATCH = "M8 3.2 3.2 8M8 6.2 4 10.2M8 9.2 5.3 11.9M8 12.2 7 13.2M8 2v12";
const HOME = [[38.3, 43.4], [41.9, 50.6]]; // the theatre, when nothing else says where to look

function svg(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function symbol(shape, hue) {
  const drawing = svg("svg", { class: `shape ${shape}${hue ? ` party-${Number(hue)}` : ""}`, viewBox: "0 0 16 16", "aria-hidden": "true" });
  const circle = { cx: 8, cy: 8, r: 6 };
  drawing.append(svg("circle", { ...circle, class: "casing" }));
  drawing.append(svg("circle", { ...circle, class: shape === "finding" ? "solid" : "edge" }));
  if (shape === "contested") drawing.append(svg("path", { class: "hatch", d: HATCH }));
  return drawing;
}

function text(name, words, className) {
  const node = document.createElement(name);
  node.textContent = words;
  node.dir = "auto";
  if (className) node.className = className;
  return node;
}

function safeLink(href) {
  try {
    const url = new URL(href, location.href);
    return url.origin === location.origin ? url.href : "";
  } catch { return ""; }
}

function popup(items, words) {
  const box = document.createElement("div");
  box.dir = document.documentElement.dir || "ltr";
  for (const item of items) {
    const href = item.href && safeLink(item.href);
    const title = text(href ? "a" : "b", item.title || "");
    if (href) title.href = href;
    const line = document.createElement("p");
    line.append(title);
    line.append(" ", text("span", words[shapeOf(item)] || ""));
    if (item.text) line.append(document.createElement("br"), text("span", item.text, "muted"));
    box.append(line);
  }
  return box;
}

function shapeOf(properties) {
  return STRENGTH[properties.shape] ? properties.shape : "allegation";
}

/** Draw the points of one place as one pin, with the circle of the least exact of them. */
function addPin(L, map, points, words) {
  const items = points.map((one) => one.properties).sort((a, b) => (STRENGTH[b.shape] || 0) - (STRENGTH[a.shape] || 0));
  const [lon, lat] = points[0].geometry.coordinates;
  const radius = Math.max(0, ...items.map((item) => Number(item.radius_m) || 0));
  const hues = new Set(items.map((item) => item.hue || 0));
  const hue = hues.size === 1 ? items[0].hue : 0;
  const shape = shapeOf(items[0]);
  if (radius) L.circle([lat, lon], { radius, interactive: false, className: `area ${shape}${hue ? ` party-${Number(hue)}` : ""}` }).addTo(map);
  const pin = document.createElement("span");
  pin.append(symbol(shape, hue));
  if (items.length > 1) pin.append(text("span", String(items.length), "pin-count"));
  const marker = L.marker([lat, lon], {
    icon: L.divIcon({ className: "pin", html: pin, iconSize: [28, 28] }), riseOnHover: true, keyboard: true,
  }).addTo(map);
  const names = items.map((item) => `${item.title || ""}, ${words[shapeOf(item)] || ""}`).join("; ");
  marker.getElement().setAttribute("aria-label", items.length > 1 ? `${items.length}: ${names}` : names);
  marker.bindPopup(() => popup(items, words), { maxWidth: 280, autoPanPadding: [16, 16] });
  return L.latLng(lat, lon).toBounds(Math.max(radius * 2, 4000));
}

/** Draw an area of several incidents: its outline, and how many there are of each shape. */
function addCounts(L, map, feature, words) {
  const { counts, ring, radius_m: radius, title, href } = feature.properties;
  const [lon, lat] = feature.geometry.coordinates;
  if (ring) L.polygon(ring.map(([x, y]) => [y, x]), { interactive: false, className: "area counted" }).addTo(map);
  else if (radius) L.circle([lat, lon], { radius, interactive: false, className: "area counted" }).addTo(map);
  const pin = document.createElement("span");
  pin.className = "pin-counts";
  const parts = Object.keys(STRENGTH).filter((shape) => counts[shape] > 0);
  for (const shape of parts) pin.append(symbol(shape, 0), text("b", counts[shape].toLocaleString(document.documentElement.lang)));
  const marker = L.marker([lat, lon], { icon: L.divIcon({ className: "pin", html: pin, iconSize: null }), riseOnHover: true, keyboard: true }).addTo(map);
  const items = parts.map((shape) => ({ shape, title: `${title}: ${counts[shape]}`, href }));
  marker.getElement()?.setAttribute("aria-label", `${title}: ${parts.map((shape) => `${counts[shape]} ${words[shape]}`).join(", ")}`);
  marker.bindPopup(() => popup(items, words), { maxWidth: 280, autoPanPadding: [16, 16] });
  return L.latLng(lat, lon).toBounds(Math.max((radius || 0) * 2, 4000));
}

const FINER = 8; // from this zoom on, finer areas take the place of those the page came with

/** Ask for finer areas where the reader looks, a tile at a time, each once. */
function mindTiles(L, map, address, coarse, words) {
  const fine = L.layerGroup();
  const known = new Set();
  async function look() {
    const zoom = Math.floor(map.getZoom());
    const near = zoom >= FINER;
    if (map.hasLayer(fine) !== near) { (near ? coarse : fine).remove(); (near ? fine : coarse).addTo(map); }
    if (!near) return;
    const size = 256, box = map.getBounds();
    const from = map.project(box.getNorthWest(), FINER).divideBy(size).floor();
    const to = map.project(box.getSouthEast(), FINER).divideBy(size).floor();
    for (let x = from.x; x <= to.x; x += 1) for (let y = from.y; y <= to.y; y += 1) {
      const key = `${x}/${y}`;
      if (known.has(key) || known.size > 60) continue;
      known.add(key);
      const answer = await fetch(address.replace("{z}", FINER).replace("{x}", x).replace("{y}", y), { credentials: "same-origin" });
      if (!answer.ok) { known.delete(key); continue; }
      for (const feature of (await answer.json()).features) addCounts(L, fine, feature, words);
    }
  }
  map.on("moveend", look);
}

function addArea(L, map, feature, words) {
  const { hue } = feature.properties;
  const layer = L.geoJSON(feature, { style: { className: `area ${shapeOf(feature.properties)}${hue ? ` party-${Number(hue)}` : ""}` } });
  layer.bindPopup(() => popup([feature.properties], words), { maxWidth: 280 }).addTo(map);
  return layer.getBounds();
}

/** Draw a zone as its edge alone: it is the frame things lie in, and no claim. */
function addZone(L, map, feature) {
  const layer = L.geoJSON(feature, { interactive: false, style: { className: "area zone" } }).addTo(map);
  return layer.getBounds();
}

function addName(L, map, feature) {
  const [lon, lat] = feature.geometry.coordinates;
  const icon = L.divIcon({ className: "place-name", html: text("span", feature.properties.title || ""), iconSize: null, iconAnchor: [-12, 9] });
  L.marker([lat, lon], { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(map);
}

function drawFeatures(L, map, features, words) {
  const pins = new Map();
  const bounds = L.latLngBounds([]);
  let frame = null;
  for (const feature of features) {
    if (!feature?.geometry || !feature.properties) continue;
    if (feature.properties.shape === "zone") frame = addZone(L, map, feature);
    else if (feature.properties.shape === "place") addName(L, map, feature);
    else if (feature.properties.counts) bounds.extend(addCounts(L, map, feature, words));
    else if (feature.geometry.type === "Point") {
      const key = feature.geometry.coordinates.map((part) => part.toFixed(4)).join();
      pins.set(key, [...(pins.get(key) || []), feature]);
    } else bounds.extend(addArea(L, map, feature, words));
  }
  for (const points of pins.values()) bounds.extend(addPin(L, map, points, words));
  return bounds.isValid() || !frame ? bounds : frame;
}

async function drawBasemap(L, map, url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) return;
  L.geoJSON(await answer.json(), { interactive: false, pane: "basemap", style: { className: "basemap" } }).addTo(map);
}

/** Let Enter lead into the popup, and Escape out of it, back to its pin. */
function mindKeys(map, element) {
  let byKey = false;
  let pin = null;
  element.addEventListener("keydown", (event) => {
    byKey = event.key === "Enter";
    if (byKey) pin = event.target;
    if (event.key !== "Escape") return;
    map.closePopup();
    pin?.focus();
  });
  element.addEventListener("pointerdown", () => { byKey = false; });
  map.on("popupopen", ({ popup: opened }) => {
    if (byKey) opened.getElement().querySelector(".leaflet-popup-content a")?.focus({ preventScroll: true });
  });
}

/** Turn one element of parts/_map.html into a map. */
export function mountMap(element) {
  const L = window.L;
  if (!element || !L || element.dataset.mounted) return null;
  element.dataset.mounted = "1";
  element.replaceChildren();
  const data = element.dataset;
  const words = { allegation: data.wordAllegation, contested: data.wordContested, finding: data.wordFinding };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    zoomControl: false, minZoom: 5, maxZoom: 12, zoomSnap: 0.5, scrollWheelZoom: false, zoomAnimation: !still, fadeAnimation: !still,
    markerZoomAnimation: !still, inertia: !still, maxBounds: [[32, 33], [48, 57]],
  });
  const rtl = document.documentElement.dir === "rtl";
  L.control.zoom({ zoomInTitle: data.zoomIn, zoomOutTitle: data.zoomOut, position: rtl ? "topright" : "topleft" }).addTo(map);
  L.control.scale({ imperial: false, position: rtl ? "topleft" : "topright" }).addTo(map);
  map.attributionControl.setPrefix(false).addAttribution(text("span", data.credit || "Natural Earth").innerHTML);
  map.createPane("basemap").classList.add("basemap-pane");
  map.fitBounds(HOME);
  drawBasemap(L, map, data.basemap);
  const block = document.getElementById(data.features);
  const collection = block ? JSON.parse(block.textContent) : { features: [] };
  const coarse = L.layerGroup().addTo(map);
  const bounds = drawFeatures(L, coarse, collection.features || [], words);
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [24, 24], maxZoom: 10, animate: false });
  if (data.tiles) mindTiles(L, map, data.tiles, coarse, words);
  mindKeys(map, element);
  map.on("focus click", () => map.scrollWheelZoom.enable());
  map.on("blur mouseout", () => map.scrollWheelZoom.disable());
  return map;
}

/* A map that is folded away or far below costs nothing until it is seen. */
const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    mountMap(target);
  }
}, { rootMargin: "200px" });
document.querySelectorAll("[data-map]").forEach((element) => watcher.observe(element));
addEventListener("beforeprint", () => document.querySelectorAll("[data-map]").forEach(mountMap));
