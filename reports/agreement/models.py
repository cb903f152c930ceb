"""Agreement, AgreementVersion, Clause, Party, Affiliation, ActKind."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.agreement.naming import localized
from reports.identity import new_key


class Likelihood(models.TextChoices):
    """ICD 203 words of estimative probability; ranges in adjudication/likelihood.py."""

    ALMOST_NO_CHANCE = "almost_no_chance", _("Almost no chance (1–5 %)")
    VERY_UNLIKELY = "very_unlikely", _("Very unlikely (5–20 %)")
    UNLIKELY = "unlikely", _("Unlikely (20–45 %)")
    ROUGHLY_EVEN = "roughly_even", _("Roughly even (45–55 %)")
    LIKELY = "likely", _("Likely (55–80 %)")
    VERY_LIKELY = "very_likely", _("Very likely (80–95 %)")
    ALMOST_CERTAIN = "almost_certain", _("Almost certain (95–99 %)")


class Severity(models.TextChoices):
    MINOR = "minor", _("Minor")
    SERIOUS = "serious", _("Serious")
    GRAVE = "grave", _("Grave")


class Agreement(models.Model):
    """One ceasefire text with its area, its clock and the mechanism's own terms."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    prefix = models.CharField(max_length=8, unique=True)  # of public codes: NK20-0042
    titles = models.JSONField()
    timezone = models.CharField(max_length=40)
    area = models.JSONField()  # GeoJSON polygon, lon/lat
    area_note = models.TextField(blank=True)
    quorum = models.PositiveSmallIntegerField(default=3)
    standard_of_proof = models.CharField(max_length=40, default="balance_of_probabilities")
    # The likelihood at or above which the standard lets the panel say "attributed".
    attribution_floor = models.CharField(
        max_length=20, choices=Likelihood.choices, default=Likelihood.LIKELY
    )
    # How many named inhabited places the area holds that a place is shown as (places/blur.py).
    places_per_area = models.PositiveSmallIntegerField(default=3)
    last_number = models.PositiveIntegerField(default=0)  # of incident codes

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quorum__gte=2), name="agreement_quorum_is_two_or_more"
            ),
            models.CheckConstraint(
                condition=Q(places_per_area__gte=2), name="agreement_area_holds_two_or_more"
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def title(self) -> str:
        return localized(self.titles)


class AgreementVersion(models.Model):
    """A text in force for a half-open period."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    summaries = models.JSONField()
    source_url = models.URLField(blank=True, max_length=500)
    in_force_from = models.DateTimeField()
    in_force_until = models.DateTimeField(null=True)
    # How long each step of a case may take under this text, from when somebody is told to act.
    triage_hours = models.PositiveIntegerField(default=48)
    reply_hours = models.PositiveIntegerField(default=72)
    ballot_hours = models.PositiveIntegerField(default=120)
    decision_hours = models.PositiveIntegerField(default=720)
    recommendation_days = models.PositiveIntegerField(default=30)
    # May reports be filed without an account under this text, and how many within a day?
    open_filing = models.BooleanField(default=False)
    open_daily_cap = models.PositiveIntegerField(default=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"], name="version_number_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    triage_hours__gte=1,
                    reply_hours__gte=1,
                    ballot_hours__gte=1,
                    decision_hours__gte=1,
                    recommendation_days__gte=1,
                    open_daily_cap__gte=1,
                ),
                name="version_gives_time_for_every_step",
            ),
            models.CheckConstraint(
                condition=Q(in_force_until=None) | Q(in_force_until__gt=F("in_force_from")),
                name="version_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} v{self.number}"


class ActKind(models.Model):
    """One kind of act, with the codes other systems use for it."""

    code = models.SlugField(primary_key=True, max_length=40)
    names = models.JSONField()
    definition = models.CharField(max_length=400)  # in English
    definitions = models.JSONField(default=dict)  # in the other languages
    severity = models.CharField(max_length=10, choices=Severity.choices)
    position = models.PositiveSmallIntegerField()
    codes = models.JSONField(default=dict)  # acled, ucdp, cameo, hxl

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return localized(self.names)

    @property
    def meaning(self) -> str:
        """What the kind covers, in the present language."""
        return localized({"en": self.definition, **self.definitions})


class Clause(models.Model):
    """A numbered duty in one version of the text, and the acts it prohibits."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="clauses")
    code = models.CharField(max_length=20)
    titles = models.JSONField()
    summaries = models.JSONField()
    prohibits = models.ManyToManyField(ActKind, related_name="prohibited_by")
    severity = models.CharField(max_length=10, choices=Severity.choices)
    # The zone a clause speaks of (GeoJSON polygon, lon/lat); None: all of the agreement's area.
    zone = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="clause_code_is_unique")
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        return localized(self.titles)


class Party(models.Model):
    """A signatory, or a force in a signatory's tree. Colour and letter say nothing of rank."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="parties")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    code = models.CharField(max_length=12)
    names = models.JSONField()
    signatory = models.BooleanField(default=True)
    colour = models.PositiveSmallIntegerField()  # index in the neutral palette, by alphabet

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "code"], name="party_code_is_unique")
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return localized(self.names)


class Affiliation(models.Model):
    """Which actor counts with which party, from when until when, and who says so."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="affiliations")
    actor = models.CharField(max_length=200)
    affiliated_from = models.DateTimeField()
    affiliated_until = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return self.actor


class Renewal(models.Model):
    """An instant at which the parties restated the text (shown on the timeline)."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="renewals")
    at = models.DateTimeField()
    notes = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.at:%Y-%m-%d}"
