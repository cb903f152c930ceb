"""Writes of mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.agreement.queries import act_kinds, parties_of
from reports.imports.models import ColumnMapping
from reports.imports.rules import GRADES, KINDS, mapping_problems
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import Source, User
from reports.people.permissions import require
from reports.problems import Invalid, StaleState


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """How files are read, as handed over by a door: not yet trusted."""

    agreement: Agreement
    name: str
    shape: str
    source: Source
    licence: str
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def save_mapping(
    *,
    draft: MappingDraft,
    by: User,
    at: datetime,
    replaces: ColumnMapping | None = None,
    seen: int = 0,
) -> ColumnMapping:
    """Save how a partner's files are read, or replace what was saved.

    Needs: report.import; somebody of an organisation; a source of that organisation that is no
    person, no party and graded C to F. `seen` is the version one replaces.
    Leaves: ColumnMapping, mapping.saved. Errors: Invalid; StaleState.
    """
    role = require(by, "report.import", at=at, agreement_id=draft.agreement.pk)
    problems = _problems(draft, by, replaces)
    if problems:
        raise Invalid(errors=problems)
    said = {
        "name": draft.name.strip(),
        "shape": draft.shape,
        "source": draft.source,
        "licence": draft.licence.strip(),
        "columns": dict(draft.columns),
        "values": {name: dict(meant) for name, meant in draft.values.items()},
        "fixed": dict(draft.fixed),
        "saved_by": by,
        "saved_at": at,
    }
    try:
        with transaction.atomic():
            mapping = _written(draft, said, by, replaces, seen)
    except IntegrityError as error:
        raise Invalid(errors={"name": [_("There is a mapping of this name.")]}) from error
    record_event(
        kind=Kind.MAPPING_SAVED,
        subject=mapping,
        by=by,
        at=at,
        acting_as=role,
        payload={"version": mapping.version},
    )
    return mapping


def _written(
    draft: MappingDraft,
    said: dict[str, object],
    by: User,
    replaces: ColumnMapping | None,
    seen: int,
) -> ColumnMapping:
    if replaces is None:
        return ColumnMapping.objects.create(  # type: ignore[misc] # checked in _problems
            organisation=by.organisation, agreement=draft.agreement, **said
        )
    rows = ColumnMapping.objects.filter(pk=replaces.pk, version=seen)
    if rows.update(**said, version=F("version") + 1) != 1:
        raise StaleState(_("Read the mapping again: somebody changed it."))
    replaces.refresh_from_db()
    return replaces


def _problems(
    draft: MappingDraft, by: User, replaces: ColumnMapping | None
) -> dict[str, list[str]]:
    found = mapping_problems(
        shape=draft.shape,
        columns=draft.columns,
        values=draft.values,
        fixed=draft.fixed,
        acts={act.code for act in act_kinds()},
        parties={party.code for party in parties_of(draft.agreement.pk)},
    )
    if replaces is not None and (replaces.organisation_id, replaces.agreement_id) != (
        by.organisation_id,
        draft.agreement.pk,
    ):
        found["name"] = [_("Only the organisation it belongs to can change a mapping.")]
    elif not 1 <= len(draft.name.strip()) <= 80:
        found["name"] = [_("Give the mapping a name of at most 80 characters.")]
    if not 1 <= len(draft.licence.strip()) <= 200:
        found["licence"] = [_("Name the licence or the permission under which you hold the rows.")]
    if by.organisation_id is None:
        found["source"] = [_("Your account belongs to no organisation; ask an operator.")]
    elif draft.source.organisation_id != by.organisation_id or draft.source.user_id is not None:
        found["source"] = [_("Choose a source of your own organisation.")]
    elif draft.source.kind not in KINDS or draft.source.grade not in GRADES:
        found["source"] = [
            _("Rows come from a partner, an organisation, media or a third state, graded C to F.")
        ]
    return found
