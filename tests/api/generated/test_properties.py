"""Whatever is sent that the document allows, or forbids, is answered as the document says.

Made cases, the same each time: every check that schemathesis knows, for nobody, for a partner's
key and for a monitor's. Needs requirements/contract.lock (the gate installs it).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings

from reports.api.document.written import written
from tests.api.machines import key_for
from tests.factories import NOW, World, a_report, an_incident

schemathesis = pytest.importorskip("schemathesis", reason="requirements/contract.lock")
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402

BOUNDED = settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# That a cursor is one that was given, or a code one of the record's, no schema can say.
UNSAID = [positive_data_acceptance]
schema = schemathesis.openapi.from_dict(written())
schema.config.update(base_url="http://testserver/api/v1")
schema.app = get_wsgi_application()
known: dict[str, str] = {}


@schema.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Lead about half of the cases to records that are there."""
    if not path_parameters:
        return path_parameters
    for name, value in list(path_parameters.items()):
        if name in known and len(str(value)) % 2:
            path_parameters[name] = known[name]
    return path_parameters


@schema.hook
def map_query(context: Any, query: Any) -> Any:
    """Leave `fields` out: what is left out of an answer is not in it, whatever its schema asks."""
    if query and "fields" in query:
        query = {name: value for name, value in query.items() if name != "fields"}
    return query


@pytest.fixture(autouse=True)
def stand_still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold the clock, and the connection, which holds what the test has built."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def asked_by(request: pytest.FixtureRequest, world: World) -> dict[str, str]:
    """Return the headers of whoever asks, with a record of theirs for them to find."""
    known.update(receipt=a_report(world).receipt, code=an_incident(world).code, slug="nk2020")
    user = {"partner": world.partner, "filer": world.filer, "nobody": None}[request.param]
    return {} if user is None else {"Authorization": f"Bearer {key_for(user)}"}


@pytest.mark.parametrize("asked_by", ["nobody", "partner", "filer"], indirect=True)
@schema.parametrize()
@BOUNDED
def test_every_operation_answers_as_it_says(case: Any, asked_by: dict[str, str]) -> None:
    case.call_and_validate(headers=asked_by, excluded_checks=UNSAID)
