"""What is suggested and why; a refusal is remembered until it is undone."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from reports.intake.drafts import Where
from reports.journal.kinds import Kind
from reports.problems import Invalid, StaleState
from tests.factories import (
    NOW,
    World,
    a_draft,
    an_accepted_report,
    an_allegation,
    an_incident,
)
from tests.proofs import one_event, refused
from verification.incidents.models import Incident
from verification.incidents.rules import Match
from verification.linking.actions import refuse_suggestion, tie_incidents, undo_refusal
from verification.linking.queries import (
    incident_suggestions,
    link_suggestions,
    merge_suggestions,
    merge_suggestions_of,
    recent_refusals,
)
from verification.linking.rules import with_text

HOUR = timedelta(hours=1)
SAME_WORDS = "The speaker said that the other side struck the city."


@pytest.fixture
def incident(world: World) -> Incident:
    return an_incident(world)


class TestText:
    def test_like_words_make_a_suggestion_stronger_and_say_so(
        self, world: World, incident: Incident
    ) -> None:
        plain = an_accepted_report(world, a_draft(world, narrative="Heavy noise in the night."))
        told = an_accepted_report(world, a_draft(world, narrative=SAME_WORDS))
        (weak,), (strong,) = (incident_suggestions(r) for r in (plain, told))
        assert strong.match.strength > weak.match.strength
        assert "The texts are alike: 100 %." in strong.match.reasons
        assert not [reason for reason in weak.match.reasons if "texts" in reason]

    @pytest.mark.parametrize(
        ("strength", "similarity", "expected"),
        [(0.6, 0.29, 0.6), (0.6, 1.0, 0.75), (0.95, 1.0, 1.0), (0.0, 1.0, 0.0)],
    )
    def test_other_words_take_nothing_away(
        self, strength: float, similarity: float, expected: float
    ) -> None:
        assert with_text(Match(strength, ()), similarity).strength == expected


class TestNear:
    def test_days_and_districts_are_near_enough(self, world: World, incident: Incident) -> None:
        day = a_draft(world).observed_from.replace(hour=0)
        vague = a_draft(
            world, observed_from=day, observed_until=day + 24 * HOUR, time_precision="day"
        )
        unlocated = replace(
            vague, client_uuid=uuid.uuid4(), where=Where(kind="named", typed="near the river")
        )
        for draft in (vague, unlocated):
            report = an_accepted_report(world, draft)
            assert [s.incident for s in incident_suggestions(report)] == [incident]

    def test_another_week_or_place_is_not(self, world: World, incident: Incident) -> None:
        begins = a_draft(world).observed_from - 7 * 24 * HOUR
        earlier = a_draft(world, observed_from=begins, observed_until=begins + HOUR)
        far = Where(kind="point", lat=39.0, lon=47.9, accuracy_m=100)
        for draft in (earlier, a_draft(world, where=far)):
            assert incident_suggestions(an_accepted_report(world, draft)) == []

    def test_many_are_asked_in_as_many_queries_as_one(
        self, world: World, incident: Incident, django_assert_max_num_queries: object
    ) -> None:
        reports = [an_accepted_report(world) for _ in range(5)]
        an_incident(world)
        with django_assert_max_num_queries(8):  # type: ignore[operator]
            found = link_suggestions(world.agreement.pk, reports)
        assert all(found[report.pk] for report in reports)
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            merge_suggestions_of(world.agreement.pk, list(Incident.objects.all()))


class TestRefusing:
    def test_a_link(self, world: World, incident: Incident) -> None:
        report = an_accepted_report(world)
        with one_event(Kind.SUGGESTION_REFUSED):
            refusal = refuse_suggestion(incident=incident, of=report, by=world.triage, at=NOW)
        assert incident_suggestions(report) == []
        with refused(StaleState):
            refuse_suggestion(incident=incident, of=report, by=world.triage, at=NOW)
        with one_event(Kind.REFUSAL_UNDONE):
            undo_refusal(refusal=refusal, by=world.triage, at=NOW)
        assert [s.incident for s in incident_suggestions(report)] == [incident]
        with refused(StaleState):
            undo_refusal(refusal=refusal, by=world.triage, at=NOW)
        refuse_suggestion(incident=incident, of=report, by=world.triage, at=NOW)

    def test_a_merge_whichever_side_is_looked_from(self, world: World, incident: Incident) -> None:
        other = an_incident(world)
        assert [s.incident for s in merge_suggestions(incident)] == [other]
        refuse_suggestion(incident=other, of=incident, by=world.triage, at=NOW)
        assert merge_suggestions(incident) == merge_suggestions(other) == []
        with refused(StaleState):
            refuse_suggestion(incident=incident, of=other, by=world.triage, at=NOW)
        assert len(recent_refusals(world.agreement, most=5)) == 1

    def test_not_of_itself(self, world: World, incident: Incident) -> None:
        with refused(Invalid, "incident"):
            refuse_suggestion(incident=incident, of=incident, by=world.triage, at=NOW)

    def test_tied_incidents_are_known_to_be_two(self, world: World, incident: Incident) -> None:
        other = an_incident(world, an_allegation(world, world.mod_armenia, "AZE"))
        tie_incidents(incident=incident, other=other, why="Answered fire.", by=world.triage, at=NOW)
        assert merge_suggestions(incident) == []
