"""What was said and what was judged cannot be changed, not even by SQL."""

# ruff: noqa: S608 - the names in these statements are our own tables and columns
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, connection, models, transaction

from reports.channels.models import Handling, Message
from reports.evidence.models import Item, Reading
from reports.intake.models import STATEMENT_FIELDS, Report
from reports.journal.models import Event
from reports.openrosa.models import SentFile, Submission
from reports.questions.models import ASKED_FIELDS as QUESTION_FIELDS
from reports.questions.models import Answer, Question
from reports.redactions.models import Redaction
from reports.sensors.models import Observation
from reports.timestamps.models import Timestamp
from tests.scenes import Scene, kept_scene
from verification.adjudication.models import Ballot, Decision, PanelDraw, SecondBallot
from verification.archive.models import CarriedOver
from verification.bulletins.models import Bulletin, Edition, Release
from verification.caseload.models import MissedDeadline, Procedure
from verification.corroboration.models import Statement
from verification.ledger.models import Cosignature, Leaf, SignedTree, TileRoot
from verification.partners.models import Attempt
from verification.publication.models import Correction, Finding
from verification.recommendations.models import ComplianceEvidence, RecommendationNote
from verification.reopening.models import ASKED_FIELDS, Reopening
from verification.scoring.models import Fit, Score, SourceReliability
from verification.standing.models import Draw, Standing
from verification.withholding.models import Delay

APPEND_ONLY = (
    *(MissedDeadline, Procedure, RecommendationNote, ComplianceEvidence),
    CarriedOver,
    *(Item, Reading, Redaction, Timestamp),
    *(Submission, SentFile, Message, Handling, Observation),
    *(Leaf, TileRoot, SignedTree, Cosignature),
    *(Bulletin, Edition, Release),
    *(Event, Statement, Score, Fit, SourceReliability),
    *(Ballot, Decision, Finding, Correction, Standing, Draw, PanelDraw),
    SecondBallot,
    Delay,
    Answer,
    Attempt,
)
MAY_MOVE = {"state", "version", "state_reason"}  # of a report
Model = type[models.Model]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept_scene(django_db_blocker) as built:
        yield built


@pytest.fixture(autouse=True)
def around_each(scene: Scene, db: None) -> None:
    """Check foreign keys now: rows of which a check is pending cannot be truncated at all."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refusal_of(sql: str, *values: Any) -> str:
    """Return what the database says to a statement it must refuse."""
    with (
        pytest.raises((InternalError, ProgrammingError)) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    return str(refused.value)


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda model: model.__name__)
class TestAppendOnly:
    def test_no_column_of_a_row_can_be_changed(self, scene: Scene, model: Model) -> None:
        table, row = model._meta.db_table, scene.row(model)
        for field in model._meta.concrete_fields:
            column = field.column
            said = refusal_of(f"UPDATE {table} SET {column} = {column} WHERE id = %s", row.pk)
            assert "Cannot update rows" in said, column

    def test_no_row_can_be_deleted(self, scene: Scene, model: Model) -> None:
        table = model._meta.db_table
        assert "Cannot delete rows" in refusal_of(f"DELETE FROM {table}")

    def test_the_table_cannot_be_emptied(self, scene: Scene, model: Model) -> None:
        table = model._meta.db_table
        assert "append-only" in refusal_of(f"TRUNCATE {table} CASCADE")


def test_these_are_all_the_tables_that_say_so() -> None:
    from django.apps import apps

    said = {
        model
        for app in ("reports", "verification")
        for model in apps.get_app_config(app).get_models()
        if any("no_update" in t.name for t in getattr(model._meta, "triggers", []))
    }
    assert said == set(APPEND_ONLY)


class TestReopenings:
    def test_what_was_asked_cannot_be_changed(self, scene: Scene) -> None:
        row = scene.row(Reopening)
        for field in (f for f in Reopening._meta.concrete_fields if f.name in ASKED_FIELDS):
            kind = (field.db_type(connection) or "").split(" CHECK")[0]
            new = TestReports.OTHER.get(kind, "'x'").format(field.column)
            said = refusal_of(
                f"UPDATE verification_reopening SET {field.column} = {new} WHERE id = %s", row.pk
            )
            assert "Cannot update rows" in said, field.name

    def test_none_can_be_deleted(self, scene: Scene) -> None:
        assert "Cannot delete rows" in refusal_of("DELETE FROM verification_reopening")
        assert "append-only" in refusal_of("TRUNCATE verification_reopening CASCADE")


class TestQuestions:
    def test_what_was_asked_cannot_be_changed(self, scene: Scene) -> None:
        row = scene.row(Question)
        for field in (f for f in Question._meta.concrete_fields if f.name in QUESTION_FIELDS):
            kind = (field.db_type(connection) or "").split(" CHECK")[0]
            new = TestReports.OTHER.get(kind, "'x'").format(field.column)
            said = refusal_of(
                f"UPDATE reports_question SET {field.column} = {new} WHERE id = %s", row.pk
            )
            assert "Cannot update rows" in said, field.name

    def test_every_field_is_either_asked_or_may_move(self) -> None:
        columns = {field.name for field in Question._meta.concrete_fields}
        assert set(QUESTION_FIELDS) == columns - {"state", "version"}

    def test_none_can_be_deleted(self, scene: Scene) -> None:
        assert "Cannot delete rows" in refusal_of("DELETE FROM reports_question")
        assert "append-only" in refusal_of("TRUNCATE reports_question CASCADE")


class TestReports:
    OTHER: dict[str, str] = {
        "uuid": "gen_random_uuid()",
        "timestamp with time zone": "now() - interval '1 hour'",
        "double precision": "COALESCE({0}, 0) + 1",
        "integer": "COALESCE({0}, 0) + 1",
        "smallint": "{0} + 1",
        "jsonb": "'[7]'",
        "bytea": r"'\x00'",
    }

    @pytest.mark.parametrize("name", STATEMENT_FIELDS)
    def test_what_was_said_cannot_be_changed(self, scene: Scene, name: str) -> None:
        field = Report._meta.get_field(name)
        kind = (field.db_type(connection) or "").split(" CHECK")[0]
        new = self.OTHER.get(kind, "'x'").format(field.column)
        said = refusal_of(
            f"UPDATE reports_report SET {field.column} = {new} WHERE id = %s",
            scene.row(Report).pk,
        )
        assert "Cannot update rows" in said

    def test_every_field_is_either_said_or_may_move(self) -> None:
        columns = {field.name for field in Report._meta.concrete_fields}
        assert set(STATEMENT_FIELDS) | MAY_MOVE == columns
        assert not set(STATEMENT_FIELDS) & MAY_MOVE

    def test_its_state_moves(self, scene: Scene) -> None:
        report = scene.row(Report, state="filed")
        Report.objects.filter(pk=report.pk).update(
            state="rejected", state_reason="Twice.", version=7
        )
        report.refresh_from_db()
        assert (report.state, report.version) == ("rejected", 7)

    def test_it_cannot_be_deleted(self, scene: Scene) -> None:
        assert "Cannot delete rows" in refusal_of("DELETE FROM reports_report")
        assert "append-only" in refusal_of("TRUNCATE reports_report CASCADE")
