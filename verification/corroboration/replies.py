"""What an accused party's answer holds, and what is wrong with one. Pure: no rows, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports.intake.rules import is_link
from reports.problems import Invalid
from verification.corroboration.choices import Position, PositionReason

TEXT_MOST = 5_000  # characters of the party's own words
PERSONS_MOST = 100_000
DOCUMENTS_MOST = 3  # links; more belong behind one of them
DESCRIPTION_LEAST, DESCRIPTION_MOST = 5, 200  # characters
TAKES_A_SIDE = (Position.DENIES, Position.DISPUTES_FACTS)
HARMS = ("killed", "injured")


@dataclass(frozen=True, slots=True)
class Document:
    """A document the party points to, and what it shows by the party's word."""

    url: str
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A party's answer as handed over by a door; figures are its own count (least, best, most)."""

    position: str
    reason_code: str
    text: str
    conceded_killed: int | None = None
    conceded_injured: int | None = None
    conceded_killed_least: int | None = None
    conceded_killed_most: int | None = None
    conceded_injured_least: int | None = None
    conceded_injured_most: int | None = None
    documents: tuple[Document, ...] = ()

    def columns(self) -> dict[str, Any]:
        """Return the answer as column values."""
        tolls = {name: getattr(self, name) for harm in HARMS for name in toll_names(harm)}
        return {
            "position": self.position,
            "reason_code": self.reason_code,
            "text": self.text.strip(),
            **tolls,
            "documents": [
                {"url": d.url.strip(), "description": d.description.strip()} for d in self.documents
            ],
        }


def toll_names(harm: str) -> tuple[str, str, str]:
    """Return the names of a toll's least, best and most figure."""
    return f"conceded_{harm}_least", f"conceded_{harm}", f"conceded_{harm}_most"


def problems_in_answer(answer: Answer) -> Mapping[str, list[str]]:
    """Return {field: messages}; documents are named `document_url_1`, `document_description_1` …"""
    found: dict[str, list[str]] = defaultdict(list)
    if answer.position not in Position.values:
        found["position"].append(_("Choose what your side says."))
    if answer.reason_code and answer.reason_code not in PositionReason.values:
        found["reason_code"].append(_("Choose a reason from the list."))
    if answer.position in TAKES_A_SIDE and not answer.reason_code:
        found["reason_code"].append(_("Choose the reason that comes nearest."))
    if len(answer.text) > TEXT_MOST:
        found["text"].append(_("At most 5,000 characters."))
    if "\x00" in answer.text:
        found["text"].append(_("Remove the invisible NUL character."))
    for harm in HARMS:
        _check_toll(answer, toll_names(harm), found)
    _check_documents(answer.documents, found)
    return dict(found)


def check_answer(answer: Answer) -> None:
    """Raise Invalid with every field named, if an answer cannot be recorded as it stands."""
    problems = problems_in_answer(answer)
    if problems:
        raise Invalid(
            _("Nothing was recorded yet: some answers need another look."), errors=problems
        )


def _check_toll(answer: Answer, names: tuple[str, str, str], found: dict[str, list[str]]) -> None:
    figures = {name: getattr(answer, name) for name in names}
    given = {name: n for name, n in figures.items() if n is not None}
    for name, figure in given.items():
        if not 0 <= figure <= PERSONS_MOST:
            found[name].append(_("Numbers of persons run from 0 to 100,000."))
    if list(given.values()) != sorted(given.values()):
        found[names[1]].append(_("The figures run from the least to the most."))


def _check_documents(documents: tuple[Document, ...], found: dict[str, list[str]]) -> None:
    if len(documents) > DOCUMENTS_MOST:
        found["documents"].append(
            _("At most %(most)s documents; put more behind one link.") % {"most": DOCUMENTS_MOST}
        )
    for number, document in enumerate(documents, start=1):
        if not is_link(document.url.strip()):
            found[f"document_url_{number}"].append(
                _("A link begins with https:// and has a site name.")
            )
        size = len(document.description.strip())
        if not DESCRIPTION_LEAST <= size <= DESCRIPTION_MOST:
            found[f"document_description_{number}"].append(
                _("Say in 5 to 200 characters what the document shows.")
            )
        for part in ("url", "description"):
            if "\x00" in getattr(document, part):
                found[f"document_{part}_{number}"].append(_("Remove the invisible NUL character."))
