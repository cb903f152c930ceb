"""People: one event for each change, no personal data in the journal, keys kept as hashes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.actions import (
    KEY_LIFETIME,
    grant_role,
    issue_api_key,
    record_alignment,
    register_organisation,
    register_source,
    register_user,
    revoke_api_key,
    revoke_role,
)
from reports.people.models import ApiKey, User
from reports.people.permissions import roles_of
from reports.people.queries import (
    alignment_of,
    holders_of,
    named_sources,
    needs_second_factor,
    own_source,
    user_by_api_key,
)
from reports.problems import NotFound, StaleState
from tests.factories import NOW, SET_UP_AT, World
from tests.proofs import no_trace, one_event, refused

DAY = timedelta(days=1)


def actions(world: World) -> list[tuple[Kind, Callable[..., Any]]]:
    grant = world.partner.grants.get()
    key, _token = issue_api_key(user=world.partner, label="x", scopes=[], by=None, at=NOW)
    named: dict[str, Any] = {"key": "new", "name": "New", "kind": "media"}
    return [
        (Kind.ORGANISATION_REGISTERED, lambda **who: register_organisation(**named, **who)),
        (Kind.SOURCE_REGISTERED, lambda **who: register_source(**named, organisation=None, **who)),
        (
            Kind.USER_REGISTERED,
            lambda **who: register_user(
                username="new", display_name="New", organisation=None, password="x" * 12, **who
            ),
        ),
        (
            Kind.ROLE_GRANTED,
            lambda **who: grant_role(
                user=world.outsider, role="monitor", agreement=world.agreement, **who
            ),
        ),
        (Kind.ROLE_REVOKED, lambda **who: revoke_role(grant=grant, **who)),
        (
            Kind.ALIGNMENT_RECORDED,
            lambda **who: record_alignment(
                party=world.armenia, user=world.outsider, reason="Said so.", aligned_from=NOW, **who
            ),
        ),
        (
            Kind.KEY_ISSUED,
            lambda **who: issue_api_key(
                user=world.outsider, label="station", scopes=["file"], **who
            ),
        ),
        (Kind.KEY_REVOKED, lambda **who: revoke_api_key(key=key, **who)),
    ]


@pytest.mark.parametrize("from_the_command_line", [True, False])
def test_each_leaves_its_one_event(world: World, from_the_command_line: bool) -> None:
    by = None if from_the_command_line else world.operator
    for kind, act in actions(world):
        with one_event(kind) as left:
            act(by=by, at=NOW)
        assert (left[0].actor, left[0].acting_as) == (by, "operator")


class TestAccounts:
    def test_a_person_has_a_source_under_a_pseudonym(self, world: World) -> None:
        source = own_source(world.filer)
        assert source.name == world.filer.pseudonym
        assert "filer" not in f"{source.name}{source.key}"
        assert source.pk not in {choice.id for choice in named_sources()}

    def test_the_journal_holds_no_personal_data(self, world: World) -> None:
        register_user(
            username="canary",
            display_name="Canary Person",
            organisation=None,
            password="canary-secret",
            email="canary@example.org",
            by=None,
            at=NOW,
        )
        kept = "".join(str(payload) for payload in Event.objects.values_list("payload", flat=True))
        assert "anary" not in kept

    def test_without_a_source_nobody_speaks_in_their_own_name(self, world: World) -> None:
        bare = User.objects.create(username="bare", pseudonym="P-bare")
        with pytest.raises(NotFound):
            own_source(bare)

    def test_an_account_name_is_taken_once(self, world: World) -> None:
        with no_trace(), pytest.raises(IntegrityError), transaction.atomic():
            register_user(
                username="filer",
                display_name="",
                organisation=None,
                password=None,
                by=None,
                at=NOW,
            )


class TestRoles:
    def test_held_from_the_grant_until_it_is_revoked(self, world: World) -> None:
        grant = world.triage.grants.get()
        assert roles_of(world.triage, at=SET_UP_AT - DAY) == frozenset()
        assert roles_of(world.triage, at=SET_UP_AT) == {"triage"}
        revoke_role(grant=grant, by=None, at=NOW)
        assert roles_of(world.triage, at=NOW - DAY) == {"triage"}
        assert roles_of(world.triage, at=NOW) == frozenset()
        with refused(StaleState):
            revoke_role(grant=grant, by=None, at=NOW + DAY)

    def test_the_same_role_is_granted_once_at_a_time(self, world: World) -> None:
        again = {"user": world.triage, "role": "triage", "agreement": world.agreement}
        with no_trace(), pytest.raises(IntegrityError), transaction.atomic():
            grant_role(**again, by=None, at=NOW)
        revoke_role(grant=world.triage.grants.get(), by=None, at=NOW)
        grant_role(**again, by=None, at=NOW + DAY)
        assert roles_of(world.triage, at=NOW + DAY) == {"triage"}

    def test_who_can_change_a_finding_needs_a_second_factor(self, world: World) -> None:
        needing = {
            name
            for name in (
                "filer",
                "triage",
                "liaison_arm",
                "partner",
                "chair",
                "operator",
                "publisher",
                "reviewer_arm",
            )
            if needs_second_factor(getattr(world, name), at=NOW)
        }
        assert needing == {"chair", "operator", "publisher", "reviewer_arm"}

    def test_holders_of_a_role(self, world: World) -> None:
        held = set(holders_of("chair", agreement_id=world.agreement.pk, at=NOW))
        assert held == {world.chair}
        assert not holders_of("chair", agreement_id=world.ganja.pk, at=NOW)


class TestAlignment:
    def test_through_the_organisation_or_one_s_own_which_goes_first(self, world: World) -> None:
        assert alignment_of(world.reviewer_arm, at=NOW) == "ARM"
        assert alignment_of(world.chair, at=NOW) == ""
        record_alignment(
            party=world.azerbaijan,
            user=world.reviewer_arm,
            reason="Changed sides.",
            aligned_from=NOW,
            by=None,
            at=NOW,
        )
        assert alignment_of(world.reviewer_arm, at=NOW - DAY) == "ARM"
        assert alignment_of(world.reviewer_arm, at=NOW) == "AZE"


class TestKeys:
    def test_the_token_is_shown_once_and_only_its_hash_is_kept(self, world: World) -> None:
        key, token = issue_api_key(user=world.partner, label="x", scopes=["file"], by=None, at=NOW)
        assert user_by_api_key(token, at=NOW) == (world.partner, key)
        secret = token.partition(".")[2]
        row = ApiKey.objects.values().get()
        assert secret not in str(row)
        assert len(row["hashed"]) == 64

    @pytest.mark.parametrize("wrong", ["", ".", "x.y", "{prefix}", "{prefix}.", "{prefix}.wrong"])
    def test_another_token_opens_nothing(self, world: World, wrong: str) -> None:
        key, _token = issue_api_key(user=world.partner, label="x", scopes=[], by=None, at=NOW)
        assert user_by_api_key(wrong.format(prefix=key.prefix), at=NOW) is None

    def test_expired_revoked_or_locked(self, world: World) -> None:
        key, token = issue_api_key(user=world.partner, label="x", scopes=[], by=None, at=NOW)
        assert user_by_api_key(token, at=NOW + KEY_LIFETIME) is None
        User.objects.filter(pk=world.partner.pk).update(is_active=False)
        assert user_by_api_key(token, at=NOW) is None
        User.objects.filter(pk=world.partner.pk).update(is_active=True)
        revoke_api_key(key=key, by=None, at=NOW)
        assert user_by_api_key(token, at=NOW) is None
        with refused(StaleState):
            revoke_api_key(key=key, by=None, at=NOW)
