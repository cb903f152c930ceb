"""A client nobody wrote goes the whole way over HTTP: file, get, list, supersede, withdraw, read.

It is generated from the committed document, where a single warning fails.
Needs requirements/contract.lock (the gate installs it).
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reports.api.document.finishing import operations
from reports.api.document.written import DOCUMENT, written
from tests.api.machines import a_body, key_for
from tests.api.test_own_report import FULL
from tests.factories import World

pytest.importorskip("openapi_python_client", reason="requirements/contract.lock")
CONFIG = Path(__file__).with_name("client.yaml")
PARTS = ("api", "models", "client", "types")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Generate the client and put it in reach."""
    folder = tmp_path_factory.mktemp("client")
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
        *("--path", str(DOCUMENT), "--config", str(CONFIG), "--meta", "none"),
        *("--output-path", str(folder / "cvr_client")),
    ]
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    made = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PATH": tools}, check=False
    )
    assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
    sys.path.insert(0, str(folder))
    yield folder / "cvr_client"
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == "cvr_client"]:
        del sys.modules[name]


def operation(name: str) -> ModuleType:
    """Return the generated module of an operation."""
    tag = next(
        one["tags"][0] for _p, _m, one in operations(written()) if one["operationId"] == name
    )
    return importlib.import_module(f"cvr_client.api.{tag}.{name}")


def test_every_operation_is_in_the_client(generated: Path) -> None:
    for _path, _method, one in operations(written()):
        assert operation(one["operationId"]).sync_detailed


def test_the_whole_way(generated: Path, live_world: World, live_server: Any) -> None:
    client_module = importlib.import_module("cvr_client.client")
    models = importlib.import_module("cvr_client.models")
    client = client_module.AuthenticatedClient(
        base_url=f"{live_server.url}/api/v1", token=key_for(live_world.filer, *FULL)
    )

    def ask(name: str, *args: Any, **given: Any) -> Any:
        return operation(name).sync_detailed(*args, client=client, **given)

    body = models.ReportBody.from_dict(a_body(live_world))
    filed = ask("file_report", body=body)
    assert filed.status_code == 201
    again = ask("file_report", body=body)
    assert (again.status_code, again.parsed.receipt) == (200, filed.parsed.receipt)

    read = ask("read_own_report", filed.parsed.receipt)
    assert read.parsed.narrative == body.narrative
    kept = ask("read_own_report", filed.parsed.receipt, if_none_match=read.headers["ETag"])
    assert kept.status_code == 304
    listed = ask("list_own_reports", limit=1)
    assert [row.receipt for row in listed.parsed.results] == [filed.parsed.receipt]

    later = models.ReportBody.from_dict(a_body(live_world, supersedes=filed.parsed.receipt))
    second = ask("file_report", body=later).parsed
    assert second.supersedes == filed.parsed.receipt

    version = ask("read_own_report", second.receipt).headers["ETag"]
    given = {"if_match": version}
    gone = ask("withdraw_report", second.receipt, **given, idempotency_key="withdrawn-once")
    assert (gone.status_code, gone.parsed.state) == (200, "withdrawn")
    same = ask("withdraw_report", second.receipt, **given, idempotency_key="withdrawn-once")
    assert same.parsed == gone.parsed
    assert same.headers["Idempotent-Replayed"] == "true"
    late = ask("withdraw_report", second.receipt, **given, idempotency_key="another")
    assert (late.status_code, late.parsed.code) == (412, "precondition-failed")

    findings = ask("list_findings", agreement="nk2020")
    assert (findings.status_code, findings.parsed.agreement) == (200, "nk2020")
    wrong = ask("list_findings", agreement="none")
    assert (wrong.status_code, wrong.parsed.status) == (404, 404)
