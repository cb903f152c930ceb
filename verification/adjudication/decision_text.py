"""The first draft of a decision's reasons, put together from the ballots' answers. Pure.

It holds no word that a reviewer wrote: their reasons may name what must stay inside. Where the
chair has to write, it says so between OPEN and CLOSE, and what still does is not sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verification.adjudication.answers import (
    Answers,
    Attribution,
    Breach,
    Confidence,
    Intent,
    Likelihood,
    Occurrence,
    Severity,
    dissents_from,
)

OPEN, CLOSE = "⟦", "⟧"


def is_unfinished(reasons: str) -> bool:
    """Answer whether a place the chair has to fill in is still open."""
    return OPEN in reasons or CLOSE in reasons


def assembled_reasons(
    panel: Answers,
    ballots: Sequence[Answers],
    *,
    parties: Mapping[str, str],
    clauses: Mapping[str, str],
    heard: Sequence[str],
    standard: str,
) -> str:
    """Return the reasons as they follow from the answers, for the chair to complete.

    `parties` and `clauses` are names by code, `heard` sentences on what the accused said.
    """
    lines = [_occurrence(panel, ballots)]
    if panel.occurrence == Occurrence.OCCURRED:
        lines.append(_breach(panel, ballots, clauses))
    if panel.breach == Breach.BREACH:
        lines.append(_attribution(panel, ballots, parties))
        lines.append(
            _("Intent: %(intent)s.%(confidence)s")
            % {
                "intent": Intent(panel.intent).label,
                "confidence": _confidence(panel.intent_confidence),
            }
        )
    lines.append(_("Standard of proof: %(standard)s.") % {"standard": standard})
    lines += heard
    lines += _dissents(panel, ballots)
    asked = _("Write here why the evidence supports these answers, naming no observer.")
    lines.append(f"{OPEN}{asked}{CLOSE}")
    return "\n\n".join(lines)


def _occurrence(panel: Answers, ballots: Sequence[Answers]) -> str:
    return _("Did it happen? %(answer)s (%(count)s).%(strength)s") % {
        "answer": Occurrence(panel.occurrence).label,
        "count": _count(sum(b.occurrence == panel.occurrence for b in ballots), len(ballots)),
        "strength": _strength(panel.occurrence_likelihood, panel.occurrence_confidence),
    }


def _breach(panel: Answers, ballots: Sequence[Answers], clauses: Mapping[str, str]) -> str:
    told = _("Does it breach the agreement? %(answer)s (%(count)s).%(strength)s") % {
        "answer": Breach(panel.breach).label,
        "count": _count(sum(b.breach == panel.breach for b in ballots), len(ballots)),
        "strength": _strength(panel.breach_likelihood, panel.breach_confidence),
    }
    if panel.breach != Breach.BREACH:
        return told
    clause = _(" Clause %(code)s: %(title)s. Severity: %(severity)s.") % {
        "code": panel.clause,
        "title": clauses.get(panel.clause, ""),
        "severity": Severity(panel.severity).label if panel.severity else _("not said"),
    }
    return told + clause


def _attribution(panel: Answers, ballots: Sequence[Answers], parties: Mapping[str, str]) -> str:
    alike = sum(
        (b.attribution, sorted(b.parties)) == (panel.attribution, sorted(panel.parties))
        for b in ballots
    )
    answer = str(Attribution(panel.attribution).label)
    if panel.parties:
        answer += ": " + ", ".join(parties.get(code, code) for code in panel.parties)
    return _("Who did it? %(answer)s (%(count)s).%(strength)s") % {
        "answer": answer,
        "count": _count(alike, len(ballots)),
        "strength": _strength(panel.attribution_likelihood, panel.attribution_confidence),
    }


def _count(alike: int, total: int) -> str:
    words = ngettext("%(alike)d of %(total)d ballot", "%(alike)d of %(total)d ballots", total)
    return words % {"alike": alike, "total": total}


def _strength(likelihood: str, confidence: str) -> str:
    found = ""
    if likelihood:
        found += _(" Likelihood: %(likelihood)s.") % {"likelihood": Likelihood(likelihood).label}
    return found + _confidence(confidence)


def _confidence(confidence: str) -> str:
    if not confidence:
        return ""
    return _(" Evidence: %(confidence)s.") % {"confidence": Confidence(confidence).label}


def _dissents(panel: Answers, ballots: Sequence[Answers]) -> list[str]:
    count = sum(dissents_from(panel, ballot) for ballot in ballots)
    if not count:
        return []
    return [
        ngettext(
            "%(n)d reviewer answered otherwise; those reasons are published beside these.",
            "%(n)d reviewers answered otherwise; those reasons are published beside these.",
            count,
        )
        % {"n": count}
    ]
