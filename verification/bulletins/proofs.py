"""What the log proves of a bulletin, and all its records together with those of findings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from reports.journal.kinds import Kind
from reports.problems import NotFound
from verification.bulletins.logged import bulletin_record
from verification.bulletins.queries import public_bulletins
from verification.publication.proofs import FindingProof, log_files, log_record, proof_of


def bulletin_proof(code: str, *, at: datetime) -> FindingProof:
    """Return a bulletin's proof. Errors: NotFound."""
    found = public_bulletins().filter(code=code.strip().upper()).first()
    if found is None:
        raise NotFound("There is no bulletin with this code.")
    return proof_of(found.pk, Kind.BULLETIN_RELEASED, found.code, bulletin_record(found), at=at)


def any_record(code: str) -> bytes:
    """Return the public record of a finding or a bulletin. Errors: NotFound."""
    found = public_bulletins().filter(code=code.strip().upper()).first()
    return bulletin_record(found) if found is not None else log_record(code)


def all_log_files() -> Iterator[tuple[str, bytes]]:
    """Yield every file of the log with all public records, the checkpoint last."""
    for bulletin in public_bulletins().order_by("cut_off", "id"):
        yield f"records/{bulletin.code}.json", bulletin_record(bulletin)
    yield from log_files()
