"""States of a recommendation and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.journal.actions import Moves


class RecommendationState(models.TextChoices):
    ISSUED = "issued", _("Issued")
    ACCEPTED = "accepted_by_party", _("Accepted by the party")
    DECLINED = "declined_by_party", _("Declined by the party")
    REPORTED = "compliance_reported", _("Compliance reported, to be checked")
    COMPLIED = "complied", _("Complied with")
    NOT_COMPLIED = "not_complied", _("Not complied with")
    WITHDRAWN = "recommendation_withdrawn", _("Withdrawn by the mechanism")


_S = RecommendationState
MOVES: Moves = {
    _S.ISSUED: frozenset({_S.ACCEPTED, _S.DECLINED, _S.REPORTED, _S.NOT_COMPLIED, _S.WITHDRAWN}),
    _S.ACCEPTED: frozenset({_S.DECLINED, _S.REPORTED, _S.NOT_COMPLIED, _S.WITHDRAWN}),
    _S.DECLINED: frozenset({_S.ACCEPTED, _S.REPORTED, _S.NOT_COMPLIED, _S.WITHDRAWN}),
    _S.REPORTED: frozenset({_S.COMPLIED, _S.NOT_COMPLIED, _S.WITHDRAWN}),
    _S.NOT_COMPLIED: frozenset({_S.REPORTED, _S.WITHDRAWN}),  # late compliance is compliance
    _S.COMPLIED: frozenset({_S.NOT_COMPLIED}),  # what was done can be undone
    _S.WITHDRAWN: frozenset(),
}
# The party is waited for: past its day such a recommendation is overdue.
AWAITED = frozenset({_S.ISSUED, _S.ACCEPTED, _S.DECLINED})
ANSWERS = frozenset({_S.ACCEPTED, _S.DECLINED})
ASSESSED = frozenset({_S.COMPLIED, _S.NOT_COMPLIED})
