"""Lets schemathesis ask the doors, in this process and on the test's own connection."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import schemathesis
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections, transaction
from jsonschema import Draft202012Validator
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from reports.api.document.written import written
from tests.api.generated.forgiving import is_a_finding

FORMATS = Draft202012Validator.FORMAT_CHECKER
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_about: Any) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Asker:
    """Who asks, and what of the record is theirs to find."""

    headers: Mapping[str, str]
    operations: Collection[str]  # that are asked
    known: Mapping[str, list[dict[str, str]]]  # operation -> path parameters of records
    versions: Mapping[str, str]  # operation -> the ETag of the last of those records


@dataclass
class Told:
    """What came of a run."""

    asked: Counter[str] = field(default_factory=Counter)  # operation -> cases
    answers: Counter[int] = field(default_factory=Counter)  # status -> cases
    findings: list[str] = field(default_factory=list)

    @property
    def figures(self) -> str:
        """Return what a reader of the gate's log wants to know."""
        many = ", ".join(f"{n} × {status}" for status, n in sorted(self.answers.items()))
        return f"{len(self.asked)} operations, {self.asked.total()} cases: {many}"


def ask(
    who: Asker, phases: list[str], *, examples: int, seed: int = 20201010, keeps: bool = False
) -> Told:
    """Run some phases of schemathesis over the operations; all that is done is taken back.

    With `keeps` it stays until the end of the run, so that one step may build on another.
    """
    schema = _schema(who, phases, examples, seed)
    told = Told()

    def note(request: Any, **_about: Any) -> None:
        told.findings.append(f"{request.method} {request.path} broke:\n{traceback.format_exc()}")

    got_request_exception.connect(note)
    try:
        with _site(keeps) as home:
            schema.config.update(base_url=f"{home}/api/v1")
            for event in from_schema(schema).execute():
                _note(told, event)
    finally:
        got_request_exception.disconnect(note)
    return told


def _schema(who: Asker, phases: list[str], examples: int, seed: int) -> Any:
    config = SchemathesisConfig(seed=seed)
    schema = schemathesis.openapi.from_dict(written(), config=config)
    schema = schema.include(operation_id=list(who.operations))
    schema.location = "/api/v1/schema"
    schema.config.update(headers=dict(who.headers), continue_on_failure=True)
    schema.config.phases.update(phases=phases)
    schema.config.generation.update(
        max_examples=examples, deterministic=True, database="none", no_shrink=True
    )
    _lead(schema, who)
    schema.hook("filter_failure")(is_a_finding)
    return schema


def _lead(schema: Any, who: Asker) -> None:
    """Lead most cases to records that are there, by the version they are at."""

    def map_path_parameters(context: Any, given: Any) -> Any:
        known = who.known.get(_name(context), ()) if _allowed(context, given) else ()
        pick = sum(map(ord, "".join(map(str, (given or {}).values()))))
        return {**given, **known[-1 - pick % len(known)]} if known and pick % 4 else given

    def map_headers(context: Any, given: Any) -> Any:
        version = who.versions.get(_name(context))
        return {**given, "If-Match": version} if version and "If-Match" in (given or {}) else given

    def map_query(context: Any, given: Any) -> Any:
        """Ask for some fields now and then only: most cases shall be held against all of them."""
        less = given and "fields" in given and len(str(given)) % 4
        return {n: v for n, v in given.items() if n != "fields"} if less else given

    for hook in (map_path_parameters, map_headers, map_query):
        schema.hook(hook.__name__)(hook)


def _allowed(context: Any, path_parameters: Any) -> bool:
    """Answer whether the document allows an address; one that it forbids is left as it is."""
    schemas = {
        one["name"]: one["schema"]
        for one in context.operation.definition.raw.get("parameters", ())
        if one["in"] == "path"
    }
    return all(
        Draft202012Validator(schemas[name], format_checker=FORMATS).is_valid(value)
        for name, value in (path_parameters or {}).items()
    )


def _name(context: Any) -> str:
    return str(context.operation.definition.raw["operationId"])


@contextmanager
def _site(keeps: bool) -> Iterator[str]:
    """Serve the site over HTTP by another thread, on the connection of this one; yield where."""
    connection, app = connections[DEFAULT_DB_ALIAS], get_wsgi_application()

    def site(environ: Any, start_response: Any) -> list[bytes]:
        connections[DEFAULT_DB_ALIAS] = connection
        with transaction.atomic():
            answer = app(environ, start_response)
            body = b"".join(answer)
            answer.close()
            transaction.set_rollback(not keeps)
        return [body]

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    connection.inc_thread_sharing()
    server = make_server("127.0.0.1", 0, site, handler_class=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    try:
        with transaction.atomic():
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()
            transaction.set_rollback(True)
    finally:
        server.server_close()
        connection.dec_thread_sharing()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _note(told: Told, event: Any) -> None:
    if isinstance(event, events.NonFatalError | events.FatalError):
        error = event.value if isinstance(event, events.NonFatalError) else event.exception
        told.findings.append("".join(traceback.format_exception(error)))
    if not isinstance(event, events.ScenarioFinished):
        return
    made = event.recorder
    for key, exchange in made.interactions.items():
        if exchange.response is not None:
            told.asked[made.cases[key].value.operation.label] += 1
            told.answers[exchange.response.status_code] += 1
    for key, checks in made.checks.items():
        for check in checks:
            if check.failure_info is not None:
                answer = made.interactions[key].response
                said = answer.content[:500] if answer is not None else b""
                failure = check.failure_info
                told.findings.append(
                    f"{check.name}: {made.cases[key].value.operation.label}\n"
                    f"{failure.failure.message}\n{failure.code_sample}\n{said!r}"
                )
