"""Pure rules of adjudication; each answers with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from reports.agreement.models import Likelihood, Severity
from reports.people.permissions import Verdict
from verification.adjudication.answers import (
    CONFIDENCE_ORDER,
    LIKELIHOOD_ORDER,
    Answers,
    Attribution,
    Breach,
    Intent,
    Occurrence,
)

FEWEST_ORGANISATIONS = 2  # a decision never rests on one organisation
REASONS_LEAST, REASONS_MOST = 20, 10_000  # characters
LOOKS_AGAIN_FOR = timedelta(hours=24)  # to confirm or change a ballot that the file outgrew


@dataclass(frozen=True, slots=True)
class Reviewer:
    """What the rules look at in a possible panel member; alignment '' = aligned with nobody."""

    key: str
    organisation: str
    alignment: str
    load: int = 0
    earlier: bool = False  # decided this case in an earlier round


def has_conflict(
    reviewer: Reviewer, *, people: Collection[str], organisations: Collection[str]
) -> Verdict:
    """Answer whether a reviewer may not sit: the case rests on something of theirs.

    `people` and `organisations` are the keys of all who reported, stated or gave evidence.
    """
    if reviewer.key in people:
        return Verdict(True, _("A report or statement of this case is the reviewer’s own."))
    if reviewer.organisation and reviewer.organisation in organisations:
        return Verdict(
            True, _("A report or statement of this case comes from the reviewer’s organisation.")
        )
    return Verdict(False, _("Nothing in this case comes from the reviewer or their organisation."))


def is_balanced(alignments: Sequence[str], *, concerned: Collection[str]) -> Verdict:
    """Answer whether a panel may sit: who sides with one party never sits without the others.

    `concerned` are the parties accused or accusing. A panel of unaligned members is balanced.
    """
    counts = {party: alignments.count(party) for party in concerned}
    strangers = {a for a in alignments if a} - set(concerned)
    if strangers:
        return Verdict(False, _("A member is aligned with a party this case does not concern."))
    if len(set(counts.values())) > 1:
        return Verdict(
            False,
            _("Each party concerned must have as many members aligned with it as the others."),
        )
    return Verdict(True, _("No party has more members aligned with it than another."))


def meets_quorum(organisations: Sequence[str], *, quorum: int) -> Verdict:
    """Answer whether sealed ballots (one organisation key each) make a quorum."""
    if len(organisations) < quorum:
        return Verdict(
            False,
            _("%(have)s of %(need)s ballots are sealed.")
            % {"have": len(organisations), "need": quorum},
        )
    if len(set(organisations)) < FEWEST_ORGANISATIONS:
        return Verdict(False, _("All ballots come from one organisation; at least two are needed."))
    return Verdict(
        True,
        _("%(have)s ballots from %(orgs)s organisations are sealed.")
        % {"have": len(organisations), "orgs": len(set(organisations))},
    )


def is_party_heard(awaited: Sequence[str]) -> Verdict:
    """Answer whether every accused party was heard; `awaited` names those still awaited."""
    if awaited:
        return Verdict(
            False,
            _("Still awaited, and the deadline has not passed: %(parties)s.")
            % {"parties": ", ".join(awaited)},
        )
    return Verdict(True, _("Every accused party has answered or let its deadline pass."))


def is_second_look_offered(older: Sequence[int], *, since: datetime, at: datetime) -> Verdict:
    """Answer whether those who voted on less than is on file had their time to look again.

    `older` are the seats whose ballot is older than the file, `since` when they could first look.
    """
    if not older:
        return Verdict(True, _("No ballot is older than what is on file."))
    seats = ", ".join(map(str, sorted(older)))
    until = since + LOOKS_AGAIN_FOR
    if at < until:
        words = _(
            "The file grew after the ballots of seats %(seats)s. They may confirm or change them "
            "until %(until)s UTC."
        )
        shown = until.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        return Verdict(False, words % {"seats": seats, "until": shown})
    words = _("Seats %(seats)s had their time to look at what came after their ballots.")
    return Verdict(True, words % {"seats": seats})


def reaches(likelihood: str, *, floor: str) -> bool:
    """Answer whether a likelihood word stands at or above another."""
    return LIKELIHOOD_ORDER.index(likelihood) >= LIKELIHOOD_ORDER.index(floor)


def problems_in_ballot(
    answers: Answers,
    *,
    reasons: str,
    cited: Collection[str],
    citable: Collection[str],
    clauses: Collection[str],
    parties: Collection[str],
    bound: Collection[str],
    floor: str,
) -> dict[str, list[str]]:
    """Return {field: messages} for a ballot that contradicts itself or the rules.

    `clauses` are those in force at the time, `bound` the parties the agreement bound then.
    """
    found: dict[str, list[str]] = defaultdict(list)
    _check_reasons(found, reasons=reasons, cited=cited, citable=citable)
    if _check_lists(answers, found):
        return dict(found)
    occurred = answers.occurrence == Occurrence.OCCURRED
    if occurred and answers.breach == Breach.NOT_ASKED:
        found["breach"].append(
            _("You say that it happened: say whether it breaches the agreement.")
        )
    if not occurred and answers.breach in (Breach.BREACH, Breach.NO_BREACH):
        found["breach"].append(_("You do not say that it happened: leave this question unasked."))
    _check_standard(answers, found, floor=floor)
    breach = answers.breach == Breach.BREACH
    if breach and answers.clause not in clauses:
        found["clause"].append(_("A violation needs a clause that was in force at the time."))
    if breach and not answers.severity:
        found["severity"].append(_("Say how severe the violation is."))
    _check_attribution(answers, found, breach=breach, parties=parties, bound=bound)
    _check_strength(answers, found)
    return dict(found)


def _check_lists(answers: Answers, found: dict[str, list[str]]) -> bool:
    """Note answers that are on no list; answer whether there are any (then no rule applies)."""
    before = len(found)
    lists: Iterable[tuple[str, Collection[str], bool]] = (
        ("occurrence", Occurrence.values, False),
        ("breach", Breach.values, False),
        ("attribution", Attribution.values, False),
        ("intent", Intent.values, False),
        ("severity", Severity.values, True),
        ("occurrence_likelihood", LIKELIHOOD_ORDER, False),
        ("occurrence_confidence", CONFIDENCE_ORDER, False),
        ("breach_likelihood", LIKELIHOOD_ORDER, True),
        ("breach_confidence", CONFIDENCE_ORDER, True),
        ("attribution_likelihood", LIKELIHOOD_ORDER, True),
        ("attribution_confidence", CONFIDENCE_ORDER, True),
        ("intent_confidence", CONFIDENCE_ORDER, True),
    )
    for name, allowed, may_be_blank in lists:
        value = getattr(answers, name)
        if value not in allowed and not (may_be_blank and not value):
            found[name].append(_("Choose an answer from the list."))
    return len(found) > before


def _check_attribution(
    answers: Answers,
    found: dict[str, list[str]],
    *,
    breach: bool,
    parties: Collection[str],
    bound: Collection[str],
) -> None:
    asked = answers.attribution != Attribution.NOT_ASKED
    if breach and not asked:
        found["attribution"].append(_("Say which party, or “not attributable”."))
    if not breach and asked:
        found["attribution"].append(_("Without a breach this question is not asked."))
    attributed = answers.attribution == Attribution.ATTRIBUTED
    if attributed and not answers.parties:
        found["parties"].append(_("Name the party."))
    if not attributed and answers.parties:
        found["parties"].append(_("Name a party only together with “attributed to a party”."))
    if any(code not in parties for code in answers.parties):
        found["parties"].append(_("Choose from the parties of this agreement."))
    elif any(code not in bound for code in answers.parties):
        found["parties"].append(_("This party was not bound by the agreement at the time."))


def _check_standard(answers: Answers, found: dict[str, list[str]], *, floor: str) -> None:
    """An affirmative answer needs a likelihood at or above the mechanism's standard of proof."""
    affirmed = (
        ("occurrence", answers.occurrence == Occurrence.OCCURRED, Occurrence.NOT_ESTABLISHED),
        ("breach", answers.breach == Breach.BREACH, Breach.NOT_ESTABLISHED),
        (
            "attribution",
            answers.attribution == Attribution.ATTRIBUTED,
            Attribution.NOT_ATTRIBUTABLE,
        ),
    )
    for question, says_so, honest in affirmed:
        name = f"{question}_likelihood"
        likelihood = getattr(answers, name)
        if says_so and likelihood and not reaches(likelihood, floor=floor):
            found[name].append(
                _(
                    "The mechanism’s standard of proof asks for at least “%(floor)s”. With what "
                    "you hold likely, the honest answer is “%(answer)s”."
                )
                % {"floor": Likelihood(floor).label, "answer": honest.label}
            )
    denied = answers.occurrence == Occurrence.DID_NOT_OCCUR
    if denied and reaches(answers.occurrence_likelihood, floor=Likelihood.ROUGHLY_EVEN):
        found["occurrence_likelihood"].append(
            _("You say that it did not happen, but hold it at least as likely as not.")
        )


def _check_strength(answers: Answers, found: dict[str, list[str]]) -> None:
    for question, asked in (
        ("breach", answers.breach in (Breach.BREACH, Breach.NO_BREACH)),
        ("attribution", answers.attribution == Attribution.ATTRIBUTED),
    ):
        for measure in ("likelihood", "confidence"):
            name = f"{question}_{measure}"
            if asked and not getattr(answers, name):
                found[name].append(_("Say how likely your answer is, and how good its evidence."))


def _check_reasons(
    found: dict[str, list[str]],
    *,
    reasons: str,
    cited: Collection[str],
    citable: Collection[str],
) -> None:
    if not REASONS_LEAST <= len(reasons.strip()) <= REASONS_MOST:
        found["reasons"].append(_("Give your reasons in 20 to 10,000 characters."))
    if "\x00" in reasons:
        found["reasons"].append(_("Remove the invisible NUL character."))
    if not cited:
        found["cited_reports"].append(
            _("Cite at least one report or statement your reasons rest on.")
        )
    elif not set(cited) <= set(citable):
        found["cited_reports"].append(_("Cite only what belongs to this case."))
