"""A bulletin's content: every field named here, in codes, read as of the cut-off.

What a bulletin tells of people is what the public pages tell: an observer's report is one more
observation, at a public place, on a day. Counts that observers gave are added up only where
enough of them did; where nobody was looking is told for the whole area, never place by place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reports.agreement.models import Agreement
from reports.agreement.queries import act_kinds, parties_of
from reports.coverage.queries import daily_shares, restrictions
from reports.intake.models import Report
from reports.places.queries import place_choices
from verification.bulletins.incidents import PastIncident, past_incidents
from verification.bulletins.past import Past, past_of
from verification.bulletins.rules import code_of, period_of, quarter_edges
from verification.caseload.classes import CLASSES
from verification.publication.models import Correction, Finding
from verification.publication.redaction import is_public_source, public_parties
from verification.publication.shapes import SHAPES, WITHHELD

FORM = 1  # of the content; a later form says so
FEWEST = 3  # observers who gave a count in one unit, below which the sum would be one person's
NOT_COUNTED = ("awaiting_triage", "rejected", "withdrawn", "awaiting_link", "duplicate")
PER_MILLE = 1000


def content_of(agreement: Agreement, *, day: date, number: int) -> dict[str, Any]:
    """Return the content of an agreement's bulletin for a day, as the record stood at its end."""
    zone = ZoneInfo(agreement.timezone)
    begins, cut_off = period_of(day, zone)
    before, now = past_of(agreement, at=begins), past_of(agreement, at=cut_off)
    incidents = past_incidents(now)
    acts = {act.code: act.names for act in act_kinds()}
    return {
        "form": FORM,
        "code": code_of(agreement.prefix, number),
        "number": number,
        "agreement": agreement.slug,
        "agreement_titles": agreement.titles,
        "timezone": agreement.timezone,
        "parties": public_parties(parties_of(agreement.pk)),
        "day": day.isoformat(),
        "begins": begins.isoformat(),
        "cut_off": cut_off.isoformat(),
        "received": {
            "before": len(before.reports),
            "period": len(now.reports) - len(before.reports),
            "now": len(now.reports),
        },
        "complaints": _complaints(before, now),
        "incidents": _incidents(now, incidents, acts, begins),
        "observations": _observations(now, acts, begins),
        "coverage": _coverage(agreement, begins, cut_off),
        "restrictions": _restrictions(agreement, begins, cut_off),
        "findings": _findings(agreement, begins, cut_off),
        "corrections": _corrections(agreement, begins, cut_off),
    }


def _complaints(before: Past, now: Past) -> list[dict[str, Any]]:
    earlier, later = Counter(before.classes().values()), Counter(now.classes().values())
    return [{"class": key, "before": earlier[key], "now": later[key]} for key in CLASSES]


def _incidents(
    now: Past, incidents: Sequence[PastIncident], acts: Mapping[str, Any], begins: datetime
) -> dict[str, Any]:
    counted = Counter((one.act, one.shape) for one in incidents)
    opened = [one for one in incidents if one.opened_at >= begins]
    new = Counter(one.act for one in opened)
    kinds = []
    for act in [code for code in acts if any(counted[code, shape] for shape in SHAPES)]:
        shapes = {shape: counted[act, shape] for shape in SHAPES}
        names = {"act": act, "act_names": acts[act]}
        kinds.append(names | shapes | {"new": new[act], "all": sum(shapes.values())})
    withheld = len(now.withheld())
    return {
        "opened": len(now.incidents),
        "merged": len(now.incidents) - len(incidents) - withheld,
        **({"withheld": withheld} if withheld else {}),
        "standing": len(incidents),
        "kinds": kinds,
        "new": [one.in_public() | {"act_names": acts[one.act]} for one in opened],
    }


def _observations(now: Past, acts: Mapping[str, Any], begins: datetime) -> dict[str, Any]:
    """Divide what was received: by act where it stands in an incident, else by why not."""
    classes, corrected = now.classes(), now.superseded()
    homes, withheld = now.homes(), now.withheld()
    left_out: Counter[str] = Counter()
    counted: list[Report] = []
    for key, report in now.reports.items():
        if report.received_at < begins:
            continue
        if classes[key] in NOT_COUNTED:
            left_out[classes[key]] += 1
        elif homes.get(key) in withheld:
            left_out[WITHHELD] += 1
        elif key in corrected:
            left_out["corrected"] += 1
        else:
            counted.append(report)
    kinds = []
    for act in acts:
        of_act = [report for report in counted if report.act_id == act]
        denials = sum(report.stance == "denies" for report in of_act)
        public = sum(r.stance != "denies" and is_public_source(r.source) for r in of_act)
        if of_act:
            kinds.append(
                {
                    "act": act,
                    "act_names": acts[act],
                    "observers": len(of_act) - denials - public,
                    "public": public,
                    "denials": denials,
                    "all": len(of_act),
                }
            )
    reasons = (*NOT_COUNTED, "corrected", WITHHELD)
    return {
        "kinds": kinds,
        "not_counted": [{"class": why, "count": left_out[why]} for why in reasons if left_out[why]],
        **_units(counted),
    }


def _units(reports: Iterable[Report]) -> dict[str, Any]:
    """Add up what observers counted, by unit, where enough of them counted in it."""
    given: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        if report.observation_count is not None and not is_public_source(report.source):
            given[report.observation_unit].append(report)
    shown = {
        unit: rows
        for unit, rows in sorted(given.items())
        if len({report.source_id for report in rows}) >= FEWEST
    }
    return {
        "units": [
            {
                "unit": unit,
                "reports": len(rows),
                "count": sum(r.observation_count or 0 for r in rows),
            }
            for unit, rows in shown.items()
        ],
        "units_withheld": sum(len(rows) for rows in given.values())
        - sum(len(rows) for rows in shown.values()),
    }


def _coverage(agreement: Agreement, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    edges = quarter_edges(begins, ends)
    shares = daily_shares(agreement.pk, edges)
    return [
        {"from": opens.isoformat(), "until": closes.isoformat(), "watched": round(s * PER_MILLE)}
        for opens, closes, s in zip(edges[:-1], edges[1:], shares, strict=True)
    ]


def _restrictions(agreement: Agreement, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    edges = quarter_edges(begins, ends)
    found = restrictions(agreement.pk, edges)
    places = place_choices({one.place_id for one in found})
    return sorted(
        (
            {
                "place": places[one.place_id].label,
                "denied_by": one.denied_by,
                "quarters": list(one.parts),
            }
            for one in found
        ),
        key=lambda row: (str(row["place"]), str(row["denied_by"])),
    )


def _findings(agreement: Agreement, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    rows = Finding.objects.filter(
        incident__agreement=agreement, published_at__gte=begins, published_at__lt=ends
    )
    return [
        {
            "code": row.code,
            "incident": row.content["incident"],
            "version": row.version,
            "act_names": row.content["act_names"],
            "place": row.content["place"]["label"],
            "outcome": row.outcome,
            "parties": (row.content["decision"] or {"parties": []})["parties"],
            "severity": (row.content["decision"] or {"severity": ""})["severity"],
            "published_at": row.published_at.isoformat(),
        }
        for row in rows.order_by("published_at", "code")
    ]


def _corrections(agreement: Agreement, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    rows = Correction.objects.filter(
        finding__incident__agreement=agreement, published_at__gte=begins, published_at__lt=ends
    ).select_related("finding", "corrected")
    return [
        {
            "finding": row.finding.code,
            "corrects": row.corrected.code,
            "before": row.corrected.outcome,
            "after": row.finding.outcome,
            "changed": [change["question"] for change in row.changes],
            "published_at": row.published_at.isoformat(),
        }
        for row in rows.order_by("published_at", "id")
    ]
