"""The form: the compiled file is what its sheet compiles to, in every language, without a map."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from reports.management.commands.build_form import act_names, as_csv, compiled
from reports.openrosa.forms import CURRENT, FOLDER, FORM_ID, VERSIONS, form_of, present_form
from reports.openrosa.survey import QUESTIONS, VERSION, sheets

SHEET = (FOLDER / f"{FORM_ID}.csv").read_text(encoding="utf-8")


def test_the_sheet_compiles_to_the_very_file_that_is_served() -> None:
    assert compiled(SHEET).encode() == present_form().xml
    assert CURRENT == VERSION


def test_the_sheet_asks_what_its_source_asks() -> None:
    """Words may have been translated since: a new version takes them in (manage.py build_form)."""

    def asked(sheet: str) -> list[tuple[str, ...]]:
        rows = [row for row in csv.reader(io.StringIO(sheet)) if row and not row[0]]
        return [tuple(row[1:3]) for row in rows]

    assert asked(as_csv(sheets(act_names()))) == asked(SHEET)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_there_and_is_what_its_hash_names(version: str) -> None:
    assert form_of(FORM_ID, version) is not None
    assert form_of(FORM_ID, "1") is None and form_of("another", version) is None


def test_it_speaks_every_language_of_the_house() -> None:
    xml = present_form().xml.decode()
    spoken = re.findall(r'<translation lang="[^"]*\((\w+)\)"', xml)
    assert spoken == [code for code, _name in settings.LANGUAGES]
    texts = {code: xml.count("<text ") // len(spoken) for code in spoken}
    assert len(set(texts.values())) == 1


def test_it_draws_no_map_and_asks_nothing_of_the_phone() -> None:
    xml = present_form().xml.decode()
    assert "map" not in "".join(re.findall(r'appearance="([^"]*)"', xml))
    for word in ("deviceid", "phonenumber", "subscriberid", "audit", "background", "username"):
        assert word not in xml.lower(), word
    assert not any(one["type"] == "dateTime" for one in QUESTIONS)
    assert 'client-editable="true"' in xml


def test_every_version_is_named_by_no_other_file() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{FORM_ID}.csv",
        *(f"{FORM_ID}-{version}.xml" for version in VERSIONS),
    }


@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
def test_odk_validate_finds_no_fault() -> None:
    import pyxform

    jar = next(Path(pyxform.__file__).parent.rglob("ODK_Validate.jar"))
    form = FOLDER / f"{FORM_ID}-{CURRENT}.xml"
    ran = subprocess.run(
        ["java", "-jar", str(jar), str(form)], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0 and "Xform is valid" in ran.stdout + ran.stderr
