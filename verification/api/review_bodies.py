"""What a reviewer's machine sends: the five answers, whole or so far; a declaration."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers as s

from reports.api.bodies import Flag, Strict, Text
from reports.identity import keys_behind
from reports.problems import Invalid
from verification.adjudication.actions.ballots import BallotDraft
from verification.adjudication.answers import (
    Answers,
    Attribution,
    Breach,
    Confidence,
    Intent,
    Likelihood,
    Occurrence,
    Severity,
)
from verification.adjudication.drafting import ANSWERS, MOST_CITED, Typed
from verification.adjudication.queries import CaseFile

MOST_CITES_SENT = MOST_CITED


def _word(choices: Any) -> Any:
    return s.ChoiceField(choices=choices.choices, required=False, allow_blank=True, default="")


class AnswersBody(Strict):
    """The five answers in codes; '' where a question is not answered. `cites` are of the file."""

    occurrence = _word(Occurrence)
    occurrence_likelihood = _word(Likelihood)
    occurrence_confidence = _word(Confidence)
    breach = _word(Breach)
    breach_likelihood = _word(Likelihood)
    breach_confidence = _word(Confidence)
    clause = Text(required=False, allow_blank=True, default="", max_length=40)
    attribution = _word(Attribution)
    parties = s.ListField(child=Text(max_length=12), required=False, default=list, max_length=40)
    attribution_likelihood = _word(Likelihood)
    attribution_confidence = _word(Confidence)
    intent = _word(Intent)
    intent_confidence = _word(Confidence)
    severity = _word(Severity)
    reasons = Text(
        required=False, allow_blank=True, default="", trim_whitespace=False, max_length=20_000
    )
    cites = s.ListField(
        child=Text(max_length=40), required=False, default=list, max_length=MOST_CITES_SENT
    )


class InterestBody(Strict):
    """Whether anything ties a reviewer to the case; a conflict is told in a sentence."""

    conflict = Flag()
    reason = Text(required=False, allow_blank=True, default="", max_length=500)


def typed_from(read: dict[str, Any], file: CaseFile) -> Typed:
    """Return a draft as the rules read it; Invalid for what the case does not offer."""
    _check_offered(read, file)
    return Typed(
        answers={name: read[name] for name in ANSWERS if read[name]},
        parties=tuple(read["parties"]),
        reasons=read["reasons"],
        cited=_cited(read, file),
    )


def ballot_from(read: dict[str, Any], file: CaseFile) -> BallotDraft:
    """Return a ballot as the action takes it; whether it is complete is for the room to say."""
    _check_offered(read, file)
    plain = {name: read[name] for name in ANSWERS}
    return BallotDraft(
        answers=Answers(**plain, parties=tuple(read["parties"])),
        reasons=read["reasons"],
        cited=_cited(read, file),
    )


def with_cites(problem: Invalid) -> Invalid:
    """Return the same problem, naming citations as the body does."""
    errors = {
        "cites" if name == "cited_reports" else name: texts
        for name, texts in problem.errors.items()
    }
    return Invalid(problem.detail, errors=errors)


def _check_offered(read: dict[str, Any], file: CaseFile) -> None:
    wrong: dict[str, list[str]] = {}
    if read["clause"] and read["clause"] not in {clause.code for clause in file.clauses}:
        wrong["clause"] = [_("Choose a clause that was in force.")]
    if not set(read["parties"]) <= {party.code for party in file.parties}:
        wrong["parties"] = [_("Choose from the parties of the agreement.")]
    if not set(read["cites"]) <= set(_citable(file)):
        wrong["cites"] = [_("Cite only what belongs to this case.")]
    if wrong:
        raise Invalid(errors=wrong)


def _cited(read: dict[str, Any], file: CaseFile) -> tuple[str, ...]:
    known = _citable(file)
    return tuple(dict.fromkeys(known[shown] for shown in read["cites"]))


def _citable(file: CaseFile) -> dict[str, str]:
    return keys_behind(str(row.pk) for row in (*file.reports, *file.statements, *file.items))
