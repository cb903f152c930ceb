"""Messages as modems and gateways hand them over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from reports.channels.actions import Incoming, allow_sender
from reports.channels.models import Line, Sender
from reports.channels.queries import number_hash
from reports.people.actions import register_source
from reports.sensors.actions import record_observations
from reports.sensors.rules import Reading
from tests.factories import NOW, World

NUMBER, CODE = "+374 10 123456", "739164"
TEXT = "739164 shelling Ganja\n11.10.2020 02:00 heard, three explosions from the centre"


def a_message(text: str = "Help us, they are shooting.", number: str = "+994501112233") -> Incoming:
    return Incoming(line=Line.SMS, sender=number_hash(number), text=text, raw=text.encode())


def allowed(world: World) -> Sender:
    """Let a number speak for the filer."""
    return allow_sender(
        user=world.filer,
        agreement=world.agreement,
        hashed=number_hash(NUMBER),
        code=CODE,
        by=None,
        at=timezone.now(),
    )


def one_observation(world: World) -> None:
    """Let a microphone hear something."""
    source = register_source(
        key="mic-1",
        name="Microphone 1",
        kind="sensor",
        organisation=None,
        grade="B",
        grade_reason="Calibrated.",
        by=None,
        at=NOW,
    )
    reading = Reading("sound", NOW, NOW + timedelta(seconds=5), b"heard", 40.68, 46.36, 2000.0)
    record_observations(
        agreement=world.agreement, source=source, readings=[reading], by=None, at=NOW
    )
