/* A thumb-sized map of a candidate among the others: the page's symbol #theatre
   (templates/parts/_theatre.html) and dots. The same sums as reports/places/minimap.py. */

const SVG = "http://www.w3.org/2000/svg";
const SQUEEZE = 0.766, LEAST = 150, ROOM = 1.4, ASPECT = 1.5; // units: hundredths of a degree

const spot = ({ lat, lon }) => ({ x: lon * SQUEEZE * 100, y: -lat * 100 });

export function frameOf(places) {
  const spots = places.map(spot);
  const xs = spots.map(({ x }) => x), ys = spots.map(({ y }) => y);
  const west = Math.min(...xs), east = Math.max(...xs), north = Math.min(...ys), south = Math.max(...ys);
  const width = Math.max(LEAST, (east - west) * ROOM, (south - north) * ROOM * ASPECT);
  const height = width / ASPECT;
  return { x: (west + east - width) / 2, y: (north + south - height) / 2, width, height };
}

function node(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export function miniMap(place, places, frame) {
  const box = [frame.x, frame.y, frame.width, frame.height].map((part) => part.toFixed(1)).join(" ");
  const map = node("svg", { class: "mini-map", viewBox: box, "aria-hidden": "true" });
  map.append(node("use", { href: "#theatre" }));
  const dot = (one, className) => {
    const { x, y } = spot(one);
    map.append(node("circle", { class: className, cx: x.toFixed(1), cy: y.toFixed(1), r: (frame.width / 22).toFixed(1) }));
  };
  for (const other of places) if (other.id !== place.id) dot(other, "other");
  dot(place, "here");
  return map;
}
