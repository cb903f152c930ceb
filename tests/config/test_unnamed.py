"""No line of the log holds a phone's token."""

import logging

from django.conf import settings

from config.unnamed import TokensLeftOut


def test_a_token_in_an_address_is_left_out() -> None:
    line = logging.LogRecord(
        "django.request", 40, "x", 1, "%s: %s", ("Failed", "/v1/key/secret-token/projects/1"), None
    )
    assert TokensLeftOut().filter(line)
    assert line.getMessage() == "Failed: /v1/key/…/projects/1"


def test_other_lines_stay_as_they_are() -> None:
    line = logging.LogRecord("x", 20, "x", 1, "%d files", (3,), None)
    assert TokensLeftOut().filter(line) and line.getMessage() == "3 files"


def test_every_handler_of_the_site_leaves_them_out() -> None:
    assert all("tokens" in one["filters"] for one in settings.LOGGING["handlers"].values())
