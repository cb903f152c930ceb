"""Pages of the open door: report without an account, and come back with receipt and secret.

They set no cookie and read none: nothing here is done in anybody’s name, so there is no right of a
browser’s that another site could borrow. Secrets travel in forms, never in an address.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports.agreement.queries import Agreement, act_kinds
from reports.intake.actions import AnotherReportHasThisId, withdraw_report
from reports.intake.authors import Bearer
from reports.intake.queries import Report
from reports.open_door.actions import Entry, TooManyToday, file_unidentified, spend_invite
from reports.open_door.passes import Challenge, PassNeeded, challenge_of, new_challenge
from reports.open_door.queries import open_agreements, report_of_bearer, require_open
from reports.open_door.rules import new_code, read_code, spelled
from reports.pages.answers import View, add_errors, answers_problems
from reports.pages.choosing import current_agreement
from reports.pages.drafting import FIELDS, draft_of
from reports.pages.filing_form import filing_form
from reports.pages.forms import ReportForm
from reports.pages.forms_open_door import FIRST, GIVEN, BearerForm, EntryForm, shortened
from reports.pages.offers import readable_uuid
from reports.pages.questions import AnswerForm, question_rows
from reports.problems import Invalid, NotFound, Problem
from reports.questions.actions import AnswerDraft, answer_question
from reports.questions.queries import question_on

FORM, RECEIPT, STATUS = "reports/open_form.html", "reports/open_receipt.html", "reports/open.html"


def at_the_open_door(view: View) -> View:
    """Wrap a page that nobody signs in for: kept nowhere, told to nobody, without a cookie."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = answers_problems(view)(request, *args, **kwargs)
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return opened


@at_the_open_door
@require_http_methods(["GET", "HEAD", "POST"])
def open_report_page(request: HttpRequest) -> HttpResponse:
    """Show the short form, look up a place, or file."""
    at = timezone.now()
    agreement = current_agreement(request)
    require_open(agreement, at=at)
    if request.method != "POST":
        first = {**GIVEN, **FIRST, "language": get_language() or "en"}
        form = _form(agreement, initial=first | {"client_uuid": uuid.uuid4()})
        return _shown(request, agreement, form, EntryForm(), at)
    entry = EntryForm(request.POST)
    entry.is_valid()
    if "find" in request.POST:
        form = _form(agreement, _sent(request.POST), judged=False)
        return _shown(request, agreement, form, entry, at, looked_up=True)
    return _file(request, agreement, entry, at)


def _file(
    request: HttpRequest, agreement: Agreement, entry: EntryForm, at: datetime
) -> HttpResponse:
    form = _form(agreement, _sent(request.POST))
    form.is_valid()
    draft = draft_of(form, agreement=agreement, supersedes="", at=at)
    if form.errors:
        return _shown(request, agreement, form, entry, at, status=422)
    try:
        paid = _paid(agreement, entry, at)
        filing = file_unidentified(draft=draft, entry=paid, by=None, at=at)
    except Invalid as problem:
        if "invite" in problem.errors:
            add_errors(entry, problem)
        else:
            add_errors(form, problem, FIELDS)
        return _shown(request, agreement, form, entry, at, status=422)
    except (PassNeeded, TooManyToday, AnotherReportHasThisId) as problem:
        return _shown(request, agreement, form, entry, at, status=problem.status, problem=problem)
    context = {
        "receipt": filing.report.receipt,
        "secret": spelled(read_code(paid.secret)),
        "agreement_title": agreement.title,
    }
    return render(request, RECEIPT, context)


def _paid(agreement: Agreement, entry: EntryForm, at: datetime) -> Entry:
    """Return what pays; an invite is spent first, and from then on the form carries its pass."""
    typed = {name: str(entry[name].value() or "") for name in entry.fields}
    known = challenge_of(typed["token"])
    if typed["invite"].strip() and (known is None or known.bits):
        token = spend_invite(agreement=agreement, code=typed["invite"], by=None, at=at)
        entry.data = {**typed, "token": token, "invite": ""}
        typed["token"] = token
    return Entry(typed["secret"], typed["token"], typed["work"])


def _sent(data: QueryDict) -> QueryDict:
    kept = shortened(data)
    if not readable_uuid(kept.get("client_uuid")):
        kept["client_uuid"] = str(uuid.uuid4())
    kept.setdefault("language", get_language() or "en")
    return kept


def _form(
    agreement: Agreement,
    data: QueryDict | None = None,
    *,
    initial: dict[str, Any] | None = None,
    judged: bool = True,
) -> ReportForm:
    return filing_form(agreement, [], data, initial=initial, judged=judged)


def _shown(
    request: HttpRequest,
    agreement: Agreement,
    form: ReportForm,
    entry: EntryForm,
    at: datetime,
    *,
    status: int = 200,
    problem: Problem | None = None,
    looked_up: bool = False,
) -> HttpResponse:
    """Return the form with all that was typed; a pass that cannot be used again is replaced."""
    challenge: Challenge | None = challenge_of(str(entry["token"].value() or ""))
    if challenge is None or isinstance(problem, PassNeeded):
        challenge = new_challenge(agreement.slug)
    context = {
        "form": form,
        "entry": entry,
        "secret": entry["secret"].value() or new_code(),
        "challenge": challenge,
        "needs_pass": isinstance(problem, PassNeeded),
        "too_many": isinstance(problem, TooManyToday),
        "taken": isinstance(problem, AnotherReportHasThisId),
        "agreement_title": agreement.title,
        "agreement_slug": agreement.slug,
        "zone": agreement.timezone,
        "others": [one for one in open_agreements(at=at) if one.pk != agreement.pk],
        "acts": [(act.name, act.definition) for act in act_kinds()],
        "looked_up": looked_up,
        "nothing_found": bool(form["place_typed"].value()) and not form.has_candidates(),
    }
    return render(request, FORM, context, status=status)


@at_the_open_door
@require_http_methods(["GET", "HEAD", "POST"])
def open_status_page(request: HttpRequest) -> HttpResponse:
    """Ask for receipt and secret; show how it stands, and take answers and a withdrawal."""
    if request.method != "POST":
        return render(request, STATUS, {"asks": BearerForm()})
    asks = BearerForm(request.POST)
    try:
        if not asks.is_valid():
            raise NotFound()
        report, bearer = report_of_bearer(**asks.cleaned_data)
    except NotFound:
        return render(request, STATUS, {"asks": asks, "unknown": True}, status=404)
    at, do = timezone.now(), request.POST.get("do", "")
    deed = _DEEDS.get(do)
    said = deed(request, report, bearer, at) if deed else {}
    if said.get("done"):
        report, bearer = report_of_bearer(**asks.cleaned_data)
    return render(request, STATUS, _standing(report, asks) | said, status=said.get("status", 200))


def _standing(report: Report, asks: BearerForm) -> dict[str, Any]:
    """Return how a report stands in plain words: nothing of a case, nothing others said."""
    return {
        "receipt": report.receipt,
        "secret": spelled(read_code(asks.cleaned_data["secret"])),
        "state": report.state,
        "reason": report.state_reason if report.state == "rejected" else "",
        "received_at": report.received_at,
        "zone": report.agreement.timezone,
        "agreement_title": report.agreement.title,
        "questions": question_rows(report),
        "answer_form": AnswerForm(initial={"client_uuid": uuid.uuid4()}),
        "may_withdraw": report.state in ("filed", "accepted"),
    }


def _answer(request: HttpRequest, report: Report, by: Bearer, at: datetime) -> dict[str, Any]:
    form = AnswerForm(request.POST)
    number = request.POST.get("number", "")
    if not number.isdecimal() or len(number) > 4:
        raise NotFound()
    question = question_on(report, int(number))
    if form.is_valid():
        draft = AnswerDraft(
            form.cleaned_data["client_uuid"], form.cleaned_data["text"], get_language() or "en"
        )
        try:
            answer_question(question=question, draft=draft, by=by, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            return {"done": _("Your answer was received. It cannot be changed.")}
    return {"answer_form": form, "form": form, "answering": question.number, "status": 422}


def _withdraw(request: HttpRequest, report: Report, by: Bearer, at: datetime) -> dict[str, Any]:
    withdraw_report(report=report, by=by, at=at)
    return {"done": _("The report is withdrawn. It stays on record as withdrawn.")}


_DEEDS: dict[str, Callable[[HttpRequest, Report, Bearer, datetime], dict[str, Any]]] = {
    "answer": _answer,
    "withdraw": _withdraw,
}
