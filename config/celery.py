"""The worker's app and its clock.

A message only says "look": what is to be done stands in the journal, in the database.
The clock rings the same bell every two seconds, in case a message was lost.
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("cvr")
app.set_default()  # in every thread: the doorbell rings from one of its own
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["reports", "verification"])
app.conf.beat_schedule = {
    "drain": {
        "task": "reports.tasks.drain",
        "schedule": 2.0,  # seconds
        "options": {"expires": 4},  # seconds; old bells must not pile up
    },
    "keep-public-rows": {
        "task": "verification.tasks.keep_public_rows",
        "schedule": 5.0,  # reads are exact without it, and slower
        "options": {"expires": 10},
    },
    "record-silences": {
        "task": "verification.tasks.record_silences",
        "schedule": 60.0,
        "options": {"expires": 120},
    },
    "escalate-deadlines": {
        "task": "verification.tasks.escalate_deadlines",
        "schedule": 60.0,
        "options": {"expires": 120},
    },
    "publish-procedure": {
        "task": "verification.tasks.publish_procedure",
        "schedule": 60.0,
        "options": {"expires": 120},
    },
    "draft-bulletins": {
        "task": "verification.tasks.draft_bulletins",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "check-evidence": {
        "task": "reports.tasks.check_evidence",
        "schedule": 300.0,  # a slice; every original within a week
        "options": {"expires": 300},
    },
    "sweep-orphans": {
        "task": "reports.tasks.sweep_orphans",
        "schedule": crontab(minute="*/10", hour="0-3"),  # UTC; all parts once a night, in slices
        "options": {"expires": 600},
    },
    "sweep-uploads": {
        "task": "reports.tasks.sweep_uploads",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "run-imports": {
        "task": "reports.tasks.run_imports",
        "schedule": 10.0,  # in case a ring was lost, or a worker died in a batch
        "options": {"expires": 20},
    },
    "sweep-imports": {
        "task": "reports.tasks.sweep_imports",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget-answers": {
        "task": "reports.tasks.forget_answers",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "let-questions-expire": {
        "task": "reports.tasks.let_questions_expire",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "shut-the-door-behind": {
        "task": "reports.tasks.shut_the_door_behind",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "drop-ended-tokens": {
        "task": "reports.tasks.drop_ended_tokens",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "stamp-evidence": {
        "task": "reports.tasks.stamp_evidence",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "destroy-spent-bundles": {
        "task": "verification.tasks.destroy_spent_bundles",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "deliver-webhooks": {
        "task": "verification.tasks.deliver_webhooks",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "integrate": {
        "task": "verification.tasks.integrate",
        "schedule": float(os.environ.get("CVR_LOG_TICK", "60")),
        "options": {"expires": 120},
    },
    "refit-sources": {
        "task": "verification.tasks.refit_sources",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "send-digests": {
        "task": "verification.tasks.send_digests",
        "schedule": crontab(minute="10", hour="6-20"),  # UTC; whoever was not reached, next hour
        "options": {"expires": 3000},
    },
    "recompute-standings": {
        "task": "verification.tasks.recompute_standings",
        "schedule": 600.0,
        "options": {"expires": 1200},
    },
}


def report_ready(name: str) -> None:
    """Tell the supervisor, which waits for this file before it says READY."""
    folder = os.environ.get("CVR_RUN")
    if folder:
        Path(folder, f"{name}.ready").touch()


@worker_ready.connect
def worker_is_ready(**_: Any) -> None:
    report_ready("worker")


@beat_init.connect
def beat_is_ready(**_: Any) -> None:
    report_ready("beat")
