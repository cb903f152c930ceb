"""Opening a case, giving up a seat, sealing a ballot blind."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reports.intake.drafts import Where
from reports.journal.kinds import Kind
from reports.people.actions import grant_role, record_alignment, register_user, revoke_role
from reports.people.models import Organisation, User
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from tests.factories import (
    NOW,
    SET_UP_AT,
    World,
    a_ballot,
    a_case,
    a_draft,
    an_accepted_report,
    an_incident,
    seal_all,
    settle,
    some_answers,
)
from tests.proofs import as_if, one_event, refused
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.panels import open_case, recuse_reviewer
from verification.adjudication.actions.seating import Conflicted, NoPanel
from verification.adjudication.eligible import concerned_parties, possible_reviewers
from verification.adjudication.models import Ballot, Case, Seat
from verification.adjudication.queries import (
    case_for_chair,
    case_for_reviewer,
    incident_for_chair,
    incidents_without_case,
    may_see_score,
    review_queue,
    seats_of,
)
from verification.corroboration.actions import StatementDraft, give_statement
from verification.incidents.actions import link_report
from verification.incidents.models import Incident

CONFLICT = "My brother commands the unit that is accused."


def a_reviewer(world: World, name: str, organisation: str, side: str = "") -> User:
    made = register_user(
        username=name,
        display_name=name,
        password=None,
        by=None,
        at=SET_UP_AT,
        organisation=Organisation.objects.get(key=organisation),
    )
    if side:
        record_alignment(
            party=world.agreement.parties.get(code=side),
            user=made,
            reason="Their own word.",
            aligned_from=SET_UP_AT,
            by=None,
            at=SET_UP_AT,
        )
    grant_role(user=made, role="reviewer", agreement=world.agreement, by=None, at=SET_UP_AT)
    return made


def sitting(case: Case) -> set[User]:
    return {seat.reviewer for seat in case.seats.filter(recused_at=None)}


def seat_of(case: Case, alignment: str) -> Seat:
    return case.seats.select_related("reviewer").get(alignment=alignment, recused_at=None)


class TestOpening:
    def test_one_case_one_event_a_panel_of_three(self, world: World) -> None:
        incident = an_incident(world)
        with one_event(Kind.CASE_OPENED) as left:
            case = open_case(incident=incident, by=world.chair, at=NOW)
        incident.refresh_from_db()
        assert incident.state == "under_review"
        assert sorted(seat.alignment for seat in case.seats.all()) == ["", "ARM", "AZE"]
        assert case.ballots_due_at == NOW + timedelta(hours=120)
        assert left[0].payload == {"seats": 3, "seed": case.panel_seed}
        assert left[0].file_id == incident.pk

    def test_who_has_work_already_sits_last(self, world: World) -> None:
        first, second = a_case(world), a_case(world)
        neutrals = {seat_of(first, "").reviewer, seat_of(second, "").reviewer}
        assert neutrals == {world.chair, world.reviewer_spare}

    def test_without_a_possible_panel_nothing_is_written(self, world: World) -> None:
        incident = an_incident(world)
        for user in (world.chair, world.reviewer_spare):
            revoke_role(grant=user.grants.get(role="reviewer"), by=None, at=NOW)
        with refused(NoPanel, saying="2 reviewers have no conflict"):
            a_case(world, incident)
        incident.refresh_from_db()
        assert incident.state == "open"

    def test_nobody_sits_over_what_is_theirs_or_their_organisation_s(self, world: World) -> None:
        grant_role(user=world.filer, role="reviewer", agreement=None, by=None, at=SET_UP_AT)
        grant_role(user=world.colleague, role="reviewer", agreement=None, by=None, at=SET_UP_AT)
        incident = an_incident(world)
        told = StatementDraft("occurred", "supports", "eyewitness", "I saw it from my window.")
        grant_role(user=world.chair, role="monitor", agreement=None, by=None, at=SET_UP_AT)
        give_statement(incident=incident, draft=told, by=world.chair, at=NOW)
        assert sitting(a_case(world, incident)) == {
            world.reviewer_arm,
            world.reviewer_aze,
            world.reviewer_spare,
        }

    def test_where_nobody_is_accused_only_unaligned_members_sit(self, world: World) -> None:
        a_reviewer(world, "third", "relief")
        incident = an_incident(world, a_draft(world))
        assert concerned_parties(incident, at=NOW) == set()
        case = a_case(world, incident)
        assert {seat.alignment for seat in case.seats.all()} == {""}

    def test_one_side_alone_is_never_judged_without_the_other(self, world: World) -> None:
        incident = an_incident(world, a_draft(world, accused_kind="party", accused_code="ARM"))
        assert concerned_parties(incident, at=NOW) == {"ARM", "AZE"}

    def test_who_triages_never_sits(self, world: World) -> None:
        grant_role(user=world.reviewer_spare, role="triage", agreement=None, by=None, at=SET_UP_AT)
        assert world.reviewer_spare not in sitting(a_case(world))

    def test_nor_does_who_triaged_while_the_incident_was_open(self, world: World) -> None:
        """They may have read its score, whatever they may do today."""
        grant = grant_role(
            user=world.reviewer_spare, role="triage", agreement=None, by=None, at=SET_UP_AT
        )
        incident = an_incident(world)
        revoke_role(grant=grant, by=None, at=NOW + timedelta(minutes=1))
        later = NOW + timedelta(minutes=2)
        sitters = possible_reviewers(incident, at=later)
        assert world.reviewer_spare not in [user for user, _facts in sitters]
        Incident.objects.filter(pk=incident.pk).update(opened_at=later)
        incident.refresh_from_db()
        assert world.reviewer_spare in [
            user for user, _facts in possible_reviewers(incident, at=later)
        ]

    @pytest.mark.parametrize(
        ("changes", "saying"),
        [
            ({"state": "under_review"}, "on an open incident"),
            ({"state": "decided"}, "on an open incident"),
            ({"state": "inadmissible", "ruling": "Outside."}, "on an open incident"),
            ({"admissibility": "inadmissible"}, "ruled on at triage"),
        ],
    )
    def test_only_on_an_open_admissible_incident(
        self, world: World, changes: dict[str, Any], saying: str
    ) -> None:
        incident = an_incident(world)
        with as_if(incident, **changes), refused(MoveRefused, saying=saying):
            a_case(world, incident)

    def test_a_chair_finds_what_has_no_case_yet(self, world: World) -> None:
        first, second = an_incident(world), an_incident(world)
        a_case(world, first)
        assert list(incidents_without_case(world.chair, world.agreement, at=NOW)) == [second]
        assert incident_for_chair(world.chair, second.code, at=NOW) == second
        with pytest.raises(NotFound):
            incident_for_chair(world.reviewer_arm, second.code, at=NOW)


class TestGivingUpASeat:
    def test_somebody_of_the_same_side_takes_it(self, world: World) -> None:
        stand_in = a_reviewer(world, "second-arm", "relief", "ARM")
        case = a_case(world)
        seat = seat_of(case, "ARM")
        leaving = seat.reviewer
        with one_event(Kind.REVIEWER_RECUSED) as left:
            new = recuse_reviewer(case=case, reason=CONFLICT, by=leaving, at=NOW)
        assert {leaving, new.reviewer} == {stand_in, world.reviewer_arm}
        assert (new.number, new.alignment) == (4, "ARM")
        seat.refresh_from_db()
        assert (seat.recused_at, seat.recusal_kind) == (NOW, "declared")
        assert left[0].payload == {"seat": seat.number, "replaced_by_seat": 4, "how": "declared"}
        assert len(sitting(case)) == 3
        assert len(seats_of(case)) == 4

    def test_nobody_to_take_it_nothing_changes(self, world: World) -> None:
        case = a_case(world)
        with refused(NoPanel, saying="keep the panel balanced"):
            recuse_reviewer(case=case, reason=CONFLICT, by=world.reviewer_arm, at=NOW)
        assert world.reviewer_arm in sitting(case)

    def test_a_chair_who_saw_the_score_does_not_take_it(self, world: World) -> None:
        case = a_case(world)
        neutral = seat_of(case, "").reviewer
        other = ({world.chair, world.reviewer_spare} - {neutral}).pop()
        if other == world.chair:
            with refused(NoPanel):
                recuse_reviewer(case=case, reason=CONFLICT, by=neutral, at=NOW)
        else:
            assert recuse_reviewer(case=case, reason=CONFLICT, by=neutral, at=NOW).reviewer == other

    def test_not_without_a_reason_nor_a_seat_nor_after_sealing(self, world: World) -> None:
        a_reviewer(world, "second-arm", "relief", "ARM")
        case = a_case(world)
        member = seat_of(case, "ARM").reviewer
        outside = ({world.chair, world.reviewer_spare} - sitting(case)).pop()
        with refused(Invalid, "reason"):
            recuse_reviewer(case=case, reason="   No.   ", by=member, at=NOW)
        with refused(NotFound):
            recuse_reviewer(case=case, reason=CONFLICT, by=outside, at=NOW)
        seal_ballot(case=case, draft=a_ballot(case), by=member, at=NOW)
        with refused(MoveRefused, saying="Your ballot is sealed"):
            recuse_reviewer(case=case, reason=CONFLICT, by=member, at=NOW)


class TestSealing:
    def test_one_ballot_one_event_that_does_not_say_what(self, world: World) -> None:
        case = a_case(world)
        with one_event(Kind.BALLOT_SEALED) as left:
            ballot = seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
        assert left[0].payload == {"seat": ballot.seat.number}
        assert ballot.answers() == some_answers()
        assert ballot.clause.code == "1"

    def test_a_second_one_is_refused(self, world: World) -> None:
        case = a_case(world)
        seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
        with refused(StaleState, saying="sealed already"):
            seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)

    def test_only_by_those_who_sit(self, world: World) -> None:
        case = a_case(world)
        outside = ({world.chair, world.reviewer_spare} - sitting(case)).pop()
        with refused(NotFound):
            seal_ballot(case=case, draft=a_ballot(case), by=outside, at=NOW)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"answers": some_answers(clause="9")}, "clause"),
            ({"answers": some_answers(clause="")}, "clause"),
            ({"answers": some_answers(parties=("XXX",))}, "parties"),
            (
                {"answers": some_answers(attribution_likelihood="unlikely")},
                "attribution_likelihood",
            ),
            ({"reasons": "Because."}, "reasons"),
            ({"cited": ()}, "cited_reports"),
            ({"cited": ("0190b6b4-0000-7000-8000-000000000000",)}, "cited_reports"),
            ({"cited": ("not-an-id",)}, "cited_reports"),
        ],
        ids=lambda value: repr(value)[:60],
    )
    def test_what_needs_another_look(
        self, world: World, changes: dict[str, Any], field: str
    ) -> None:
        case = a_case(world)
        with refused(Invalid, field, saying="not sealed yet"):
            seal_ballot(
                case=case, draft=replace(a_ballot(case), **changes), by=world.reviewer_arm, at=NOW
            )

    def test_a_conflict_that_came_up_meanwhile_is_found(self, world: World) -> None:
        case = a_case(world)
        grant_role(user=world.reviewer_arm, role="monitor", agreement=None, by=None, at=SET_UP_AT)
        own = an_accepted_report(world, a_draft(world), by=world.reviewer_arm)
        link_report(report=own, incident=case.incident, why="The same.", by=world.triage, at=NOW)
        with refused(Conflicted, saying="Give up your seat"):
            seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)

    def test_an_act_before_the_text_took_effect_breaches_nothing(self, world: World) -> None:
        case = a_case(world)
        Incident.objects.filter(pk=case.incident_id).update(
            window_from=SET_UP_AT, window_until=SET_UP_AT + timedelta(hours=1)
        )
        with refused(Invalid, "clause", "parties"):
            seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)


class TestBlindness:
    def test_neither_score_nor_ballots_before_one_s_own(self, world: World) -> None:
        case = a_case(world)
        me, other = world.reviewer_arm, world.reviewer_aze
        seal_ballot(case=case, draft=a_ballot(case), by=other, at=NOW)
        file = case_for_reviewer(me, str(case.pk))
        assert (file.score, file.ballots, file.own_ballot) == (None, None, None)
        assert (file.sealed, file.seats) == (1, 3)
        assert not may_see_score(me, case.incident)

    def test_the_score_after_one_s_own_the_ballots_after_everybody_s(self, world: World) -> None:
        case = a_case(world)
        seal_ballot(case=case, draft=a_ballot(case), by=world.reviewer_arm, at=NOW)
        file = case_for_reviewer(world.reviewer_arm, case.pk)
        assert file.score is not None
        assert file.ballots is None
        assert may_see_score(world.reviewer_arm, case.incident)
        Ballot.objects.count()
        for seat in case.seats.exclude(reviewer=world.reviewer_arm):
            seal_ballot(case=case, draft=a_ballot(case), by=seat.reviewer, at=NOW)
        ballots = case_for_reviewer(world.reviewer_arm, case.pk).ballots
        assert ballots is not None and len(ballots) == 3

    def test_a_chair_who_sits_is_as_blind_as_the_others(self, world: World) -> None:
        cases = [a_case(world), a_case(world)]
        case = next(c for c in cases if world.chair in sitting(c))
        file = case_for_chair(world.chair, case.pk, at=NOW)
        assert (file.score, file.ballots) == (None, None)
        other = next(c for c in cases if c != case)
        assert case_for_chair(world.chair, other.pk, at=NOW).score is not None
        assert case_for_chair(world.chair, other.pk, at=NOW).ballots is None

    def test_nobody_else_reads_a_case(self, world: World) -> None:
        case = a_case(world)
        for user in (world.triage, world.filer, world.operator, world.publisher):
            with pytest.raises(NotFound):
                case_for_reviewer(user, case.pk)
            with pytest.raises(NotFound):
                case_for_chair(user, case.pk, at=NOW)
        for key in ("not-an-id", "0190b6b4-0000-7000-8000-000000000000"):
            with pytest.raises(NotFound):
                case_for_reviewer(world.reviewer_arm, key)

    def test_the_queue_holds_one_s_own_cases_those_to_vote_on_first(self, world: World) -> None:
        first, second = a_case(world), a_case(world)
        seal_all(first)
        settle()
        queue = [case for case, _seat in review_queue(world.reviewer_arm, at=NOW)]
        assert queue == [second, first]
        assert review_queue(world.filer, at=NOW) == []


def test_facts_of_a_case_under_review_may_still_grow(world: World) -> None:
    case = a_case(world)
    point = Where(kind="point", lat=40.69, lon=46.36, accuracy_m=40)
    report = an_accepted_report(world, a_draft(world, where=point))
    link_report(report=report, incident=case.incident, why="Same.", by=world.triage, at=NOW)
    assert str(report.pk) in {
        str(r.pk) for r in case_for_reviewer(world.reviewer_arm, case.pk).reports
    }
