"""Writes of the public face: a finding is published as it stands, once per decision."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from reports.agreement.queries import parties_of
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.places.queries import place_choices
from verification.adjudication.answers import Outcome
from verification.adjudication.models import Decision
from verification.adjudication.queries import decision_on
from verification.corroboration.queries import positions_on, statements_on
from verification.incidents.models import Incident
from verification.incidents.queries import linked_reports
from verification.incidents.states import IncidentState
from verification.publication.differences import differences
from verification.publication.models import Correction, Finding
from verification.publication.order import public_order
from verification.publication.published_score import public_score
from verification.publication.redaction import (
    public_counts,
    public_decision,
    public_panel,
    public_parties,
    public_place,
    public_position,
    public_reasons,
    public_statements,
    public_window,
)
from verification.reopening.queries import admitted_before
from verification.scoring.assemble import inputs_of, origin_numbers


@transaction.atomic
def publish_finding(*, incident: Incident, at: datetime) -> Finding | None:
    """Publish what was decided (or ruled) on an incident; the same decision is published once.

    Needs: a decided or inadmissible incident. Leaves: Finding, finding.published; nothing on a
    repeat or where nothing was decided.
    """
    held = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("agreement", "act", "place")
        .get(pk=incident.pk)
    )
    earlier = list(Finding.objects.filter(incident=held).order_by("version"))
    decision: Decision | None = None
    if held.state == IncidentState.DECIDED:
        decision = decision_on(held)
        if decision is None or any(f.decision_id == decision.pk for f in earlier):
            return None
    elif held.state != IncidentState.INADMISSIBLE or earlier:
        return None
    version = len(earlier) + 1
    finding = Finding.objects.create(
        incident=held,
        decision=decision,
        code=f"{held.code}-F{version}",
        version=version,
        outcome=decision.outcome if decision is not None else Outcome.INADMISSIBLE,
        published_at=at,
        content=_content(held, decision, at),
    )
    record_event(
        kind=Kind.FINDING_PUBLISHED,
        subject=finding,
        by=None,
        at=at,
        acting_as="machine",
        file_id=held.pk,
        payload={"code": finding.code, "outcome": finding.outcome},
    )
    return finding


@transaction.atomic
def publish_correction(*, finding: Finding, at: datetime) -> Correction | None:
    """Publish what a later version of a finding changes in the one before it; once.

    Leaves: Correction, correction.published; nothing for a first version or on a repeat.
    """
    Incident.objects.select_for_update().get(pk=finding.incident_id)
    earlier = Finding.objects.filter(
        incident_id=finding.incident_id, version=finding.version - 1
    ).first()
    if earlier is None or Correction.objects.filter(finding=finding).exists():
        return None
    reopening = admitted_before(finding.decision) if finding.decision is not None else None
    correction = Correction.objects.create(
        finding=finding,
        corrected=earlier,
        reopening=reopening,
        changes=differences(earlier.content, finding.content),
        published_at=at,
    )
    record_event(
        kind=Kind.CORRECTION_PUBLISHED,
        subject=correction,
        by=None,
        at=at,
        acting_as="machine",
        file_id=finding.incident_id,
        payload={"finding": finding.code, "corrects": earlier.code},
    )
    return correction


def _content(incident: Incident, decision: Decision | None, at: datetime) -> dict[str, Any]:
    """Return the published record: every field named here, nothing else.

    It stands alone: names and titles are kept as they were when it was published.
    """
    reports = linked_reports(incident)
    statements = statements_on(incident)
    begins, ends, precision = public_window(incident, reports)
    place = public_place(incident, reports)
    names = place_choices([uuid.UUID(place["place_id"])] if place["place_id"] else [])
    # The advice the panel had is frozen with its decision; a later score is not its ground.
    score = decision.score if decision is not None else None
    numbers = origin_numbers(inputs_of(incident))
    return {
        "incident": incident.code,
        "agreement": incident.agreement.slug,
        "agreement_titles": incident.agreement.titles,
        "timezone": incident.agreement.timezone,
        "parties": public_parties(parties_of(incident.agreement_id)),
        "act": incident.act_id,
        "act_names": incident.act.names,
        "window_from": begins.isoformat(),
        "window_until": ends.isoformat(),
        "precision": precision,
        "place": place | {"label": " ".join(choice.label for choice in names.values())},
        "admissibility": incident.admissibility,
        "admissibility_reasons": public_reasons(incident),
        "ruling": incident.ruling,
        "counts": public_counts(reports, statements, origins=len(set(numbers))),
        "statements": public_statements(reports),
        "positions": [public_position(p) for p in positions_on(incident)],
        "order": public_order(incident),
        "decision": public_decision(decision) if decision is not None else None,
        "panel": public_panel(decision.case) if decision is not None else None,
        "score": None if score is None else public_score(score),
    }
