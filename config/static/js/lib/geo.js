/* Metres and bearings on a sphere: the same sums as reports/places/geo.py, so that what is drawn
   while a report is written is what the site draws of it. tests/vectors/geometry.json holds both
   to it. Pure: no page, no map. Degrees, metres; bearings from north, clockwise. */

const EARTH_RADIUS_M = 6371008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;
const degrees = (turn) => (turn * 180) / Math.PI;
const { sin, cos, asin, atan2, sqrt, hypot, PI } = Math;

export function distance(a, b) {
  const half = sin(radians(b.lat - a.lat) / 2) ** 2
    + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(b.lon - a.lon) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * asin(Math.min(1, sqrt(half)));
}

export function destination({ lat, lon }, bearing, metres) {
  const phi = radians(lat), theta = radians(bearing), delta = metres / EARTH_RADIUS_M;
  const there = asin(sin(phi) * cos(delta) + cos(phi) * sin(delta) * cos(theta));
  const east = atan2(sin(theta) * sin(delta) * cos(phi), cos(delta) - sin(phi) * sin(there));
  return { lat: degrees(there), lon: ((degrees(radians(lon) + east) + 540) % 360) - 180 };
}

export function bearingTo(a, b) {
  const east = radians(b.lon - a.lon);
  const ahead = cos(radians(a.lat)) * sin(radians(b.lat)) - sin(radians(a.lat)) * cos(radians(b.lat)) * cos(east);
  return (degrees(atan2(sin(east) * cos(radians(b.lat)), ahead)) + 360) % 360;
}

/** The point seen from a position, with its error ellipse. */
export function seenFrom(position, { range, bearing, rangeError, bearingError }) {
  return { ...destination(position, bearing, range), along: rangeError, across: range * radians(bearingError), bearing: bearing % 360 };
}

/** An error ellipse as a closed ring of [lat, lon]. */
export function ellipseRing(ellipse, points = 48) {
  const ring = [];
  for (let step = 0; step < points; step += 1) {
    const turn = (2 * PI * step) / points;
    const along = ellipse.along * cos(turn), across = ellipse.across * sin(turn);
    const { lat, lon } = destination(ellipse, ellipse.bearing + degrees(atan2(across, along)), hypot(along, across));
    ring.push([lat, lon]);
  }
  return [...ring, ring[0]];
}

/** The corridor between two points: the middle, half the way, how far off the line. */
export function between(one, other, width) {
  const whole = distance(one, other);
  const middle = destination(one, bearingTo(one, other), whole / 2);
  return { ...middle, half: whole / 2, width, bearing: bearingTo(middle, other) };
}

/** A corridor as a closed ring of [lat, lon]: half a circle round either end. */
export function corridorRing(corridor, points = 48) {
  const ring = [];
  for (const turn of [0, 180]) {
    const towards = corridor.bearing + turn;
    const end = destination(corridor, towards, corridor.half);
    for (let step = 0; step <= points / 2; step += 1) {
      const { lat, lon } = destination(end, towards - 90 + (360 * step) / points, corridor.width);
      ring.push([lat, lon]);
    }
  }
  return [...ring, ring[0]];
}
