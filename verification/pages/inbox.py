"""Everybody's own inbox, and what they want to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.problems import Invalid
from verification.notifications.actions import mark_all_read, mark_read, set_preferences
from verification.notifications.queries import (
    Notification,
    inbox,
    notification_for,
    preferences_of,
    unread_count,
)
from verification.notifications.topics import TOPICS
from verification.pages.forms_inbox import PreferencesForm

PER_PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def inbox_page(request: HttpRequest) -> HttpResponse:
    """List what a person was told, latest first; open one, or mark them as read."""
    at, user = timezone.now(), asker(request)
    if request.method == "POST":
        return _act(request, at)
    rows = inbox(user, at=at)
    only_unread = request.GET.get("show") == "unread"
    shown = rows.filter(read_at=None) if only_unread else rows
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(row) for row in page.object_list],
        "only_unread": only_unread,
        "unread": unread_count(user, at=at),
        "as_of": at,
    }
    return render(request, "verification/inbox.html", context)


def _row(row: Notification) -> dict[str, Any]:
    topic = TOPICS.get(row.topic)
    return {
        "key": row.pk,
        "words": str(topic.words) if topic is not None else _("A message of an earlier release"),
        "about": row.about,
        "told_at": row.told_at,
        "zone": row.agreement.timezone if row.agreement is not None else None,
        "unread": row.read_at is None,
    }


def _act(request: HttpRequest, at: Any) -> HttpResponse:
    user = asker(request)
    if "open" in request.POST:
        row = notification_for(user, request.POST["open"], at=at)
        mark_read(notification=row, by=user, at=at)
        return redirect(_address(row))
    if "read" in request.POST:
        mark_read(notification=notification_for(user, request.POST["read"], at=at), by=user, at=at)
    elif "read_all" in request.POST:
        n = mark_all_read(by=user, at=at)
        words = ngettext("%(n)s message marked as read.", "%(n)s messages marked as read.", n)
        messages.success(request, words % {"n": n})
    return redirect("inbox")


def _address(row: Notification) -> str:
    """Return where a message leads; the inbox itself where that page is gone."""
    topic = TOPICS.get(row.topic)
    if topic is None:
        return reverse("inbox")
    try:
        return reverse(topic.page, args=[row.key] if row.key else [])
    except NoReverseMatch:
        return reverse("inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """Let a person choose what they are told, and whether a mail counts it."""
    at, user = timezone.now(), asker(request)
    kept = preferences_of(user)
    context = {
        "email": user.email,
        "crumbs": [(reverse("inbox"), _("Inbox"))],
        "must": [str(topic.words) for topic in TOPICS.values() if topic.must],
    }
    if request.method != "POST":
        told = [code for code in kept.topics if code not in kept.muted]
        form = PreferencesForm(initial={"digest": kept.digest, "told": told})
        return render(request, "verification/inbox_preferences.html", context | {"form": form})
    form = PreferencesForm(request.POST)
    if form.is_valid():
        try:
            set_preferences(
                digest=form.cleaned_data["digest"],
                muted=[code for code in kept.topics if code not in form.cleaned_data["told"]],
                language=get_language() or "",
                by=user,
                at=at,
            )
        except Invalid as problem:
            add_errors(form, problem, {"muted": "told"})
        else:
            messages.success(request, _("Kept. It holds for what happens from now on."))
            return redirect("inbox-preferences")
    return sent_back(request, "verification/inbox_preferences.html", context | {"form": form})
