"""Triage questions a report of a decided file on its page; the chair reads which one."""

from __future__ import annotations

import html

from django.urls import reverse

from reports.journal.kinds import Kind
from tests.factories import NOW, World, an_accepted_report, an_allegation, an_incident
from tests.pages.judgement.conftest import Browse
from tests.proofs import no_trace, one_event
from tests.second_round import a_decided, a_reserve
from verification.incidents.actions import link_report
from verification.reopening.models import Reopening

WHY = "This report speaks of the night before; the date was misread."


def test_a_report_is_questioned(world: World, browse: Browse) -> None:
    incident = an_incident(world)
    second = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
    link = link_report(report=second, incident=incident, why="Same.", by=world.triage, at=NOW)
    incident.refresh_from_db()
    a_decided(world, incident=incident)
    reserve = a_reserve(world)
    page = reverse("triage-incident", args=[incident.code])
    client = browse(world.triage)
    assert "It belongs elsewhere" in html.unescape(client.get(page).content.decode())
    form = {"do": "question", "link": str(link.pk)}
    with no_trace():
        short = client.post(page, {**form, "why": "Too short"})
    assert short.status_code == 422
    assert "Too short" in short.content.decode()
    with one_event(Kind.REOPENING_ASKED):
        assert client.post(page, {**form, "why": WHY}).status_code == 302
    asked = reverse("reopening", args=[Reopening.objects.get().pk])
    shown = html.unescape(browse(reserve.deputy).get(asked).content.decode())
    assert "The report in question" in shown
    assert WHY in shown
    assert client.get(asked).status_code == 404  # triage reads no request, its own neither
