"""How far reviewers agree beyond chance: Krippendorff's alpha, by a kept library. Pure.

Rows are cases, values are answers. Only what was asked counts: a reviewer who was not asked a
question has given no value to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np

from verification.adjudication.answers import Answers, Attribution, Breach

QUESTIONS = ("occurrence", "breach", "clause", "attribution", "intent")
FEWEST_CASES = 10  # below it an alpha says next to nothing; shown with that warning


@dataclass(frozen=True, slots=True)
class Alpha:
    """Alpha of one question; None where it is not defined, with the reason's code."""

    alpha: float | None
    cases: int  # with two values or more: only these can agree
    values: int  # in these cases
    why_not: str = ""  # "too_few" | "one_answer"

    @property
    def few(self) -> bool:
        return self.cases < FEWEST_CASES


def value_of(answers: Answers, question: str) -> str:
    """Return what a ballot answers to one question as one word; '' where it was not asked."""
    breach = answers.breach == Breach.BREACH
    if question == "breach":
        return "" if answers.breach == Breach.NOT_ASKED else answers.breach
    if question == "attribution":
        if answers.attribution == Attribution.NOT_ASKED:
            return ""
        return ":".join((answers.attribution, *sorted(answers.parties)))
    if question == "intent":
        return answers.intent if breach else ""
    return str(getattr(answers, question))


def alpha_of(cases: Iterable[Sequence[str]]) -> Alpha:
    """Return the nominal alpha of the values given in each case; '' is no value.

    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), nominal data.
    """
    counted = [Counter(value for value in case if value) for case in cases]
    pairable = [counts for counts in counted if counts.total() >= 2]
    values = sum(counts.total() for counts in pairable)
    domain = sorted({value for counts in pairable for value in counts})
    if not pairable:
        return Alpha(None, 0, 0, "too_few")
    if len(domain) == 1:
        return Alpha(None, len(pairable), values, "one_answer")
    table = np.array([[counts[value] for value in domain] for counts in pairable])
    found = krippendorff.alpha(value_counts=table, level_of_measurement="nominal")
    return Alpha(float(found), len(pairable), values)
