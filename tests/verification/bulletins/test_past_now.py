"""The record as of now, in a world where everything has happened, is what the caseload says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOW
from tests.scenes import Scene, kept_scene
from tests.second_round import MONTHS_LATER
from verification.bulletins.past import past_of
from verification.caseload.queries import classes_of_incidents, classes_of_reports

AFTER_ALL = MONTHS_LATER + timedelta(days=400)


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept_scene(django_db_blocker) as built:
        yield built


class TestReadNow:
    def test_every_report_is_where_the_caseload_counts_it(self, scene: Scene, db: None) -> None:
        agreement = scene.world.agreement
        past = past_of(agreement, at=AFTER_ALL)
        assert past.classes() == dict(classes_of_reports(agreement.pk))
        assert len(set(past.classes().values())) > 3

    def test_every_incident_is_in_the_class_the_caseload_gives(
        self, scene: Scene, db: None
    ) -> None:
        agreement = scene.world.agreement
        past = past_of(agreement, at=AFTER_ALL)
        of_root = {key: past.class_of_root(root) for key, root in past.roots.items()}
        assert of_root == classes_of_incidents(agreement.pk)

    def test_classes_partition_the_reports_at_every_instant(self, scene: Scene, db: None) -> None:
        agreement = scene.world.agreement
        for hours in range(0, 24 * 6, 7):
            past = past_of(agreement, at=NOW + timedelta(hours=hours, minutes=1))
            assert sum(Counter(past.classes().values()).values()) == len(past.reports)
