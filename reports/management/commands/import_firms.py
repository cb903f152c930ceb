"""manage.py import_firms: take in a table of NASA FIRMS: heat, which is no shelling."""

from __future__ import annotations

import csv
import hashlib
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
from reports.sensors.rules import NoReading, read_firms

KEY, NAME = "nasa-firms", "NASA FIRMS"
REASON = "Public instrument data; what lit the heat is not seen."


class Command(BaseCommand):
    """manage.py import_firms FILE --agreement SLUG --product VIIRS_NOAA20_NRT [--sha256 …]"""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, whose it is, and its checksum."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--agreement", required=True)
        parser.add_argument("--product", required=True)
        parser.add_argument("--sha256", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every line, keep what is one, and say how many were not."""
        try:
            raw = options["file"].read_bytes()
            agreement = agreement_by_slug(options["agreement"])
        except (OSError, Problem) as error:
            raise CommandError(str(error)) from error
        if options["sha256"] and hashlib.sha256(raw).hexdigest() != options["sha256"].lower():
            raise CommandError("The file is not the one its checksum names.")
        readings, wrong = [], 0
        for row in csv.DictReader(raw.decode("utf-8-sig", errors="replace").splitlines()):
            try:
                readings.append(read_firms(row, product=options["product"]))
            except NoReading:
                wrong += 1
        at = timezone.now()
        source = instrument_source(KEY) or register_source(
            key=KEY,
            name=NAME,
            kind=SourceKind.SENSOR,
            organisation=None,
            grade="C",
            grade_reason=REASON,
            by=None,
            at=at,
        )
        new = record_observations(
            agreement=agreement, source=source, readings=readings, by=None, at=at
        )
        self.stdout.write(f"{len(readings)} lines read, {new} new, {wrong} not readable")
