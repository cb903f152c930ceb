"""Run a witness of somebody's log: its own key, its own memory, no database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from verification.ledger.witness import add_arguments, serve


class Command(BaseCommand):
    """Serves until told to stop."""

    help = "Cosign the checkpoints of a log as long as it only grows (docs/log-format.md 9)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        serve(options)
