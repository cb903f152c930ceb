"""Which incidents hold a picture that something else holds too."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from reports.evidence.queries import items_of, near_identical
from verification.incidents.models import Incident, Link
from verification.incidents.states import LIVING


def sharing_a_picture(
    reports: Mapping[uuid.UUID, Sequence[uuid.UUID]],
) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """Return {key: living incidents with a picture of one of its reports}, for {key: reports}."""
    items = items_of({report for own in reports.values() for report in own})
    same = near_identical(items) if items else {}
    if not same:
        return {}
    holds = {item.pk: item.report_id for item in items}
    beyond: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for item_id, others in same.items():
        beyond[holds[item_id]] |= {other.report_id for other in others}
    living = Incident.objects.filter(state__in=LIVING).values("pk")
    links = Link.objects.filter(
        report__in=set().union(*beyond.values()), unlinked_at=None, incident__in=living
    )
    there: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for report_id, incident_id in links.values_list("report_id", "incident_id"):
        there[report_id].add(incident_id)
    return {
        key: frozenset(
            incident for report in own for other in beyond[report] for incident in there[other]
        )
        for key, own in reports.items()
    }
