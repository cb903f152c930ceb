"""Messages as modems and gateways hand them over."""

from __future__ import annotations

from django.utils import timezone

from reports.channels.actions import Incoming, allow_sender
from reports.channels.models import Line, Sender
from reports.channels.queries import number_hash
from tests.factories import World

NUMBER, CODE = "+374 10 123456", "7391"
TEXT = "7391 shelling Ganja\n11.10.2020 02:00 heard, three explosions from the centre"


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
