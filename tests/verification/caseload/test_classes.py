"""The partition of reports: every report in exactly one class, in river order."""

from __future__ import annotations

import pytest

from verification.caseload.classes import (
    CLASSES,
    ReportFact,
    class_of_incident,
    class_of_report,
    partition,
)


@pytest.mark.parametrize(
    ("state", "is_copy", "incident_class", "expected"),
    [
        ("filed", False, "", "awaiting_triage"),
        ("rejected", False, "", "rejected"),
        ("withdrawn", False, "", "withdrawn"),
        ("withdrawn", False, "open", "withdrawn"),  # it leaves the incident it was in
        ("accepted", False, "", "awaiting_link"),
        ("accepted", False, "open", "open"),
        ("accepted", True, "open", "duplicate"),
        ("accepted", True, "attributed", "duplicate"),
        ("accepted", False, "attributed", "attributed"),
        ("accepted", False, "inadmissible", "inadmissible"),
    ],
)
def test_a_report_is_in_one_class(
    state: str, is_copy: bool, incident_class: str, expected: str
) -> None:
    assert class_of_report(ReportFact(state, is_copy, incident_class)) == expected


@pytest.mark.parametrize(
    ("state", "outcome", "awaits", "expected"),
    [
        ("open", "", False, "open"),
        ("open", "", True, "awaiting_party"),
        ("under_review", "", True, "under_review"),
        ("reopened", "attributed", False, "reopened"),  # an old outcome no longer stands
        ("decided", "not_attributable", True, "not_attributable"),
        ("inadmissible", "", False, "inadmissible"),
    ],
)
def test_an_incidents_class(state: str, outcome: str, awaits: bool, expected: str) -> None:
    assert class_of_incident(state=state, outcome=outcome, awaits_party=awaits) == expected


def test_the_classes_add_up_and_keep_their_order() -> None:
    facts = [
        ReportFact("filed", False, ""),
        ReportFact("accepted", False, "open"),
        ReportFact("accepted", True, "open"),
        ReportFact("accepted", False, "attributed"),
        ReportFact("rejected", False, ""),
    ]
    lines = partition(facts)
    assert [line.key for line in lines] == list(CLASSES)
    assert sum(line.count for line in lines) == len(facts)
    assert {line.key for line in lines if line.count} == {
        *("awaiting_triage", "rejected", "duplicate", "open", "attributed")
    }
