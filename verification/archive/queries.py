"""Reads of the archive: every published figure beside what its records add up to."""

from __future__ import annotations

from django.db import connection

from reports.agreement.models import Agreement
from reports.problems import NotFound
from verification.archive.models import CarriedOver
from verification.archive.rules import RULING_OF_CLASS, Compared, Ruling, Tallied, counted


def carried_over(agreement: Agreement) -> CarriedOver:
    """Return what was carried over into an agreement; NotFound where nothing was."""
    found = CarriedOver.objects.filter(agreement=agreement).select_related("agreement").first()
    if found is None:
        raise NotFound("Nothing was carried over into this agreement.")
    return found


def was_carried_over(agreement: Agreement) -> bool:
    """Answer whether an agreement holds another mechanism's rulings."""
    return CarriedOver.objects.filter(agreement=agreement).exists()


def judged_here() -> list[Agreement]:
    """Return the agreements whose cases wait for this mechanism, by slug: all but the archives."""
    return list(Agreement.objects.filter(carried_over=None).order_by("slug"))


def archives() -> list[CarriedOver]:
    """Return everything that was carried over, by the agreement's slug."""
    return list(CarriedOver.objects.select_related("agreement").order_by("agreement__slug"))


# Look-ups, not joins, after the classes: so the planner cannot pair every row with every row.
TALLIES = """
SELECT origin.key, coalesce(accused.code, ''), one.class, one.severity, one.records, one.observed
  FROM (SELECT report.origin_id, report.accused_id, placed.class,
               coalesce(standing.severity, '') AS severity,
               count(*) AS records,
               coalesce(sum(report.observation_count), 0) AS observed
          FROM verification_report_classes(%s) placed
         CROSS JOIN LATERAL (
               SELECT origin_id, accused_id, observation_count
                 FROM reports_report WHERE id = placed.report_id LIMIT 1) report
          LEFT JOIN LATERAL (
               SELECT decision.severity
                 FROM verification_decision decision
                WHERE decision.incident_id = placed.incident_id
                  AND (SELECT later.id FROM verification_decision later
                        WHERE later.overrides_id = decision.id LIMIT 1) IS NULL
                LIMIT 1) standing ON true
         GROUP BY 1, 2, 3, 4) one
  JOIN reports_origin origin ON origin.id = one.origin_id
  LEFT JOIN reports_party accused ON accused.id = one.accused_id
"""


def tallies_of(archive: CarriedOver) -> list[Tallied]:
    """Return how the records of each line divide now, as the dashboards count them."""
    with connection.cursor() as cursor:
        cursor.execute(TALLIES, [archive.agreement_id])
        found = cursor.fetchall()
    return [
        Tallied(
            period=archive.lines[origin]["period"],
            category=archive.lines[origin]["category"],
            party=party,
            ruling=str(RULING_OF_CLASS.get(kind, Ruling.UNPUBLISHED)),
            severity=severity,
            records=records,
            observations=int(observed),
        )
        for origin, party, kind, severity, records, observed in found
        if origin in archive.lines
    ]


def compared(archive: CarriedOver) -> list[Compared]:
    """Return every published figure with what the records add up to."""
    tallies = tallies_of(archive)
    return [
        Compared(figure, counted(figure, tallies, whole_period=archive.period))
        for figure in archive.figures
    ]
