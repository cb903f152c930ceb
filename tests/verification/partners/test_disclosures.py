"""What a partner sees of reports: field by field, under ids that no other partner has."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.people.actions import grant_role, register_organisation, register_user
from reports.people.models import User
from reports.people.rules import FIELDS
from reports.problems import Invalid, NotAllowed, NotFound, StaleState
from tests.api.machines import is_problem, key_for, machine
from tests.factories import NOW, World, a_decided_incident, a_draft, an_accepted_report, settle
from tests.proofs import no_trace, one_event, refused
from tests.scenes import log_it
from verification.incidents.actions import link_report
from verification.incidents.models import Incident
from verification.partners.actions.disclosing import grant_fields, withdraw_fields
from verification.partners.actions.feed import tell_changes
from verification.partners.disclosed import SHOWN, disclosed_reports
from verification.partners.models import Pseudonyms

DOOR = "/api/v1/disclosures"
LATER = NOW + timedelta(days=1)


def another_partner(world: World, name: str, organisation: str = "") -> User:
    """Return somebody else in the role of partner, of an organisation of their own or of none."""
    of = None
    if organisation:
        of = register_organisation(
            key=organisation, name=organisation, kind="partner", by=None, at=NOW
        )
    user = register_user(
        username=name, display_name="", organisation=of, password=None, by=None, at=NOW
    )
    grant_role(user=user, role="partner", agreement=world.agreement, by=None, at=NOW)
    return user


def granted(world: World, user: User, *fields: str) -> Any:
    return grant_fields(
        user=user,
        agreement=world.agreement,
        fields=fields or FIELDS,
        why="For their table of sources.",
        by=world.chair,
        at=NOW,
    )


@pytest.fixture
def incident(world: World) -> Incident:
    """A published and signed finding that rests on three reports of two sources."""
    found = a_decided_incident(world)
    for by in (world.witness, world.witness):
        report = an_accepted_report(world, a_draft(world), by=by)
        given: dict[str, Any] = {"why": "The same night.", "by": world.triage, "at": NOW}
        link_report(report=report, incident=found, **given)
    settle()
    log_it()
    tell_changes(at=LATER)
    return found


def rows(user: User, incident: Incident, **given: Any) -> list[dict[str, Any]]:
    return disclosed_reports(user, incident.code, at=LATER, **given)


class TestIds:
    def test_two_partners_have_no_id_in_common(self, world: World, incident: Incident) -> None:
        others = [another_partner(world, "other", "other"), another_partner(world, "alone")]
        seen = []
        for user in (world.partner, *others):
            granted(world, user, "report", "source")
            found = rows(user, incident)
            seen.append({value for row in found for value in row.values()})
        assert [len(ids) for ids in seen] == [5, 5, 5]  # three reports, two sources
        assert len(set().union(*seen)) == 15

    def test_one_partner_has_the_same_each_time_and_so_have_their_colleagues(
        self, world: World, incident: Incident
    ) -> None:
        granted(world, world.partner, "report", "source")
        before = rows(world.partner, incident)
        granted(world, world.partner)  # anew: the ids stay
        after = [{name: row[name] for name in before[0]} for row in rows(world.partner, incident)]
        assert before == after
        colleague = another_partner(world, "colleague-2")
        User.objects.filter(pk=colleague.pk).update(organisation=world.partner.organisation)
        colleague.refresh_from_db()
        granted(world, colleague, "report", "source")
        assert rows(colleague, incident) == before

    def test_no_key_of_a_row_is_in_them(self, world: World, incident: Incident) -> None:
        granted(world, world.partner)
        said = json.dumps(rows(world.partner, incident), default=str)
        for report in Report.objects.all():
            hidden = (report.pk, report.source_id, report.receipt, report.client_uuid)
            assert not [one for one in hidden if str(one) in said]
            assert report.pk.hex not in said

    def test_the_secret_is_sealed_and_one_for_each_partner(self, world: World) -> None:
        granted(world, world.partner, "report")
        granted(world, world.partner, "source")
        assert b"whsec" not in bytes(Pseudonyms.objects.get().secret)


class TestFields:
    def test_nothing_beyond_what_was_granted_is_in_the_bytes(
        self, world: World, incident: Incident
    ) -> None:
        granted(world, world.partner, "stance", "means")
        found = rows(world.partner, incident)
        assert [set(row) for row in found] == [{"stance", "means"}] * 3

    def test_a_key_shows_what_its_scopes_name_too(self, world: World, incident: Incident) -> None:
        granted(world, world.partner, "stance", "means")
        key = key_for(world.partner, "disclosures:read", "field:stance", "field:source")
        answer = machine(key).get(f"{DOOR}/{incident.code}")
        assert [set(row) for row in answer.json()["results"]] == [{"stance"}] * 3
        assert "no-store" in answer["Cache-Control"]
        fields = machine(key).get(f"{DOOR}/fields").json()
        assert fields == {"agreement": "nk2020", "fields": ["stance"]}
        without = key_for(world.partner, "disclosures:read")
        is_problem(machine(without).get(f"{DOOR}/{incident.code}"), 404)
        no_room = key_for(world.partner, "field:stance", "reports:read")
        is_problem(machine(no_room).get(f"{DOOR}/{incident.code}"), 403)

    def test_each_field_of_the_list_is_shown_and_no_other(self) -> None:
        assert tuple(SHOWN) == FIELDS


class TestWhatIsNotShown:
    def test_without_a_grant_or_after_it(self, world: World, incident: Incident) -> None:
        with refused(NotFound):
            rows(world.partner, incident)
        disclosure = granted(world, world.partner)
        assert len(rows(world.partner, incident)) == 3
        with one_event(Kind.FIELDS_WITHDRAWN):
            withdraw_fields(disclosure=disclosure, by=world.chair, at=NOW)
        with refused(NotFound):
            rows(world.partner, incident)
        with refused(StaleState):
            withdraw_fields(disclosure=disclosure, by=world.chair, at=NOW)

    def test_nobody_else(self, world: World, incident: Incident) -> None:
        granted(world, world.partner)
        for user in (world.filer, world.chair, world.triage, world.operator, world.outsider):
            with refused(NotFound):
                rows(user, incident)

    def test_a_finding_on_too_few_reports(self, world: World) -> None:
        found = a_decided_incident(world)
        granted(world, world.partner)
        log_it()
        tell_changes(at=LATER)
        with refused(NotFound):
            rows(world.partner, found)

    def test_before_it_is_signed(self, world: World, by_hand: Any) -> None:
        found = a_decided_incident(world)
        for _ in range(2):
            report = an_accepted_report(world, a_draft(world), by=world.witness)
            link_report(report=report, incident=found, why="So.", by=world.triage, at=NOW)
        settle()
        granted(world, world.partner)
        tell_changes(at=LATER)
        with refused(NotFound):
            rows(world.partner, found)
        by_hand()
        tell_changes(at=LATER)
        assert len(rows(world.partner, found)) == 3


class TestGranting:
    def test_it_leaves_its_event(self, world: World) -> None:
        with one_event(Kind.FIELDS_GRANTED) as left:
            granted(world, world.partner, "stance", "report")
        assert left[0].payload == {"fields": ["report", "stance"]}

    @pytest.mark.parametrize(
        "wrong", [{"fields": []}, {"fields": ["narrative"]}, {"why": " "}, {"why": "x" * 301}]
    )
    def test_only_what_can_be_granted(self, world: World, wrong: dict[str, Any]) -> None:
        given = {"user": world.partner, "agreement": world.agreement, "fields": ["stance"]}
        with no_trace(), pytest.raises(Invalid):
            grant_fields(**(given | {"why": "So."} | wrong), by=world.chair, at=NOW)

    def test_to_nobody_but_a_partner_and_by_nobody_but_a_chair(self, world: World) -> None:
        with no_trace(), pytest.raises(Invalid):
            granted(world, world.filer)
        for user in (world.operator, world.triage, world.partner):
            with refused(NotAllowed):
                grant_fields(
                    user=world.partner,
                    agreement=world.agreement,
                    fields=["stance"],
                    why="So.",
                    by=user,
                    at=NOW,
                )
