"""States of a bundle, and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class BundleState(models.TextChoices):
    REQUESTED = "bundle_requested", _("Awaiting a second person")
    APPROVED = "bundle_approved", _("Being built")
    READY = "bundle_ready", _("Ready to be fetched")
    REFUSED = "bundle_refused", _("Refused")
    REVOKED = "bundle_revoked", _("Revoked")


MOVES: Moves = {
    BundleState.REQUESTED: frozenset(
        {BundleState.APPROVED, BundleState.REFUSED, BundleState.REVOKED}
    ),
    BundleState.APPROVED: frozenset({BundleState.READY, BundleState.REVOKED}),
    BundleState.READY: frozenset({BundleState.REVOKED}),
    BundleState.REFUSED: frozenset(),
    BundleState.REVOKED: frozenset(),
}
