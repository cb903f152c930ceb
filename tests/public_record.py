"""A small record for tests of the public face, with canaries in all that must stay inside."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from reports.intake.actions import reject_report
from reports.intake.drafts import Where
from reports.intake.models import Report
from tests.factories import (
    LATER,
    NOW,
    World,
    a_draft,
    a_report,
    an_accepted_report,
    an_allegation,
    an_incident,
    seal_all,
    settle,
    some_answers,
    ticks,
)
from tests.remembered import remembered
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import open_case
from verification.corroboration.actions import (
    Answer,
    StatementDraft,
    answer_notice,
    give_statement,
    lapse_overdue_positions,
)
from verification.corroboration.models import PartyPosition
from verification.incidents.actions import link_report, rule_inadmissible
from verification.incidents.models import Incident

NARRATIVE = "CANARY-NARRATIVE the observer stood behind the mill"
NOTE = "CANARY-NOTE the witness looked out of the third window"
USERNAME, DISPLAY_NAME, ORGANISATION = "filer", "Canary Displayname", "Valley Monitors"
LAT, LON = 40.71234, 46.39876  # the observer's exact point, near Ganja
MINUTE = datetime(2020, 10, 11, 13, 37, tzinfo=UTC)


@dataclass(frozen=True)
class PublicRecord:
    """What stands in the record, and every word that must not come out."""

    decided: Incident
    ruled: Incident
    contested: Incident
    hidden: Incident  # known only from an observer
    canaries: tuple[str, ...]


def build_public_record(world: World) -> PublicRecord:
    """Make the record through actions, as people would."""
    return remembered(("public record", bool(ticks)), lambda: _build(world))


def _build(world: World) -> PublicRecord:
    type(world.filer).objects.filter(pk=world.filer.pk).update(display_name=DISPLAY_NAME)
    observed = _observed(world)
    contested = _contested(world)
    hidden = _hidden(world)
    decided = _decided(world, observed)
    ruled = _ruled(world)
    a_report(world)  # awaits triage
    reject_report(
        report=a_report(world, a_draft(world)),
        reason="Not about this truce.",
        by=world.triage,
        at=NOW,
    )
    settle()
    for incident in (decided, ruled, contested, hidden):
        incident.refresh_from_db()
    receipts = tuple(Report.objects.values_list("receipt", flat=True))
    return PublicRecord(
        decided,
        ruled,
        contested,
        hidden,
        canaries=(
            "CANARY",
            DISPLAY_NAME,
            ORGANISATION,
            "Line Observers",
            str(world.filer.pk),
            *receipts,
            *(str(pk) for pk in Report.objects.values_list("pk", flat=True)),
            "40.712",
            "46.398",
            "13:37",
            "17:37",  # the same minute in Baku
        ),
    )


def _observed(world: World) -> Report:
    draft = a_draft(
        world,
        narrative=NARRATIVE,
        observed_from=MINUTE,
        observed_until=MINUTE + timedelta(minutes=1),
        time_precision="minute",
        where=Where(kind="point", lat=LAT, lon=LON, accuracy_m=50),
        act="shelling",
    )
    return an_accepted_report(world, draft)


def _decided(world: World, observed: Report) -> Incident:
    whole_day = {
        "observed_from": datetime(2020, 10, 10, 20, 0, tzinfo=UTC),
        "observed_until": datetime(2020, 10, 11, 20, 0, tzinfo=UTC),
        "time_precision": "day",
        "act": "shelling",
    }
    incident = an_incident(world, an_allegation(world, world.mod_azerbaijan, "ARM", **whole_day))
    link_report(report=observed, incident=incident, why="Same event.", by=world.triage, at=NOW)
    give_statement(
        incident=incident,
        draft=StatementDraft(question="occurred", says="supports", basis="eyewitness", note=NOTE),
        by=world.witness,
        at=NOW,
    )
    settle()
    case = open_case(incident=Incident.objects.get(pk=incident.pk), by=world.chair, at=NOW)
    lapse_overdue_positions(at=LATER)
    seal_all(case, some_answers(), at=LATER)
    decide_case(
        case=case,
        reasons="The panel relies on the statement and on a visit.",
        by=world.chair,
        at=LATER,
    )
    settle()
    return incident


def _ruled(world: World) -> Incident:
    before = datetime(2020, 10, 10, 7, 30, tzinfo=UTC)  # half an hour before it took effect
    draft = an_allegation(
        world,
        world.mod_armenia,
        "AZE",
        observed_from=before,
        observed_until=before + timedelta(minutes=10),
        time_precision="minute",
    )
    incident = an_incident(world, draft)
    rule_inadmissible(
        incident=incident,
        ruling="The strike came before the truce took effect.",
        by=world.triage,
        at=NOW,
    )
    settle()
    return incident


def _contested(world: World) -> Incident:
    draft = an_allegation(world, world.mod_armenia, "AZE", act="ground_assault")
    incident = an_incident(world, draft)
    copy = an_accepted_report(
        world,
        replace(
            draft,
            client_uuid=uuid.uuid4(),
            origin=replace(draft.origin, publisher="Copyist (example)"),
        ),
    )
    settle()
    assert copy.links.filter(incident=incident).exists()
    answer_notice(
        position=PartyPosition.objects.get(incident=incident, party=world.azerbaijan),
        answer=Answer(position="denies", reason_code="no_action_then", text="It was not us."),
        by=world.liaison_aze,
        at=NOW,
    )
    settle()
    return incident


def _hidden(world: World) -> Incident:
    draft = a_draft(
        world,
        narrative=NARRATIVE,
        observed_from=MINUTE,
        observed_until=MINUTE + timedelta(minutes=1),
        time_precision="minute",
        where=Where(kind="point", lat=LAT, lon=LON, accuracy_m=50),
        act="sniper_fire",
    )
    return an_incident(world, draft)
