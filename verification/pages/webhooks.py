"""A partner's own endpoints: register, choose, pause, change the secret, read the log, replay."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, NotFound
from verification.partners.actions.endpoints import (
    change_endpoint,
    register_endpoint,
    remove_endpoint,
    replay_deliveries,
    rotate_secret,
)
from verification.partners.queries import (
    Endpoint,
    EndpointState,
    deliveries_to,
    endpoint_for,
    endpoints_of,
)
from verification.partners.rules import LONGEST, TOPICS

PER_PAGE = 30
OUTCOMES = {
    "delivered": gettext_lazy("Taken"),
    "refused": gettext_lazy("Refused"),
    "redirect": gettext_lazy("Led elsewhere: not followed"),
    "gone": gettext_lazy("Gone: stopped"),
    "timeout": gettext_lazy("Too slow"),
    "tls": gettext_lazy("Its certificate was not accepted"),
    "blocked": gettext_lazy("Its name leads to an address that is not reached"),
    "unreachable": gettext_lazy("Not reached"),
    "not_allowed": gettext_lazy("Not sent: the role has ended"),
    "not_active": gettext_lazy("Not sent yet"),
    "failed": gettext_lazy("Something failed on our side"),
}


class TopicsForm(forms.Form):
    """Of what an endpoint is told."""

    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Tell it when"),
        choices=lambda: list(TOPICS.items()),
        widget=forms.CheckboxSelectMultiple,
    )


class EndpointForm(TopicsForm):
    """Where to be told, and of what."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=LONGEST,
        help_text=gettext_lazy(
            "It begins with https:// and is reached from here by port 443 or 8443."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "dir": "ltr"}),
    )
    field_order = ("url", "topics")


class ReplayForm(forms.Form):
    """Of which days to send everything again."""

    since = forms.DateField(
        label=gettext_lazy("From the day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To the day, and with it"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def webhooks(request: HttpRequest) -> HttpResponse:
    """List one's own endpoints, and register one; its secret is shown in the answer alone."""
    at, user, agreement = timezone.now(), asker(request), current_agreement(request)
    rows = endpoints_of(user, agreement, at=at)  # refuses whoever is no partner here
    context: dict[str, Any] = {"rows": rows, "agreement_title": agreement.title}
    template = "verification/webhooks.html"
    if request.method != "POST":
        form = EndpointForm(initial={"topics": list(TOPICS)})
        return render(request, template, context | {"form": form})
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            endpoint, secret = register_endpoint(
                agreement=agreement, **form.cleaned_data, by=user, at=at
            )
        except Invalid as problem:
            add_errors(form, problem)
        else:
            return _page(request, endpoint, secret=secret)
    return sent_back(request, template, context | {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def webhook(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Show one endpoint with its log; change, pause, replay, change its secret, remove it."""
    at, user = timezone.now(), asker(request)
    endpoint = endpoint_for(user, endpoint_id, at=at)
    if request.method != "POST":
        return _page(request, endpoint)
    do = request.POST.get("do", "")
    if do == "secret":
        endpoint, secret = rotate_secret(endpoint=endpoint, by=user, at=at)
        return _page(request, endpoint, secret=secret)
    if do == "remove" and request.POST.get("sure") != "yes":
        return _page(request, endpoint, unsure=True)
    if do == "remove":
        remove_endpoint(endpoint=endpoint, by=user, at=at)
        messages.success(request, _("The endpoint is removed, and its secret with it."))
        return redirect("webhooks")
    if do == "replay":
        _replay(request, endpoint, at)
    elif do == "replay-days":
        days = ReplayForm(request.POST)
        if not days.is_valid():
            return _page(request, endpoint, days=days)
        _replay_days(request, endpoint, days.cleaned_data, at)
    elif do in ("pause", "resume", "choose"):
        form = TopicsForm(request.POST)
        if do == "choose" and not form.is_valid():
            return _page(request, endpoint, form=form)
        paused = do == "pause" or (do == "choose" and endpoint.state == EndpointState.PAUSED)
        topics = form.cleaned_data["topics"] if do == "choose" else endpoint.topics
        change_endpoint(endpoint=endpoint, topics=topics, paused=paused, by=user, at=at)
        messages.success(request, _("Kept. It holds for what happens from now on."))
    else:
        raise NotFound("This page cannot do that.")
    return redirect("webhook", endpoint_id=endpoint.pk)


def _replay(request: HttpRequest, endpoint: Endpoint, at: datetime) -> None:
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise NotFound("There is no such message.") from error
    _say(request, replay_deliveries(endpoint=endpoint, ids=[key], by=asker(request), at=at))


def _replay_days(
    request: HttpRequest, endpoint: Endpoint, asked: dict[str, Any], at: datetime
) -> None:
    """Send again what was queued on some days, as they are where the agreement holds."""
    zone = ZoneInfo(endpoint.agreement.timezone)
    since = datetime.combine(asked["since"], time.min, zone)
    until = None
    if asked["until"] is not None:
        until = datetime.combine(asked["until"] + timedelta(days=1), time.min, zone)
    given: dict[str, Any] = {"endpoint": endpoint, "by": asker(request), "at": at}
    _say(request, replay_deliveries(since=since, until=until, **given))


def _say(request: HttpRequest, n: int) -> None:
    words = ngettext("%(n)s message goes out again.", "%(n)s messages go out again.", n)
    messages.success(request, words % {"n": n})


def _page(
    request: HttpRequest,
    endpoint: Endpoint,
    *,
    secret: str = "",
    form: Any = None,
    days: Any = None,
    unsure: bool = False,
) -> HttpResponse:
    page = Paginator(deliveries_to(endpoint), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "endpoint": endpoint,
        "secret": secret,
        "form": form or TopicsForm(initial={"topics": endpoint.topics}),
        "days": days or ReplayForm(),
        "unsure": unsure,
        "page": page,
        "lines": [_line(row) for row in page.object_list],
        "zone": endpoint.agreement.timezone,
        "crumbs": [(reverse("webhooks"), _("Webhooks"))],
    }
    status = 422 if unsure or form is not None or days is not None else 200
    return render(request, "verification/webhook.html", context, status=status)


def _line(row: Any) -> dict[str, Any]:
    tries = [
        {"at": one.at, "words": OUTCOMES.get(one.outcome, one.outcome), "status": one.status}
        for one in row.tries.all()
    ]
    return {
        "key": row.pk,
        "about": row.about,
        "topic": TOPICS.get(row.topic, row.topic),
        "queued_at": row.queued_at,
        "words": row.get_state_display(),
        "waits": row.state == "waiting",
        "next_at": row.next_at,
        "tries": tries,
    }
