"""A case file as the review desk and the chair's page show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.intake.queries import place_ids
from reports.places.queries import place_choices
from verification.adjudication.answers import Likelihood, panel_answers
from verification.adjudication.queries import CaseFile
from verification.corroboration.choices import Says
from verification.pages.ballots import ballot_card, side_by_side
from verification.pages.cards import (
    Faces,
    ReportCard,
    faces_of,
    grouped_by_origin,
    incident_card,
    position_rows,
    report_cards,
    statement_rows,
)
from verification.pages.case_growth import outgrown
from verification.pages.case_places import map_of, named_places, place_rows
from verification.pages.case_terms import clause_rows, zone_check
from verification.pages.exhibit_cards import ItemCard, item_cards
from verification.pages.figures import case_alphas
from verification.pages.questions import question_rows
from verification.pages.scores import score_card

STANDARDS = {
    "balance_of_probabilities": _("balance of probabilities: more likely than not"),
}


def file_context(file: CaseFile, *, at: datetime) -> dict[str, Any]:
    """Return what both pages show of a case. What the query hides is not in it at all."""
    sources = [r.source for r in file.reports] + [s.source for s in file.statements]
    sources += [r.origin.said_by for r in file.reports]
    agreement = file.incident.agreement
    faces = faces_of(agreement.pk, sources, at=at, known_parties=file.parties)
    places = place_choices({file.incident.place_id, *place_ids(file.reports)})
    cards = report_cards(file.reports, faces=faces, places=places)
    zone = agreement.timezone
    statements = statement_rows(file.statements, faces=faces, days_of=zone)
    numbers = {r.pk: card.number for r, card in zip(file.reports, cards, strict=True)}
    items = item_cards(file.items, numbers)
    incident = incident_card(file.incident, places=places)
    named = named_places(cards)
    return {
        "case": {
            "key": file.case.pk,
            "state": file.case.state,
            "version": file.case.version,
            "round": file.case.round,
            "opened_at": file.case.opened_at,
            "due_at": file.case.ballots_due_at,
            "quorum": file.case.quorum,
        },
        "incident": incident,
        "zone": zone,
        "agreement_title": agreement.title,
        "cards": cards,
        "origins": grouped_by_origin(cards, file.reports, faces=faces),
        "n_reports": len(cards),
        "items": items,
        "questions": question_rows(file.questions, numbers, days_of=zone),
        "statements": statements,
        "on_occurrence": tallied(statements, "occurred"),
        "on_actor": tallied(statements, "actor"),
        "positions": position_rows(file.positions, faces=faces),
        "clauses": clause_rows(file),
        "zone_check": zone_check(file),
        "features": map_of(file, incident, named, cards),
        "places": place_rows(incident, named),
        "standard": standard_of(file),
        "sealed": file.sealed,
        "seats": file.seats,
        "decided": file.case.state == "decided",
        "now": at,
        **_unsealed(file, faces, cards, statements, items),
    }


def _unsealed(
    file: CaseFile,
    faces: Faces,
    cards: list[ReportCard],
    statements: list[dict[str, Any]],
    items: list[ItemCard],
) -> dict[str, Any]:
    """Return the ballots and the score, as far as the query gave them."""
    own, cited = file.own_ballot, cited_numbers(cards, statements, items)
    panel = panel_answers([b.answers() for b in file.standing]) if file.standing else None
    ballots = [
        ballot_card(b, faces=faces, cited=cited, own=own, panel=panel) for b in file.ballots or ()
    ]
    return {
        "faces": faces,
        "panel": panel,
        "own_ballot": ballot_card(own, faces=faces, cited=cited, own=own) if own else None,
        "ballots": ballots,
        "side_by_side": side_by_side(ballots),
        "second_ballots": [
            {
                "card": ballot_card(b, faces=faces, cited=cited, panel=panel),
                "why": b.why,
                "confirms": b.confirms,
            }
            for b in file.second_ballots or ()
        ],
        "older_ballots": [
            {"seat": seat, "grown": grown}
            for seat, grown in outgrown(
                file, cards=cards, statements=[row["number"] for row in statements]
            ).items()
        ],
        "may_vote_again": file.may_vote_again,
        "alphas": case_alphas(file),
        "score": score_card(file.score, faces=faces),
    }


def cited_numbers(
    cards: list[ReportCard], statements: list[dict[str, Any]], items: list[ItemCard]
) -> dict[str, str]:
    """Return {id: the number the page shows} of everything reasons may cite."""
    found = {card.key: card.number for card in cards}
    found |= {row["key"]: row["number"] for row in statements}
    return found | {item.key: item.number for item in items}


SAYS = ("supports", "contradicts", "cannot_say")


def tallied(statements: list[dict[str, Any]], question: str) -> dict[str, Any]:
    """Return the statements on one question, those for, against and undecided apart."""
    found = [row for row in statements if row["question"] == question]
    by_answer: dict[str, Any] = {
        says: [row for row in found if row["says"] == says] for says in SAYS
    }
    parts = [
        {
            "title": str(Says(says).label),
            "rows": by_answer[says],
            "origins": len({row["origin"] for row in by_answer[says]}),
        }
        for says in SAYS
    ]
    return by_answer | {"parts": parts}


def standard_of(file: CaseFile) -> dict[str, str]:
    """Return the mechanism's one standard of proof, and the word from which it is met."""
    agreement = file.incident.agreement
    given = agreement.standard_of_proof
    return {
        "name": str(STANDARDS.get(given, given.replace("_", " "))),
        "code": agreement.attribution_floor,
        "floor": str(Likelihood(agreement.attribution_floor).label),
    }
