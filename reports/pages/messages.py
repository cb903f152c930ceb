"""Page: messages that no rule could file, for triage to read and to say what became of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from reports.channels.actions import handle_message
from reports.channels.queries import MOST, Message, message_for_triage, waiting_messages
from reports.identity import keys_behind, opaque
from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, NotFound

PAGE = "reports/messages.html"
SIGNATURES = {
    "pass": _("signed by the domain it names"),
    "other": _("signed by another domain than it names"),
    "fail": _("the signature of its domain does not hold"),
}


class HandlingForm(forms.Form):
    """The report one filed from a message, or why nothing was."""

    use_required_attribute = False
    message = forms.CharField(widget=forms.HiddenInput, max_length=40)
    receipt = forms.CharField(
        label=_("Receipt of the report you filed from it"), max_length=20, required=False
    )
    why = forms.CharField(label=_("Or why nothing was filed"), max_length=300, required=False)


def _row(message: Message) -> dict[str, Any]:
    return {
        "key": opaque(str(message.pk)),
        "line": message.get_line_display(),
        "text": message.text,
        "known": message.known,
        "signature": SIGNATURES.get(message.dkim, ""),
        "at": message.received_at,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def messages_page(request: HttpRequest) -> HttpResponse:
    """Show what waits; take down what became of one."""
    at, user, agreement = timezone.now(), asker(request), current_agreement(request)
    waiting = list(waiting_messages(agreement, user, at=at)[:MOST])
    form = HandlingForm(request.POST if request.method == "POST" else None)
    context = {
        "rows": [_row(message) for message in waiting],
        "form": form,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
        "agreement_slug": agreement.slug,
    }
    if request.method != "POST":
        return render(request, PAGE, context)
    if form.is_valid():
        given = form.cleaned_data
        key = keys_behind(str(message.pk) for message in waiting).get(given.pop("message"))
        if key is None:
            raise NotFound()
        try:
            handle_message(message=message_for_triage(user, key, at=at), **given, by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            return redirect(f"{reverse('messages')}?agreement={agreement.slug}")
    return sent_back(request, PAGE, context)
