"""Under which heading an operation stands, by the first part of its address."""

from __future__ import annotations

TAGS = {
    "terms": "What reports speak of: agreements, clauses, parties, kinds of act, places.",
    "reports": "File reports and follow one's own: evidence, uploads, questions.",
    "record": "The public record: incidents, findings, standings, bulletins, changes.",
    "log": "The append-only log: checkpoints, records and proofs.",
    "review": "For reviewers: the cases one sits on, drafts and ballots.",
    "triage": "For triage: reports received, incidents, links and splits.",
    "chair": "For chairs: cases, decisions, recommendations, bundles, what is overdue.",
    "notices": "For liaisons: notices to a party and the party's answers.",
    "reopenings": "Requests to look at a decision again.",
    "inbox": "What one was told, and what one wants to be told.",
    "partners": "For partners: keys, webhooks, imports, exports.",
}
OF_PART = {
    **dict.fromkeys(("agreements", "acts", "places", "speakers", "parties", "clauses"), "terms"),
    **dict.fromkeys(("reports", "uploads", "questions", "evidence"), "reports"),
    **dict.fromkeys(
        (
            *("findings", "incidents", "standings", "corrections", "changes", "mechanism"),
            *("procedures", "recommendations", "bulletins", "coverage", "statements", "positions"),
        ),
        "record",
    ),
    "log": "log",
    "review": "review",
    "triage": "triage",
    **dict.fromkeys(("chair", "bundles", "overdue", "panels"), "chair"),
    "notices": "notices",
    "reopenings": "reopenings",
    "inbox": "inbox",
}


def tag_of(path: str) -> str:
    """Return the heading of an address such as /findings/{code}."""
    first = path.strip("/").split("/")[0].split(".")[0]
    return OF_PART.get(first, "partners")
