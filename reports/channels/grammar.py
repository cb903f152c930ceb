"""How a text message is read: two lines, in any language of the house. Pure.

    739164 shelling Ganja
    11.10 02:00 heard, three explosions from the centre

The first line: a code word, the kind of act (its name in any language, or its number on the card),
the place. The second: the day (today if left out), the clock, how it was noticed, and the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from reports.intake.choices import Means
from reports.intake.digits import folded_digits
from reports.places.folding import folded

WORDS: Mapping[str, tuple[str, ...]] = {
    Means.SAW: (
        *("saw", "seen", "видел", "видела", "бачив", "бачила", "տեսա", "gördüm", "vu"),
        *("رأيت", "شاهدت"),
    ),
    Means.HEARD: (
        *("heard", "слышал", "слышала", "чув", "чула", "լսեցի", "eşitdim", "entendu"),
        "سمعت",
    ),
    Means.TOLD: (
        *("told", "сказали", "сказано", "розповіли", "ասացին", "dedilər", "dit"),
        "قيل",
    ),
}
MEANS = {folded(word): str(means) for means, words in WORDS.items() for word in words}
WHEN = re.compile(
    r"\s*(?:(?P<day>\d{1,2})[./-](?P<month>\d{1,2})(?:[./-](?P<year>\d{4}))?[\s,]+)?"
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})\b[\s,]*(?P<rest>.*)",
    re.DOTALL,
)
FIRST_WORD = re.compile(r"\A[\W_]*(\w(?:\S*\w)?)\S*")
WITHHELD = "…"


@dataclass(frozen=True, slots=True)
class Said:
    """A message that could be read."""

    code: str
    act: str
    language: str
    place: str
    day: date | None
    clock: time
    means: str
    words: str  # all of it but the code word


def read_lines(text: str, acts: Mapping[str, tuple[str, str]], *, today: date) -> Said | None:
    """Return what a message says, or None where it does not keep to the grammar.

    `acts` is {folded name or number: (code, language)}.
    """
    lines = [line.strip() for line in folded_digits(text).strip().splitlines() if line.strip()]
    if len(lines) < 2:
        return None
    code, _space, rest = lines[0].partition(" ")
    named = _act_in(rest.split(), acts)
    when = WHEN.match(" ".join(lines[1:]))
    if named is None or when is None:
        return None
    act, language, place = named
    try:
        clock = time(int(when["hour"]), int(when["minute"]))
        day = _day(when, today)
    except ValueError:
        return None
    means = _means_in(when["rest"])
    if not place or not means:
        return None
    words = "\n".join([rest, *lines[1:]])
    return Said(code, act, language, place, day, clock, means, words)


def without_code(text: str) -> str:
    """Return a text without its first word, where a code word stands, rightly written or not."""
    return FIRST_WORD.sub(WITHHELD, text, count=1)


def without_code_within(answers: str) -> str:
    """Return a flow's results (JSON) without the first word of the first value that has one.

    What the flow keeps beside it (the input, the category) may begin with the same word; every
    other result stays as it came: its figures are what a report is about.
    """
    results = json.loads(answers)
    for one in results.values():
        first = FIRST_WORD.match(str(one.get("value") or ""))
        if first is None:
            continue
        for name, said in one.items():
            begins = FIRST_WORD.match(str(said))
            if begins is not None and folded(begins[1]) == folded(first[1]):
                one[name] = without_code(str(said))
        break
    return json.dumps(results, ensure_ascii=False)


def _act_in(words: list[str], acts: Mapping[str, tuple[str, str]]) -> tuple[str, str, str] | None:
    """Return (act, language, what follows) for the longest name the words begin with."""
    for length in range(len(words), 0, -1):
        found = acts.get(folded(" ".join(words[:length])))
        if found is not None:
            return (*found, " ".join(words[length:]))
    return None


def _day(when: re.Match[str], today: date) -> date | None:
    if when["day"] is None:
        return None
    year = int(when["year"]) if when["year"] else today.year
    found = date(year, int(when["month"]), int(when["day"]))
    if when["year"] is None and found > today:  # in January, of December
        found = found.replace(year=year - 1)
    return found


def _means_in(rest: str) -> str:
    for word in folded(rest).split():
        if word in MEANS:
            return MEANS[word]
    return ""
