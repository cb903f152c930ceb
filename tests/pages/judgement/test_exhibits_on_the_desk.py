"""Files of a case on the desk: shown with what they bear out, cited, and counted as growth."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from reports.evidence.models import Item
from reports.intake.models import Report
from tests.factories import NOW, World, a_case, a_report, an_accepted_report, an_incident, an_item
from tests.pages.judgement.test_review import as_form
from tests.pages.record.test_filing import shown
from tests.pictures import photo
from verification.adjudication.models import Ballot, Case
from verification.adjudication.queries import case_for_reviewer, citable_reports, grown_at
from verification.linking.queries import link_suggestions, merge_suggestions
from verification.pages.case_growth import growth_since
from verification.pages.opaque import opaque

FAR = datetime(2020, 10, 8, 12, 0)


@pytest.fixture
def case(world: World) -> Case:
    return a_case(world)


@pytest.fixture
def item(world: World, case: Case) -> Item:
    report = Report.objects.get(links__incident=case.incident)
    return an_item(world, report, photo(taken=FAR), sensitivity="graphic", caption="At the mill")


def client_of(case: Case) -> tuple[Client, Case]:
    """Return the client of a member of the panel who is not the chair."""
    seat = case.seats.exclude(reviewer__username="chair").select_related("reviewer").first()
    assert seat is not None
    client = Client()
    client.force_login(seat.reviewer)
    return client, case


class TestTheDesk:
    def test_each_file_stands_with_what_it_bears_out(self, case: Case, item: Item) -> None:
        client, _case = client_of(case)
        page = shown(client.get(f"/review/{case.pk}/"))
        card = page.split('id="E1"', 1)[1].split("</article>", 1)[0]
        assert "At the mill" in card and "before what is claimed" in card
        assert "The file names no position." in card and 'href="#R1"' in card
        guard = card.split("<details", 1)[1].split("</details>", 1)[0]
        assert "Injured or dead persons" in guard and "thumbnail" in guard
        assert " open" not in guard.split(">", 1)[0]
        assert f"/evidence/{item.code}/" in card and str(item.pk) not in page

    def test_a_ballot_may_rest_on_a_file_alone(self, case: Case, item: Item) -> None:
        client, _case = client_of(case)
        sent = as_form(case) | {"cited_reports": [opaque(str(item.pk))]}
        assert client.post(f"/review/{case.pk}/", sent).status_code == 302
        assert Ballot.objects.get(case=case).cited_reports == [item.pk]
        page = shown(client.get(f"/review/{case.pk}/"))
        assert "E1" in page.split('id="own"', 1)[1]

    def test_a_file_of_another_case_cannot_be_cited(self, world: World, case: Case) -> None:
        elsewhere = an_item(world)
        client, _case = client_of(case)
        sent = as_form(case) | {"cited_reports": [opaque(str(elsewhere.pk))]}
        assert client.post(f"/review/{case.pk}/", sent).status_code == 422
        assert str(elsewhere.pk) not in citable_reports(case.incident)

    def test_one_that_came_later_is_growth(self, case: Case, item: Item) -> None:
        seat = case.seats.first()
        assert seat is not None
        file = case_for_reviewer(seat.reviewer, case.pk)
        cards, earlier = [], NOW - timedelta(hours=1)
        assert len(file.items) == 1
        file.reports.clear()
        assert growth_since(file, earlier, cards=cards, statements=[]).numbers == ("E1",)
        assert not growth_since(file, NOW, cards=cards, statements=[]).numbers
        last = grown_at(case.incident)
        assert last is not None and last >= item.added_at

    def test_the_same_picture_is_pointed_at(self, world: World, case: Case, item: Item) -> None:
        an_item(world, a_report(world), photo(taken=NOW))
        client, _case = client_of(case)
        page = shown(client.get(f"/review/{case.pk}/"))
        assert "in another report, which is not on this file" in page

    def test_the_chair_and_triage_see_them_too(self, world: World, case: Case, item: Item) -> None:
        for user, url in (
            (world.chair, f"/chair/cases/{case.pk}/"),
            (world.triage, f"/triage/reports/{item.report_id}/"),
        ):
            client = Client()
            client.force_login(user)
            page = shown(client.get(url))
            assert "At the mill" in page and f"/evidence/{item.code}/" in page


class TestSuggestions:
    def test_a_shared_picture_is_a_reason_wherever_it_was(self, world: World) -> None:
        incident = an_incident(world)
        an_item(world, Report.objects.get(links__incident=incident), photo(4))
        report = an_accepted_report(world)
        an_item(world, report, photo(4))
        found = link_suggestions(world.agreement.pk, [report])[report.pk]
        first = next(one for one in found if one.incident == incident)
        assert first.match.reasons[0] == "The same picture, or nearly, is in both."
        assert first.match.strength >= 0.6

    def test_another_picture_is_none(self, world: World) -> None:
        incident = an_incident(world)
        an_item(world, Report.objects.get(links__incident=incident), photo(4))
        report = an_accepted_report(world)
        an_item(world, report, photo(5))
        for one in link_suggestions(world.agreement.pk, [report])[report.pk]:
            assert "picture" not in " ".join(one.match.reasons)

    def test_between_incidents_too(self, world: World) -> None:
        one, other = an_incident(world), an_incident(world)
        for incident in (one, other):
            an_item(world, Report.objects.get(links__incident=incident), photo(4))
        (found,) = [s for s in merge_suggestions(one) if s.incident == other]
        assert "The same picture, or nearly, is in both." in found.match.reasons
