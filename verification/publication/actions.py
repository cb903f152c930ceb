"""Writes of the public face: a finding is published as it stands, once per decision.

The public rows are derived, so keeping them leaves no event: what made them stale left its own.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from reports.agreement.models import Agreement
from reports.agreement.queries import parties_of
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.places.queries import place_choices, public_areas
from verification.adjudication.answers import Outcome
from verification.adjudication.models import Decision
from verification.adjudication.queries import decision_on
from verification.corroboration.queries import positions_on, statements_on
from verification.incidents.models import Incident
from verification.incidents.queries import linked_reports, member_ids
from verification.incidents.states import IncidentState
from verification.publication.differences import differences
from verification.publication.kept import files_of, rows_now, same
from verification.publication.models import (
    ChangedFile,
    Correction,
    Finding,
    PublicRow,
    ReportCount,
)
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
from verification.publication.unsigned import Unsigned
from verification.reopening.queries import admitted_before
from verification.scoring.assemble import inputs_of, origin_numbers
from verification.withholding.queries import withheld_until

KEEPER = 0x5055424C  # the lock of whoever keeps the public rows: one at a time
BATCH = 300  # marks of one turn
MOST_STEPS = 500  # steps of the report counts before they are folded


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
    if withheld_until(member_ids(held)):
        return None  # published by what follows its end
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
    place = public_place(incident, reports, public_areas(incident.agreement))
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


@transaction.atomic
def keep_public_rows() -> int:
    """Bring the public rows of changed files up to date; return how many marks were worked off.

    May run twice and beside itself: whoever finds the lock taken leaves the marks where they are.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [KEEPER])
        if not cursor.fetchone()[0]:
            return 0
    _fold_report_counts()
    marks = list(ChangedFile.objects.order_by("pk")[:BATCH])
    by_agreement: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    asked = Incident.objects.filter(pk__in={mark.incident_id for mark in marks})
    for incident_id, agreement_id in asked.values_list("pk", "agreement_id"):
        by_agreement[agreement_id].append(incident_id)
    for agreement in Agreement.objects.filter(pk__in=by_agreement):
        _keep(agreement, by_agreement[agreement.pk])
    ChangedFile.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
    return len(marks)


def _keep(agreement: Agreement, incident_ids: Collection[uuid.UUID]) -> None:
    files = files_of(incident_ids)
    # As things are: what is not signed yet is hidden when it is read.
    now = [row for row, _face in rows_now(agreement, files, hidden_by=Unsigned(()))]
    before = {row.pk: row for row in PublicRow.objects.filter(incident_id__in=list(files))}
    changed = [row for row in now if row.pk not in before or not same(row, before[row.pk])]
    gone = before.keys() - {row.pk for row in now}
    touched = [*changed, *(before[r.pk] for r in changed if r.pk in before)]
    touched += [before[pk] for pk in gone]
    PublicRow.objects.filter(pk__in=gone).delete()
    PublicRow.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["incident"],
        update_fields=[f.name for f in PublicRow._meta.concrete_fields if f.name != "incident"],
    )
    recount(
        agreement,
        days={row.first_day for row in touched},
        areas={row.area for row in touched},
    )


def _fold_report_counts() -> None:
    steps = ReportCount.objects.order_by("pk")
    if steps.count() < MOST_STEPS:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM verification_reportcount RETURNING agreement_id, state, n)"
            " INSERT INTO verification_reportcount (agreement_id, state, n)"
            " SELECT agreement_id, state, sum(n) FROM gone GROUP BY 1, 2 HAVING sum(n) <> 0"
        )


_DIVIDED = "agreement_id, shape, state, category, counted, accused"
_RECOUNTS = (  # table, what tells its rows apart, its own columns
    ("verification_daycount", "first_day", "first_day, last_day"),
    ("verification_areacount", "area", "area, place_id, cell"),
)


def recount(
    agreement: Agreement,
    *,
    days: Collection[date] | None = None,
    areas: Collection[str] | None = None,
) -> None:
    """Count the public rows of these days and areas anew, or of all."""
    for (table, key, own), only in zip(_RECOUNTS, (days, areas), strict=True):
        if only is not None and not only:
            continue
        narrowed = "" if only is None else f" AND {key} = ANY(%s)"
        values: list[Any] = [agreement.pk] if only is None else [agreement.pk, list(only)]
        columns = f"{_DIVIDED}, {own}"
        with connection.cursor() as cursor:
            # The names are our own tables and columns; the values are bound.
            cursor.execute(f"DELETE FROM {table} WHERE agreement_id = %s{narrowed}", values)  # noqa: S608 # nosec B608
            cursor.execute(
                f"INSERT INTO {table} ({columns}, n, n_home, n_copies, n_found)"  # noqa: S608 # nosec B608
                f" SELECT {columns}, count(*), sum(n_home), sum(n_copies),"
                " count(*) FILTER (WHERE finding_code <> '')"
                f" FROM verification_publicrow WHERE agreement_id = %s{narrowed}"
                f" GROUP BY {columns}",
                values,
            )


@transaction.atomic
def mark_all(*, agreement: Agreement) -> int:
    """Mark every incident of an agreement, so that all its public rows are made anew."""
    ids = Incident.objects.filter(agreement=agreement).values_list("pk", flat=True)
    return len(ChangedFile.objects.bulk_create([ChangedFile(incident_id=pk) for pk in ids]))
