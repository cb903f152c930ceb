"""An agreement is recorded whole from a plain document, and read back by its instants."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from reports.agreement.actions import record_agreement
from reports.agreement.models import ActKind, Affiliation, Agreement
from reports.agreement.queries import (
    act_kinds,
    agreement_by_slug,
    agreements,
    clauses_in_force,
    parties_of,
    periods_in_force,
    versions_of,
)
from reports.journal.kinds import Kind
from reports.problems import NotFound
from tests.factories import NOW, SEEDS, World, act_rows
from tests.proofs import no_trace, one_event

NOON = datetime(2020, 10, 10, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def document(**changes: Any) -> dict[str, Any]:
    text = (SEEDS / "agreement" / "nk2020.json").read_text(encoding="utf-8")
    return {**json.loads(text), **changes}


def test_it_is_recorded_with_one_event(world: World) -> None:
    with one_event(Kind.AGREEMENT_RECORDED):
        other = record_agreement(
            document=document(slug="other", prefix="OTH"), by=world.operator, at=NOW
        )
    assert agreements() == [world.agreement, other]
    assert [party.code for party in parties_of(other.pk)] == ["ARM", "AZE"]
    assert Affiliation.objects.filter(party__agreement=other).count() == 4


def test_a_clause_may_speak_of_a_zone_of_its_own(world: World) -> None:
    zone = {"type": "Polygon", "coordinates": [[[46, 39], [47, 39], [47, 40], [46, 39]]]}
    told = document(slug="other", prefix="OTH")
    told["versions"][0]["clauses"][0]["zone"] = zone
    other = record_agreement(document=told, by=world.operator, at=NOW)
    first, *others = clauses_in_force(other.pk, window=(NOON, NOON + HOUR))
    assert first.zone == zone
    assert {clause.zone for clause in others} == {None}


def test_what_breaks_off_leaves_nothing(world: World) -> None:
    for broken in ({"slug": "nk2020"}, {"slug": "other", "prefix": "NK20"}):
        with no_trace(), pytest.raises(IntegrityError), transaction.atomic():
            record_agreement(document=document(**broken), by=None, at=NOW)


def test_local_instants_are_kept_in_utc(world: World) -> None:
    (period,) = periods_in_force(world.agreement.pk)
    assert period.begins == NOON
    assert period.ends == datetime(2020, 11, 9, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "act", "codes"),
    [
        (NOON, NOON + HOUR, None, ["1", "2", "3", "4"]),
        (NOON, NOON + HOUR, "shelling", ["1"]),
        (NOON, NOON + HOUR, "mine_laying", []),
        (NOON - HOUR, NOON, None, []),  # half-open: it ends as the text begins
        (NOON - HOUR, NOON + HOUR, "shelling", ["1"]),
    ],
)
def test_clauses_in_force(
    world: World, begins: datetime, ends: datetime, act: str | None, codes: list[str]
) -> None:
    found = clauses_in_force(world.agreement.pk, window=(begins, ends), act=act)
    assert [clause.code for clause in found] == codes


def test_reference_lists(world: World) -> None:
    assert [kind.code for kind in act_kinds()] == [row["code"] for row in act_rows()]
    assert ActKind.objects.filter(severity="").count() == 0
    (version,) = versions_of(world.agreement.pk)
    assert {clause.title for clause in version.clauses.all()}
    assert agreement_by_slug("nk2020") == world.agreement
    with pytest.raises(NotFound):
        agreement_by_slug("nowhere")
    assert Agreement.objects.get().title
