"""The dense pages ask the database no more often for a thick file than for a thin one."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW, World, a_case, a_draft, an_accepted_report, an_incident, settle
from tests.pages.judgement.conftest import Browse
from verification.corroboration.actions import StatementDraft, give_statement
from verification.corroboration.queries import positions_on
from verification.incidents.actions import link_report
from verification.incidents.models import Incident


def queries_for(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def thicken(world: World, incident: Incident) -> None:
    """Link two more reports by persons, and give two more statements, with all that follows."""
    for by in (world.filer, world.filer):
        report = an_accepted_report(world, a_draft(world), by=by)
        link_report(report=report, incident=incident, why="Same.", by=world.triage, at=NOW)
    for question, party in (("occurred", ""), ("actor", "ARM")):
        draft = StatementDraft(
            question=question,
            says="supports",
            basis="eyewitness",
            note="I was near it and heard it.",
            party_code=party,
        )
        give_statement(incident=incident, draft=draft, by=world.witness, at=NOW)
    settle()


def test_the_number_of_queries_does_not_grow_with_the_file(world: World, browse: Browse) -> None:
    incident = an_incident(world)
    case = a_case(world, incident)
    reviewer = case.seats.exclude(alignment="").first().reviewer
    position = positions_on(incident)[0]
    pages = [
        (browse(world.triage), reverse("triage-incident", args=[incident.code])),
        (browse(reviewer), reverse("review-case", args=[case.pk])),
        (browse(world.chair), reverse("chair-case", args=[case.pk])),
        (browse(world.liaison_arm), reverse("notice", args=[position.pk])),
        (browse(world.partner), reverse("corroborate-incident", args=[incident.code])),
        (browse(world.triage), reverse("history", args=[incident.code])),
    ]
    thicken(world, incident)  # persons among the sources, as in every real file
    before = [queries_for(client, url) for client, url in pages]
    thicken(world, incident)
    after = [queries_for(client, url) for client, url in pages]
    assert before == after
    assert max(after) <= 60
