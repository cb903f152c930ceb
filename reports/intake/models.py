"""Origin and Report. A report's statement is immutable; only its state moves."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.agreement.models import Likelihood
from reports.identity import new_key, new_receipt
from reports.intake import choices
from reports.intake.states import ReportState
from reports.journal.models import no_truncate


class Origin(models.Model):
    """Where a statement first came from; copies share one origin and count once."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20, choices=choices.OriginKind.choices)
    said_by = models.ForeignKey("reports.Source", on_delete=models.PROTECT)
    key = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    published_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "key"], condition=~Q(key=""), name="origin_key_is_unique"
            )
        ]

    def __str__(self) -> str:
        return self.key or str(self.pk)


STATEMENT_FIELDS = [
    "id",
    "client_uuid",
    "receipt",
    "agreement",
    "source",
    "filed_by",
    "channel",
    "stance",
    "act",
    "means",
    "weapon",
    "observed_from",
    "observed_until",
    "time_precision",
    "received_at",
    "location_kind",
    "place",
    "place_typed",
    "place_accuracy",
    "lat",
    "lon",
    "radius_m",
    "observer_lat",
    "observer_lon",
    "range_m",
    "bearing_deg",
    "range_error_m",
    "bearing_error_deg",
    "end_one",
    "end_other",
    "effect",
    "observation_unit",
    "observation_count",
    "count_qualifier",
    "tolls",
    "accused_kind",
    "accused",
    "narrative",
    "language",
    "origin",
    "publisher",
    "source_url",
    "own_confidence",
    "supersedes",
    "form_version",
    "raw",
    "sha256",
]


class Report(models.Model):
    """One source's statement about one event. Instants in UTC; lengths in metres."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    client_uuid = models.UUIDField(unique=True)
    receipt = models.CharField(max_length=16, unique=True, default=new_receipt)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    source = models.ForeignKey("reports.Source", on_delete=models.PROTECT)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports_filed"
    )
    channel = models.CharField(max_length=10, choices=choices.Channel.choices)
    stance = models.CharField(max_length=10, choices=choices.Stance.choices)
    act = models.ForeignKey("reports.ActKind", on_delete=models.PROTECT)
    means = models.CharField(max_length=10, choices=choices.Means.choices, blank=True)
    weapon = models.CharField(max_length=200, blank=True)
    observed_from = models.DateTimeField()
    observed_until = models.DateTimeField()
    time_precision = models.CharField(max_length=12, choices=choices.TimePrecision.choices)
    received_at = models.DateTimeField()
    location_kind = models.CharField(max_length=10, choices=choices.LocationKind.choices)
    place = models.ForeignKey("reports.Place", null=True, on_delete=models.PROTECT)
    place_typed = models.CharField(max_length=200, blank=True)
    place_accuracy = models.CharField(
        max_length=20, choices=choices.PlaceAccuracy.choices, blank=True
    )
    # Where the event was, computed once at filing from whichever form the location had.
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    radius_m = models.FloatField(null=True)
    observer_lat = models.FloatField(null=True)
    observer_lon = models.FloatField(null=True)
    range_m = models.FloatField(null=True)
    bearing_deg = models.FloatField(null=True)
    range_error_m = models.FloatField(null=True)
    bearing_error_deg = models.FloatField(null=True)
    end_one = models.ForeignKey(
        "reports.Place", null=True, on_delete=models.PROTECT, related_name="+"
    )
    end_other = models.ForeignKey(
        "reports.Place", null=True, on_delete=models.PROTECT, related_name="+"
    )
    effect = models.CharField(max_length=10, choices=choices.Effect.choices)
    observation_unit = models.CharField(
        max_length=12, choices=choices.ObservationUnit.choices, blank=True
    )
    observation_count = models.PositiveIntegerField(null=True)
    count_qualifier = models.CharField(max_length=10, choices=choices.CountQualifier.choices)
    tolls = models.JSONField(default=list)  # [{harm, category, least, best, most}]
    accused_kind = models.CharField(max_length=10, choices=choices.AccusedKind.choices)
    accused = models.ForeignKey("reports.Party", null=True, on_delete=models.PROTECT)
    narrative = models.TextField()
    language = models.CharField(max_length=8)
    origin = models.ForeignKey(Origin, on_delete=models.PROTECT, related_name="reports")
    publisher = models.CharField(max_length=200, blank=True)  # who carried this copy
    source_url = models.URLField(max_length=1000, blank=True)
    own_confidence = models.CharField(max_length=20, choices=Likelihood.choices, blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    form_version = models.CharField(max_length=10)
    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.FILED)
    version = models.PositiveIntegerField(default=1)
    state_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(observed_until__gt=F("observed_from")),
                name="report_window_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(accused_kind="party", accused__isnull=False)
                | (~Q(accused_kind="party") & Q(accused=None)),
                name="report_names_a_party_or_none",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(state_reason=""),
                name="report_rejection_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None, radius_m=None)
                | Q(lat__isnull=False, lon__isnull=False, radius_m__isnull=False),
                name="report_spot_is_whole_or_absent",
            ),
            models.CheckConstraint(
                condition=Q(end_one=None, end_other=None)
                | (Q(location_kind="between", end_one__isnull=False) & ~Q(end_other=F("end_one"))),
                name="report_lies_between_two_places",
            ),
        ]
        indexes = [
            models.Index(fields=["agreement", "state", "received_at"], name="report_inbox"),
            models.Index(fields=["filed_by", "-received_at"], name="report_own_list"),
            # What waits for an incident is found among these by their ids alone.
            models.Index(
                fields=["agreement", "received_at", "id"],
                condition=Q(state="accepted"),
                name="report_accepted",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="report_statement_is_immutable", fields=STATEMENT_FIELDS),
            pgtrigger.Protect(name="report_no_delete", operation=pgtrigger.Delete),
            no_truncate("report"),
        ]

    def __str__(self) -> str:
        return self.receipt
