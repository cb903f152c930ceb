"""The case file: open, link, unlink, rule inadmissible; what follows is rescored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.intake.actions import withdraw_report
from reports.intake.drafts import OriginDraft, Where
from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.journal.models import Job
from reports.problems import Invalid, MoveRefused, NotFound, StaleState
from tests.factories import (
    NOW,
    World,
    a_case,
    a_draft,
    a_report,
    an_accepted_report,
    an_allegation,
    an_incident,
    settle,
)
from tests.proofs import as_if, no_trace, one_event, refused
from verification.incidents.actions import (
    NotLinkable,
    link_report,
    open_incident,
    rule_inadmissible,
    unlink_report,
)
from verification.incidents.models import Incident, Link
from verification.incidents.queries import (
    accepted_without_incident,
    active_links,
    ended_links,
    incident_by_code,
    incident_by_id,
    incident_history,
    link_for_triage,
    linked_reports,
)
from verification.linking.queries import incident_suggestions
from verification.scoring.queries import latest_score, scores_of

HOUR = timedelta(hours=1)
WHY = "The same event."


def opened(world: World, report: Report | None = None) -> Incident:
    report = report or an_accepted_report(world)
    return open_incident(report=report, why="First report.", by=world.triage, at=NOW)


def linked(world: World, report: Report, incident: Incident) -> Link:
    return link_report(report=report, incident=incident, why=WHY, by=world.triage, at=NOW)


class TestOpening:
    def test_it_takes_its_facts_from_the_report(self, world: World) -> None:
        report = an_accepted_report(world)
        with one_event(Kind.INCIDENT_OPENED) as left:
            incident = opened(world, report)
        assert incident.code == "NK20-0001"
        assert (incident.window_from, incident.window_until) == (
            report.observed_from,
            report.observed_until,
        )
        assert (incident.place, incident.radius_m) == (world.ganja, 5000)
        assert incident.admissibility == "unclear"  # nobody known is accused
        assert [r["code"] for r in incident.admissibility_reasons] == [
            "period.inside",
            "area.inside",
            "actors.unknown",
        ]
        assert left[0].file_id == left[0].subject_id == incident.pk

    def test_codes_run_on_without_gaps(self, world: World) -> None:
        assert [opened(world).code for _ in range(3)] == ["NK20-0001", "NK20-0002", "NK20-0003"]

    def test_only_from_an_accepted_report(self, world: World) -> None:
        filed = a_report(world)
        with refused(NotLinkable, saying="Accept it first"):
            opened(world, filed)
        assert opened(world).code == "NK20-0001"  # a refusal uses up no number

    def test_a_report_opens_one_incident_at_most(self, world: World) -> None:
        report = an_accepted_report(world)
        opened(world, report)
        with refused(NotLinkable, saying="Unlink it first"):
            opened(world, report)


class TestLinking:
    def test_the_facts_grow_sharper(self, world: World) -> None:
        day = datetime(2020, 10, 10, 20, tzinfo=UTC)
        vague = an_accepted_report(
            world,
            a_draft(world, observed_from=day, observed_until=day + 24 * HOUR, time_precision="day"),
        )
        incident = opened(world, vague)
        point = Where(kind="point", lat=40.69, lon=46.36, accuracy_m=40)
        sharp = an_accepted_report(world, a_draft(world, where=point))
        with one_event(Kind.REPORT_LINKED):
            linked(world, sharp, incident)
        assert (incident.lat, incident.radius_m) == (40.69, 40)
        assert (incident.window_from, incident.time_precision) == (sharp.observed_from, "hour")
        assert incident.version == 1  # facts are derived: nobody's page went stale
        assert linked_reports(incident) == [vague, sharp]

    def test_a_denial_says_nothing_of_time_and_place(self, world: World) -> None:
        incident = opened(world)
        before = (incident.window_from, incident.radius_m)
        exact = Where(kind="point", lat=39.9, lon=46.0, accuracy_m=1)
        denial = an_allegation(world, world.mod_armenia, "AZE")
        denial = replace(
            denial, stance="denies", accused_kind="nobody", accused_code="", where=exact
        )
        linked(world, an_accepted_report(world, denial), incident)
        assert (incident.window_from, incident.radius_m) == before

    @pytest.mark.parametrize("why", ["", "  ", "x"])
    def test_a_reason_is_needed(self, world: World, why: str) -> None:
        incident, report = opened(world), an_accepted_report(world)
        with refused(Invalid, "why"):
            link_report(report=report, incident=incident, why=why, by=world.triage, at=NOW)

    def test_twice_is_refused(self, world: World) -> None:
        incident, report = opened(world), an_accepted_report(world)
        linked(world, report, incident)
        with refused(StaleState):
            linked(world, report, incident)

    def test_only_an_accepted_report(self, world: World) -> None:
        incident = opened(world)
        accepted = an_accepted_report(world)
        withdraw_report(report=accepted, by=world.filer, at=NOW)
        for report in (a_report(world), accepted):
            with refused(NotLinkable):
                linked(world, report, incident)

    def test_not_to_what_is_closed(self, world: World) -> None:
        report = an_accepted_report(world)
        incident = opened(world)
        closed = as_if(incident, state="inadmissible", ruling="Outside.")
        with closed, refused(NotLinkable, saying="present state"):
            linked(world, report, incident)

    def test_what_comes_late_is_linked_to_a_decided_file_and_changes_no_fact(
        self, world: World
    ) -> None:
        incident = opened(world)
        before = (incident.window_from, incident.window_until)
        earlier = a_draft(world, observed_from=incident.window_from - timedelta(hours=3))
        late = an_accepted_report(world, earlier)
        with as_if(incident, state="decided"):
            linked(world, late, incident)
        incident.refresh_from_db()
        assert (incident.window_from, incident.window_until) == before
        assert len(linked_reports(incident)) == 2

    def test_suggestions_name_what_fits(self, world: World) -> None:
        incident = opened(world)
        near, far = (
            an_accepted_report(world),
            an_accepted_report(
                world, a_draft(world, where=Where(kind="point", lat=39.5, lon=47.3, accuracy_m=100))
            ),
        )
        assert [s.incident for s in incident_suggestions(near)] == [incident]
        assert incident_suggestions(far) == []
        linked(world, near, incident)
        assert incident_suggestions(near) == []
        waiting = accepted_without_incident(world.agreement, world.triage, at=NOW)
        assert waiting == [far.pk]


class TestUnlinking:
    def test_everything_is_as_it_was(self, world: World) -> None:
        incident = an_incident(world)
        before = (incident.window_from, incident.lat, incident.radius_m, latest_score(incident).p)
        sharp = a_draft(world, where=Where(kind="point", lat=40.69, lon=46.36, accuracy_m=40))
        link = linked(world, an_accepted_report(world, sharp), incident)
        settle()
        assert incident.radius_m == 40
        with one_event(Kind.REPORT_UNLINKED):
            unlink_report(link=link, why="Another event.", by=world.triage, at=NOW + HOUR)
        settle()
        incident.refresh_from_db()
        after = (incident.window_from, incident.lat, incident.radius_m, latest_score(incident).p)
        assert after == before
        assert ended_links(incident) == [link]
        assert len(active_links(incident)) == 1

    def test_linking_again_undoes_it(self, world: World) -> None:
        incident = an_incident(world)
        link = incident.links.get()
        unlink_report(link=link, why=WHY, by=world.triage, at=NOW)
        with refused(StaleState):
            unlink_report(link=link, why=WHY, by=world.triage, at=NOW)
        assert linked(world, link.report, incident).pk != link.pk

    def test_not_while_a_panel_judges(self, world: World) -> None:
        incident = an_incident(world)
        a_case(world, incident)
        with refused(MoveRefused, saying="A panel has this case"):
            unlink_report(link=incident.links.get(), why=WHY, by=world.triage, at=NOW)

    def test_an_incident_without_reports_is_scored_all_the_same(self, world: World) -> None:
        incident = an_incident(world)
        unlink_report(link=incident.links.get(), why=WHY, by=world.triage, at=NOW + HOUR)
        settle()
        assert not Job.objects.filter(done_at=None).exists()
        assert latest_score(incident).n_statements == 0


class TestFollowing:
    def test_a_withdrawal_rescores(self, world: World) -> None:
        incident = opened(world)
        accusing = an_accepted_report(world, an_allegation(world, world.mod_azerbaijan, "ARM"))
        linked(world, accusing, incident)
        settle()
        accused = latest_score(incident).p["ARM"]
        withdraw_report(report=accusing, by=world.filer, at=NOW + HOUR)
        settle()
        assert latest_score(incident).p["ARM"] < accused
        assert len(scores_of(incident)) >= 2

    def test_a_copy_follows_its_origin_by_itself(self, world: World) -> None:
        origin = OriginDraft(kind="statement", key="brief-7")
        first = replace(an_allegation(world, world.mod_azerbaijan, "ARM"), origin=origin)
        incident = an_incident(world, first)
        copy = replace(an_allegation(world, world.mod_azerbaijan, "ARM"), origin=origin)
        report = an_accepted_report(world, copy, by=world.witness)
        settle()
        link = report.links.get()
        assert (link.incident, link.linked_by) == (incident, None)
        assert latest_score(incident).n_origins == 1  # it counts once

    def test_a_copy_withdrawn_before_it_followed_harms_nobody(self, world: World) -> None:
        origin = OriginDraft(kind="statement", key="brief-7")
        draft = replace(an_allegation(world, world.mod_azerbaijan, "ARM"), origin=origin)
        an_incident(world, draft)
        copy = replace(an_allegation(world, world.mod_azerbaijan, "ARM"), origin=origin)
        report = an_accepted_report(world, copy)
        withdraw_report(report=report, by=world.filer, at=NOW)
        settle()
        assert not report.links.exists()
        assert not Job.objects.filter(done_at=None).exists()

    def test_a_correction_takes_the_place_of_what_it_corrects(self, world: World) -> None:
        first = an_accepted_report(world)
        incident = opened(world, first)
        settle()
        point = Where(kind="point", lat=40.69, lon=46.36, accuracy_m=40)
        second = an_accepted_report(
            world, a_draft(world, supersedes=first.receipt, where=point, weapon="rocket")
        )
        settle()
        incident.refresh_from_db()
        assert linked_reports(incident) == [second]
        assert incident.radius_m == 40
        withdraw_report(report=second, by=world.filer, at=NOW + HOUR)
        settle()
        incident.refresh_from_db()
        assert linked_reports(incident) == [first]  # it counts again
        assert incident.radius_m == 5000


class TestRulingInadmissible:
    def test_outside_the_period(self, world: World) -> None:
        morning = datetime(2020, 10, 10, 7, 55, tzinfo=UTC)
        draft = a_draft(world, observed_from=morning, observed_until=morning + timedelta(minutes=1))
        incident = opened(world, an_accepted_report(world, draft))
        assert incident.admissibility == "inadmissible"
        with one_event(Kind.INCIDENT_RULED_INADMISSIBLE) as left:
            rule_inadmissible(
                incident=incident,
                ruling="Minutes before the text took effect.",
                by=world.triage,
                at=NOW,
            )
        assert incident.state == "inadmissible"
        assert "period.outside" in left[0].payload["reasons"]

    def test_not_without_a_test_that_says_so(self, world: World) -> None:
        incident = opened(world)
        with refused(Invalid, "ruling", saying="let a panel decide"):
            rule_inadmissible(incident=incident, ruling="x" * 30, by=world.triage, at=NOW)

    def test_not_without_reasons(self, world: World) -> None:
        incident = opened(world)
        with refused(Invalid, "ruling", saying="they are published"):
            rule_inadmissible(incident=incident, ruling="No.", by=world.triage, at=NOW)


class TestReading:
    def test_what_is_not_there(self, world: World) -> None:
        for read in (incident_by_code, incident_by_id):
            for wrong in ("NK20-9999", "0190b6b4-0000-7000-8000-000000000000"):
                with pytest.raises(NotFound):
                    read(wrong)
        with pytest.raises(NotFound):
            link_for_triage(world.triage, "not-an-id", at=NOW)

    def test_the_history_names_nobody_and_the_public_sees_its_part(self, world: World) -> None:
        incident = an_incident(world)
        full = incident_history(incident, world.triage, at=NOW)
        public = incident_history(incident, None, at=NOW)
        assert [line.kind for line in public] == ["incident.opened", "position.requested"]
        assert {line.kind for line in full} > {"report.filed", "report.accepted"}
        assert not any(line.acting_as or line.note for line in public)
        assert incident_history(incident, world.filer, at=NOW) == public
        with no_trace():
            incident_history(incident, world.triage, at=NOW)

    def test_the_hours_of_what_is_not_public_are_for_triage_alone(self, world: World) -> None:
        incident = an_incident(world)
        public = {line.kind: line.at for line in incident_history(incident, None, at=NOW)}
        zone = ZoneInfo(world.agreement.timezone)
        midnight = NOW.astimezone(zone).replace(hour=0, minute=0)
        for person in (world.reviewer_arm, world.chair, world.publisher):
            lines = incident_history(incident, person, at=NOW)
            inner = [line for line in lines if line.kind not in public]
            assert {"report.filed", "incident.scored"} <= {line.kind for line in inner}
            assert {(line.at, line.recorded_at.hour, line.precision) for line in inner} == {
                (midnight, 0, "day")
            }
            assert {line.kind: line.at for line in lines if line.kind in public} == public
        seen = incident_history(incident, world.triage, at=NOW)
        assert {line.at for line in seen} == {NOW}
