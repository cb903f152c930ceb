"""Lists as tables and maps: the rows of the JSON answer, by suffix or by Accept.

A door says of which form its rows are; the columns are that form's own names, so that a table holds
what the answer allows and nothing else. Refusals stay problem documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s
from rest_framework.renderers import BaseRenderer, JSONRenderer

from reports.cells import Cell, csv_lines

SEPARATOR = "; "  # between several values in one cell
NAMES = ("code", "key", "party", "id")  # what stands for a whole record in a cell
SHAPE = ("ring", "lat", "lon")  # what a place on the map is made of
PLACED = frozenset((*SHAPE, "radius_m", "precision", "code", "key"))
CSV, GEOJSON = "text/csv", "application/geo+json"
Row = Mapping[str, Any]
Form = type[s.Serializer[Any]]


class _Rows(JSONRenderer):
    """Shows the rows of a list; what is no list (a refusal) is shown as JSON."""

    form: Form
    rows = "results"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the bytes of an answer."""
        if not isinstance(data, dict) or not isinstance(data.get(self.rows), list):
            return super().render(data, accepted_media_type, renderer_context)
        asked = (renderer_context or {})["request"].query_params.get("fields", "")
        chosen = frozenset(asked.split(",")) if asked else None
        return "".join(self.parts(data, chosen)).encode()

    def parts(self, data: Row, chosen: frozenset[str] | None) -> Iterator[str]:
        """Yield the answer, a row at a time."""
        raise NotImplementedError


class CsvRows(_Rows):
    """A table with one line a row."""

    media_type = CSV
    format = "csv"
    charset = "utf-8"

    def parts(self, data: Row, chosen: frozenset[str] | None) -> Iterator[str]:
        """Yield a table: a nested record fills columns of its own, of several the codes."""
        columns = [
            (name, cell)
            for name, cell in _columns(self.form)
            if chosen is None or name.split(".")[0] in chosen
        ] or _columns(self.form)  # no column among them: what was chosen is the rows themselves
        rows = ([cell(row) for _name, cell in columns] for row in data[self.rows])
        return csv_lines([name for name, _cell in columns], rows)


class GeoRows(_Rows):
    """A FeatureCollection (RFC 7946) with one feature a row; what is on no map has no geometry."""

    media_type = GEOJSON
    format = "geojson"

    def parts(self, data: Row, chosen: frozenset[str] | None) -> Iterator[str]:
        """Yield the collection, with what the JSON answer says beside the rows."""
        beside = {name: value for name, value in data.items() if name != self.rows}
        rows = data[self.rows]
        if chosen is not None:  # where it is, and how well that is known, goes with every row
            rows = [{k: v for k, v in row.items() if k in chosen | PLACED} for row in rows]
        features = [_feature(row) for row in rows]
        whole = {"type": "FeatureCollection", **beside, "features": features}
        yield json.dumps(whole, cls=self.encoder_class, ensure_ascii=False)


def _feature(row: Row) -> dict[str, Any]:
    geometry: dict[str, Any] | None = None
    if ring := [list(corner) for corner in row.get("ring") or ()]:
        closed = ring if ring[0] == ring[-1] else [*ring, ring[0]]
        geometry = {"type": "Polygon", "coordinates": [closed]}
    elif row.get("lat") is not None and row.get("lon") is not None:
        geometry = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    properties = {name: value for name, value in row.items() if name not in SHAPE}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    name = next((row[name] for name in NAMES if name in row), None)
    return feature if name is None else {**feature, "id": name}


@cache
def _columns(form: Form) -> list[tuple[str, Callable[[Row], Cell]]]:
    """Return (name, cell of a row) for every column of a form."""
    found: list[tuple[str, Callable[[Row], Cell]]] = []
    for name, field in form().fields.items():
        if name == "expanded":
            continue  # brought along in JSON alone
        if isinstance(field, s.Serializer):
            found += [(f"{name}.{inner}", _inner(name, str(inner))) for inner in field.fields]
        else:
            found.append((name, _own(name)))
    return found


def _own(name: str) -> Callable[[Row], Cell]:
    return lambda row: _cell(row.get(name))


def _inner(name: str, inner: str) -> Callable[[Row], Cell]:
    return lambda row: _cell((row.get(name) or {}).get(inner))


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        plain = [_short(one) for one in value]
        if all(isinstance(one, str | int | float) for one in plain):
            return SEPARATOR.join(map(str, plain))
    return json.dumps(value, ensure_ascii=False, default=str) if value else ""


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return next((value[name] for name in NAMES if name in value), value)
    return value


def renderers(form: Form, *, rows: str = "results", map_too: bool = False) -> list[Any]:
    """Return what shows a list of such rows: JSON first, then a table, and a map where it has one.

    For `renderer_classes`; a suffix or Accept chooses among them.
    """
    shown: list[type[BaseRenderer]] = [JSONRenderer, type("Csv", (CsvRows,), _of(form, rows))]
    return [*shown, type("Geo", (GeoRows,), _of(form, rows))] if map_too else shown


def _of(form: Form, rows: str) -> dict[str, Any]:
    return {"form": form, "rows": rows}


def suffix(*known: str) -> OpenApiParameter:
    """Return how the document describes the suffix of an address."""
    words = "how the answer is written"
    return OpenApiParameter("suffix", str, "path", enum=known, description=words)


def shown_as(form: Any, *, map_too: bool = False, by_suffix: bool = False) -> dict[Any, Any]:
    """Return how the document describes an answer that may be a table, or a map.

    At the plain address JSON alone is promised, so that a generated client knows what it reads.
    By suffix the text comes first: a generated client reads all of them as the first.
    """
    if not by_suffix:
        return {(200, "application/json"): form}
    maps = {(200, GEOJSON): OpenApiTypes.OBJECT} if map_too else {}
    plain, table = {(200, "application/json"): form}, {(200, CSV): OpenApiTypes.STR}
    return {**table, **plain, **maps}
