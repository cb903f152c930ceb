"""The closed lists of a reopening: its grounds, who asks, what can be answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Ground(models.TextChoices):
    NEW_EVIDENCE = "new_evidence", _("Evidence the panel did not have")
    OTHER_FINDING = "other_finding", _("An independent body found otherwise")
    ADMISSION = "admission", _("A party now says something else than it answered")
    NOT_HEARD = "not_heard", _("A party concerned was not heard")
    CONFLICT = "conflict", _("A member of the panel had a conflict of interest")
    PROCEDURE = "procedure", _("The procedure was not followed")
    ERROR = "error", _("The decision contains an error of fact")
    WRONG_REPORT = "wrong_report", _("A report on its file tells of another event")


# Triage alone questions a report, on the file's own page, which names it.
OPEN_GROUNDS = [choice for choice in Ground.choices if choice[0] != Ground.WRONG_REPORT]


class Asker(models.TextChoices):
    PARTY = "party", _("A party")
    REVIEWER = "reviewer", _("A reviewer")
    TRIAGE = "triage", _("Triage, of a report on the file")
    RULE = "rule", _("The rule on contradicting material")


class Proposal(models.TextChoices):
    ADMIT = "admit", _("Admit: reopen the case")
    REFUSE = "refuse", _("Refuse: the decision stands")
