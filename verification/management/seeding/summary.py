"""What the seeding left, as a table that adds up, and how to come in."""

from __future__ import annotations

from collections.abc import Iterator

from reports.agreement.models import Agreement
from reports.intake.queries import intake_counts
from reports.people.models import Role
from reports.people.queries import user_by_username
from verification.management.seeding.people import cast, demo_phrase
from verification.publication.queries import report_partition


def table(agreement: Agreement) -> Iterator[str]:
    """Yield the reports by class, and whether the classes add up to what was received."""
    lines = report_partition(agreement)
    received = intake_counts(agreement.pk).received
    total = sum(line.count for line in lines)
    yield f"{'reports by class':44}{'reports':>8}"
    for line in lines:
        if line.count:
            yield f"  {line.label:42}{line.count:8d}"
    yield f"  {'sum of classes':42}{total:8d}"
    verdict = "equal" if total == received else "NOT EQUAL"
    yield f"  {'received':42}{received:8d}  {verdict}"


def logins() -> Iterator[str]:
    """Yield the demonstration's logins, those of one role on one line."""
    people = [(row, user_by_username(row["username"])) for row in cast()]
    known = [(row, user) for row, user in people if user is not None]
    if not known:
        return
    phrase = demo_phrase()
    if not known[0][1].check_password(phrase):
        phrase = "(the one set when the demonstration was first seeded)"
    yield f"Demo logins, all with the password  {phrase}"
    by_roles: dict[str, list[str]] = {}
    for row, _user in known:
        roles = " and ".join(str(Role(role).label) for role in row["roles"]).lower()
        by_roles.setdefault(roles, []).append(row["username"])
    for roles, names in by_roles.items():
        yield f"  {roles:20} {', '.join(names)}"
