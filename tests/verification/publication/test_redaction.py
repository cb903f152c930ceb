"""What becomes public of an incident: windows widened, points coarsened, fields on a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from reports.places.queries import public_areas
from tests.factories import World, a_draft, an_incident
from tests.public_record import LAT, LON, PublicRecord, build_public_record
from verification.incidents.models import Incident
from verification.incidents.queries import linked_reports
from verification.publication.models import Finding
from verification.publication.redaction import public_place, public_window

# Every field of a published finding. A new one is added here on purpose, or not at all.
CONTENT = {
    *("incident", "agreement", "agreement_titles", "timezone", "parties", "act", "act_names"),
    *("window_from", "window_until", "precision", "place", "admissibility"),
    *("admissibility_reasons", "ruling", "counts", "statements", "positions", "decision", "score"),
    *("order", "panel"),
}
PLACE = {"place_id", "cell", "lat", "lon", "radius_m", "ring", "label"}
COUNTS = {"reports", "public_reports", "observers_reports", "statements", "independent_origins"}
STATEMENT = {
    *("speaker", "speaker_kind", "stance", "accused", "act", "publisher", "url"),
    *("published_on", "tolls", "weapon", "narrative", "origin"),
}
POSITION = {
    *("party", "hearing", "state", "position", "reason_code", "text", "documents"),
    *("conceded_killed_least", "conceded_killed", "conceded_killed_most"),
    *("conceded_injured_least", "conceded_injured", "conceded_injured_most"),
    *("notified_at", "due_at", "answered_at", "first_due_at", "extension_reason"),
}
DECISION = {
    *("occurrence", "occurrence_likelihood", "occurrence_confidence"),
    *("breach", "breach_likelihood", "breach_confidence", "clause", "clause_titles"),
    *("attribution", "parties", "attribution_likelihood", "attribution_confidence"),
    *("intent", "intent_confidence", "severity", "standard_of_proof", "attribution_floor"),
    *("reasons", "n_ballots", "n_changed", "dissents", "decided_at"),
}
SCORE = {
    *("p", "p_without_aligned", "method", "engine_version", "inputs_hash", "n_origins"),
    *("n_statements", "at", "contributions", "baseline", "parts", "flip"),
}
CONTRIBUTION = {
    *("who", "origins", "aligned", "copies", "says", "nats", "weight", "towards", "p_without"),
}


@pytest.fixture
def record(world: World) -> PublicRecord:
    return build_public_record(world)


def flat(value: Any) -> str:
    """Return every text in a record as one."""
    if isinstance(value, Mapping):
        return " ".join(flat(v) for v in value.values())
    if isinstance(value, list):
        return " ".join(flat(v) for v in value)
    return str(value)


def test_a_published_finding_holds_the_fields_allowed_and_no_other(record: PublicRecord) -> None:
    content = Finding.objects.get(incident=record.decided).content
    assert set(content) == CONTENT
    assert set(content["place"]) == PLACE
    assert set(content["counts"]) == COUNTS
    assert set(content["panel"]) == {"round", "draws", "vacated"}
    assert set(content["decision"]) == DECISION
    assert set(content["score"]) == SCORE
    for rows, allowed in (
        (content["statements"], STATEMENT),
        (content["positions"], POSITION),
        (content["score"]["contributions"], CONTRIBUTION),
    ):
        assert rows
        assert all(set(row) == allowed for row in rows)


def test_no_canary_is_in_any_published_record(record: PublicRecord) -> None:
    for finding in Finding.objects.all():
        text = flat(finding.content)
        assert [c for c in record.canaries if c in text] == []


def test_an_observers_origin_is_counted_and_not_named(record: PublicRecord) -> None:
    content = Finding.objects.get(incident=record.decided).content
    unnamed = [part for part in content["score"]["contributions"] if not part["who"]]
    assert unnamed
    assert all(part["says"] == [] for part in unnamed)
    assert content["counts"]["observers_reports"] == 1


def test_a_ruling_publishes_no_score(record: PublicRecord) -> None:
    content = Finding.objects.get(incident=record.ruled).content
    assert (content["decision"], content["score"]) == (None, None)


def test_an_observers_minute_becomes_its_whole_day(record: PublicRecord) -> None:
    window = public_window(record.hidden, linked_reports(record.hidden))
    assert window == (
        datetime(2020, 10, 10, 20, tzinfo=UTC),  # 11 October in Baku
        datetime(2020, 10, 11, 20, tzinfo=UTC),
        "day",
    )


def test_a_minute_said_in_public_stays_a_minute(record: PublicRecord) -> None:
    begins, ends, precision = public_window(record.ruled, linked_reports(record.ruled))
    assert (begins, ends) == (record.ruled.window_from, record.ruled.window_until)
    assert precision == "minute"


def shown_place(incident: Incident) -> dict[str, Any]:
    return public_place(incident, linked_reports(incident), public_areas(incident.agreement))


def test_an_observers_point_becomes_its_area(record: PublicRecord) -> None:
    place = shown_place(record.hidden)
    area = public_areas(record.hidden.agreement).at(LAT, LON)
    assert area is not None
    assert (place["lat"], place["lon"], place["cell"]) == (area.lat, area.lon, area.cell)
    assert (place["place_id"], place["radius_m"]) == ("", None)
    assert [tuple(corner) for corner in place["ring"]] == list(area.ring)


def test_a_place_named_in_public_shows_its_own_centre_and_cell(
    world: World, record: PublicRecord
) -> None:
    place = shown_place(record.decided)
    assert place["place_id"] == str(world.ganja.pk)
    assert (place["lat"], place["lon"]) == (world.ganja.lat, world.ganja.lon)
    own = public_areas(world.agreement).at(world.ganja.lat, world.ganja.lon)
    assert own is not None
    assert place["cell"] == own.cell


def test_a_place_only_an_observer_named_is_a_cell(world: World) -> None:
    incident = an_incident(world, a_draft(world))
    assert shown_place(incident)["place_id"] == ""


def test_the_published_place_is_named(record: PublicRecord) -> None:
    content = Finding.objects.get(incident=record.decided).content
    assert content["place"]["label"] == "Ganja / Gəncə"
