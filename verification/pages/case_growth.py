"""What came on file after an instant: for a draft begun, or a ballot sealed, before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from verification.adjudication.queries import CaseFile
from verification.pages.cards import ReportCard


@dataclass(frozen=True, slots=True)
class Growth:
    """Numbers of the reports and statements that came since, and names of the parties heard."""

    since: datetime
    numbers: tuple[str, ...]
    heard: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.heard)


def growth_since(
    file: CaseFile, since: datetime, *, cards: Iterable[ReportCard], statements: Iterable[str]
) -> Growth:
    """Return what came on a file since; `cards` and `statements` (numbers) are in its order."""
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
        if (spoke := position.answered_at or position.lapsed_at) is not None and spoke > since
    ]
    return Growth(since, tuple(reports + told), tuple(heard))
