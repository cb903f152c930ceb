"""Pure rules of reopening; each answers with its reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.people.permissions import Verdict
from verification.adjudication.answers import Outcome
from verification.reopening.choices import Ground

TEXT_LEAST, TEXT_MOST = 20, 5_000  # characters of a request, and of its answer

# Outcomes which say that the event took place.
HAPPENED = frozenset({Outcome.ATTRIBUTED, Outcome.NOT_ATTRIBUTABLE, Outcome.NO_VIOLATION})
NOT_SHOWN = frozenset({Outcome.DID_NOT_HAPPEN, Outcome.UNRESOLVED})


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision said: its outcome, and the codes of the parties it names."""

    outcome: str
    parties: frozenset[str]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What came onto a file after its decision.

    `occurred` and `actor` are True, False or None (it says nothing of that); `party` is the code
    of the party that `actor` speaks of. `aligned` is the party its source stands with, or ''.
    """

    occurred: bool | None
    party: str
    actor: bool | None
    aligned: str
    independent: bool  # of everything the panel had
    admits: bool = False


def contradicts(decided: Decided, new: Newcomer) -> Verdict:
    """Answer whether new material speaks against a decision strongly enough to be put to the chair.

    A party's word against its opponent, or for itself, is no new ground; its own admission is.
    """
    against_itself = new.admits and bool(new.aligned)
    if not new.independent and not against_itself:
        return Verdict(False, _("It repeats, or comes from, what the panel had."))
    if new.aligned and not against_itself:
        return Verdict(False, _("It comes from a side; that side can ask for a reopening itself."))
    if new.occurred is False and decided.outcome in HAPPENED:
        return Verdict(True, _("It says that what was found to have happened did not happen."))
    if new.occurred is True and decided.outcome in NOT_SHOWN:
        return Verdict(True, _("It says that what was not established did happen."))
    if new.actor is True and decided.outcome == Outcome.NOT_ATTRIBUTABLE:
        return Verdict(True, _("It names who did what was found not attributable."))
    if new.actor is True and decided.outcome == Outcome.ATTRIBUTED:
        if new.party not in decided.parties:
            return Verdict(True, _("It names another party than the decision does."))
        return Verdict(False, _("It names the party that the decision names."))
    if new.actor is False and new.party in decided.parties:
        return Verdict(True, _("It says that the party named did not do it."))
    return Verdict(False, _("It does not contradict what was decided."))


def may_answer_alone(*, sealed_it: bool, voted: bool, aligned: str) -> Verdict:
    """Answer whether a person may admit or refuse a reopening on their own word."""
    if aligned:
        return Verdict(False, _("Who is aligned with a party does not answer a request to reopen."))
    if sealed_it or voted:
        return Verdict(
            False,
            _(
                "You had a hand in this decision. Propose the answer; a second person who had none "
                "has to agree."
            ),
        )
    return Verdict(True, _("You had no hand in this decision and stand with no party."))


def problems_in_request(*, ground: str, text: str) -> dict[str, list[str]]:
    """Return {field: messages} for a request that lacks its ground or its reasons."""
    found: dict[str, list[str]] = {}
    if ground not in Ground.values:
        found["ground"] = [_("Choose the ground that comes nearest.")]
    if problem := _problem_in_text(text):
        found["text"] = [problem]
    return found


def problems_in_answer(reason: str) -> dict[str, list[str]]:
    """Return {field: messages} for an answer without reasons."""
    problem = _problem_in_text(reason)
    return {"reason": [problem]} if problem else {}


def _problem_in_text(text: str) -> str:
    if "\x00" in text:
        return _("Remove the invisible NUL character.")
    if not TEXT_LEAST <= len(text.strip()) <= TEXT_MOST:
        return _("Give the reasons in 20 to 5,000 characters.")
    return ""


def may_ask(*, party: str, concerned: Collection[str], is_reviewer: bool) -> Verdict:
    """Answer whether a person may ask: a reviewer, or the liaison of a party concerned."""
    if is_reviewer:
        return Verdict(True, _("A reviewer of this agreement may ask."))
    if party and party in concerned:
        return Verdict(True, _("Your party is concerned by this case."))
    return Verdict(False, _("Only a party that this case concerns may ask."))
