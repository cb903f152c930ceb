"""Finding and Correction, never edited; and rows kept of what is public, which may be thrown away.

PublicRow, DayCount and AreaCount are derived: `manage.py public_rows --rebuild` makes them again.
ChangedFile and ReportCount are written by triggers, in the transaction of the change itself.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.journal.models import append_only
from verification.adjudication.answers import Outcome
from verification.publication.shapes import SHAPES, WITHHELD


class Finding(models.Model):
    """What the public was told, when. A later version of the same incident supersedes it."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    incident = models.ForeignKey(
        "verification.Incident", on_delete=models.PROTECT, related_name="findings"
    )
    decision = models.OneToOneField("verification.Decision", null=True, on_delete=models.PROTECT)
    code = models.CharField(max_length=24, unique=True)
    version = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    published_at = models.DateTimeField()
    content = models.JSONField()  # the allow-listed fields, as published

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "version"], name="finding_version_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(outcome="inadmissible") | Q(decision__isnull=False),
                name="finding_rests_on_a_decision",
            ),
        ]
        indexes = [models.Index(fields=["-published_at"], name="finding_latest")]
        triggers = append_only("finding")

    def __str__(self) -> str:
        return self.code


class Correction(models.Model):
    """A public, dated change to a finding: which one took its place, what differs, and why."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="corrects")
    corrected = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="corrected_by")
    reopening = models.ForeignKey("verification.Reopening", null=True, on_delete=models.PROTECT)
    changes = models.JSONField(default=list)  # [{question, before, after}], codes; [] if upheld
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(finding=F("corrected")), name="correction_is_of_another_finding"
            )
        ]
        indexes = [models.Index(fields=["-published_at"], name="correction_latest")]
        triggers = append_only("correction")

    def __str__(self) -> str:
        return f"{self.corrected_id} by {self.finding_id}"


class PublicRow(models.Model):
    """One incident as the public may know it: the allow-list, in columns (metres, local days)."""

    incident = models.OneToOneField(
        "verification.Incident", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, unique=True)
    act = models.CharField(max_length=40)
    state = models.CharField(max_length=14)
    category = models.CharField(max_length=20)  # class of the partition
    shape = models.CharField(max_length=12)
    window_from = models.DateTimeField()
    window_until = models.DateTimeField()
    precision = models.CharField(max_length=12)
    first_day = models.DateField()
    last_day = models.DateField()
    area = models.CharField(max_length=60, blank=True)  # key of the named place, or the cell
    place_id = models.UUIDField(null=True)
    cell = models.CharField(max_length=16, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    radius_m = models.FloatField(null=True)
    accused = ArrayField(models.CharField(max_length=12), default=list)
    attributed = ArrayField(models.CharField(max_length=12), default=list)
    replies = ArrayField(models.CharField(max_length=32), default=list)  # "ARM-denies"
    admissibility = models.CharField(max_length=12)
    counted = models.BooleanField()  # whether the standings count it
    reasons = models.JSONField(default=list)
    ruling = models.TextField(blank=True)
    n_reports = models.PositiveIntegerField()
    n_public = models.PositiveIntegerField()
    n_origins = models.PositiveIntegerField()
    n_home = models.PositiveIntegerField()  # accepted reports that are counted here
    n_copies = models.PositiveIntegerField()  # of these, copies of an origin counted already
    finding_code = models.CharField(max_length=24, blank=True)
    found_at = models.DateTimeField(null=True)  # when that finding was published
    outcome = models.CharField(max_length=20, blank=True)
    severity = models.CharField(max_length=12, blank=True)
    withheld_until = models.DateTimeField(null=True)  # then nothing above tells of the incident

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(n_copies__lte=F("n_home")),
                name="public_row_copies_are_among_its_reports",
            ),
            models.CheckConstraint(
                condition=Q(withheld_until=None, shape__in=SHAPES)
                | Q(
                    withheld_until__isnull=False,
                    shape=WITHHELD,
                    act="",
                    area="",
                    place_id=None,
                    lat=None,
                    finding_code="",
                    accused=[],
                    n_reports=0,
                ),
                name="public_row_withheld_tells_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["agreement", "-window_from", "code"], name="public_row_latest"),
            models.Index(fields=["agreement", "first_day", "last_day"], name="public_row_by_day"),
            models.Index(fields=["agreement", "area", "-window_from"], name="public_row_by_area"),
            models.Index(  # with what narrows it further, so that it is counted without the rows
                fields=["agreement", "act", "-window_from", "code"],
                include=["accused", "shape"],
                name="public_row_by_act",
            ),
            models.Index(
                fields=["agreement", "-found_at", "code"],
                condition=~Q(finding_code=""),
                name="public_row_by_finding",
            ),
            models.Index(
                fields=["agreement"],
                condition=Q(withheld_until__isnull=False),
                name="public_row_withheld",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PublicCount(models.Model):
    """What every kept count has: the things it is divided by, and its sums."""

    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT, related_name="+")
    shape = models.CharField(max_length=12)
    state = models.CharField(max_length=14)
    category = models.CharField(max_length=20)
    counted = models.BooleanField()
    accused = ArrayField(models.CharField(max_length=12), default=list)
    n = models.PositiveIntegerField()
    n_home = models.PositiveIntegerField(default=0)
    n_copies = models.PositiveIntegerField(default=0)
    n_found = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class DayCount(PublicCount):
    """How many public rows begin on a day, by what divides them; sums of their reports beside."""

    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["agreement", "first_day"], name="day_count_by_day")]

    def __str__(self) -> str:
        return f"{self.first_day}: {self.n}"


class AreaCount(PublicCount):
    """How many public rows lie in an area (a named place or an area of several)."""

    area = models.CharField(max_length=60)
    place_id = models.UUIDField(null=True)
    cell = models.CharField(max_length=16)

    class Meta:
        indexes = [models.Index(fields=["agreement", "area"], name="area_count_by_area")]

    def __str__(self) -> str:
        return f"{self.area}: {self.n}"


class ChangedFile(models.Model):
    """The mark that an incident changed since its public row was kept; written by triggers."""

    incident_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.incident_id)


class ReportCount(models.Model):
    """One step of a count: +1 where a report came into a state, -1 where it left one.

    The sum over a state is exact at every moment; the keeper folds the steps into one row.
    """

    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    n = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["agreement", "state"], name="report_count_by_state")]

    def __str__(self) -> str:
        return f"{self.state}: {self.n:+d}"
