"""A second person states; never the filer, never on what is decided, each origin once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reports.intake.models import Origin
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.problems import Invalid, MoveRefused, NotFound
from tests.factories import NOW, World, a_draft, an_accepted_report, an_incident, settle
from tests.proofs import as_if, one_event, refused
from verification.corroboration.actions import NotIndependent, StatementDraft, give_statement
from verification.corroboration.models import Statement
from verification.corroboration.queries import (
    incident_for_witness,
    incidents_to_corroborate,
    own_statements,
    public_claims,
    statements_on,
)
from verification.incidents.actions import link_report
from verification.incidents.models import Incident
from verification.scoring.queries import latest_score

TOLD = StatementDraft(
    question="occurred",
    says="supports",
    basis="eyewitness",
    note="I saw two of the impacts from my balcony.",
)


def state(
    world: World, incident: Incident, by: User | None = None, minutes: int = 0, **changes: Any
) -> Statement:
    return give_statement(
        incident=incident,
        draft=replace(TOLD, **changes),
        by=by or world.witness,
        at=NOW + timedelta(minutes=minutes),
    )


def test_one_statement_one_event(world: World) -> None:
    incident = an_incident(world)
    with one_event(Kind.STATEMENT_GIVEN) as left:
        statement = state(world, incident)
    assert (statement.source, statement.party) == (world.witness.source, None)
    assert statement.origin.said_by == world.witness.source
    assert left[0].payload == {"question": "occurred"}  # not what was said
    assert left[0].file_id == incident.pk


def test_the_same_words_once_more_are_the_same_statement(world: World) -> None:
    """A phone whose line broke sends again, perhaps after its owner has said otherwise."""
    incident = an_incident(world)
    first = state(world, incident)
    assert state(world, incident, minutes=1) == first
    second = state(world, incident, minutes=2, says="cannot_say")
    assert state(world, incident, minutes=3) == first  # it does not come back over the later one
    assert own_statements(incident, world.witness)[-1] == second
    assert Statement.objects.count() == 2
    other = state(world, incident, by=world.colleague)
    assert other != first  # the same words of somebody else are their own


def test_it_moves_the_score(world: World) -> None:
    incident = an_incident(world)
    before = latest_score(incident)
    state(world, incident)
    settle()
    after = latest_score(incident)
    assert after.n_statements == before.n_statements + 1
    assert after.p["none"] < before.p["none"]


def test_on_the_actor_it_names_a_party(world: World) -> None:
    incident = an_incident(world)
    statement = state(world, incident, question="actor", party_code="ARM", says="contradicts")
    assert statement.party == world.armenia
    for code in ("", "XXX"):
        with refused(Invalid, "party"):
            state(world, incident, question="actor", party_code=code)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"question": "why"}, "question"),
        ({"says": "perhaps"}, "says"),
        ({"basis": "dream"}, "basis"),
        ({"note": "short"}, "note"),
        ({"note": "x" * 5001}, "note"),
        ({"note": "It was loud\x00 and near."}, "note"),
        ({"url": "ftp://a.example"}, "url"),
        ({"relays": "0190b6b4-0000-7000-8000-000000000000"}, "relays"),
        ({"relays": "not-an-id"}, "relays"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_needs_another_look(world: World, changes: dict[str, Any], field: str) -> None:
    incident = an_incident(world)
    with refused(Invalid, field):
        state(world, incident, **changes)


class TestASecondPerson:
    def test_nobody_corroborates_their_own_report(self, world: World) -> None:
        incident = an_incident(world)
        with refused(NotIndependent, saying="A second person"):
            state(world, incident, by=world.filer)
        code, verdict = incident_for_witness(world.filer, incident.code, at=NOW)
        assert code == incident
        assert not verdict

    def test_nor_one_they_linked_by_another_report_later(self, world: World) -> None:
        incident = an_incident(world)
        report = an_accepted_report(world, a_draft(world), by=world.witness)
        link_report(report=report, incident=incident, why="Same.", by=world.triage, at=NOW)
        with refused(NotIndependent):
            state(world, incident)

    def test_a_colleague_may_but_counts_with_the_filer(self, world: World) -> None:
        incident = an_incident(world, a_draft(world))
        state(world, incident, by=world.colleague)
        settle()
        assert latest_score(incident).n_origins == 1
        state(world, incident, by=world.witness)
        settle()
        assert latest_score(incident).n_origins == 2

    def test_the_list_offers_others_reports_those_not_stated_on_first(self, world: World) -> None:
        first, second = an_incident(world), an_incident(world)
        state(world, second)
        offered = incidents_to_corroborate(world.agreement, world.witness, at=NOW)
        assert list(offered) == [first, second]
        assert not incidents_to_corroborate(world.agreement, world.filer, at=NOW)
        assert own_statements(second, world.witness) == statements_on(second)
        with pytest.raises(NotFound):
            incident_for_witness(world.outsider, first.code, at=NOW)


class TestOrigins:
    def test_reading_what_is_on_file_is_not_a_second_origin(self, world: World) -> None:
        incident = an_incident(world)
        (claim,) = public_claims(incident)
        state(world, incident, basis="document", relays=str(claim.origin_id))
        settle()
        score = latest_score(incident)
        assert (score.n_statements, score.n_origins) == (2, 1)
        assert score.inputs[1]["relayed"]

    def test_a_named_speaker_s_publication_is_one_origin(self, world: World) -> None:
        incident = an_incident(world)
        spoken = {"speaker": world.mod_armenia, "url": "https://a.example/7", "basis": "document"}
        first = state(world, incident, **spoken)
        second = state(world, incident, by=world.colleague, **spoken)
        assert first.origin == second.origin
        assert first.source == world.mod_armenia
        assert Origin.objects.filter(url="https://a.example/7").count() == 1

    def test_a_person_s_report_is_no_public_claim(self, world: World) -> None:
        incident = an_incident(world, a_draft(world))
        assert public_claims(incident) == []


class TestSecondThoughts:
    def test_a_later_statement_takes_the_place_of_the_earlier(self, world: World) -> None:
        incident = an_incident(world)
        state(world, incident)
        second = state(world, incident, minutes=5, says="cannot_say")
        assert statements_on(incident) == [second]
        assert Statement.objects.count() == 2  # both stay readable
        settle()
        assert latest_score(incident).n_statements == 1  # the report alone

    def test_on_another_question_it_stands_beside(self, world: World) -> None:
        incident = an_incident(world)
        first = state(world, incident)
        second = state(world, incident, minutes=5, question="actor", party_code="ARM")
        third = state(world, incident, minutes=6, question="actor", party_code="AZE")
        assert statements_on(incident) == [first, second, third]


def test_not_on_what_is_closed(world: World) -> None:
    incident = an_incident(world)
    closed = as_if(incident, state="inadmissible", ruling="Outside.")
    with closed, refused(MoveRefused, saying="no more statements"):
        state(world, incident)
