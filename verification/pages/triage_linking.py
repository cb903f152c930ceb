"""What an incident's triage page offers beside merging: split, tie, refuse; each can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from reports.pages.answers import add_errors
from reports.problems import Invalid, NotFound
from verification.incidents.queries import Incident, Link, active_links, incident_for_triage
from verification.linking.actions import (
    refuse_suggestion,
    split_incident,
    tie_incidents,
    undo_split,
    undo_tie,
)
from verification.linking.queries import split_for_triage, splits_of, tie_for_triage
from verification.pages.asker import asker
from verification.pages.cards import speaker_of
from verification.pages.exchange import order_for_triage, tie_rows
from verification.pages.forms_linking import SplitForm, TieForm

Done = HttpResponse | forms.Form


def linking_context(incident: Incident, links: Sequence[Link]) -> dict[str, Any]:
    """Return what the page shows of splits and ties."""
    return {
        "split_form": SplitForm(choices=link_choices(links), auto_id="split-%s"),
        "splits": [
            {
                "key": str(split.pk),
                "code": split.created.code,
                "act": split.created.act.name,
                "at": split.split_at,
                "why": split.why,
            }
            for split in splits_of(incident)
        ],
        "tie_form": TieForm(auto_id="tie-%s"),
        "ties": tie_rows(incident),
        "order": order_for_triage(incident),
    }


def link_choices(links: Sequence[Link]) -> list[tuple[str, str]]:
    """Return the reports of a file as boxes to tick."""
    return [
        (
            str(link.pk),
            f"{link.report.receipt}: {link.report.act.name}, "
            f"{speaker_of(link.report.source, reveal=True)}",
        )
        for link in links
    ]


def split(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    """Take the ticked reports out into a new incident."""
    form = SplitForm(request.POST, choices=link_choices(active_links(incident)), auto_id="split-%s")
    if not form.is_valid():
        return form
    sent = form.cleaned_data
    try:
        made = split_incident(
            incident=incident,
            links=[UUID(key) for key in sent["links"]],
            why=sent["why"],
            by=asker(request),
            at=at,
        )
    except Invalid as problem:
        return add_errors(form, problem)
    messages.success(
        request, _("Split off into %(code)s. Undo it below.") % {"code": made.created.code}
    )
    return redirect("triage-incident", incident.code)


def unsplit(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    """Put the reports of a split back."""
    found = split_for_triage(asker(request), request.POST.get("split", ""), at=at)
    if found.source_id != incident.pk:
        raise NotFound()
    undo_split(split=found, by=asker(request), at=at)
    messages.success(request, _("The split is undone."))
    return redirect("triage-incident", incident.code)


def tie(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    """Tie another incident to this one as parts of one exchange."""
    form = TieForm(request.POST, auto_id="tie-%s")
    if not form.is_valid():
        return form
    user = asker(request)
    try:
        other = incident_for_triage(user, form.cleaned_data["other"], at=at)
        why = form.cleaned_data["why"]
        tie_incidents(incident=incident, other=other, why=why, by=user, at=at)
    except Invalid as problem:
        return add_errors(form, problem, {"incident": "other"})
    except NotFound:
        form.add_error("other", _("There is no incident with this code."))
        return form
    messages.success(request, _("Tied to %(code)s.") % {"code": other.code})
    return redirect("triage-incident", incident.code)


def untie(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    """End a tie."""
    found = tie_for_triage(asker(request), request.POST.get("tie", ""), at=at)
    if incident.pk not in (found.one_id, found.other_id):
        raise NotFound()
    undo_tie(tie=found, by=asker(request), at=at)
    messages.success(request, _("The tie is undone."))
    return redirect("triage-incident", incident.code)


def refuse(request: HttpRequest, incident: Incident, at: datetime) -> Done:
    """Refuse a suggested merge."""
    user = asker(request)
    other = incident_for_triage(user, request.POST.get("incident", ""), at=at)
    refuse_suggestion(incident=incident, of=other, by=user, at=at)
    messages.success(request, _("Refused; it is not suggested again. The board can undo that."))
    return redirect("triage-incident", incident.code)
