// What the picker draws against the vectors which the Python code reads too.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const here = new URL("../", import.meta.url);
const source = await readFile(new URL("../config/static/js/lib/geo.js", here));
const geo = await import(`data:text/javascript;base64,${source.toString("base64")}`);
const { ellipses, corridors } = JSON.parse(await readFile(new URL("vectors/geometry.json", here), "utf8"));

function sameRing(found, wanted) {
  assert.equal(found.length, wanted.length);
  found.forEach(([lat, lon], n) => {
    assert.ok(Math.abs(lon - wanted[n][0]) < 2e-6, `corner ${n}`);
    assert.ok(Math.abs(lat - wanted[n][1]) < 2e-6, `corner ${n}`);
  });
}

test("the ellipse of a range and a bearing", () => {
  for (const { lat, lon, range, bearing, rangeError, bearingError, ring } of ellipses) {
    const seen = geo.seenFrom({ lat, lon }, { range, bearing, rangeError, bearingError });
    sameRing(geo.ellipseRing(seen, 12), ring);
  }
});

test("the corridor between two places", () => {
  for (const { one, other, width, ring } of corridors) {
    sameRing(geo.corridorRing(geo.between(one, other, width), 12), ring);
  }
});
