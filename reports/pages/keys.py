"""Pages: a partner's own keys, one of them, and every key for the operator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reports.keys.actions import rotate_api_key
from reports.keys.queries import all_keys, is_good, key_for, own_keys, use_of
from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.people.actions import issue_api_key, revoke_api_key
from reports.people.rules import LABEL_MOST, LIFETIMES, PARTNER_SCOPES
from reports.problems import Invalid, NotFound

PER_PAGE = 50
DAYS = ngettext_lazy("%(n)s day", "%(n)s days", "n")
FIELD_WORDS = {
    "report": gettext_lazy("An id of the report that no other partner has"),
    "source": gettext_lazy("An id of its source that no other partner has"),
    "source_kind": gettext_lazy("What kind of source it is"),
    "stance": gettext_lazy("Whether it observes, alleges, denies or finds"),
    "means": gettext_lazy("How it was noticed"),
    "received_on": gettext_lazy("The day on which it came"),
}
SCOPE_WORDS = {
    "reports:read": gettext_lazy("Read your own reports"),
    "reports:write": gettext_lazy("File and correct reports"),
    "withdrawals:write": gettext_lazy("Withdraw your own reports, which cannot be undone"),
    "statements:read": gettext_lazy("Read what you stated about incidents"),
    "statements:write": gettext_lazy("State something about incidents in your name"),
    "inbox:read": gettext_lazy("Read your inbox"),
    "inbox:write": gettext_lazy("Mark messages as read"),
    "webhooks:read": gettext_lazy("Read your webhooks and what was sent"),
    "webhooks:write": gettext_lazy("Register and change webhooks"),
    "keys:read": gettext_lazy("List your keys"),
    "keys:write": gettext_lazy("Rotate and revoke your keys"),
    "imports:read": gettext_lazy("Read the imports and mappings of your organisation"),
    "imports:write": gettext_lazy("Hand in files of reports, and stop them"),
    "disclosures:read": gettext_lazy("Read what was disclosed to you of reports"),
    **{f"field:{field}": words for field, words in FIELD_WORDS.items()},
}


class KeyForm(forms.Form):
    """What a key is for, what it may do, and for how long."""

    label = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=LABEL_MOST,
        help_text=gettext_lazy("So that you know it again, such as “nightly pull”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=lambda: [
            (scope, format_html("{} <code>{}</code>", SCOPE_WORDS[scope], scope))
            for scope in PARTNER_SCOPES
        ],
        help_text=gettext_lazy("Choose as little as it needs."),
        widget=forms.CheckboxSelectMultiple,
    )
    lifetime = forms.TypedChoiceField(
        label=gettext_lazy("It ends after"),
        choices=lambda: [(str(one.days), DAYS % {"n": one.days}) for one in LIFETIMES],
        coerce=lambda days: timedelta(days=int(days)),
        initial="90",
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keys_page(request: HttpRequest) -> HttpResponse:
    """List one's own keys, and make one: it is shown in the answer alone."""
    at, user = timezone.now(), asker(request)
    page = _page_of(request, own_keys(user, at=at))  # refuses whoever is no partner
    context = {
        "page": page,
        "rows": [_row(key, at) for key in page.object_list],
        "quotas": use_of(user, at=at),
    }
    template = "reports/keys.html"
    if request.method != "POST":
        return render(request, template, context | {"form": KeyForm()})
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            key, token = issue_api_key(user=user, **form.cleaned_data, by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            return _shown(request, key, at, token=token)
    return sent_back(request, template, context | {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def key_page(request: HttpRequest, prefix: str) -> HttpResponse:
    """Show one key; rotate it, or revoke it after it was confirmed."""
    at, user = timezone.now(), asker(request)
    key = key_for(user, prefix, at=at)
    if request.method != "POST":
        return _shown(request, key, at)
    do = request.POST.get("do", "")
    if do == "rotate":
        made, token = rotate_api_key(key=key, renew=True, by=user, at=at)
        return _shown(request, made, at, token=token)
    if do != "revoke":
        raise NotFound("This page cannot do that.")
    if request.POST.get("sure") != "yes":
        return _shown(request, key, at, unsure=True)
    revoke_api_key(key=key, by=user, at=at)
    messages.success(request, _("The key is revoked. It opens nothing any more."))
    return redirect("key", prefix=key.prefix)


@never_cache
@require_safe
@signed_in
def all_keys_page(request: HttpRequest) -> HttpResponse:
    """List everybody's keys, for the operator."""
    at = timezone.now()
    page = _page_of(request, all_keys(asker(request), at=at))
    rows = [_row(key, at) | {"owner": key.user.username} for key in page.object_list]
    return render(request, "reports/keys_all.html", {"page": page, "rows": rows})


def _page_of(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _row(key: Any, at: datetime) -> dict[str, Any]:
    if key.revoked_at is not None:
        state = _("revoked")
    elif key.expires_at <= at:
        state = _("ended")
    else:
        state = _("goes on for a day") if key.rotated_at is not None else _("works")
    return {"key": key, "state": state, "good": is_good(key, at=at)}


def _shown(
    request: HttpRequest, key: Any, at: datetime, *, token: str = "", unsure: bool = False
) -> HttpResponse:
    own = key.user_id == asker(request).pk
    context = {
        **_row(key, at),
        "own": own,
        "owner": key.user.username,
        "scopes": [(scope, SCOPE_WORDS.get(scope, "")) for scope in key.scopes],
        "token": token,
        "client_secret": token.partition(".")[2],
        "unsure": unsure,
        "crumbs": [(reverse("keys" if own else "keys-all"), _("API keys"))],
    }
    return render(request, "reports/key.html", context, status=422 if unsure else 200)
