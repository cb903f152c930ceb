"""What two published versions of a finding differ in, answer by answer. Pure."""

from __future__ import annotations

from typing import Any

# What a correction speaks of, in the order of the page. Reasons and dissents are read side by side.
QUESTIONS = (
    *("occurrence", "occurrence_likelihood", "occurrence_confidence"),
    *("breach", "breach_likelihood", "breach_confidence", "clause", "severity"),
    *("attribution", "parties", "attribution_likelihood", "attribution_confidence"),
    *("intent", "intent_confidence"),
)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return [{question, before, after}] of the answers that differ; [] if all were upheld."""
    old, new = before["decision"] or {}, after["decision"] or {}
    return [
        {"question": name, "before": old.get(name, ""), "after": new.get(name, "")}
        for name in QUESTIONS
        if old.get(name, "") != new.get(name, "")
    ]
