"""Somewhere between two places: a corridor, its circle for those who compare, words for people."""

import uuid
from dataclasses import replace

import pytest

from reports.api.drafting import report_body
from reports.intake.actions import file_report, withdraw_report
from reports.intake.drafts import Where
from reports.intake.models import Report
from reports.intake.queries import (
    accuracy_of,
    area_of,
    corridor_of,
    place_ids,
    spot_of,
    where_words,
)
from reports.pages.drafting import answers_of
from reports.places.geo import distance_m, ring_contains
from reports.places.models import Place
from reports.places.queries import place_choices
from reports.problems import Invalid
from tests.factories import NOW, World, a_draft, a_report, an_incident
from verification.linking.queries import incident_suggestions

GORIS = {"lat": 39.511, "lon": 46.338, "radius_m": 3000}


@pytest.fixture
def goris(world: World) -> Place:
    return Place.objects.create(key="goris", kind="town", dataset="tests", **GORIS)


def between(world: World, other: Place, **changes: object) -> Report:
    where = Where(kind="between", place_id=world.ganja.pk, other_place_id=other.pk, **changes)
    return a_report(world, a_draft(world, where=where))


def test_its_circle_holds_both_ends_with_all_that_their_names_cover(
    world: World, goris: Place
) -> None:
    report = between(world, goris)
    spot = spot_of(report)
    assert spot is not None
    for end in (world.ganja, goris):
        assert distance_m(spot.lat, spot.lon, end.lat, end.lon) + end.radius_m < spot.radius_m


def test_it_is_at_neither_of_the_two(world: World, goris: Place) -> None:
    report = between(world, goris)
    assert report.place is None
    assert (report.end_one, report.end_other) == (world.ganja, goris)


def test_how_far_off_the_line_is_a_fifth_of_the_way_unless_it_is_said(
    world: World, goris: Place
) -> None:
    silent, said = between(world, goris), between(world, goris, accuracy_m=2500.0)
    places = place_choices(place_ids([silent, said]))
    way = distance_m(world.ganja.lat, world.ganja.lon, goris.lat, goris.lon)
    for report, width in ((silent, way / 5), (said, 2500.0)):
        corridor = corridor_of(report, places)
        assert corridor is not None
        assert corridor.width_m == pytest.approx(width, rel=1e-6)
        ring = area_of(report, places)
        assert ring_contains(ring, corridor.lat, corridor.lon)
        assert accuracy_of(report) == pytest.approx(width, abs=0.001)
    assert not ring_contains(ring, corridor.lat, corridor.lon + 0.2)  # far off the line


def test_its_words_name_both(world: World, goris: Place) -> None:
    report = between(world, goris)
    words = where_words(report, place_choices(place_ids([report])))
    assert words == "Somewhere between Ganja / Gəncə and goris"


@pytest.mark.parametrize("ends", ["same", "one", "unknown"])
def test_two_places_or_none(world: World, ends: str) -> None:
    other = {"same": world.ganja.pk, "one": None, "unknown": uuid.uuid4()}[ends]
    where = Where(kind="between", place_id=world.ganja.pk, other_place_id=other)
    with pytest.raises(Invalid) as refused:
        file_report(draft=a_draft(world, where=where), by=world.filer, at=NOW)
    assert set(refused.value.errors) == {"other_place"}


def test_what_was_filed_before_there_was_such_a_form_is_still_the_same(world: World) -> None:
    draft = a_draft(world)
    assert "other_place_id" not in draft.content()["where"]
    other = replace(draft.where, other_place_id=uuid.uuid4())
    assert replace(draft, where=other).sha256() != draft.sha256()


def test_an_incident_within_it_is_suggested_and_one_beyond_it_is_not(
    world: World, goris: Place
) -> None:
    incident = an_incident(world)  # in Ganja
    near = between(world, goris)
    far = Place.objects.create(
        key="far", kind="town", lat=38.9, lon=46.2, radius_m=2000, dataset="t"
    )
    beyond = a_report(
        world,
        a_draft(world, where=Where(kind="between", place_id=goris.pk, other_place_id=far.pk)),
    )
    assert [found.incident.pk for found in incident_suggestions(near)] == [incident.pk]
    assert incident_suggestions(beyond) == []


def test_its_author_can_take_it_back(world: World, goris: Place) -> None:
    report = between(world, goris)
    withdraw_report(report=report, by=world.filer, at=NOW)
    report.refresh_from_db()
    assert report.end_other == goris


def test_what_a_machine_reads_back_can_be_filed_again(world: World, goris: Place) -> None:
    first = between(world, goris, accuracy_m=2500.0)
    location = report_body(first)["location"]
    ends = {"place_id": location["place"], "other_place_id": location["other_place"]}
    where = Where(kind=location["kind"], accuracy_m=location["accuracy_m"], **ends)
    again = a_report(world, a_draft(world, where=where))
    assert (again.radius_m, again.end_other) == (first.radius_m, goris)


def test_a_correction_begins_with_both_places_and_the_same_width(
    world: World, goris: Place
) -> None:
    answers = answers_of(between(world, goris, accuracy_m=2500.0))
    assert (answers["place"], answers["other_place"]) == (str(world.ganja.pk), str(goris.pk))
    assert answers["accuracy_m"] == 2500.0
