"""Published tables rebuilt: records add up to every figure that its table does not contradict."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from reports.agreement.actions import record_agreement
from reports.agreement.queries import agreement_by_slug
from reports.journal.kinds import Kind
from reports.people.actions import grant_role
from reports.problems import Invalid, MoveRefused
from tests.factories import NOW, SEEDS, SET_UP_AT, World, a_report
from tests.proofs import one_event, refused
from verification.adjudication.models import Decision
from verification.adjudication.queries import decided_candidates
from verification.archive.actions import carry_over
from verification.archive.models import CarriedOver
from verification.archive.queries import carried_over, compared, judged_here
from verification.caseload.actions import escalate_overdue
from verification.caseload.queries import faults, partition
from verification.incidents.models import Incident
from verification.management.commands.published_tables import publication_of
from verification.publication.queries import dashboard
from verification.standing.actions import recompute_standing
from verification.standing.queries import standing_lines

TABLES = json.loads((SEEDS / "published" / "tables.json").read_text(encoding="utf-8"))
# The one figure its own publication contradicts: 504 + 54 = 558, published as 556.
CONTRADICTED = ("tables-slmm-2002", "ruled_violation", "", 556, 558)


@pytest.fixture
def operator(world: World) -> Any:
    """The operator of another agreement, as the demonstration has one."""
    return world.operator


def load(operator: Any, name: str) -> CarriedOver:
    call_command("published_tables", by=operator.username, only=name, stdout=StringIO())
    return carried_over(agreement_by_slug(TABLES[name]["agreement"]["slug"]))


@pytest.mark.parametrize("name", TABLES)
def test_every_published_figure_is_met(operator: Any, name: str) -> None:
    archive = load(operator, name)
    slug = archive.agreement.slug
    wrong = [
        (slug, f["measure"], f["party"], f["value"], one.counted)
        for one in compared(archive)
        if not one.agrees
        for f in [one.figure]
    ]
    assert wrong == ([CONTRADICTED] if slug == CONTRADICTED[0] else [])
    assert faults(archive.agreement_id) == []
    assert len(archive.figures) == len(TABLES[name]["figures"])


def test_the_dashboard_s_classes_are_the_table_s(operator: Any) -> None:
    """Colombia: 331 + 18 + 78 + 54 + 10 = 491."""
    agreement = load(operator, "mmv-2017").agreement
    counts = {line.key: line.count for line in partition(agreement.pk) if line.count}
    assert counts == {"inadmissible": 331, "open": 18, "no_violation": 78, "not_attributable": 64}
    seen = dashboard(agreement, at=NOW).standings
    assert seen.received == 491
    assert {line.key: line.count for line in seen.partition if line.count} == counts


def test_the_standings_count_the_published_rulings(operator: Any) -> None:
    agreement = load(operator, "slmm-2002").agreement
    recompute_standing(agreement=agreement, at=NOW)
    decided = {line.party: line.decided for line in standing_lines(agreement.pk)}
    assert decided == {"LTTE": 504, "GSL": 54}


def test_again_nothing_is_doubled(operator: Any) -> None:
    load(operator, "mmv-2017")
    before = Decision.objects.count()
    load(operator, "mmv-2017")
    assert Decision.objects.count() == before == 142


def test_a_ruling_says_where_it_comes_from(operator: Any) -> None:
    load(operator, "mmv-2017")
    ruling = Decision.objects.first()
    assert ruling is not None
    assert ruling.carried_from.startswith("Monitoring and Verification Mechanism in Colombia")
    assert (ruling.n_ballots, ruling.occurrence_likelihood, ruling.score) == (0, "", None)


def test_the_page_tells_what_does_not_add_up(operator: Any, client: Client) -> None:
    load(operator, "slmm-2002")
    page = client.get("/tables/?agreement=tables-slmm-2002").content.decode()
    for there in ("504 and 54, make 558", "≠ 558", "= 1403", "no status is published"):
        assert there in page, there
    assert client.get("/tables/?agreement=nk2020").status_code == 404


def test_what_another_mechanism_left_pending_is_not_overdue_here(operator: Any) -> None:
    load(operator, "mmv-2017")
    assert Incident.objects.filter(agreement__slug="tables-mmv-2017", state="open").count() == 18
    assert escalate_overdue(at=NOW + timedelta(days=3650)) == 0
    assert [one.slug for one in judged_here()] == ["nk2020"]


def test_its_rulings_teach_the_engine_nothing(operator: Any) -> None:
    agreement = load(operator, "slmm-2002").agreement
    assert decided_candidates(agreement.pk) == {}


def test_only_into_an_agreement_that_holds_nothing_else(world: World, operator: Any) -> None:
    grant_role(user=operator, role="operator", agreement=None, by=None, at=SET_UP_AT)
    a_report(world)
    given = {"source": world.mod_armenia, "by": operator, "at": NOW}
    publication = publication_of(TABLES["mmv-2017"])
    with refused(MoveRefused):
        carry_over(agreement=world.agreement, publication=publication, **given)
    other = record_agreement(document=TABLES["mmv-2017"]["agreement"], by=None, at=SET_UP_AT)
    slmm = publication_of(TABLES["slmm-2002"])
    with refused(Invalid, "lines"):
        carry_over(agreement=other, publication=slmm, **given)
    with one_event(Kind.ARCHIVE_CARRIED_OVER) as left:
        carry_over(agreement=other, publication=publication, **given)
    assert left[0].payload == {"agreement": other.slug, "reports": 491, "incidents": 491}


def test_the_command_names_what_it_does_not_know(operator: Any) -> None:
    for options in ({"by": "nobody-here"}, {"by": operator.username, "only": "nothing"}):
        with pytest.raises(CommandError):
            call_command("published_tables", stdout=StringIO(), **options)
