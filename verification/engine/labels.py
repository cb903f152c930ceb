"""The alphabet of what a statement can say, and the candidate answers for an incident.

Candidates of K parties: 0..K-1 = that party did it, K = other or unknown actor, K+1 = it did
not happen. "Happened, actor unknown" and "did not happen" are two different answers.
"""

from __future__ import annotations

from enum import IntEnum


class Says(IntEnum):
    """What one statement says; the first four name a party, the others name none."""

    ACCUSES = 0  # "it was p", by anybody but p
    EXCULPATES = 1  # "it was not p", by anybody but p
    ADMITS = 2  # "it was us", by p or one aligned with p
    DENIES = 3  # "it was not us", by p or one aligned with p; not a denial of occurrence
    ACCUSES_OTHER = 4  # "it was somebody else than the parties"
    DID_NOT_HAPPEN = 5
    OBSERVED = 6  # "it happened", naming nobody
    SILENT_PRESENT = 7  # was there, reports nothing


NAMING = (Says.ACCUSES, Says.EXCULPATES, Says.ADMITS, Says.DENIES)


class BadClaims(ValueError):
    """The claims, priors or statements given to the engine contradict themselves."""


def n_classes(n_parties: int) -> int:
    """Return the number of candidate answers: every party, other or unknown, did not happen."""
    return n_parties + 2


def n_labels(n_parties: int) -> int:
    """Return the size of the label alphabet for this number of parties."""
    return len(NAMING) * n_parties + len(Says) - len(NAMING)


def other_class(n_parties: int) -> int:
    """Return the candidate "other or unknown actor"."""
    return n_parties


def none_class(n_parties: int) -> int:
    """Return the candidate "did not happen"."""
    return n_parties + 1


def encode_label(says: Says, party: int | None, n_parties: int) -> int:
    """Return the label number of one statement.

    Units:  0 <= label < n_labels(n_parties); the party is required for naming kinds only.
    Errors: BadClaims if a party is missing, superfluous or unknown.
    Source: docs/scoring.md section 2.
    """
    if says in NAMING:
        if party is None or not 0 <= party < n_parties:
            raise BadClaims(f"{says.name} needs a party between 0 and {n_parties - 1}, got {party}")
        return int(says) * n_parties + party
    if party is not None:
        raise BadClaims(f"{says.name} names no party, got party {party}")
    return len(NAMING) * n_parties + int(says) - len(NAMING)


def decode_label(label: int, n_parties: int) -> tuple[Says, int | None]:
    """Return what a label number says and which party it names, if any."""
    if not 0 <= label < n_labels(n_parties):
        raise BadClaims(f"label {label} is outside the alphabet of {n_parties} parties")
    naming = len(NAMING) * n_parties
    if label < naming:
        return Says(label // n_parties), label % n_parties
    return Says(label - naming + len(NAMING)), None


def label_of_answer(
    question: str, says: str, party: int | None, *, own_party: int | None = None
) -> tuple[Says, int | None] | None:
    """Return what an answer to "occurred" or "actor" says, or None for "cannot say".

    own_party is the party the speaker is aligned with: "it was not p" by p itself is a denial
    (nearly worthless), by a third person an exculpation (worth as much as that person).
    Errors: BadClaims on an unknown question or answer, or an actor answer without a party.
    Source: docs/scoring.md section 2.
    """
    if says == "cannot_say" and question in ("occurred", "actor"):
        return None
    if question == "occurred" and says == "supports":
        return Says.OBSERVED, None
    if question == "occurred" and says == "contradicts":
        return Says.DID_NOT_HAPPEN, None
    if question != "actor" or says not in ("supports", "contradicts"):
        raise BadClaims(f"no label for question {question!r} answered {says!r}")
    if party is None:
        return (Says.ACCUSES_OTHER, None) if says == "supports" else None
    if party == own_party:
        return (Says.ADMITS if says == "supports" else Says.DENIES), party
    return (Says.ACCUSES if says == "supports" else Says.EXCULPATES), party
