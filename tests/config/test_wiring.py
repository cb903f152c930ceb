"""Health, headers, and settings that a site must not be without."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from config import settings as real
from config.celery import app

ROOT = Path(__file__).resolve().parents[2]


class TestHealth:
    def test_up_needs_nothing(self, client: Client) -> None:
        assert client.get("/healthz").content == b"up\n"

    @pytest.mark.django_db
    def test_ready_with_both_engines(self, client: Client) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.content) == (200, b"ready\n")

    @pytest.mark.django_db
    def test_not_ready_without_redis_and_no_word_why(self, client: Client, settings: Any) -> None:
        settings.REDIS_URL = "unix:///nowhere/redis.sock"
        answer = client.get("/readyz")
        assert (answer.status_code, answer.content) == (503, b"not ready\n")

    @pytest.mark.django_db
    def test_not_ready_with_a_migration_missing(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        missing = "django.db.migrations.executor.MigrationExecutor.migration_plan"
        monkeypatch.setattr(missing, lambda self, targets: ["one"])
        assert client.get("/readyz").status_code == 503


class TestHeaders:
    @pytest.fixture
    def headers(self, client: Client) -> Any:
        return client.get("/healthz").headers

    def test_the_browser_may_load_nothing_from_elsewhere(self, headers: Any) -> None:
        policy = dict(
            part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
        )
        assert policy.pop("default-src") == "'none'"
        assert policy.pop("img-src") == "'self' data:"
        for name in ("frame-ancestors", "base-uri"):
            assert policy.pop(name) == "'none'"
        assert set(policy.values()) == {"'self'"}

    def test_the_rest(self, headers: Any) -> None:
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "microphone=()" in headers["Permissions-Policy"]


class TestSettings:
    def test_a_missing_secret_stops_the_site(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SECRET_KEY")
        with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
            real.envsecret("SECRET_KEY")

    def test_a_real_site_is_closed_by_default(self, tmp_path: Path) -> None:
        """Without CVR_DEMO: https only, secure cookies, a second factor; nothing to remember."""
        names = "DEMO DEBUG SECURE_SSL_REDIRECT SESSION_COOKIE_SECURE SECOND_FACTOR_REQUIRED"
        script = (
            f"from config import settings as s\nfor n in '{names}'.split(): print(getattr(s, n))"
        )
        env = {"PATH": os.environ["PATH"], "SECRET_KEY": "x", "CVR_DATA": str(tmp_path)}
        command = [sys.executable, "-c", script]
        answer = subprocess.check_output(command, cwd=ROOT, env=env, text=True)
        assert answer.split() == ["False", "False", "True", "True", "True"]

    def test_the_broker_is_told_its_own_way(self) -> None:
        assert real.broker_url("redis://h:1/2") == "redis://h:1/2"
        assert real.broker_url("unix:///run/vk.sock?db=3") == (
            "redis+socket:///run/vk.sock?virtual_host=3"
        )

    def test_no_task_outlives_its_message(self) -> None:
        visible = app.conf.broker_transport_options["visibility_timeout"]
        assert app.conf.task_soft_time_limit < app.conf.task_time_limit < visible

    def test_the_clock_rings_only_what_exists(self) -> None:
        app.loader.import_default_modules()
        rung = {entry["task"] for entry in app.conf.beat_schedule.values()}
        assert rung <= set(app.tasks)


class TestDoorbell:
    def test_every_thread_knows_the_broker(self) -> None:
        """The bell rings from a thread of its own, where an app is current only as the default."""
        known: list[str] = []
        ringer = threading.Thread(target=lambda: known.append(current_app.main))
        ringer.start()
        ringer.join()
        assert known == [app.main] == ["cvr"]
