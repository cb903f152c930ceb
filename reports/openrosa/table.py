"""What one's own phones sent, as tools made for ODK Central read it: rows of OData."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from reports.intake.digits import folded_digits
from reports.openrosa.forms import form_of
from reports.openrosa.models import Submission
from reports.openrosa.reading import Group, read_filled

NOBODY = 0  # whoever reads, reads their own: there is no number of a submitter to tell


def submission_row(one: Submission, *, whole: bool = False) -> dict[str, Any]:
    """Return a submission as a row; what repeats stands in it where it is asked `whole`."""
    filled, types = read_filled(bytes(one.raw)), _types(one)
    row: dict[str, Any] = {
        "__id": one.instance_id,
        "__system": {
            "submissionDate": one.received_at.isoformat(),
            "updatedAt": None,
            "submitterId": str(NOBODY),
            "submitterName": None,
            "attachmentsPresent": len({file.name for file in one.files.all()} & set(one.named)),
            "attachmentsExpected": len(one.named),
            "status": None,
            "reviewState": None,  # a channel says nothing of how true a report is
            "deviceId": None,
            "formVersion": one.form_version,
            "receipt": one.report.receipt,
        },
        "meta": {"instanceID": one.instance_id},
    }
    for path, kind in types.items():
        group, _slash, name = path.rpartition("/")
        if not group:
            row[name] = _value(kind, filled.answers.get(name, ""))
        elif whole and group not in row:
            inner = {p.rpartition("/")[2]: k for p, k in types.items() if p.startswith(f"{group}/")}
            row[group] = [_typed(inner, each) for each in filled.groups.get(group, [])]
    return row


def submission_meta(one: Submission) -> dict[str, Any]:
    """Return what Central tells of a submission beside its answers; no device, no app."""
    return {
        "instanceId": one.instance_id,
        "submitterId": NOBODY,
        "createdAt": one.received_at.isoformat(),
        "updatedAt": None,
        "deviceId": None,
        "userAgent": None,
        "reviewState": None,
        "instanceName": None,
    }


def _types(one: Submission) -> Mapping[str, str]:
    form = form_of("cvr_violation", one.form_version)
    types = form.types if form is not None else {}
    return {path: kind for path, kind in types.items() if not path.startswith("meta/")}


def _typed(types: Mapping[str, str], said: Group) -> dict[str, Any]:
    return {name: _value(kind, said.get(name, "")) for name, kind in types.items()}


def _value(kind: str, text: str) -> Any:
    """Return an answer as its type says; what cannot be read so stays the text that came."""
    try:
        if kind == "int" and text:
            return int(folded_digits(text))
        if kind == "geopoint" and text:
            lat, lon, *rest = (float(part) for part in folded_digits(text).split())
            if not all(isfinite(part) for part in (lat, lon, *rest)):
                return text
            accuracy = rest[1] if len(rest) > 1 else None
            return {
                "type": "Point",
                "coordinates": [lon, lat, *rest[:1]],
                "properties": {"accuracy": accuracy},
            }
    except ValueError:
        return text
    return text or None
