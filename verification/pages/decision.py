"""What the chair is handed before sealing: reasons to complete, and ballots older than the file."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from verification.adjudication.decision_text import assembled_reasons
from verification.adjudication.queries import CaseFile
from verification.pages.case_growth import growth_since


def first_reasons(file: CaseFile, context: dict[str, Any]) -> str:
    """Return the reasons as they follow from the ballots; '' while they are hidden."""
    if context["panel"] is None or not file.ballots:
        return ""
    standard = context["standard"]
    return assembled_reasons(
        context["panel"],
        [ballot.answers() for ballot in file.ballots],
        parties={party.code: party.name for party in file.parties},
        clauses={clause.code: clause.title for clause in file.clauses},
        heard=[_said(row) for row in context["positions"]],
        standard=_("%(name)s; at least “%(floor)s”")
        % {"name": standard["name"], "floor": standard["floor"]},
    )


def _said(row: dict[str, Any]) -> str:
    party = row["party"]["name"] if row["party"] else ""
    if row["position"]:
        return _("%(party)s answered: %(position)s.") % {
            "party": party,
            "position": row["position"],
        }
    return _("%(party)s did not answer by its deadline; that is no admission and no denial.") % {
        "party": party
    }


def older_ballots(file: CaseFile, context: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the unsealed ballots given before something came on file, with what came."""
    told = [row["number"] for row in context["statements"]]
    found = [
        (ballot, growth_since(file, ballot.sealed_at, cards=context["cards"], statements=told))
        for ballot in file.ballots or ()
    ]
    return [{"seat": ballot.seat.number, "grown": grown} for ballot, grown in found if grown]
