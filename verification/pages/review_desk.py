"""The review desk as its page shows it: the file, one's ballot, what came since, the keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from verification.adjudication.queries import CaseFile
from verification.pages.case_columns import columns
from verification.pages.case_file import file_context
from verification.pages.case_growth import growth_since
from verification.pages.case_sources import source_rows
from verification.pages.case_timeline import timeline_of
from verification.pages.drafts import as_initial
from verification.pages.forms_review import BallotForm, RecuseForm
from verification.pages.opaque import opaque
from verification.pages.questions import panel_questions


def desk_context(
    file: CaseFile,
    at: datetime,
    *,
    given: QueryDict | None = None,
    initial: dict[str, Any] | None = None,
    open_all: bool = False,
) -> dict[str, Any]:
    """Return the desk. The ballot holds what was `given`, else `initial`, else the draft.

    `open_all`: for paper, with everything unfolded and without the ballot.
    """
    context = file_context(file, at=at)
    may_vote = file.own_ballot is None and not context["decided"] and not open_all
    draft = file.draft if may_vote else None
    if initial is None and draft is not None:
        initial = as_initial(draft.typed(), version=draft.version)
    form = ballot_form(file, given, initial) if may_vote else None
    chosen = given.getlist("cited_reports") if given is not None else []
    if given is None and initial is not None:
        chosen = initial["cited_reports"]
    since = draft.begun_at if draft is not None else None
    if file.own_ballot is not None:
        since = file.own_ballot.sealed_at
    told = [row["number"] for row in context["statements"]]
    return context | {
        "seat": file.seat.number if file.seat is not None else None,
        "may_vote": may_vote,
        "ballot_form": form,
        "recuse_form": RecuseForm(auto_id="recuse-%s"),
        "columns": columns(context["origins"]),
        "sources": source_rows(context["cards"], context["statements"]),
        **_cited(context, chosen),
        "draft_saved_at": draft.saved_at if draft is not None else None,
        "grown": growth_since(file, since, cards=context["cards"], statements=told)
        if since is not None
        else None,
        "history": timeline_of(file),
        **panel_questions(file, context["questions"]),
        "open_all": open_all,
        "keys": desk_keys(context),
        "crumbs": [(reverse("review"), _("My reviews"))],
    }


def _cited(context: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    """Return which ticks are set, and the numbers of what they stand at."""
    numbers = {card.key: card.number for card in context["cards"]}
    numbers |= {row["key"]: row["number"] for row in context["statements"]}
    numbers |= {item.key: item.number for item in context["items"]}
    shown = {opaque(key): number for key, number in numbers.items()}
    found = [key for key in shown if key in frozenset(chosen)]
    return {
        "numbers": numbers,
        "cited": frozenset(found),
        "cited_numbers": [shown[key] for key in found],
    }


def desk_keys(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the desk's own keys, as its list of keys shows them."""
    found = [
        ("f", _("facts of the case")),
        ("r", _("reports")),
        ("s", _("statements")),
        ("e", _("evidence")),
        ("t", _("timeline")),
        ("b", _("my ballot")),
    ]
    if context["own_ballot"] is None:
        return [*found, ("c", _("cite the report one is at, or no longer"))]
    return [*found, ("a", _("all ballots")), ("p", _("score"))]


def ballot_form(
    file: CaseFile, given: QueryDict | None = None, initial: dict[str, Any] | None = None
) -> BallotForm:
    """Return the ballot for one case: its clauses, its parties, and what may be cited."""
    return BallotForm(
        given,
        initial=initial,
        clauses=[(clause.code, f"{clause.code}: {clause.title}") for clause in file.clauses],
        parties=[(party.code, party.name) for party in file.parties],
        citable=[(str(row.pk), "") for row in (*file.reports, *file.statements, *file.items)],
        floor=file.incident.agreement.attribution_floor,
        auto_id="ballot-%s",
    )
