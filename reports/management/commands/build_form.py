"""manage.py build_form: write the form's sheet anew and compile it (needs pyxform, a test package).

What is served is the compiled file. Raise VERSION in reports/openrosa/survey.py for any change.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.openrosa.survey import FORM_ID, VERSION, sheets

FORMS = Path(__file__).resolve().parents[2] / "openrosa" / "forms"
SEEDS = Path(settings.BASE_DIR) / "seeds"
# It would have a phone make pictures smaller: what a camera made, as it made it, is evidence.
NOT_WANTED = "Use the max-pixels parameter"


def act_names() -> dict[str, dict[str, str]]:
    """Return {code: {language: name}} of the seeds' taxonomy, in its order."""
    with (SEEDS / "acts.csv").open(encoding="utf-8") as file:
        found = {row["code"]: {"en": row["name_en"]} for row in csv.DictReader(file)}
    with (SEEDS / "acts_words.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["code"]][row["lang"]] = row["name"]
    return found


def as_csv(found: dict[str, list[dict[str, str]]]) -> str:
    """Return the sheets as one CSV: each begins with its name, as pyxform reads it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name, rows in found.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        writer.writerow([name])
        writer.writerow(["", *columns])
        for row in rows:
            writer.writerow(["", *(row.get(column, "") for column in columns)])
    return out.getvalue()


def compiled(sheet: str) -> str:
    """Return a sheet as XForm. Errors: CommandError for any warning but one."""
    try:
        from pyxform.xls2xform import convert
    except ImportError as error:
        raise CommandError("Install requirements/test.lock: pyxform compiles the form.") from error
    warnings: list[str] = []
    made = convert(sheet, file_type=".csv", warnings=warnings, validate=False, form_name="data")
    told = [warning for warning in warnings if NOT_WANTED not in warning]
    if told:
        raise CommandError("\n".join(told))
    return str(made.xform)


class Command(BaseCommand):
    """Write the sheet and the compiled form."""

    help = __doc__

    def handle(self, **options: Any) -> None:
        """Write both beside their room."""
        sheet = as_csv(sheets(act_names()))
        (FORMS / f"{FORM_ID}.csv").write_text(sheet, encoding="utf-8")
        xml = compiled(sheet)
        (FORMS / f"{FORM_ID}-{VERSION}.xml").write_text(xml, encoding="utf-8")
        self.stdout.write(f"{FORM_ID} {VERSION} sha256 {hashlib.sha256(xml.encode()).hexdigest()}")
