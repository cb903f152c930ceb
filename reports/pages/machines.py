"""Page: how a machine talks to this house."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.pages.navigation import address_of


@require_safe
def machines_page(request: HttpRequest) -> HttpResponse:
    """Show the doors for machines, how to get a key, and how refusals look."""
    doors = [
        ("api-agreements", "GET", _("The agreements; each with its parties and clauses"), False),
        ("api-acts", "GET", _("The kinds of act, with the codes other systems use"), False),
        ("api-incidents", "GET", _("Incidents, as the public sees them"), False),
        ("api-findings", "GET", _("Findings, as the public sees them"), False),
        ("api-corrections", "GET", _("Corrections: what changed in a finding, and why"), False),
        ("api-standings", "GET", _("The standing of each party"), False),
        ("api-places", "GET", _("Places a name may mean: ?q=name"), True),
        ("api-speakers", "GET", _("Those whom a report may quote"), True),
        ("api-reports", "POST", _("File a report; sending the same twice is harmless"), True),
        ("api-reports", "GET", _("Your own reports, latest first"), True),
        ("api-imports", "POST", _("Files of reports, taken in row by row"), True),
        ("api-procedures", "GET", _("The published procedure, version by version"), False),
        ("api-mechanism", "GET", _("The mechanism by its own figures"), False),
        ("api-my-cases", "GET", _("Cases you sit on: their file, your draft and ballot"), True),
        ("api-notices", "GET", _("Notices to your party, and its answer"), True),
        ("api-suggestions", "GET", _("What may belong together; confirm, refuse, undo"), True),
        ("api-reopenings", "GET", _("Requests to look at a decision again"), True),
        ("api-inbox", "GET", _("What you were told; what you want to be told"), True),
    ]
    rows = [
        {"url": url, "method": method, "what": what, "key": key}
        for name, method, what, key in doors
        if (url := address_of(name))
    ]
    context = {"doors": rows, "origin": f"{request.scheme}://{request.get_host()}"}
    return render(request, "reports/machines.html", context)
