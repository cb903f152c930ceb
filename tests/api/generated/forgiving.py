"""What schemathesis takes for a finding and is none: what no schema can say, each with its reason.

Nothing else is left out: every check is asked of every operation.
"""

from __future__ import annotations

from typing import Any

from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.openapi.checks import (
    JsonSchemaError,
    MissingHeaderNotRejected,
    RejectedPositiveData,
)

# Whether such a value is in the record, or was given by the door itself, only the record knows.
OF_THE_RECORD = {"/cursor", "/act", "/accused", "/found", "/reply", "/area"}
DAYS = {"/from", "/until"}  # the first may not come after the last
OF_THE_FEED = "foreign-cursor"  # the same of GET /changes
NOT_TEXT = "wrong-header"  # Upload-Metadata holds base64, and that has to hold UTF-8
EITHER = ("seal_my_ballot", "save_my_draft")  # take If-Match or If-None-Match: *, and need one
# What a body says is held against the record: a party to the agreement, a move from this state.
HELD_AGAINST_THE_RECORD = 422
STALE = 412  # RFC 9110: a version is looked at before the body
NEEDS_VERSION = 428  # RFC 6585
TUS = "/uploads"  # tus 1.0.0: 412 to whoever does not say which version is spoken


def is_a_finding(context: Any, failure: Failure, case: Any, answer: Any) -> bool:
    """Answer whether a failure of a check says something of the door or the document."""
    name, status = context.operation.definition.raw["operationId"], answer.status_code
    if isinstance(failure, RejectedPositiveData):
        return not _refused_by_the_record(name, status, answer)
    if isinstance(failure, AcceptedNegativeData):
        return not (status == STALE and (_needs_version(case) or case.path.startswith(TUS)))
    if isinstance(failure, MissingHeaderNotRejected):
        return status != (STALE if case.path.startswith(TUS) else NEEDS_VERSION)
    if isinstance(failure, JsonSchemaError) and "fields" in (case.query or {}):
        return "is a required property" not in failure.message  # it was not asked for
    return True


def _refused_by_the_record(name: str, status: int, answer: Any) -> bool:
    if status in (HELD_AGAINST_THE_RECORD, STALE):
        return True
    said = answer.json()
    if status == NEEDS_VERSION:
        return name in EITHER
    wrong = {one["pointer"] for one in said.get("errors", ())}
    unknowable = bool(wrong) and wrong <= OF_THE_RECORD | DAYS
    return status == 400 and (unknowable or said["code"] in (OF_THE_FEED, NOT_TEXT))


def _needs_version(case: Any) -> bool:
    parameters = case.operation.definition.raw.get("parameters", ())
    return any(one["name"] == "If-Match" for one in parameters)
