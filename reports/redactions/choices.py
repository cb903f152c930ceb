"""The closed lists of redactions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShownTo(models.TextChoices):
    """Who may see a redacted copy, beside those who judge."""

    HOUSE = "house", _("Only those who judge")
    PARTIES = "parties", _("Also the parties that are accused, through their liaisons")
