"""The finding page: a court summary drawn from the published record, and from nothing else."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.test.utils import override_settings

from tests.factories import (
    LATER,
    World,
    a_ballot,
    a_case,
    settle,
    some_answers,
)
from tests.public_record import PublicRecord
from verification.adjudication.actions.ballots import seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.corroboration.actions import lapse_overdue_positions


def words(answer: Any) -> str:
    """Return a page's text without its markup, spaces folded."""
    text = answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    text = re.sub(r"<svg.*?</svg>|<script.*?</script>", " ", text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_it_reads_like_a_court_summary(client: Client, record: PublicRecord) -> None:
    text = words(client.get(f"/findings/{record.decided.code}-F1/"))
    found = [
        "it breaches the agreement, and that it is attributed to",
        "Did it happen? It happened That it happened very likely (80–95 %)",
        "Confidence in the evidence: High confidence",
        "Does it breach the agreement?",
        "Which clause? Clause 1",
        "Who did it? Attributed to a party",
        "likely (55–80 %) Confidence in the evidence: Moderate confidence",
        "With what intent? Not known",
        "Standard of proof Balance of probabilities",
        "must be at least: Likely (55–80 %)",
        "The panel relies on the statement and on a visit.",
        "Decided from 3 blind ballots",
        "Silence is recorded as silence; it is not taken as an admission.",
        "None: every ballot answered as the panel did",
        "2 reports: 1 published statement of a named speaker",
        "1 from an observer",
        "1 statement of a witness",
        "Ministry of Defence of Azerbaijan",
        "Majority vote over independent origins",
        "Without any source aligned with a party",
        "2 observers, not named",
        f"Finding {record.decided.code}-F1 (version 1, published",
        "http://testserver/findings/",
    ]
    at = 0
    for sentence in found:  # in this order: what, how sure, why, what the accused say, on what
        assert sentence in text[at:], sentence
        at = text.index(sentence, at)


def test_a_ruling_has_a_page_too_and_blames_nobody(client: Client, record: PublicRecord) -> None:
    text = words(client.get(f"/findings/{record.ruled.code}-F1/"))
    assert "Ruled inadmissible: it lies outside the agreement" in text
    assert "The time window lies outside the period in force." in text
    assert "The strike came before the truce took effect." in text
    assert "Who did it?" not in text
    assert "The score the panel had" not in text


def test_a_dissent_is_kept_and_names_no_reviewer(client: Client, world: World) -> None:
    case = a_case(world)
    lapse_overdue_positions(at=LATER)
    first, *_others = case.seats.filter(recused_at=None).select_related("reviewer")
    unsure = some_answers(
        attribution="not_attributable",
        parties=(),
        attribution_likelihood="roughly_even",
        intent="unknown",
    )
    seal_ballot(case=case, draft=a_ballot(case, unsure), by=first.reviewer, at=LATER)
    for seat in _others:
        seal_ballot(case=case, draft=a_ballot(case), by=seat.reviewer, at=LATER)
    decide_case(case=case, reasons="Two of three find it likely.", by=world.chair, at=LATER)
    settle()
    answer = client.get(f"/findings/{case.incident.code}-F1/")
    text = words(answer)
    assert "Dissents The report is detailed" in text
    assert "One reviewer answered: It happened; It breaches the agreement; Not attributable" in text
    for seat in case.seats.select_related("reviewer__organisation"):
        assert seat.reviewer.username not in text
        assert str(seat.reviewer.organisation) not in text


def test_what_happens_later_does_not_change_the_page(
    client: Client, world: World, record: PublicRecord
) -> None:
    address = f"/findings/{record.decided.code}-F1/"
    before = words(client.get(address)).split("To cite")[0]
    type(world.armenia).objects.filter(pk=world.armenia.pk).update(names={"en": "Renamed"})
    type(world.agreement).objects.filter(pk=world.agreement.pk).update(titles={"en": "Renamed"})
    assert words(client.get(address)).split("To cite")[0] == before


def test_a_demonstration_says_so_in_the_finding_and_its_citation(
    client: Client, record: PublicRecord
) -> None:
    address = f"/findings/{record.decided.code}-F1/"
    assert "Demonstration" not in words(client.get(address))
    with override_settings(DEMO=True):
        text = words(client.get(address))
    assert "This ruling is part of a demonstration: its panel is invented." in text
    assert "Demonstration." in text.split("To cite")[1]
