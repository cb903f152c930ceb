"""What the chair is handed before sealing: reasons to complete, as they follow from the ballots."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from verification.adjudication.decision_text import assembled_reasons
from verification.adjudication.queries import CaseFile


def first_reasons(file: CaseFile, context: dict[str, Any]) -> str:
    """Return the reasons as they follow from the ballots; '' while they are hidden."""
    if context["panel"] is None or not file.standing:
        return ""
    standard = context["standard"]
    return assembled_reasons(
        context["panel"],
        [ballot.answers() for ballot in file.standing],
        parties={party.code: party.name for party in file.parties},
        clauses={clause.code: clause.title for clause in file.clauses},
        heard=[_said(row) for row in context["positions"]],
        standard=_("%(name)s; at least “%(floor)s”")
        % {"name": standard["name"], "floor": standard["floor"]},
    )


def _said(row: dict[str, Any]) -> str:
    party = row["party"]["name"] if row["party"] else ""
    if row["hearing"] > 1:
        party = _("%(party)s, heard again,") % {"party": party}
    if row["position"]:
        return _("%(party)s answered: %(position)s.") % {
            "party": party,
            "position": row["position"],
        }
    return _("%(party)s did not answer by its deadline; that is no admission and no denial.") % {
        "party": party
    }
