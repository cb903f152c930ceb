"""The operator's page: what waits, what hangs, and no secret."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.test import Client
from django.utils import timezone

from config.celery import app
from reports.journal import doorbell
from reports.journal.models import Event, Job
from tests.factories import World, a_report


def health(client: Client) -> str:
    return str(client.get("/health/").content.decode())


@pytest.fixture
def operator(client: Client, world: World) -> Client:
    client.force_login(world.operator)
    return client


def a_job(**fields: Any) -> Job:
    return Job.objects.create(event=Event.objects.latest("at"), handler="rescore_file", **fields)


def test_an_idle_house_is_said_to_be_idle(operator: Client, world: World) -> None:
    Job.objects.update(done_at=timezone.now())
    text = health(operator)
    assert "Everything that follows from what was done has been done." in text
    assert "see that a worker is running" not in text


def test_waiting_and_quarantined_work_is_shown(operator: Client, world: World) -> None:
    a_report(world)
    long_ago = timezone.now() - timedelta(minutes=5)
    a_job(created_at=long_ago)
    Job.objects.filter(done_at=None).update(created_at=long_ago)
    text = health(operator)
    assert "see that a worker is running" in text
    Job.objects.filter(handler="rescore_file").update(
        quarantined_at=long_ago, attempts=5, last_error="password=hunter2 at 10.0.0.7"
    )
    text = health(operator)
    assert "1 follow-up failed too often" in text
    assert "rescore_file" in text
    assert "hunter2" not in text
    assert "10.0.0.7" not in text


def test_it_holds_no_address_and_no_key(operator: Client) -> None:
    text = health(operator)
    assert settings.SECRET_KEY not in text
    assert settings.REDIS_URL not in text
    assert settings.DATABASES["default"]["NAME"] not in text


def test_a_broker_that_is_gone_is_said_to_be_gone(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "current_app", app)
    assert "It wakes the workers at once." in health(operator)
    monkeypatch.setattr(doorbell, "current_app", Celery("gone", broker="redis://127.0.0.1:1/0"))
    assert "work waits in the database until the broker is back" in health(operator)
