"""manage.py import_firms: take in a table of NASA FIRMS: heat, which is no shelling."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from reports.management.instruments import InstrumentCommand
from reports.sensors.rules import NoReading, Reading, read_firms


class Command(InstrumentCommand):
    """manage.py import_firms FILE --agreement SLUG --product VIIRS_NOAA20_NRT [--sha256 …]"""

    help = __doc__
    reason = "Public instrument data; what lit the heat is not seen."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the product beside what every file has."""
        super().add_arguments(parser)
        parser.add_argument("--product", required=True)

    def source_of(self, options: Mapping[str, Any]) -> tuple[str, str]:
        """Return key and name of the source."""
        return "nasa-firms", "NASA FIRMS"

    def read(self, raw: bytes, options: Mapping[str, Any]) -> tuple[list[Reading], int]:
        """Return a reading for each line that is one."""
        readings, wrong = [], 0
        for row in csv.DictReader(raw.decode("utf-8-sig", errors="replace").splitlines()):
            try:
                readings.append(read_firms(row, product=options["product"]))
            except NoReading:
                wrong += 1
        return readings, wrong
