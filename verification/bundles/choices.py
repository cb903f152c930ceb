"""The closed lists of bundles."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Contents(models.TextChoices):
    """How much of each file a bundle holds."""

    ORIGINALS = "originals", _("Originals, working copies and redacted copies")
    COPIES = "copies", _("Working copies and redacted copies, no original")
    SHOWN = "shown", _("Only the redacted copies that were made for the parties")
