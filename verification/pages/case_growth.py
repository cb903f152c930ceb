"""What came on file after an instant: for a draft begun, or a ballot sealed, before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.questions.queries import answer_of
from verification.adjudication.queries import CaseFile
from verification.pages.cards import ReportCard


@dataclass(frozen=True, slots=True)
class Growth:
    """Numbers of reports, statements, files and answered questions, names of parties heard."""

    since: datetime
    numbers: tuple[str, ...]
    heard: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.heard)


def growth_since(
    file: CaseFile,
    since: datetime,
    *,
    cards: Iterable[ReportCard],
    statements: Iterable[str],
    silences: bool = True,
) -> Growth:
    """Return what came on a file since; `cards` and `statements` (numbers) are in its order.

    A silence is no material: without `silences`, only parties that answered are named.
    """
    reports = [
        card.number
        for report, card in zip(file.reports, cards, strict=True)
        if (linked := file.linked_at.get(report.pk)) is not None and linked > since
    ]
    told = [
        number
        for statement, number in zip(file.statements, statements, strict=True)
        if statement.given_at > since
    ]
    heard = [
        position.party.name
        for position in file.positions
        if (spoke := position.answered_at or (position.lapsed_at if silences else None)) is not None
        and spoke > since
    ]
    brought = [f"E{n}" for n, item in enumerate(file.items, start=1) if item.added_at > since]
    answered = [
        f"Q{n}"
        for n, asked in enumerate(file.questions, start=1)
        if (answer := answer_of(asked)) is not None and answer.answered_at > since
    ]
    return Growth(since, tuple(reports + told + brought + answered), tuple(heard))


def outgrown(
    file: CaseFile, *, cards: Sequence[ReportCard], statements: Sequence[str]
) -> dict[int, Growth]:
    """Return {seat: what came after the ballot that counts} of the ballots the file outgrew."""
    found = {
        ballot.seat.number: growth_since(
            file, ballot.sealed_at, cards=cards, statements=statements, silences=False
        )
        for ballot in file.standing or ()
    }
    return {seat: grown for seat, grown in found.items() if grown}
