"""What commands that take in a file of an instrument share: the file, its checksum, its source."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reports.agreement.queries import agreement_by_slug
from reports.people.actions import register_source
from reports.people.queries import SourceKind
from reports.problems import Problem
from reports.sensors.actions import record_observations
from reports.sensors.queries import instrument_source
from reports.sensors.rules import NoReading, Reading


class InstrumentCommand(BaseCommand):
    """Takes in a file, each line of it once."""

    grade = "C"
    reason = ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, whose it is, and its checksum."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--agreement", required=True)
        parser.add_argument("--sha256", default="")

    @abstractmethod
    def source_of(self, options: Mapping[str, Any]) -> tuple[str, str]:
        """Return key and name of the source."""

    @abstractmethod
    def read(self, raw: bytes, options: Mapping[str, Any]) -> tuple[list[Reading], int]:
        """Return the readings of a file, and how many of its lines are none. Errors: NoReading."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every line, keep what is one, and say how many were not."""
        try:
            raw = options["file"].read_bytes()
            agreement = agreement_by_slug(options["agreement"])
            if options["sha256"] and hashlib.sha256(raw).hexdigest() != options["sha256"].lower():
                raise CommandError("The file is not the one its checksum names.")
            readings, wrong = self.read(raw, options)
        except (OSError, Problem, NoReading) as error:
            raise CommandError(str(error)) from error
        at, (key, name) = timezone.now(), self.source_of(options)
        source = instrument_source(key) or register_source(
            key=key,
            name=name,
            kind=SourceKind.SENSOR,
            organisation=None,
            grade=self.grade,
            grade_reason=self.reason,
            by=None,
            at=at,
        )
        new = record_observations(
            agreement=agreement, source=source, readings=readings, by=None, at=at
        )
        self.stdout.write(f"{len(readings)} lines read, {new} new, {wrong} not readable")
