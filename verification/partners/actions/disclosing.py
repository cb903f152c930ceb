"""Writes of what a partner may see beyond the public: granted and withdrawn by a chair."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.identity import new_key
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import may, require
from reports.people.rules import FIELDS
from reports.problems import Invalid, StaleState
from verification.partners.disclosed import partner_of
from verification.partners.models import Disclosure, Pseudonyms
from verification.partners.rules import DISCLOSE, SEE
from verification.partners.sealing import new_secret, sealed

WHY_MOST = 300  # characters


@transaction.atomic
def grant_fields(
    *,
    user: User,
    agreement: Agreement,
    fields: Collection[str],
    why: str,
    by: User,
    at: datetime,
) -> Disclosure:
    """Let one partner see these fields of reports, and no others, from now on.

    Needs: disclosure.grant; a partner under this agreement; a reason.
    Leaves: Disclosure (the one before is ended), the partner's secret where there was none,
    fields.granted. Errors: NotAllowed, Invalid.
    """
    acting_as = require(by, DISCLOSE, at=at, agreement_id=agreement.pk)
    problems = {}
    if not fields or set(fields) - set(FIELDS):
        problems["fields"] = [_("Choose at least one, of those offered.")]
    if not 0 < len(why.strip()) <= WHY_MOST:
        problems["why"] = [_("Give the reason, in at most 300 characters.")]
    if not may(user, SEE, at=at, agreement_id=agreement.pk):
        problems["partner"] = [_("This is no partner here.")]
    if problems:
        raise Invalid(errors=problems)
    User.objects.select_for_update().get(pk=user.pk)  # two at once come one after the other
    if not Pseudonyms.objects.filter(**partner_of(user)).exists():
        key = new_key()
        Pseudonyms.objects.create(pk=key, **partner_of(user), secret=sealed(new_secret(), key))
    open_ones = Disclosure.objects.filter(user=user, agreement=agreement, ended_at=None)
    open_ones.update(ended_at=at)
    chosen = [field for field in FIELDS if field in fields]
    made = Disclosure.objects.create(
        user=user, agreement=agreement, fields=chosen, why=why.strip(), granted_at=at
    )
    record_event(
        kind=Kind.FIELDS_GRANTED,
        subject=made,
        by=by,
        at=at,
        acting_as=acting_as,
        payload={"fields": chosen},
    )
    return made


@transaction.atomic
def withdraw_fields(*, disclosure: Disclosure, by: User, at: datetime) -> Disclosure:
    """Let a partner see no more than the public. Needs: disclosure.grant.

    Leaves: the disclosure ended, fields.withdrawn. Errors: NotAllowed, StaleState.
    """
    acting_as = require(by, DISCLOSE, at=at, agreement_id=disclosure.agreement_id)
    if Disclosure.objects.filter(pk=disclosure.pk, ended_at=None).update(ended_at=at) != 1:
        raise StaleState("This had been withdrawn already.")
    disclosure.ended_at = at
    record_event(kind=Kind.FIELDS_WITHDRAWN, subject=disclosure, by=by, at=at, acting_as=acting_as)
    return disclosure
