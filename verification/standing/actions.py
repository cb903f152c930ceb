"""Writes of standings: recomputed from decisions and scores; a row only when something changed."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import Agreement, Party
from reports.agreement.queries import parties_of, periods_in_force, prohibitions
from reports.agreement.rules import Period
from reports.coverage.queries import hours_covered
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, Problem
from verification.adjudication.models import Decision
from verification.corroboration.models import PartyPosition
from verification.corroboration.states import PositionState
from verification.incidents.models import Incident, Link
from verification.incidents.queries import roots_of
from verification.incidents.states import IncidentState
from verification.scoring.queries import held_out_of, latest_scores
from verification.standing.intervals import Audited, audited_standing
from verification.standing.models import Draw, Standing
from verification.standing.queries import COUNTED, draw_of_agreement, drawn_codes
from verification.standing.rules import IncidentFact, Tally, comparison_refusal, tally


class AlreadyDrawn(Problem):
    """The lottery was held: drawing again until the result suits would be no lottery."""

    code = "already-drawn"
    status = 409
    title = gettext_lazy("The audit lottery of this agreement was already held")


@transaction.atomic
def recompute_standing(*, agreement: Agreement, at: datetime) -> list[Standing]:
    """Recompute every party's standing; return the new rows, none if nothing changed.

    Leaves: one Standing per party and one standing.computed, or nothing.
    """
    # One computation at a time; no_key, so that filings under the agreement need not wait.
    Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    periods = periods_in_force(agreement.pk)
    parties = [party for party in parties_of(agreement.pk) if party.signatory]
    if not periods or not parties:
        return []
    begins = min(period.begins for period in periods)
    ends = max(min(period.ends or at, at) for period in periods)
    ends = max(ends, begins)
    facts = incident_facts(agreement.pk)
    positions = _positions(agreement.pk)
    covered = hours_covered(agreement.pk, begins=begins, ends=ends)
    span = (ends - begins).total_seconds() / 3600
    decided = sum(1 for fact in facts if fact.outcome)
    still_open = len(facts) - decided
    audit = audited_standing(facts, [party.code for party in parties], covered_days=covered / 24)
    refusal = (
        comparison_refusal(
            decided=decided,
            still_open=still_open,
            covered_share=covered / span if span else 0.0,
            audited=audit.n_audited,
        )
        or audit.refusal
    )
    rows = [_row(agreement, party, tally(party.code, facts), positions, at) for party in parties]
    for row in rows:
        _add_audit(row, audit, supported=not refusal)
    for row in rows:
        row.period_from, row.period_until = begins, ends
        row.coverage_hours, row.period_hours = round(covered, 2), round(span, 2)
        row.n_admissible, row.n_open = len(facts), still_open
        row.comparison = "none" if refusal else "rates"
        row.comparison_reason = refusal
        row.inputs_hash = _hash(row)
    if [row.inputs_hash for row in rows] == _last_hashes(agreement.pk, parties):
        return []
    Standing.objects.bulk_create(rows)
    record_event(
        kind=Kind.STANDING_COMPUTED, subject=agreement, by=None, at=at, acting_as="machine"
    )
    return rows


def incident_facts(agreement_id: UUID) -> list[IncidentFact]:
    """Return what every admissible (or possibly admissible) incident contributes."""
    incidents = list(
        Incident.objects.filter(agreement_id=agreement_id, state__in=COUNTED)
        .exclude(admissibility="inadmissible")
        .order_by("code")
    )
    ids = [incident.pk for incident in incidents]
    decisions = {
        d.incident_id: d
        for d in Decision.objects.filter(incident_id__in=ids, overridden_by=None).order_by(
            "decided_at"
        )
    }
    scores = latest_scores(ids)
    unseen = held_out_of(agreement_id)
    drawn = drawn_codes(agreement_id, [incident.code for incident in incidents])
    accused: dict[UUID, set[str]] = {}
    roots = roots_of(ids)  # absorbed incidents bring what their reports say
    links = Link.objects.filter(
        incident_id__in=roots,
        unlinked_at=None,
        report__state="accepted",
        report__accused__isnull=False,
    )
    for incident_id, code in links.values_list("incident_id", "report__accused__code"):
        accused.setdefault(roots[incident_id], set()).add(code)
    prohibited = prohibitions(agreement_id)
    return [
        replace(
            _fact(
                incident,
                decisions.get(incident.pk),
                scores.get(incident.pk) if _counts(incident, prohibited) else None,
                accused,
            ),
            before_panel=incident.state == IncidentState.UNDER_REVIEW,
            drawn=incident.code in drawn,
            p_unseen=unseen.get(incident.code, {}) if _counts(incident, prohibited) else {},
        )
        for incident in incidents
    ]


def _counts(incident: Incident, prohibited: Sequence[tuple[str, Period]]) -> bool:
    """Answer whether an undecided incident's score enters the expected breaches.

    What no clause prohibits cannot be a breach, however sure the score is of who did it. And
    what a panel has before it stays out, or its reviewers could read the score off the sum.
    """
    if incident.state == IncidentState.UNDER_REVIEW:
        return False
    window = (incident.window_from, incident.window_until)
    return any(
        act == incident.act_id and period.relation(*window) != "outside"
        for act, period in prohibited
    )


def _fact(
    incident: Incident,
    decision: Decision | None,
    score: object,
    accused: Mapping[UUID, set[str]],
) -> IncidentFact:
    settled = decision is not None and incident.state == IncidentState.DECIDED
    return IncidentFact(
        outcome=decision.outcome if decision is not None and settled else "",
        attributed=tuple(decision.parties) if decision is not None and settled else (),
        accused=tuple(sorted(accused.get(incident.pk, ()))),
        severity=decision.severity if decision is not None and settled else "",
        p=getattr(score, "p", {}),
    )


def _add_audit(row: Standing, audit: Audited, *, supported: bool) -> None:
    """Add the estimate with its interval; rates side by side only where these are supported."""
    code = row.party.code
    found = audit.estimates.get(code)
    if found is None:
        return
    row.n_audited = found.n_audited
    row.estimate = round(found.value, 3)
    row.interval_low, row.interval_high = round(found.low, 3), round(found.high, 3)
    rate = audit.rates.get(code)
    if rate is not None:
        row.rate_low, row.rate_high = round(rate.low, 4), round(rate.high, 4)
    if supported:
        row.p_rate_exceeds = {
            other: round(p, 4) for (one, other), p in audit.exceeds.items() if one == code
        }


@transaction.atomic
def draw_audit(
    *, agreement: Agreement, share: float, by: User | None, at: datetime, seed: str = ""
) -> Draw:
    """Hold the audit lottery: a share of all incidents, those to come too, is drawn by its code.

    Needs: audit.draw. Leaves: Draw, audit.drawn. Errors: AlreadyDrawn; Invalid for the share.
    """
    role = "" if by is None else require(by, "audit.draw", at=at, agreement_id=agreement.pk)
    if not 0.0 < share <= 1.0:
        raise Invalid(errors={"share": [_("Give a share above 0 and up to 1, such as 0.05.")]})
    Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if draw_of_agreement(agreement.pk) is not None:
        raise AlreadyDrawn()
    draw = Draw.objects.create(
        agreement=agreement, seed=seed or secrets.token_hex(16), share=share, at=at, drawn_by=by
    )
    record_event(
        kind=Kind.AUDIT_DRAWN,
        subject=draw,
        by=by,
        at=at,
        acting_as=role or "machine",
        payload={"share": share},
    )
    return draw


def _positions(agreement_id: UUID) -> Counter[tuple[str, str]]:
    rows = PartyPosition.objects.filter(incident__agreement_id=agreement_id)
    return Counter(
        (code, "silent" if state == PositionState.LAPSED else position)
        for code, state, position in rows.values_list("party__code", "state", "position")
    )


def _row(
    agreement: Agreement,
    party: Party,
    counted: Tally,
    positions: Counter[tuple[str, str]],
    at: datetime,
) -> Standing:
    return Standing(
        agreement=agreement,
        party=party,
        as_of=at,
        decided_breaches=counted.decided,
        by_severity=dict(counted.by_severity),
        expected_breaches=counted.expected,
        bound_low=counted.bound_low,
        bound_high=counted.bound_high,
        open_against=counted.open_against,
        admitted=positions[party.code, "admits"],
        denied=positions[party.code, "denies"],
        silent=positions[party.code, "silent"],
    )


def _hash(row: Standing) -> str:
    """Hash what a reader would see, but for the instant: an unchanged standing makes no row."""
    seen = {
        name: getattr(row, name)
        for name in (
            "decided_breaches",
            "by_severity",
            "expected_breaches",
            "bound_high",
            "open_against",
            "admitted",
            "denied",
            "silent",
            "n_admissible",
            "n_open",
            "comparison_reason",
        )
    }
    if row.n_audited:  # left out before the first audit, so that old rows keep their hash
        seen["audit"] = [row.estimate, row.interval_low, row.interval_high, row.n_audited]
        seen["rates"] = [row.rate_low, row.rate_high, row.p_rate_exceeds]
    # While an agreement is in force its period grows by the second: a new row a day will do.
    seen["until"] = row.period_until.date().isoformat()
    seen["coverage"] = int(row.coverage_hours)
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _last_hashes(agreement_id: UUID, parties: Sequence[Party]) -> list[str]:
    rows = (
        Standing.objects.filter(agreement_id=agreement_id)
        .order_by("party_id", "-as_of", "-id")
        .distinct("party_id")
    )
    last = {row.party_id: row.inputs_hash for row in rows}
    return [last.get(party.pk, "") for party in parties]
