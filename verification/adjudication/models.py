"""Case, Seat, Ballot, Decision."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from reports.agreement.models import Likelihood, Severity
from reports.identity import new_key
from reports.journal.models import append_only, checked_at_commit
from verification.adjudication import answers as a
from verification.adjudication.drafting import Typed
from verification.adjudication.states import CaseState


def _word(choices: type[models.TextChoices], *, blank: bool = True) -> models.CharField:
    return models.CharField(max_length=20, choices=choices.choices, blank=blank)


class Case(models.Model):
    """One incident before one panel."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="cases"
    )
    round = models.PositiveSmallIntegerField(default=1)
    quorum = models.PositiveSmallIntegerField()
    # How the panel was drawn: anybody can draw it again.
    panel_seed = models.CharField(max_length=64)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases_opened"
    )
    opened_at = models.DateTimeField()
    ballots_due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.BALLOTING)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "round"], name="case_round_is_unique"),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(state="balloting"),
                name="incident_has_one_open_case",
            ),
            models.CheckConstraint(condition=Q(quorum__gte=2), name="case_quorum_is_two_or_more"),
        ]
        triggers = checked_at_commit(
            "case_life_holds",
            "verification_check_case_life(NEW.incident_id)",
            pgtrigger.Insert | pgtrigger.UpdateOf("state"),
        )

    def __str__(self) -> str:
        return f"{self.incident_id} round {self.round}"


class RecusalKind(models.TextChoices):
    DECLARED = "declared", "declared"
    BY_RULE = "by_rule", "found by rule"
    OVERRIDE = "override", "the chair’s override"


class Seat(models.Model):
    """One reviewer's place on a panel, with the alignment they had when seated."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="seats")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats"
    )
    number = models.PositiveSmallIntegerField()
    alignment = models.CharField(max_length=12, blank=True)
    seated_at = models.DateTimeField()
    # When its holder declared that nothing ties them to the case; no ballot without it.
    declared_at = models.DateTimeField(null=True)
    recused_at = models.DateTimeField(null=True)
    recusal_kind = models.CharField(max_length=10, choices=RecusalKind.choices, blank=True)
    recusal_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "reviewer"], name="reviewer_sits_once"),
            models.UniqueConstraint(fields=["case", "number"], name="seat_number_is_unique"),
            models.CheckConstraint(
                condition=Q(recused_at=None, recusal_reason="")
                | Q(recused_at__isnull=False) & ~Q(recusal_reason=""),
                name="recusal_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(declared_at=None) | Q(declared_at__gte=F("seated_at")),
                name="interest_is_declared_after_seating",
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.number} of {self.case_id}"


class PanelDraw(models.Model):
    """One draw with all it looked at, so that anybody can draw it again; names nobody."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=20)
    seed = models.CharField(max_length=80)
    size = models.PositiveSmallIntegerField()  # seats to fill
    concerned = ArrayField(models.CharField(max_length=12))
    staying = models.JSONField(default=list)  # entries of those who sit already
    eligible = models.JSONField()  # entries, by ticket (adjudication/drawing.py)
    chosen = ArrayField(models.CharField(max_length=64))  # tickets, in seat order
    seats = ArrayField(models.PositiveSmallIntegerField())  # numbers of the seats filled
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="panel_draw_number_is_unique"),
            models.CheckConstraint(
                condition=Q(chosen__len=F("size"), seats__len=F("size")),
                name="panel_draw_fills_its_seats",
            ),
        ]
        triggers = append_only("panel_draw")

    def __str__(self) -> str:
        return f"draw {self.number} for {self.case_id}"

    def record(self) -> dict[str, Any]:
        """Return what is published of it: every field the draw looks at, and whom it chose."""
        return {
            "method": self.method,
            "seed": self.seed,
            "size": self.size,
            "concerned": list(self.concerned),
            "staying": list(self.staying),
            "eligible": list(self.eligible),
            "chosen": list(self.chosen),
        }


class FiveAnswers(models.Model):
    """The five answers as columns; shared by ballots and decisions."""

    occurrence = _word(a.Occurrence, blank=False)
    occurrence_likelihood = _word(Likelihood)
    occurrence_confidence = _word(a.Confidence)
    breach = _word(a.Breach, blank=False)
    breach_likelihood = _word(Likelihood)
    breach_confidence = _word(a.Confidence)
    clause = models.ForeignKey("reports.Clause", null=True, on_delete=models.PROTECT)
    attribution = _word(a.Attribution, blank=False)
    parties = ArrayField(models.CharField(max_length=12), default=list)
    attribution_likelihood = _word(Likelihood)
    attribution_confidence = _word(a.Confidence)
    intent = _word(a.Intent, blank=False)
    intent_confidence = _word(a.Confidence)
    severity = _word(Severity)
    reasons = models.TextField()
    cited_reports = ArrayField(models.UUIDField())

    class Meta:
        abstract = True

    def answers(self) -> a.Answers:
        """Return the answers as the pure rules read them."""
        return a.Answers(
            occurrence=self.occurrence,
            occurrence_likelihood=self.occurrence_likelihood,
            occurrence_confidence=self.occurrence_confidence,
            breach=self.breach,
            breach_likelihood=self.breach_likelihood,
            breach_confidence=self.breach_confidence,
            clause=self.clause.code if self.clause is not None else "",
            attribution=self.attribution,
            parties=tuple(self.parties),
            attribution_likelihood=self.attribution_likelihood,
            attribution_confidence=self.attribution_confidence,
            intent=self.intent,
            intent_confidence=self.intent_confidence,
            severity=self.severity,
        )


def _answer_constraints(noun: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(attribution="attributed", parties__len__gt=0)
            | ~Q(attribution="attributed") & Q(parties__len=0),
            name=f"{noun}_names_party_or_says_unattributable",
        ),
        models.CheckConstraint(
            condition=~Q(breach="breach") | Q(clause__isnull=False),
            name=f"{noun}_of_violation_names_a_clause",
        ),
        models.CheckConstraint(
            condition=~Q(attribution="attributed") | Q(breach="breach"),
            name=f"{noun}_attributes_only_violations",
        ),
        models.CheckConstraint(
            condition=~Q(reasons="") & Q(cited_reports__len__gt=0),
            name=f"{noun}_gives_and_cites_reasons",
        ),
    ]


# Held by the database too: whoever has not declared their interest has no vote.
DECLARED_FIRST = pgtrigger.Trigger(
    name="ballot_follows_declaration",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    func="""
        IF NOT EXISTS (SELECT 1 FROM verification_seat
                        WHERE id = NEW.seat_id AND declared_at IS NOT NULL
                          AND recused_at IS NULL) THEN
            RAISE EXCEPTION 'a ballot needs a seat whose holder declared no interest'
                  USING ERRCODE = 'check_violation', CONSTRAINT = 'ballot_follows_declaration';
        END IF;
        RETURN NEW;
    """,
)


class Ballot(FiveAnswers):
    """One reviewer's sealed answers; never changed. A second one is a new, dated row."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ballots")
    seat = models.OneToOneField(Seat, on_delete=models.PROTECT, related_name="ballot")
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = _answer_constraints("ballot")
        triggers = [*append_only("ballot"), DECLARED_FIRST]

    def __str__(self) -> str:
        return f"ballot of {self.seat_id}"


# Held by the database too: nobody looks at others' ballots before giving their own first one.
UNSEALED_FIRST = pgtrigger.Trigger(
    name="second_ballot_follows_unsealing",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    func="""
        IF EXISTS (SELECT 1 FROM verification_ballot one
                     JOIN verification_case held ON held.id = one.case_id
                    WHERE one.id = NEW.first_id
                      AND (held.state <> 'balloting' OR EXISTS (
                           SELECT 1 FROM verification_seat sits
                            WHERE sits.case_id = held.id AND sits.recused_at IS NULL
                              AND NOT EXISTS (SELECT 1 FROM verification_ballot own
                                               WHERE own.seat_id = sits.id)))) THEN
            RAISE EXCEPTION 'a second ballot needs all first ones sealed, and no decision'
                  USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'second_ballot_follows_unsealing';
        END IF;
        RETURN NEW;
    """,
)


class SecondBallot(FiveAnswers):
    """What a reviewer holds after the unsealing, with the reason; the first ballot stays.

    One may be sealed of one's own accord, and one more each time the file grows after the last.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    first = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="seconds")
    number = models.PositiveSmallIntegerField(default=2)
    confirms = models.BooleanField(default=False)  # the answers are those of the ballot before
    why = models.TextField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            *_answer_constraints("second_ballot"),
            models.CheckConstraint(condition=~Q(why=""), name="second_ballot_says_why"),
            models.UniqueConstraint(
                fields=["first", "number"], name="second_ballot_number_is_unique"
            ),
        ]
        triggers = [*append_only("second_ballot"), UNSEALED_FIRST]

    def __str__(self) -> str:
        return f"second ballot of {self.first_id}"

    @property
    def seat(self) -> Seat:
        """Return the seat it was sealed from."""
        return self.first.seat


class DraftBallot(models.Model):
    """What a reviewer has typed so far; read by nobody else, gone when the ballot is sealed."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    seat = models.OneToOneField(Seat, on_delete=models.PROTECT, related_name="draft")
    answers = models.JSONField(default=dict)  # {name of an answer: code}, those given
    parties = ArrayField(models.CharField(max_length=40), default=list)
    reasons = models.TextField(blank=True)
    cited_reports = ArrayField(models.UUIDField(), default=list)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"draft of {self.seat_id}"

    def typed(self) -> Typed:
        """Return what was typed as the pure rules read it."""
        return Typed(
            answers=self.answers,
            parties=tuple(self.parties),
            reasons=self.reasons,
            cited=tuple(str(key) for key in self.cited_reports),
        )


class Decision(FiveAnswers):
    """The panel's answers; never edited. Reopening makes a new one that overrides this."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="decision")
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="decisions"
    )
    outcome = _word(a.Outcome, blank=False)
    standard_of_proof = models.CharField(max_length=40)
    dissents = models.JSONField(default=list)  # [{seat, answers, reasons}]
    n_ballots = models.PositiveSmallIntegerField()
    carried_from = models.CharField(max_length=200, blank=True)  # the mechanism that ruled
    score = models.ForeignKey("verification.Score", null=True, on_delete=models.PROTECT)
    overrides = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="overridden_by"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["incident", "-decided_at"], name="decision_by_incident")]
        constraints = [
            *_answer_constraints("decision"),
            models.CheckConstraint(
                # A ruling carried over from another mechanism rests on its publication.
                condition=Q(n_ballots__gte=2, carried_from="")
                | Q(n_ballots=0) & ~Q(carried_from=""),
                name="decision_rests_on_two_ballots_or_more",
            ),
        ]
        triggers = [
            *append_only("decision"),
            *checked_at_commit(
                "decision_life_holds",
                "verification_check_case_life(NEW.incident_id)",
                pgtrigger.Insert,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.incident_id}"
