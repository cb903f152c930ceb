"""ColumnMapping, Import, ImportedRow, ImportProblem."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.identity import new_key
from reports.imports.choices import Format, Shape
from reports.imports.states import ImportState


class ColumnMapping(models.Model):
    """How a partner's files are read, and as whose statements; kept for the next file."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey("reports.Organisation", on_delete=models.PROTECT)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    name = models.CharField(max_length=80)
    shape = models.CharField(max_length=10, choices=Shape.choices)
    source = models.ForeignKey("reports.Source", on_delete=models.PROTECT)
    licence = models.CharField(max_length=200)
    columns = models.JSONField(default=dict)  # our field -> their column
    values = models.JSONField(default=dict)  # our field -> {their value: ours}
    fixed = models.JSONField(default=dict)  # our field -> what every row says
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "agreement", "name"], name="mapping_name_is_unique"
            ),
            models.CheckConstraint(condition=~Q(licence=""), name="mapping_names_its_licence"),
        ]

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """One file on its way into the record. Its progress is kept with the rows it brought."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    client_uuid = models.UUIDField()
    mapping = models.ForeignKey(ColumnMapping, on_delete=models.PROTECT, related_name="imports")
    spec = models.JSONField()  # the mapping as it was when the file came
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports"
    )
    requested_at = models.DateTimeField()
    format = models.CharField(max_length=10, choices=Format.choices)
    dry_run = models.BooleanField()
    sha256 = models.CharField(max_length=64)  # of the file as it came
    size = models.PositiveBigIntegerField()  # bytes to be read
    header = models.JSONField(default=list)  # names of the columns
    delimiter = models.CharField(max_length=1, blank=True)

    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.QUEUED)
    version = models.PositiveIntegerField(default=1)
    state_reason = models.CharField(max_length=300, blank=True)
    position = models.PositiveBigIntegerField(default=0)  # bytes that have been read
    row = models.PositiveIntegerField(default=0)  # the last one read, as a spreadsheet counts
    n_read = models.PositiveIntegerField(default=0)
    n_filed = models.PositiveIntegerField(default=0)
    n_corrected = models.PositiveIntegerField(default=0)
    n_unchanged = models.PositiveIntegerField(default=0)
    n_refused = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)  # of its next batch, one after another
    touched_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by", "client_uuid"], name="import_is_asked_for_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    n_read=F("n_filed") + F("n_corrected") + F("n_unchanged") + F("n_refused")
                ),
                name="import_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(position__lte=F("size")), name="import_reads_no_further_than_its_file"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], ended_at=None)
                | (~Q(state__in=["queued", "running"]) & Q(ended_at__isnull=False)),
                name="import_end_is_dated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["touched_at", "id"],
                condition=Q(state__in=["queued", "running"]),
                name="import_going",
            ),
            models.Index(fields=["mapping", "-requested_at"], name="import_by_mapping"),
        ]

    def __str__(self) -> str:
        return f"{self.format} of {self.requested_at:%Y-%m-%d %H:%M}"

    @property
    def progress(self) -> float:
        """Return the share of the file that was read; none before the first row, whatever the
        names of the columns take up."""
        if self.ended_at is None and not self.n_read:
            return 0.0
        return self.position / self.size if self.size else 1.0


class ImportedRow(models.Model):
    """That a record of a source was taken in, and as which report: for good, against doubles."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    source = models.ForeignKey("reports.Source", on_delete=models.PROTECT)
    external_id = models.CharField(max_length=120)
    report = models.OneToOneField(
        "reports.Report", on_delete=models.PROTECT, related_name="imported_row"
    )
    brought_by = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="rows")
    row = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "source", "external_id"], name="imported_row_is_taken_once"
            )
        ]

    def __str__(self) -> str:
        return self.external_id


class ImportProblem(models.Model):
    """Why a row was refused: which row, which field, what is wrong. Never what the cell held."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="problems")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=20)
    reason = models.CharField(max_length=400, blank=True)  # of a broken rule, in English

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["of", "row", "field", "code"], name="import_problem_is_told_once"
            )
        ]

    def __str__(self) -> str:
        return f"row {self.row}: {self.code}"
