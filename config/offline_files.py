"""What the place picker and its map fetch when they are first opened, to be kept on a phone.

Static files by their name in the project; the service worker keeps them under the address that
`static` gives. The list of places (`place-names`) is kept under the address in the form.
"""

from __future__ import annotations

MAP_FILES = (
    "js/lib/place-picker.js",
    "js/lib/place-names.js",
    "js/lib/mini-map.js",
    "js/lib/where.js",
    "js/lib/where-map.js",
    "js/lib/geo.js",
    "vendor/leaflet/leaflet.js",
    "vendor/leaflet/leaflet.css",
    "vendor/basemap/caucasus.json",
)
