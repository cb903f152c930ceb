"""Which refusals an operation may give: the same components everywhere, never a bare 4XX."""

from __future__ import annotations

from typing import Any

PROBLEM_JSON = "application/problem+json"
SHAPE = {"$ref": "#/components/schemas/ProblemShown"}
Made = dict[str, Any]

# number: (component, what it says, the code of its example, the title of its example)
REFUSALS: dict[int, tuple[str, str, str, str]] = {
    400: (
        "BadRequest",
        "A name or value this door does not know, or a body that cannot be read.",
        "unknown-parameter",
        "The address asks for something this door does not know",
    ),
    401: (
        "Unauthorised",
        "No key was sent, or it is not known, has expired or was revoked.",
        "not-authenticated",
        "Unauthorized",
    ),
    403: ("Forbidden", "Who asks may not do this.", "permission-denied", "Forbidden"),
    404: (
        "NotFound",
        "It does not exist, or whoever asks may not know that it does.",
        "not-found",
        "Not Found",
    ),
    405: (
        "MethodNotAllowed",
        "This address does not know the method.",
        "method-not-allowed",
        "Method Not Allowed",
    ),
    406: (
        "NotAcceptable",
        "None of the media types asked for is spoken here.",
        "not-acceptable",
        "Not Acceptable",
    ),
    409: ("Conflict", "The state of the record does not allow it.", "move-refused", "Not now"),
    410: ("Gone", "It was there and was destroyed.", "gone", "Gone"),
    412: (
        "PreconditionFailed",
        "The record changed since it was read.",
        "precondition-failed",
        "This changed since you read it; read it again",
    ),
    413: ("TooLarge", "More bytes than this door takes.", "too-large", "Content Too Large"),
    415: (
        "UnsupportedMediaType",
        "This door does not read such a body.",
        "unsupported-media-type",
        "Unsupported Media Type",
    ),
    422: (
        "Invalid",
        "The body can be read, and something in it does not hold.",
        "invalid",
        "Some answers need another look",
    ),
    423: ("Locked", "Somebody else is at it; try again in a moment.", "locked", "Locked"),
    428: (
        "PreconditionRequired",
        "The write does not say which version it was made from.",
        "precondition-required",
        "Say in If-Match which version you have read",
    ),
    429: (
        "TooManyRequests",
        "Too many requests; Retry-After says how long to wait.",
        "throttled",
        "Too Many Requests",
    ),
    503: ("Unavailable", "A part that is needed does not answer; try again.", "not-now", "Not now"),
    507: ("NoSpace", "There is no space for more bytes.", "no-space", "Insufficient Storage"),
    460: (
        "ChecksumMismatch",
        "The bytes are not those the checksum was made of.",
        "checksum-mismatch",
        "The bytes do not match their checksum",
    ),
}
READS = (400, 404, 405, 406, 429)
ASKS_WHO = (401, 403)
HAS_BODY = (409, 413, 415, 422)
FROM_A_VERSION = (412, 428)
UPLOADS = (409, 410, 412, 413, 415, 422, 423, 460, 503, 507)


def components() -> Made:
    """Return the shared answers, each with an example."""
    return {f"Problem{name}": _component(number) for number, (name, *_) in REFUSALS.items()}


def _component(number: int) -> Made:
    _name, words, code, title = REFUSALS[number]
    example: Made = {
        "type": f"urn:cvr:problem:{code}",
        "title": title,
        "status": number,
        "code": code,
    }
    if number in (400, 422):
        example["errors"] = [{"pointer": "/agreement", "detail": "This name is not known here."}]
    made: Made = {
        "description": words,
        "content": {PROBLEM_JSON: {"schema": SHAPE, "example": example}},
    }
    if number == 429:
        made["headers"] = {
            "Retry-After": {
                "description": "seconds to wait",
                "schema": {"type": "integer", "minimum": 1},
                "example": 30,
            }
        }
    return made


def numbers_of(path: str, method: str, operation: Made) -> list[int]:
    """Return the numbers of the refusals an operation may give."""
    numbers = set(READS)
    security = operation.get("security", [{}])
    if security != [{}]:
        numbers.update(ASKS_WHO)
    if method != "get":
        numbers.update(HAS_BODY)
    names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
    if "If-Match" in names:
        numbers.update(FROM_A_VERSION)
    if path.startswith("/uploads"):
        numbers.update(UPLOADS)
    return sorted(numbers)


def with_refusals(path: str, method: str, operation: Made) -> None:
    """Replace what an operation says of its refusals by the shared answers."""
    told = operation["responses"]
    kept = {number: answer for number, answer in told.items() if number[0] in "123"}
    own = [int(number) for number in told if number.isdecimal() and number not in kept]
    numbers = sorted({*own, *numbers_of(path, method, operation)})
    operation["responses"] = kept | {
        str(number): {"$ref": f"#/components/responses/Problem{REFUSALS[number][0]}"}
        for number in numbers
    }
