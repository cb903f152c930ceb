"""OpenKey (the way back to a report), Invite and SpentPass. None leads to a person or a machine."""

from __future__ import annotations

from django.db import models


class OpenKey(models.Model):
    """A keyed hash of a report’s secret; erasing the report destroys it."""

    report = models.OneToOneField(
        "reports.Report", primary_key=True, on_delete=models.PROTECT, related_name="open_key"
    )
    hashed = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.report_id)


class Invite(models.Model):
    """One unused invite, by a keyed hash of its code. Using it deletes it: nothing stays to link.

    Its key is random and says no time; nobody is named as its maker.
    """

    hashed = models.CharField(primary_key=True, max_length=64)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    expires_on = models.DateField()

    def __str__(self) -> str:
        return f"until {self.expires_on}"


class SpentPass(models.Model):
    """A pass that was used, kept until it would have expired, so that it is used once."""

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField()  # full hours

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"
