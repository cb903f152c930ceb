"""Whatever is sent that the document allows, or forbids, is answered as the document says.

Made requests, the same each time: every check that schemathesis knows, for everybody of the cast
(tests/api/generated/README.md). Needs requirements/contract.lock (the gate installs it).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.utils import timezone

from reports.api.document.finishing import operations
from reports.api.document.written import written
from tests.doors.conftest import two  # noqa: F401 # a fixture
from tests.doors.places import ANONYMOUS, Two
from tests.factories import NOW

pytest.importorskip("schemathesis", reason="requirements/contract.lock")
from tests.api.generated.asking import Told, ask
from tests.api.generated.who import asker

pytestmark = pytest.mark.django_db
LONG = "CVR_LONG" in os.environ  # every boundary of every operation, and many more examples
EXAMPLES = 40 if LONG else 2
STEPS = 60 if LONG else 6
CAST = (
    *("outsider", "filer", "partner", "triage", "chair", "reviewer_arm"),
    *("liaison_arm", "publisher", "operator"),
)
WRITERS = ("filer", "partner", "triage", "chair", "reviewer_arm", "liaison_arm")
ALL = {one["operationId"] for _path, _method, one in operations(written())}


@pytest.fixture(autouse=True)
def stand_still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    yield


def holds(told: Told, least: int) -> None:
    """Check that nothing was found, and that something was asked."""
    print(told.figures)
    assert told.findings == [], "\n\n".join(told.findings)
    assert told.asked.total() >= least
    assert max(told.answers) < 500


def test_nobody_meets_anything_undocumented(two: Two) -> None:  # noqa: F811
    told = ask(asker(two, ANONYMOUS), ["examples", "fuzzing"], examples=EXAMPLES)
    holds(told, len(ALL))
    assert len(told.asked) == len(ALL)
    assert {200, 400, 401, 404} <= told.answers.keys()


@pytest.mark.parametrize("name", CAST)
def test_nobody_signed_in_meets_anything_undocumented(two: Two, name: str) -> None:  # noqa: F811
    who = asker(two, name, only_own=not LONG)
    told = ask(who, ["examples", "fuzzing"], examples=EXAMPLES)
    holds(told, len(who.operations))
    assert len(told.asked) == len(who.operations)
    assert 200 in told.answers


@pytest.mark.parametrize("name", [ANONYMOUS, *CAST] if LONG else ["outsider"])
def test_every_boundary_is_where_the_document_says(two: Two, name: str) -> None:  # noqa: F811
    who = asker(two, name, only_own=True)
    holds(ask(who, ["coverage"], examples=1), len(who.operations))


@pytest.mark.parametrize("name", WRITERS)
def test_one_step_after_another_is_answered_as_the_document_says(two: Two, name: str) -> None:  # noqa: F811
    who = asker(two, name, only_own=True)
    told = ask(who, ["stateful"], examples=STEPS, keeps=True)
    holds(told, STEPS)
