"""Organisation, User, Source, RoleGrant, Alignment, ApiKey."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.identity import new_key


class OrganisationKind(models.TextChoices):
    MECHANISM = "mechanism", _("Verification mechanism")
    MISSION = "mission", _("Monitoring mission")
    PARTY = "party", _("Party")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    MEDIA = "media", _("Media")
    PARTNER = "partner", _("Partner")
    THIRD_STATE = "third_state", _("Third state")


class Organisation(models.Model):
    """A body people and sources belong to."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person with an account. The pseudonym is all that other people's pages may show."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    display_name = models.CharField(max_length=120, blank=True)
    pseudonym = models.CharField(max_length=40, unique=True)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="members"
    )

    def __str__(self) -> str:
        return self.display_name or self.username


class Role(models.TextChoices):
    MONITOR = "monitor", _("Monitor")
    TRIAGE = "triage", _("Triage officer")
    REVIEWER = "reviewer", _("Reviewer")
    CHAIR = "chair", _("Chair")
    LIAISON = "liaison", _("Party liaison")
    PUBLISHER = "publisher", _("Publisher")
    PARTNER = "partner", _("Partner")
    OPERATOR = "operator", _("Operator")


class RoleGrant(models.Model):
    """A role held by a person on one agreement (or on all, if none is named), for a period."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    agreement = models.ForeignKey("reports.Agreement", null=True, on_delete=models.PROTECT)
    granted_from = models.DateTimeField()
    granted_until = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="grants_made"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_until=None) | Q(granted_until__gte=F("granted_from")),
                name="role_grant_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "agreement"],
                condition=Q(granted_until=None),
                nulls_distinct=False,
                name="role_is_granted_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.user_id}"


class Alignment(models.Model):
    """With which party an organisation or a person stands, from when until when."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="alignments"
    )
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="alignments")
    party = models.ForeignKey("reports.Party", on_delete=models.PROTECT)
    aligned_from = models.DateTimeField()
    aligned_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, user__isnull=False)
                | Q(organisation__isnull=False, user=None),
                name="alignment_is_of_a_person_or_an_organisation",
            ),
            models.CheckConstraint(
                condition=Q(aligned_until=None) | Q(aligned_until__gt=F("aligned_from")),
                name="alignment_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"aligned with {self.party_id}"


class SourceKind(models.TextChoices):
    MONITOR = "monitor", _("Monitor")
    PARTY = "party", _("Party")
    MEDIA = "media", _("Media")
    NGO = "ngo", _("Civil society")
    PUBLIC = "public", _("Public")
    UNIDENTIFIED = "unidentified", _("Unidentified reporters")
    SENSOR = "sensor", _("Sensor")
    PARTNER = "partner", _("Partner")
    THIRD_STATE = "third_state", _("Third state")


class Grade(models.TextChoices):
    """Reliability of a source (Admiralty code)."""

    A = "A", _("A: completely reliable")
    B = "B", _("B: usually reliable")
    C = "C", _("C: fairly reliable")
    D = "D", _("D: not usually reliable")
    E = "E", _("E: unreliable")
    F = "F", _("F: cannot be judged")


class Source(models.Model):
    """Who says so. A person's own source carries the user; nobody outside triage sees that."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=SourceKind.choices)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="sources"
    )
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="source")
    grade = models.CharField(max_length=1, choices=Grade.choices, default=Grade.F)
    grade_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(grade="F") | ~Q(grade_reason=""),
                name="source_grade_carries_its_reason",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A machine's key: only its SHA-256 is kept; the prefix finds it."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    label = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    hashed = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(null=True)  # a successor was made
    last_used_on = models.DateField(null=True)  # the day alone; never from where
    lent = False  # in memory: it was not shown itself, but a token that it lent

    class Meta:
        indexes = [models.Index(fields=["user", "-issued_at"], name="key_by_person")]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.label}"
