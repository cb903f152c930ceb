"""manage.py import_quakeml: take in a seismic bulletin; an explosion in it is a network's guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from reports.management.instruments import InstrumentCommand
from reports.sensors.quakeml import read_quakeml
from reports.sensors.rules import Reading

FEED = re.compile(r"[a-z0-9][a-z0-9-]{1,30}")


class Command(InstrumentCommand):
    """manage.py import_quakeml FILE --agreement SLUG --feed NAME [--sha256 …]"""

    help = __doc__
    grade = "F"  # whoever runs the command names the feed: nobody has judged it

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the feed beside what every file has: each is a source of its own."""
        super().add_arguments(parser)
        parser.add_argument("--feed", required=True)

    def source_of(self, options: Mapping[str, Any]) -> tuple[str, str]:
        """Return key and name of the source."""
        return f"seismic-{options['feed']}", f"Seismic network {options['feed']}"

    def read(self, raw: bytes, options: Mapping[str, Any]) -> tuple[list[Reading], int]:
        """Return a reading for each event that is one. Errors: NoReading."""
        if not FEED.fullmatch(options["feed"]):
            raise CommandError("A feed is named in small letters, digits and hyphens.")
        return read_quakeml(raw, feed=options["feed"])
