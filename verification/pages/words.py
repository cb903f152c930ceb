"""The glossary: every word of ours, once. docs/words.md holds the same (a test compares them)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from reports.journal.kinds import PUBLIC_KINDS, Kind


@dataclass(frozen=True, slots=True)
class Word:
    """A term (kept in English in code), its name and its meaning in the reader's language."""

    key: str
    term: object
    text: object


@dataclass(frozen=True, slots=True)
class Group:
    """Words that belong together, in the order of the river."""

    key: str
    title: object
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class EventWord:
    """An event kind and whether the public may read that it happened."""

    code: str
    text: object
    public: bool


GROUPS: tuple[Group, ...] = (
    Group(
        "terms",
        _("The agreement"),
        (
            Word("agreement", _("agreement"), _("One ceasefire text, in versions.")),
            Word("clause", _("clause"), _("A numbered duty in an agreement.")),
            Word(
                "party",
                _("party"),
                _("A signatory, with the forces that belong to it and since when."),
            ),
            Word("zone", _("zone"), _("An area a clause speaks of.")),
        ),
    ),
    Group(
        "record",
        _("What is said"),
        (
            Word(
                "source",
                _("source"),
                _(
                    "Who says so: a monitor, a party, media, a non-governmental organisation, "
                    "the public, a sensor or a partner."
                ),
            ),
            Word(
                "alignment",
                _("alignment"),
                _("Which party a source stands close to, or none; with dates."),
            ),
            Word(
                "origin",
                _("origin"),
                _("Where a statement first came from. Copies share one origin and count once."),
            ),
            Word(
                "report",
                _("report"),
                _(
                    "One source’s statement about one event. It cannot be changed; a correction "
                    "is a new report that supersedes it."
                ),
            ),
            Word(
                "stance",
                _("stance"),
                _("What a report does: observes, alleges, denies, admits or finds."),
            ),
            Word(
                "observation-unit",
                _("observation unit"),
                _(
                    "What a count counts: explosions, bursts, shots, projectiles, vehicles, "
                    "aircraft or persons. Observations, incidents and violations are three "
                    "different counts."
                ),
            ),
            Word(
                "coverage",
                _("coverage"),
                _("Where and when somebody was looking. Without it no number can be compared."),
            ),
        ),
    ),
    Group(
        "judgement",
        _("What is made of it"),
        (
            Word(
                "incident",
                _("incident"),
                _("One event in the world: a set of reports that were linked."),
            ),
            Word(
                "admissible",
                _("admissible"),
                _("Inside the area, the period and the actors that the agreement covers."),
            ),
            Word(
                "statement",
                _("statement"),
                _(
                    "What a named person or source says on an incident, whether it happened or "
                    "who did it: supports, contradicts or cannot say, and on what basis."
                ),
            ),
            Word(
                "party-position",
                _("party position"),
                _(
                    "What an accused party answers: admits, denies, disputes the facts, takes no "
                    "position; or its silence after the deadline."
                ),
            ),
            Word(
                "score",
                _("score"),
                _(
                    "A computed probability for each party, for another or unknown actor, and "
                    "for “it did not happen”. It is advice only."
                ),
            ),
            Word(
                "contribution",
                _("contribution"),
                _("How far one origin moved a score: its share of the log-odds."),
            ),
            Word("ballot", _("ballot"), _("One reviewer’s sealed answers.")),
            Word(
                "draft",
                _("draft"),
                _(
                    "A ballot that is not sealed yet. Its author alone can read it; it counts for "
                    "nothing and is gone once the ballot is sealed."
                ),
            ),
            Word(
                "alpha",
                _("alpha"),
                _(
                    "Krippendorff’s measure of how far reviewers agree beyond chance: 1 is full "
                    "agreement, 0 is what chance would give."
                ),
            ),
            Word(
                "decision",
                _("decision"),
                _(
                    "The panel’s answers to five questions: did it happen, is it a breach, of "
                    "which clause, by which party (or not attributable), with what intent. Each "
                    "has a likelihood and, apart from it, a confidence."
                ),
            ),
            Word(
                "likelihood",
                _("likelihood"),
                _("How probable an answer is, in seven fixed words from 0 to 100 per cent."),
            ),
            Word(
                "confidence",
                _("confidence"),
                _("How good the evidence behind an answer is: low, moderate or high."),
            ),
            Word(
                "not-attributable",
                _("not attributable"),
                _("It was a breach, and which party did it cannot be said. An honest result."),
            ),
            Word(
                "reopening",
                _("reopening"),
                _(
                    "A decided case comes back before another panel, on a ground from a closed "
                    "list. The new decision overrides the old one; both stay readable."
                ),
            ),
            Word(
                "standing",
                _("standing"),
                _(
                    "A party’s record over a period: decided breaches, expected breaches, what "
                    "is undecided, and how much was watched."
                ),
            ),
        ),
    ),
    Group(
        "public",
        _("What is published"),
        (
            Word(
                "allegation",
                _("allegation"),
                _("What a source says and nobody has decided. Drawn as a hollow shape."),
            ),
            Word(
                "contested",
                _("contested"),
                _(
                    "Denied by somebody, or said by several who do not agree on one actor. Drawn "
                    "as a hatched shape."
                ),
            ),
            Word(
                "finding",
                _("finding"),
                _("The public face of a decision. Drawn as a solid shape."),
            ),
            Word("bulletin", _("bulletin"), _("The numbered daily report.")),
            Word(
                "correction",
                _("correction"),
                _("A public, dated change to a finding or a bulletin."),
            ),
        ),
    ),
    Group(
        "log",
        _("What was done"),
        (
            Word("event", _("event"), _("The record that something was done.")),
            Word("leaf", _("leaf"), _("The hash of an event in the transparency log.")),
            Word("checkpoint", _("checkpoint"), _("The signed head of the log.")),
        ),
    ),
)


def event_words() -> list[EventWord]:
    """Return every event kind in the order of the program."""
    return [EventWord(str(kind.value), kind.label, kind in PUBLIC_KINDS) for kind in Kind]


def words_as_markdown() -> str:
    """Return the glossary as docs/words.md holds it, in the active language."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Words"
    yield ""
    yield "Each word means the same on every page, in the program and in its papers."
    yield "Written by `python3 manage.py words > docs/words.md`; a test keeps the two equal."
    for group in GROUPS:
        yield ""
        yield f"## {group.title}"
        yield ""
        for word in group.words:
            yield f"- **{word.term}**: {word.text}"
    yield ""
    yield "## Events"
    yield ""
    yield "Everything that is done leaves one event. Public: that it happened and when, never who"
    yield "did it."
    yield ""
    yield "| event | what was done | public |"
    yield "|---|---|---|"
    for event in event_words():
        yield f"| `{event.code}` | {event.text} | {'yes' if event.public else 'no'} |"
