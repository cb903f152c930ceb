"""A ballot not sealed yet: what is typed so far, and how two versions of it differ. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from verification.adjudication.answers import Answers

ANSWERS = tuple(field.name for field in fields(Answers) if field.name != "parties")
LONGEST_ANSWER = 40  # characters; every answer is a code from a list
MOST_CITED = 2_000
LONGEST_REASONS = 20_000  # characters; two drafts put together may pass a ballot's own limit


@dataclass(frozen=True, slots=True)
class Typed:
    """What a reviewer has typed so far; nothing of it needs to be complete or right."""

    answers: Mapping[str, str]  # of ANSWERS, those given
    parties: tuple[str, ...]
    reasons: str
    cited: tuple[str, ...]  # ids of reports and statements

    def answer(self, name: str) -> str:
        return self.answers.get(name, "")


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that two versions of a draft give differently."""

    name: str
    saved: tuple[str, ...]
    mine: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of a text, and whether the other text lacks it."""

    text: str
    only_here: bool


def problems_in_typed(typed: Typed) -> dict[str, list[str]]:
    """Return {field: messages} for what cannot be kept at all."""
    found: dict[str, list[str]] = {}
    if "\x00" in typed.reasons:
        found["reasons"] = [_("Remove the invisible NUL character.")]
    elif len(typed.reasons) > LONGEST_REASONS:
        found["reasons"] = [
            _("A draft holds up to 20,000 characters; this has %(size)s.")
            % {"size": len(typed.reasons)}
        ]
    codes = [*typed.answers.values(), *typed.parties]
    known = set(typed.answers) <= set(ANSWERS)
    if not known or any(len(code) > LONGEST_ANSWER or "\x00" in code for code in codes):
        found["occurrence"] = [_("Choose an answer from the list.")]
    if len(typed.cited) > MOST_CITED:
        found["cited_reports"] = [_("Cite only what belongs to this case.")]
    return found


def differences(saved: Typed, mine: Typed) -> list[Difference]:
    """Return what two versions give differently, question by question; reasons come last."""
    found = [
        Difference(name, (saved.answer(name),), (mine.answer(name),))
        for name in ANSWERS
        if saved.answer(name) != mine.answer(name)
    ]
    lists = (
        ("parties", saved.parties, mine.parties),
        ("cited_reports", saved.cited, mine.cited),
    )
    found += [Difference(name, a, b) for name, a, b in lists if sorted(a) != sorted(b)]
    if saved.reasons.split() != mine.reasons.split():
        found.append(Difference("reasons", (saved.reasons,), (mine.reasons,)))
    return found


def both(saved: Typed, mine: Typed) -> Typed:
    """Return a version that loses nothing: both texts, all that is cited, one's own answers.

    An answer that only the saved version gives is kept too.
    """
    texts = [saved.reasons.strip(), mine.reasons.strip()]
    if texts[0] in texts[1]:
        texts = texts[1:]
    elif texts[1] in texts[0]:
        texts = texts[:1]
    answers = {name: mine.answer(name) or saved.answer(name) for name in ANSWERS}
    return Typed(
        answers={name: code for name, code in answers.items() if code},
        parties=mine.parties or saved.parties,
        reasons="\n\n".join(text for text in texts if text),
        cited=tuple(dict.fromkeys((*saved.cited, *mine.cited))),
    )


def compared(text: str, other: str) -> list[Piece]:
    """Return a text in pieces, those marked that the other lacks; words count, not spaces."""
    here, there = (re.findall(r"\S+\s*", one) for one in (text, other))
    matcher = SequenceMatcher(
        None, [word.strip() for word in here], [word.strip() for word in there], autojunk=False
    )
    return [
        Piece("".join(here[begin:end]), only_here=tag != "equal")
        for tag, begin, end, _there_begin, _there_end in matcher.get_opcodes()
        if begin < end
    ]
