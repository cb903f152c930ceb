"""Coming in: invited people only, with a second factor where it matters, and no address kept."""

from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from config.login import InvitedOnlyAdapter
from reports.models import RoleGrant, User
from reports.people.models import Role

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture
def person() -> User:
    return User.objects.create_user("chair", "chair@example.org", PASSWORD, pseudonym="P-1")


@pytest.fixture
def chair(person: User) -> User:
    RoleGrant.objects.create(
        user=person, role=Role.CHAIR, granted_from=datetime(2020, 1, 1, tzinfo=UTC)
    )
    return person


def sign_in(client: Client, name: str, password: str = PASSWORD, **extra: Any) -> Any:
    form = {"login": name, "password": password}
    return client.post(reverse("account_login"), form, **extra)


def current_code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


class TestSignIn:
    @pytest.mark.parametrize("name", ["chair", "chair@example.org"])
    def test_by_name_or_by_mail(self, client: Client, person: User, name: str) -> None:
        answer = sign_in(client, name)
        assert answer.status_code == 302
        assert answer.url == "/desk/"

    def test_a_wrong_password_stays_outside(self, client: Client, person: User) -> None:
        answer = sign_in(client, "chair", "wrong")
        assert answer.status_code == 200
        assert "_auth_user_id" not in client.session

    def test_nobody_signs_up(self, client: Client) -> None:
        form = {"username": "new", "email": "n@example.org", "password1": PASSWORD}
        client.post(reverse("account_signup"), form | {"password2": PASSWORD})
        assert not User.objects.filter(username="new").exists()

    def test_a_second_factor_is_asked_for(self, client: Client, person: User) -> None:
        secret = generate_totp_secret()
        TOTP.activate(person, secret)
        answer = sign_in(client, "chair")
        assert answer.url == reverse("mfa_authenticate")
        assert "_auth_user_id" not in client.session
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert "_auth_user_id" not in client.session
        client.post(reverse("mfa_authenticate"), {"code": current_code(secret)})
        assert client.session["_auth_user_id"] == str(person.pk)

    def test_guessing_is_slowed_down(self, client: Client, person: User, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
        cache.clear()
        for _ in range(3):
            sign_in(client, "chair", "wrong")
        sign_in(client, "chair")  # right, and too late
        assert "_auth_user_id" not in client.session
        cache.clear()


class TestAddresses:
    def test_neither_session_nor_cache_keeps_one(
        self, client: Client, person: User, settings: Any
    ) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip"}
        cache.clear()
        where = {"REMOTE_ADDR": "198.51.100.7", "HTTP_USER_AGENT": "Watchful/7.0"}
        sign_in(client, "chair", "wrong", **where)
        sign_in(client, "chair", **where)
        kept = f"{dict(client.session)} {cache._cache}"  # type: ignore[attr-defined]
        assert ":ip:" in kept  # the limit did count
        assert "198.51.100" not in kept
        assert "Watchful" not in kept
        cache.clear()

    def test_two_callers_are_told_apart(self, rf: Any) -> None:
        adapter = InvitedOnlyAdapter()
        one, two = (rf.get("/", REMOTE_ADDR=f"198.51.100.{n}") for n in (7, 8))
        assert adapter.get_client_ip(one) == adapter.get_client_ip(one)
        assert adapter.get_client_ip(one) != adapter.get_client_ip(two)


class TestSecondFactorByRole:
    @pytest.fixture(autouse=True)
    def required(self, settings: Any) -> None:
        settings.SECOND_FACTOR_REQUIRED = True

    def test_a_chair_without_one_is_sent_to_enrol(self, client: Client, chair: User) -> None:
        client.force_login(chair)
        answer = client.get("/desk/")
        assert (answer.status_code, answer.url) == (302, reverse("mfa_activate_totp"))
        answer = client.get("/api/v1/incidents")
        assert answer.status_code == 403
        assert answer.json()["code"] == "second-factor-needed"

    def test_enrolling_opens_the_desk(self, client: Client, chair: User) -> None:
        sign_in(client, "chair")
        enrol = reverse("mfa_activate_totp")
        again = client.get(enrol)
        assert again.url.startswith(reverse("account_reauthenticate"))  # the password once more
        page = client.post(again.url, {"password": PASSWORD}, follow=True)
        assert page.request["PATH_INFO"] == enrol
        secret = page.context["form"].secret
        client.post(enrol, {"code": current_code(secret)})
        assert client.get("/no-such-page/").status_code == 404

    def test_a_chair_with_one_passes(self, client: Client, chair: User) -> None:
        TOTP.activate(chair, generate_totp_secret())
        client.force_login(chair)
        assert client.get("/no-such-page/").status_code == 404

    def test_others_pass_without(self, client: Client, person: User) -> None:
        client.force_login(person)
        assert client.get("/no-such-page/").status_code == 404
        assert Client().get("/no-such-page/").status_code == 404

    def test_the_demonstration_does_not_ask(
        self, client: Client, chair: User, settings: Any
    ) -> None:
        settings.SECOND_FACTOR_REQUIRED = False
        client.force_login(chair)
        assert client.get("/no-such-page/").status_code == 404
