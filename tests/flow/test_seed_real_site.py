"""`manage.py seed --without-story`: what a real site starts from, and nobody in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from reports.agreement.models import ActKind
from reports.agreement.queries import agreement_by_slug, clauses_in_force
from reports.journal.models import Event
from reports.people.models import Organisation, Source, User
from reports.places.queries import place_by_key, places_matching


@pytest.mark.django_db
def test_it_loads_acts_agreement_and_places_once_and_no_people(settings: Any) -> None:
    settings.DEMO = False
    began = timezone.now()
    for _ in range(2):
        call_command("seed", "--without-story", verbosity=0)
    agreement = agreement_by_slug("nk2020")
    window = (agreement.versions.get().in_force_from, agreement.versions.get().in_force_until)
    assert [c.code for c in clauses_in_force(agreement.pk, window=window, act="shelling")] == ["1"]
    assert ActKind.objects.get(pk="shelling").codes["cameo"] == "194"
    kinds = Event.objects.order_by("kind").values_list("kind", flat=True)
    recorded = ["agreement.recorded", "places.recorded", "places.recorded"]
    assert list(kinds) == [*recorded, "procedure.published"]
    assert all(event.at >= began for event in Event.objects.all())
    assert not User.objects.exists()
    assert not Organisation.objects.exists() and not Source.objects.exists()


@pytest.mark.django_db
def test_places_name_their_district_as_people_do() -> None:
    call_command("seed", "--without-story", verbosity=0)
    tartar = place_by_key("tartar")
    assert tartar is not None and tartar.district == "Tartar District"
    assert {"tovuz", "berd"} <= {choice.key for choice in places_matching("Tovuz")}


def test_without_a_demonstration_no_logins_are_shown(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("demo_logins")
    assert capsys.readouterr().out == ""
