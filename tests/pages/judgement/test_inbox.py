"""Everybody's own inbox: nobody else's, nothing written by reading, and a count in the frame."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.urls import reverse

from tests.factories import NOW, World, a_report, an_incident, settle
from tests.pages.judgement.conftest import Browse
from verification.notifications.models import Notification, NotificationPreference

INBOX, PREFERENCES = "/inbox/", "/inbox/preferences/"


def shown(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_everybody_has_one(world: World, browse: Browse, cast: dict[str, Any]) -> None:
    for url in (INBOX, PREFERENCES):
        found = {name: browse(user).get(url).status_code for name, user in cast.items()}
        assert found == dict.fromkeys(cast, 200) | {"anonymous": 302}


def test_an_empty_one_teaches(world: World, browse: Browse) -> None:
    text = shown(browse(world.outsider).get(INBOX))
    assert "Nothing yet" in text
    assert 'class="count"' not in text


def test_the_frame_counts_and_reading_the_list_changes_nothing(
    world: World, browse: Browse
) -> None:
    a_report(world)
    settle()
    officer = browse(world.triage)
    home = shown(officer.get("/"))
    assert re.search(r'Inbox <span class="count">1<', home)
    for _again in range(2):
        assert "1 unread message" in shown(officer.get(INBOX))
    assert not Notification.objects.filter(read_at__isnull=False).exists()


def test_opening_one_marks_it_and_leads_there(world: World, browse: Browse) -> None:
    incident = an_incident(world)
    row = Notification.objects.get(user=world.liaison_arm, topic="accused")
    liaison = browse(world.liaison_arm)
    assert incident.code in shown(liaison.get(INBOX))
    answer = liaison.post(INBOX, {"open": str(row.pk)})
    notice = incident.positions.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("notice", args=[notice.pk]))
    row.refresh_from_db()
    assert row.read_at == NOW
    assert liaison.get(answer["Location"]).status_code == 200


def test_every_message_leads_to_a_page_its_reader_may_open(world: World, browse: Browse) -> None:
    an_incident(world)
    rows = Notification.objects.select_related("user").exclude(as_role="")
    assert rows
    for row in rows:
        client = browse(row.user)
        target = client.post(INBOX, {"open": str(row.pk)})["Location"]
        assert client.get(target, follow=True).status_code == 200, (row.topic, target)


def test_nobody_reads_or_marks_another_s(world: World, browse: Browse) -> None:
    an_incident(world)
    row = Notification.objects.get(user=world.liaison_arm, topic="accused")
    for who in (world.liaison_aze, world.chair, world.operator, world.outsider):
        for deed in ("open", "read"):
            for key in (str(row.pk), str(uuid.uuid4()), "none", ""):
                assert browse(who).post(INBOX, {deed: key}).status_code == 404
    row.refresh_from_db()
    assert row.read_at is None
    assert browse(None).post(INBOX, {"open": str(row.pk)}).status_code == 302


def test_marking_all_marks_one_s_own_alone(world: World, browse: Browse) -> None:
    an_incident(world)
    text = shown(browse(world.liaison_arm).post(INBOX, {"read_all": "1"}, follow=True))
    assert "marked as read" in text and "0 unread messages" in text
    assert "Nothing unread" in shown(browse(world.liaison_arm).get(f"{INBOX}?show=unread"))
    assert Notification.objects.filter(user=world.chair, read_at=None).exists()


def test_a_long_inbox_has_pages(world: World, browse: Browse) -> None:
    for _n in range(32):
        a_report(world)
    settle()
    officer = browse(world.triage)
    assert shown(officer.get(INBOX)).count('name="open"') == 30
    assert shown(officer.get(f"{INBOX}?page=2")).count('name="open"') == 2


def test_nothing_shows_who_filed(world: World, browse: Browse) -> None:
    report = a_report(world)
    settle()
    text = shown(browse(world.triage).get(INBOX))
    for secret in (report.receipt, str(report.pk), str(world.filer.pk), "Valley", "filer"):
        assert secret not in text


def test_preferences_are_kept_and_refused(world: World, browse: Browse) -> None:
    monitor = browse(world.filer)
    assert "no e-mail address" in shown(monitor.get(PREFERENCES))
    wrong = shown(monitor.post(PREFERENCES, {"digest": "daily", "told": []}), 422)
    assert "Ask the operator" in wrong
    assert not NotificationPreference.objects.exists()
    typed = {"digest": "off", "told": ["report_accepted", "report_rejected"]}
    assert "Kept." in shown(monitor.post(PREFERENCES, typed, follow=True))
    row = NotificationPreference.objects.get(user=world.filer)
    assert "report_accepted" not in row.muted and "incident_to_corroborate" in row.muted
    page = shown(monitor.get(PREFERENCES))
    assert re.search(r'value="report_accepted"[^>]* checked', page)
    assert not re.search(r'value="incident_to_corroborate"[^>]* checked', page)
