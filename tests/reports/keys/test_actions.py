"""Keys at work: rotated, lent, counted; and what survives a flushed Redis."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from reports.journal.kinds import Kind
from reports.keys.actions import (
    count_request,
    drop_tokens,
    lend_token,
    note_key_use,
    rotate_api_key,
    set_quota,
)
from reports.keys.models import AccessToken, QuotaUse
from reports.keys.queries import key_in_hand, use_of
from reports.keys.rules import QUOTAS, left_of
from reports.people.actions import issue_api_key, revoke_api_key
from reports.people.models import ApiKey
from reports.people.rules import (
    KEY_LIFETIME,
    MOST_KEYS,
    OPERATOR_ROOMS,
    PARTNER_ROOMS,
    PARTNER_SCOPES,
    ROOMS,
)
from reports.problems import Invalid, NotAllowed, StaleState
from tests.factories import NOW, World
from tests.proofs import no_trace, one_event, refused

DAY, MONTH = timedelta(days=1), timedelta(days=30)
MINUTE = timedelta(minutes=1)


def own_key(world: World, **changes: object) -> tuple[ApiKey, str]:
    given = {"label": "pull", "scopes": ["reports:read"], "lifetime": MONTH, "at": NOW}
    return issue_api_key(user=world.partner, by=world.partner, **(given | changes))  # type: ignore[arg-type]


class TestOnesOwn:
    def test_a_partner_makes_one_and_says_so_in_the_journal(self, world: World) -> None:
        with one_event(Kind.KEY_ISSUED) as left:
            key, token = own_key(world)
        assert (left[0].actor, left[0].acting_as) == (world.partner, "partner")
        assert key.expires_at == NOW + MONTH
        found = key_in_hand(token, at=NOW)
        assert found is not None and found.user == world.partner

    @pytest.mark.parametrize(
        "wrong",
        [
            {"scopes": []},
            {"scopes": ["review:read"]},
            {"scopes": ["reports:read", "chair:write"]},
            {"label": " "},
            {"label": "x" * 81},
            {"lifetime": KEY_LIFETIME + DAY},
            {"lifetime": timedelta(0)},
        ],
    )
    def test_but_not_any(self, world: World, wrong: dict[str, object]) -> None:
        with no_trace(), pytest.raises(Invalid):
            own_key(world, **wrong)

    def test_and_not_without_end(self, world: World) -> None:
        for _ in range(MOST_KEYS):
            own_key(world)
        with no_trace(), pytest.raises(Invalid):
            own_key(world)
        own_key(world, at=NOW + MONTH)  # the others have ended

    def test_nobody_makes_or_rotates_another_s(self, world: World) -> None:
        theirs, _token = own_key(world)
        for user in (world.filer, world.chair, world.outsider):
            with refused(NotAllowed):
                issue_api_key(user=world.partner, label="x", scopes=["keys:read"], by=user, at=NOW)
            with refused(NotAllowed):
                revoke_api_key(key=theirs, by=user, at=NOW)
            with refused(NotAllowed):
                rotate_api_key(key=theirs, renew=True, by=user, at=NOW)

    def test_every_room_is_decided(self) -> None:
        assert set(ROOMS) == {*PARTNER_ROOMS, *OPERATOR_ROOMS}
        assert not set(PARTNER_ROOMS) & set(OPERATOR_ROOMS)


class TestRotating:
    def test_both_work_for_a_day(self, world: World) -> None:
        key, before = own_key(world)
        with one_event(Kind.KEY_ROTATED) as left:
            made, after = rotate_api_key(key=key, renew=True, by=world.partner, at=NOW + DAY)
        assert left[0].subject_id == made.pk
        assert made.scopes == key.scopes
        assert made.expires_at == NOW + DAY + MONTH
        later = NOW + DAY + timedelta(hours=23)
        assert key_in_hand(before, at=later) and key_in_hand(after, at=later)
        later = NOW + 2 * DAY
        assert key_in_hand(before, at=later) is None and key_in_hand(after, at=later)

    def test_a_machine_prolongs_nothing(self, world: World) -> None:
        key, _token = own_key(world)
        made, _token = rotate_api_key(key=key, renew=False, by=world.partner, at=NOW + DAY)
        assert made.expires_at == key.expires_at

    def test_a_successor_may_no_more_than_the_key_in_hand(self, world: World) -> None:
        key, token = own_key(world, scopes=["keys:write", "reports:read"])
        found = key_in_hand(token, at=NOW)
        assert found is not None and not found.key.lent
        found.key.scopes = ["keys:write"]
        made, _token = rotate_api_key(
            key=key, renew=False, by=world.partner, at=NOW, in_hand=found.key
        )
        assert made.scopes == ["keys:write"]

    def test_only_once_and_only_while_it_works(self, world: World) -> None:
        key, _token = own_key(world)
        rotate_api_key(key=key, renew=True, by=world.partner, at=NOW)
        with refused(StaleState):
            rotate_api_key(key=key, renew=True, by=world.partner, at=NOW)
        other, _token = own_key(world)
        revoke_api_key(key=other, by=world.partner, at=NOW)
        with refused(StaleState):
            rotate_api_key(key=other, renew=True, by=world.partner, at=NOW)


class TestLending:
    def lend(self, key: ApiKey, *scopes: str) -> None:
        lend_token(key=key, token="t" * 43, scopes=scopes, lifetime=10 * MINUTE, at=NOW)

    def test_a_token_ends_by_itself_and_with_its_key(self, world: World) -> None:
        key, _token = own_key(world)
        self.lend(key, "reports:read", "reports:write")
        found = key_in_hand("t" * 43, at=NOW)
        assert found is not None and found.key.scopes == ["reports:read"]
        assert key_in_hand("t" * 43, at=NOW + 10 * MINUTE) is None
        assert "ttt" not in str(AccessToken.objects.values().get())
        revoke_api_key(key=key, by=world.partner, at=NOW)
        assert key_in_hand("t" * 43, at=NOW) is None

    def test_what_ended_is_forgotten(self, world: World) -> None:
        self.lend(own_key(world)[0])
        assert drop_tokens(at=NOW) == 0
        assert [drop_tokens(at=NOW + 10 * MINUTE) for _ in range(2)] == [1, 0]


class TestQuotas:
    def count(self, world: World, lane: str = "read", after: timedelta = timedelta()) -> list[int]:
        counts = count_request(user=world.partner, lane=lane, at=NOW + after)
        return [one.used for one in counts]

    def test_minutes_and_days_are_counted_apart(self, world: World) -> None:
        assert [self.count(world), self.count(world)] == [[1, 1], [2, 2]]
        assert self.count(world, after=MINUTE) == [1, 3]
        assert self.count(world, after=DAY) == [1, 1]

    def test_lanes_and_people_are_counted_apart(self, world: World) -> None:
        self.count(world)
        assert self.count(world, "write") == [1, 1]
        assert count_request(user=world.filer, lane="read", at=NOW)[0].used == 1

    def test_the_operator_s_quota_holds(self, world: World) -> None:
        given = {"lane": "read", "per_minute": 2, "per_day": 3}
        with one_event(Kind.QUOTA_SET) as left:
            set_quota(user=world.partner, **given, by=world.operator, at=NOW)  # type: ignore[arg-type]
        assert left[0].payload == given
        over = [
            [one.over for one in count_request(user=world.partner, lane="read", at=NOW)]
            for _ in range(4)
        ]
        assert over == [[False, False], [False, False], [True, False], [True, True]]
        assert QuotaUse.objects.get(lane="read", span="minute").used == 3  # grows no further
        assert not count_request(user=world.partner, lane="write", at=NOW)[0].over

    @pytest.mark.parametrize(
        ("lane", "minute", "day"), [("x", 1, 1), ("read", 0, 1), ("read", 2, 1), ("read", 1, 10**8)]
    )
    def test_a_quota_makes_sense(self, world: World, lane: str, minute: int, day: int) -> None:
        with no_trace(), pytest.raises(Invalid):
            set_quota(
                user=world.partner, lane=lane, per_minute=minute, per_day=day, by=None, at=NOW
            )

    def test_a_flushed_redis_opens_no_door_and_gives_no_quota_back(self, world: World) -> None:
        key, token = own_key(world)
        other, revoked = own_key(world)
        revoke_api_key(key=other, by=world.partner, at=NOW)
        self.count(world)
        cache.clear()
        found = key_in_hand(token, at=NOW)
        assert found is not None and found.key == key
        assert key_in_hand(revoked, at=NOW) is None
        assert self.count(world) == [2, 2]

    def test_the_table_is_kept_off_the_disk_s_log(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'reports_quotause'")
            assert cursor.fetchone() == ("u",)

    def test_use_is_read_without_counting(self, world: World) -> None:
        self.count(world, "write")
        used = {one.policy: one.used for one in use_of(world.partner, at=NOW + MINUTE)}
        assert used == dict.fromkeys((f"{lane}-{span}" for lane, span in QUOTAS), 0) | {
            "write-day": 1
        }

    def test_the_seconds_left(self) -> None:
        at = NOW.replace(hour=23, minute=59, second=30, microsecond=500_000)
        assert (left_of("minute", at), left_of("day", at)) == (30, 30)
        assert left_of("minute", at.replace(second=59)) == 1


def test_only_the_day_of_use_is_kept(world: World) -> None:
    key, _token = own_key(world)
    note_key_use(key=key, at=NOW)
    key.refresh_from_db()
    assert key.last_used_on == NOW.date()
    with connection.execute_wrapper(no_query):
        note_key_use(key=key, at=NOW)


def no_query(*_: object) -> None:
    raise AssertionError("a query")


def test_scopes_of_partners_are_scopes() -> None:
    assert "reports:write" in PARTNER_SCOPES and "chair:write" not in PARTNER_SCOPES
