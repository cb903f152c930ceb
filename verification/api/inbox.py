"""Everybody's own inbox by machine: what one was told, what one has read, what one wants told."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.authentication import asker, keys_for
from reports.api.bodies import Strict, Text
from reports.api.parameters import CURSOR, LIMIT, list_of
from reports.api.reports import PROBLEMS
from reports.api.versions import no_version, repeatable
from reports.people.queries import User
from verification.api.pages import paged
from verification.notifications.actions import mark_all_read, mark_read, set_preferences
from verification.notifications.queries import (
    Digest,
    Notification,
    inbox,
    notification_for,
    preferences_of,
    unread_count,
)
from verification.notifications.topics import TOPICS

MINE = keys_for("inbox")
UNREAD = OpenApiParameter("unread", str, enum=["0", "1"], description="1: only what is not read")


class MessageOut(s.Serializer[Any]):
    """One message: its topic, a public code if it is about one, and the page it leads to."""

    id = s.UUIDField()
    topic = s.CharField()
    words = s.SerializerMethodField()
    about = s.CharField()
    told_at = s.DateTimeField()
    read_at = s.DateTimeField(allow_null=True)
    page = s.SerializerMethodField(help_text="on this site; '' where there is none any more")

    def get_words(self, row: Notification) -> str:
        topic = TOPICS.get(row.topic)
        return str(topic.words) if topic is not None else ""

    def get_page(self, row: Notification) -> str:
        topic = TOPICS.get(row.topic)
        if topic is None:
            return ""
        try:
            return reverse(topic.page, args=[row.key] if row.key else [])
        except NoReverseMatch:
            return ""


class PreferencesBody(Strict):
    """What one wants to be told: how often a mail counts it, and which topics are turned off."""

    digest = s.ChoiceField(choices=Digest.choices)
    muted = s.ListField(child=Text(max_length=40), max_length=len(TOPICS))
    language = Text(required=False, allow_blank=True, default="", max_length=10)


class PreferencesOut(s.Serializer[Any]):
    """One's preferences; `topics` are those that can be turned off."""

    digest = s.CharField()
    language = s.CharField()
    muted = s.ListField(child=s.CharField())
    topics = s.ListField(child=s.CharField())


@extend_schema(
    operation_id="list_messages",
    parameters=[LIMIT, CURSOR, UNREAD],
    responses={200: list_of(MessageOut, "as_of", "unread"), **PROBLEMS},
)
@api_view(["GET"])
@permission_classes(MINE)
def list_messages(request: Request) -> Response:
    """List what one was told, latest first; `?unread=1` for what one has not read."""
    at, user = timezone.now(), asker(request)
    rows = inbox(user, at=at)
    if request.GET.get("unread") == "1":
        rows = rows.filter(read_at=None)
    return paged(request, {"as_of": at, "unread": unread_count(user, at=at)}, rows, MessageOut)


@extend_schema(
    operation_id="read_message",
    extensions=repeatable("read twice is read"),
    request=None,
    responses={200: MessageOut, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def read_message(request: Request, message_id: uuid.UUID) -> Response:
    """Mark one of one's messages as read; a second time changes nothing."""
    at, user = timezone.now(), asker(request)
    row = notification_for(user, str(message_id), at=at)
    return Response(MessageOut(mark_read(notification=row, by=user, at=at)).data)


@extend_schema(
    operation_id="read_all_messages",
    extensions=repeatable("read twice is read"),
    request=None,
    responses={200: dict, **PROBLEMS},
)
@api_view(["POST"])
@permission_classes(MINE)
def read_all_messages(request: Request) -> Response:
    """Mark all of one's messages as read; return how many were not."""
    return Response({"read": mark_all_read(by=asker(request), at=timezone.now())})


@extend_schema(
    operation_id="set_preferences",
    extensions=no_version("the last word on one’s own preferences holds"),
    summary="Set what one wants to be told",
    methods=["PUT"],
    request=PreferencesBody,
    responses={200: PreferencesOut, **PROBLEMS},
)
@extend_schema(
    operation_id="read_preferences",
    summary="Read what one wants to be told",
    methods=["GET"],
    responses={200: PreferencesOut, **PROBLEMS},
)
@api_view(["GET", "PUT"])
@permission_classes(MINE)
def preferences(request: Request) -> Response:
    """Read or set what one wants to be told; the last word holds, so no version is asked for."""
    user = asker(request)
    if request.method == "GET":
        return _kept(user)
    body = PreferencesBody(data=request.data)
    body.is_valid(raise_exception=True)
    set_preferences(**body.validated_data, by=user, at=timezone.now())
    return _kept(user)


def _kept(user: User) -> Response:
    return Response(PreferencesOut(preferences_of(user)).data)
