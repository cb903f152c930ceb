"""The five questions, their possible answers, and what the answers amount to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.agreement.models import Likelihood, Severity


class Occurrence(models.TextChoices):
    OCCURRED = "occurred", _("It happened")
    DID_NOT_OCCUR = "did_not_occur", _("It did not happen")
    NOT_ESTABLISHED = "not_established", _("Cannot be established")


class Breach(models.TextChoices):
    BREACH = "breach", _("It breaches the agreement")
    NO_BREACH = "no_breach", _("It does not breach the agreement")
    NOT_ESTABLISHED = "not_established", _("Cannot be established")
    NOT_ASKED = "not_asked", _("Not asked")


class Attribution(models.TextChoices):
    ATTRIBUTED = "attributed", _("Attributed to a party")
    NOT_ATTRIBUTABLE = "not_attributable", _("Not attributable")
    NOT_ASKED = "not_asked", _("Not asked")


class Intent(models.TextChoices):
    DELIBERATE = "deliberate", _("Deliberate")
    NEGLIGENT = "negligent", _("Negligent")
    ACCIDENTAL = "accidental", _("Accidental")
    UNKNOWN = "unknown", _("Not known")


class Confidence(models.TextChoices):
    """How good the evidence behind an answer is; kept apart from how likely the answer is."""

    LOW = "low", _("Low confidence")
    MODERATE = "moderate", _("Moderate confidence")
    HIGH = "high", _("High confidence")


class Outcome(models.TextChoices):
    ATTRIBUTED = "attributed", _("Violation, attributed")
    NOT_ATTRIBUTABLE = "not_attributable", _("Violation, not attributable")
    NO_VIOLATION = "no_violation", _("Incident without violation")
    DID_NOT_HAPPEN = "did_not_happen", _("Did not happen")
    UNRESOLVED = "unresolved", _("Unresolved for lack of evidence")
    INADMISSIBLE = "inadmissible", _("Inadmissible: outside the agreement")


# ICD 203: (lowest, highest) per cent of each word.
LIKELIHOOD_RANGES: dict[str, tuple[int, int]] = {
    Likelihood.ALMOST_NO_CHANCE: (1, 5),
    Likelihood.VERY_UNLIKELY: (5, 20),
    Likelihood.UNLIKELY: (20, 45),
    Likelihood.ROUGHLY_EVEN: (45, 55),
    Likelihood.LIKELY: (55, 80),
    Likelihood.VERY_LIKELY: (80, 95),
    Likelihood.ALMOST_CERTAIN: (95, 99),
}
LIKELIHOOD_ORDER: tuple[str, ...] = tuple(str(word) for word in LIKELIHOOD_RANGES)
CONFIDENCE_ORDER: tuple[str, ...] = tuple(str(word) for word in Confidence)


@dataclass(frozen=True, slots=True)
class Answers:
    """One reviewer's (or the panel's) answers to the five questions.

    Each likelihood is that of the affirmative (it happened; it is a breach; the named party, or
    else the accused, did it), each confidence says how good the evidence for that is.
    `clause` is a clause code ('' if not asked), `parties` the codes of the parties named.
    """

    occurrence: str
    occurrence_likelihood: str
    occurrence_confidence: str
    breach: str
    breach_likelihood: str
    breach_confidence: str
    clause: str
    attribution: str
    parties: tuple[str, ...]
    attribution_likelihood: str
    attribution_confidence: str
    intent: str
    intent_confidence: str
    severity: str


def column_values(answers: Answers) -> dict[str, object]:
    """Return the answers as column values, but for the clause, which is a row."""
    plain = {field.name: getattr(answers, field.name) for field in fields(answers)}
    del plain["clause"]
    return {**plain, "parties": list(answers.parties)}


def outcome_of(answers: Answers) -> Outcome:
    """Return the class a decision falls in; every decision falls in exactly one."""
    if answers.occurrence == Occurrence.DID_NOT_OCCUR:
        return Outcome.DID_NOT_HAPPEN
    if answers.occurrence == Occurrence.NOT_ESTABLISHED:
        return Outcome.UNRESOLVED
    if answers.breach == Breach.NO_BREACH:
        return Outcome.NO_VIOLATION
    if answers.breach != Breach.BREACH:
        return Outcome.UNRESOLVED
    if answers.attribution == Attribution.ATTRIBUTED:
        return Outcome.ATTRIBUTED
    return Outcome.NOT_ATTRIBUTABLE


def panel_answers(ballots: Sequence[Answers]) -> Answers:
    """Return the panel's answers: per question what more than half of the ballots say.

    Where no answer has a majority it "cannot be established" ("not attributable" for the party).
    Later questions are put only to those ballots which answered the earlier ones as the panel
    did. Likelihood: the median word of the ballots that make the majority (the lower of two);
    confidence: the lowest among them, since a panel is no surer than its least sure member.
    """
    panel, behind = _occurrence(ballots)
    if panel.occurrence != Occurrence.OCCURRED:
        return panel
    panel, behind = _breach(panel, behind, len(ballots))
    if panel.breach != Breach.BREACH:
        return panel
    return _attribution(panel, behind, len(ballots))


NOTHING_ASKED = Answers(
    occurrence=str(Occurrence.NOT_ESTABLISHED),
    occurrence_likelihood="",
    occurrence_confidence="",
    breach=str(Breach.NOT_ASKED),
    breach_likelihood="",
    breach_confidence="",
    clause="",
    attribution=str(Attribution.NOT_ASKED),
    parties=(),
    attribution_likelihood="",
    attribution_confidence="",
    intent=str(Intent.UNKNOWN),
    intent_confidence="",
    severity="",
)


def _occurrence(ballots: Sequence[Answers]) -> tuple[Answers, list[Answers]]:
    said, behind = _majority(ballots, [b.occurrence for b in ballots], len(ballots))
    panel = replace(
        NOTHING_ASKED,
        occurrence=said or str(Occurrence.NOT_ESTABLISHED),
        occurrence_likelihood=_median([b.occurrence_likelihood for b in behind]),
        occurrence_confidence=_lowest([b.occurrence_confidence for b in behind]),
    )
    return panel, behind


def _breach(panel: Answers, asked: Sequence[Answers], total: int) -> tuple[Answers, list[Answers]]:
    said, behind = _majority(asked, [b.breach for b in asked], total)
    decided = replace(
        panel,
        breach=said or str(Breach.NOT_ESTABLISHED),
        breach_likelihood=_median([b.breach_likelihood for b in behind]),
        breach_confidence=_lowest([b.breach_confidence for b in behind]),
    )
    return decided, behind


def _attribution(panel: Answers, asked: Sequence[Answers], total: int) -> Answers:
    named = [(b.attribution, tuple(sorted(b.parties))) for b in asked]
    said, behind = _majority(asked, named, total)
    attribution, parties = said or (str(Attribution.NOT_ATTRIBUTABLE), ())
    intent, _behind = _majority(behind, [b.intent for b in behind], total)
    return replace(
        panel,
        clause=_commonest([b.clause for b in asked]),
        attribution=attribution,
        parties=parties,
        attribution_likelihood=_median([b.attribution_likelihood for b in behind]),
        attribution_confidence=_lowest([b.attribution_confidence for b in behind]),
        intent=intent or str(Intent.UNKNOWN),
        intent_confidence=_lowest([b.intent_confidence for b in behind]),
        severity=_middle([b.severity for b in asked], tuple(Severity.values)),
    )


Said = TypeVar("Said", bound=Hashable)


def _majority(
    ballots: Sequence[Answers], said: Sequence[Said], total: int
) -> tuple[Said | None, list[Answers]]:
    """Return what more than half of `total` said and who said it; else None and all asked."""
    answer, count = Counter(said).most_common(1)[0]
    if 2 * count <= total:
        return None, list(ballots)
    return answer, [b for b, value in zip(ballots, said, strict=True) if value == answer]


def _commonest(codes: Sequence[str]) -> str:
    """Return the code most give; of several, the lowest: the order of the seats decides nothing."""
    counts = Counter(codes)
    return min(counts, key=lambda code: (-counts[code], code))


def _middle(words: Sequence[str], order: Sequence[str]) -> str:
    ranked = sorted(order.index(word) for word in words if word)
    return order[ranked[(len(ranked) - 1) // 2]] if ranked else ""


def _median(words: Sequence[str]) -> str:
    return _middle(words, LIKELIHOOD_ORDER)


def _lowest(words: Sequence[str]) -> str:
    ranked = sorted(CONFIDENCE_ORDER.index(word) for word in words if word)
    return CONFIDENCE_ORDER[ranked[0]] if ranked else ""


def dissents_from(panel: Answers, ballot: Answers) -> bool:
    """Answer whether a ballot differs from the panel on occurrence, breach or party."""
    if ballot.occurrence != panel.occurrence:
        return True
    if panel.breach != Breach.NOT_ASKED and ballot.breach != panel.breach:
        return True
    if panel.attribution == Attribution.NOT_ASKED:
        return False
    return (ballot.attribution, sorted(ballot.parties)) != (
        panel.attribution,
        sorted(panel.parties),
    )
