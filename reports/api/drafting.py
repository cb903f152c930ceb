"""From a body to a draft of intake, from a report to a body, from a field's name to its pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.agreement.queries import agreement_by_slug
from reports.intake.choices import Channel, LocationKind, OriginKind
from reports.intake.drafts import OriginDraft, ReportDraft, TollRange, Where
from reports.intake.origins import key_as_said
from reports.intake.queries import Report, accuracy_of
from reports.people.queries import source_by_id
from reports.problems import Invalid, NotFound

FORM_VERSION = "api-1"
POINTERS: Mapping[str, str] = {
    "location_kind": "/location/kind",
    "place_accuracy": "/location/accuracy",
    "place": "/location/place",
    "place_typed": "/location/typed",
    **{
        name: f"/location/{name}"
        for name in (
            *("lat", "lon", "accuracy_m", "range_m", "bearing_deg"),
            *("range_error_m", "bearing_error_deg", "other_place"),
        )
    },
    "observation_unit": "/observation/unit",
    "observation_count": "/observation/count",
    "count_qualifier": "/observation/qualifier",
    "origin_kind": "/origin/kind",
    "origin_key": "/origin/key",
    "publisher": "/origin/publisher",
    "source_url": "/origin/url",
    "speaker": "/origin/speaker",
}


def with_pointers(problem: Invalid, tolls: Sequence[Mapping[str, Any]]) -> Invalid:
    """Return the same problem, its errors named by the place in the body they speak of."""
    rows = {f"{toll['harm']}_{toll['category']}": f"/tolls/{n}" for n, toll in enumerate(tolls)}
    known = {**POINTERS, **rows}
    errors = {known.get(name, f"/{name}"): texts for name, texts in problem.errors.items()}
    return Invalid(problem.detail, errors=errors)


def draft_from(body: Mapping[str, Any]) -> ReportDraft:
    """Return the draft a read body holds. Invalid for an agreement or speaker that is not known."""
    try:
        agreement = agreement_by_slug(body["agreement"])
    except NotFound as error:
        raise Invalid(errors={"agreement": [error.detail]}) from error
    observation = body.get("observation") or {}
    origin = body.get("origin") or {}
    return ReportDraft(
        client_uuid=body["id"],
        agreement=agreement,
        where=_where(body["location"]),
        accused_kind=body["accused"]["kind"],
        accused_code=body["accused"]["party"],
        observation_unit=observation.get("unit", ""),
        observation_count=observation.get("count"),
        count_qualifier=observation.get("qualifier", "exactly"),
        tolls=tuple(TollRange(**toll) for toll in body.get("tolls") or ()),
        speaker=_speaker(origin.get("speaker")),
        origin=OriginDraft(
            **{"kind": OriginKind.OBSERVATION}
            | {name: value for name, value in origin.items() if name != "speaker"}
        ),
        channel=Channel.API,
        form_version=FORM_VERSION,
        **{name: body[name] for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE = (
    *("act", "stance", "means", "observed_from", "observed_until", "time_precision", "effect"),
    *("weapon", "narrative", "language", "own_confidence", "supersedes"),
)


def _where(location: Mapping[str, Any]) -> Where:
    ids = ("place", "other_place")
    given = {name: value for name, value in location.items() if name not in ids}
    return Where(place_id=location["place"], other_place_id=location.get("other_place"), **given)


def _speaker(key: Any) -> Any:
    if key is None:
        return None
    try:
        return source_by_id(key)
    except NotFound as error:
        raise Invalid(errors={"speaker": [error.detail]}) from error


def report_body(report: Report) -> dict[str, Any]:
    """Return a report as its author reads it back: the fields of ReportShown and no others."""
    bearing = report.location_kind == LocationKind.BEARING
    plain = {name: getattr(report, name) for name in _AS_THEY_ARE if name not in _NAMED}
    return plain | {
        "id": report.client_uuid,
        "receipt": report.receipt,
        "agreement": report.agreement.slug,
        "act": report.act_id,
        "state": report.state,
        "state_reason": report.state_reason,
        "received_at": report.received_at,
        "location": {
            "kind": report.location_kind,
            "place": report.place_id or report.end_one_id,
            "other_place": report.end_other_id,
            "typed": report.place_typed,
            "accuracy": report.place_accuracy,
            "lat": report.observer_lat if bearing else report.lat,
            "lon": report.observer_lon if bearing else report.lon,
            "accuracy_m": accuracy_of(report),
            "range_m": report.range_m,
            "bearing_deg": report.bearing_deg,
            "range_error_m": report.range_error_m,
            "bearing_error_deg": report.bearing_error_deg,
        },
        "radius_m": report.radius_m,
        "accused": {
            "kind": report.accused_kind,
            "party": report.accused.code if report.accused else "",
        },
        "observation": {
            "unit": report.observation_unit,
            "count": report.observation_count,
            "qualifier": report.count_qualifier,
        },
        "tolls": report.tolls,
        "origin": {
            "kind": report.origin.kind,
            "speaker": None if report.source.user_id else report.source_id,
            "key": key_as_said(report.origin.key),
            "url": report.source_url,
            "publisher": report.publisher,
            "published_on": report.origin.published_on,
        },
        "supersedes": report.supersedes.receipt if report.supersedes else "",
        "sha256": report.sha256,
    }


_NAMED = ("act", "supersedes")  # shown by their own code
