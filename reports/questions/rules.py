"""Pure rules of questions: is a question one, is an answer one, may this report be asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.intake.rules import LANGUAGE, NARRATIVE_MOST, UNSTORABLE, Problems
from reports.intake.states import ReportState

ASKED_LEAST, ASKED_MOST = 10, 1000  # characters of a question
ANSWER_MOST = NARRATIVE_MOST  # characters
OPEN_MOST = 5  # questions on one report that wait at a time: a reporter is no suspect
DAYS = (1, 3, 7, 14)  # an author may be given to answer
DEFAULT_DAYS = 7
ASKED_ABOUT = frozenset({ReportState.FILED, ReportState.ACCEPTED})
WORDS, CORRECTION = "words", "correction"
WANTED = {
    WORDS: gettext_lazy("An answer in words"),
    CORRECTION: gettext_lazy("A correction of the report, or why there is none"),
}


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """What is asked; `follows` is the number of an answered question on the same report."""

    text: str
    wants: str = WORDS
    days: int = DEFAULT_DAYS
    follows: int | None = None

    @property
    def time(self) -> timedelta:
        return timedelta(days=self.days)


def problems_in_question(draft: QuestionDraft) -> Problems:
    """Return {field: messages} for what is wrong with a question."""
    found: Problems = {}
    size = len(draft.text.strip())
    if size < ASKED_LEAST:
        found["text"] = [_("Ask in a sentence.")]
    elif size > ASKED_MOST:
        found["text"] = [_("At most %(most)s characters.") % {"most": ASKED_MOST}]
    elif UNSTORABLE.search(draft.text):
        found["text"] = [_("Remove the invisible NUL character.")]
    if draft.wants not in WANTED:
        found["wants"] = [_("Choose one of: %(choices)s.") % {"choices": ", ".join(WANTED)}]
    if draft.days not in DAYS:
        listed = ", ".join(str(days) for days in DAYS)
        found["days"] = [_("Choose one of: %(choices)s.") % {"choices": listed}]
    return found


def problems_in_answer(text: str, language: str) -> Problems:
    """Return {field: messages} for what is wrong with an answer."""
    found: Problems = {}
    if not text.strip():
        found["text"] = [_("Write an answer; “I do not know” is one.")]
    elif len(text.strip()) > ANSWER_MOST:
        found["text"] = [_("At most %(most)s characters.") % {"most": ANSWER_MOST}]
    elif UNSTORABLE.search(text):
        found["text"] = [_("Remove the invisible NUL character.")]
    if not LANGUAGE.fullmatch(language):
        found["language"] = [_("A language is written as its code, such as “az” or “hy”.")]
    return found


def why_not_asked_about(state: str, *, corrected: bool, waiting: int) -> str:
    """Return why a report cannot be asked about now, or nothing where it can."""
    if state not in ASKED_ABOUT:
        return _("Nobody is asked about a report that was rejected or withdrawn.")
    if corrected:
        return _("This report was corrected: ask about the newer one.")
    if waiting >= OPEN_MOST:
        return _("Its author has %(n)s questions to answer already; wait, or withdraw one.") % {
            "n": waiting
        }
    return ""
