"""Every language we claim is whole: nothing missing, nothing doubtful, nothing broken."""

from __future__ import annotations

from gettext import c2py

import polib
import pytest
from django.conf import settings

from verification.management.catalogues import PLURALS, compiled, po_file, problems_in

SOURCE = "en"


def test_every_language_offered_has_a_catalogue() -> None:
    offered = {code for code, _name in settings.LANGUAGES}
    assert offered == {SOURCE, *PLURALS}


@pytest.mark.parametrize("language", PLURALS)
def test_it_is_whole(language: str) -> None:
    found = list(problems_in(polib.pofile(str(po_file(language))), language))
    assert found[:10] == [], f"{len(found)} in all"


@pytest.mark.parametrize("language", PLURALS)
def test_what_django_reads_is_what_was_written(language: str) -> None:
    path = po_file(language)
    assert path.with_suffix(".mo").read_bytes() == compiled(polib.pofile(str(path)))


class TestTheGateBites:
    def entry(self, **given: object) -> list[str]:
        catalogue = polib.POFile()
        catalogue.metadata = {"Plural-Forms": PLURALS["ru"]}
        catalogue.append(polib.POEntry(**given))
        return list(problems_in(catalogue, "ru"))

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"msgid": "File"}, "not translated"),
            ({"msgid": "File", "msgstr": "Файл", "flags": ["fuzzy"]}, "fuzzy"),
            ({"msgid": "%(n)s files", "msgstr": "файлов: %(m)s"}, "other placeholders"),
            ({"msgid": "{n} files", "msgstr": "файлы"}, "other placeholders"),
            ({"msgid": "a <b>file</b>", "msgstr": "<i>файл</i>"}, "other tags"),
            ({"msgid": "File\n", "msgstr": "Файл"}, "line break"),
            ({"msgid": "File", "msgstr": "Файл", "obsolete": True}, "no longer used"),
            (
                {
                    "msgid": "a file",
                    "msgid_plural": "%(n)d files",
                    "msgstr_plural": {0: "файл", 1: "%(n)d файла"},
                },
                "2 plural forms of 3",
            ),
        ],
    )
    def test_each_fault_is_named(self, given: dict[str, object], words: str) -> None:
        assert any(words in found for found in self.entry(**given))

    def test_a_form_for_one_number_may_leave_it_out(self) -> None:
        entry = polib.POEntry(
            msgid="%(n)d day",
            msgid_plural="%(n)d days",
            msgstr_plural=dict(enumerate(["لا أيام", "يوم", "يومان", *["%(n)d أيام"] * 3])),
        )
        catalogue = polib.POFile()
        catalogue.metadata = {"Plural-Forms": PLURALS["ar"]}
        catalogue.append(entry)
        assert list(problems_in(catalogue, "ar")) == []
        entry.msgstr_plural[4] = "أيام"
        assert any("other placeholders" in found for found in problems_in(catalogue, "ar"))

    def test_a_good_one_passes(self) -> None:
        assert self.entry(msgid="%(n)s <b>files</b>", msgstr="Файлов: <b>%(n)s</b>") == []


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("ru", {1: 0, 2: 1, 5: 2, 11: 2, 12: 2, 21: 0, 22: 1, 25: 2, 111: 2}),
        ("uk", {1: 0, 3: 1, 5: 2, 14: 2, 101: 0}),
        ("fr", {0: 0, 1: 0, 2: 1}),
        ("hy", {1: 0, 2: 1}),
        ("az", {1: 0, 2: 1}),
        ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 102: 5, 103: 3}),
    ],
)
def test_plurals_are_chosen_as_the_language_does(language: str, forms: dict[int, int]) -> None:
    choose = c2py(PLURALS[language].split("plural=", 1)[1].rstrip(";"))
    assert {n: choose(n) for n in forms} == forms
