"""Watch: somebody (or something) was looking at an area for a period."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.identity import new_key


class WatchState(models.TextChoices):
    ACTIVE = "active", _("Watching")
    DOWN = "down", _("Out of service")
    DENIED = "denied", _("Access denied")


INSTRUMENTS = ("recorded", "measured")  # means that can be out of service


class Watch(models.Model):
    """A half-open period in which a source watched an area, could not, or was kept out."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    agreement = models.ForeignKey("reports.Agreement", on_delete=models.PROTECT)
    source = models.ForeignKey("reports.Source", on_delete=models.PROTECT)
    place = models.ForeignKey("reports.Place", on_delete=models.PROTECT)
    watched_from = models.DateTimeField()
    watched_until = models.DateTimeField(null=True)
    means = models.CharField(max_length=20, default="saw")
    state = models.CharField(max_length=10, choices=WatchState.choices, default=WatchState.ACTIVE)
    denied_by = models.ForeignKey("reports.Party", null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(watched_until=None) | Q(watched_until__gt=F("watched_from")),
                name="watch_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(denied_by=None) | Q(state="denied"), name="watch_denier_needs_denial"
            ),
            models.CheckConstraint(
                condition=~Q(state="down") | Q(means__in=INSTRUMENTS),
                name="watch_out_of_service_is_an_instrument",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} from {self.watched_from:%Y-%m-%d %H:%M}"
