"""Preparing a database: demonstration and real sites never mix."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from config import prepare
from config.prepare import DEMO, DEMO_SEEDED, REAL, Refused

NAME = "cvr_prepare_test"


@pytest.fixture
def make_database() -> Iterator[Any]:
    """Make databases beside the tests' own, and remove them."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as admin:
        opened: list[psycopg.Connection[Any]] = []

        def make(options: str = "") -> psycopg.Connection[Any]:
            admin.execute(f"CREATE DATABASE {NAME} TEMPLATE template0 {options}")
            opened.append(psycopg.connect(url, dbname=NAME, autocommit=True))
            return opened[-1]

        yield make
        for database in opened:
            database.close()
        admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


class TestMark:
    def test_a_new_database_becomes_what_it_is_first_used_as(self, make_database: Any) -> None:
        database = make_database()
        assert prepare.settle_mark(database, demo=True) == DEMO
        assert prepare.settle_mark(database, demo=True) == DEMO
        prepare.write_mark(database, DEMO_SEEDED)
        assert prepare.settle_mark(database, demo=True) == DEMO_SEEDED

    def test_the_demonstration_never_serves_as_a_real_site(self, make_database: Any) -> None:
        database = make_database()
        prepare.settle_mark(database, demo=True)
        with pytest.raises(Refused, match="passwords that everyone knows"):
            prepare.settle_mark(database, demo=False)

    def test_a_real_site_never_gets_the_demonstration(self, make_database: Any) -> None:
        database = make_database()
        assert prepare.settle_mark(database, demo=False) == REAL
        with pytest.raises(Refused, match="CVR_DEMO=0"):
            prepare.settle_mark(database, demo=True)

    def test_a_restored_database_with_people_counts_as_real(self, make_database: Any) -> None:
        database = make_database()
        database.execute("CREATE TABLE reports_user (id int)")
        database.execute("INSERT INTO reports_user VALUES (1)")
        with pytest.raises(Refused, match="holds a real site"):
            prepare.settle_mark(database, demo=True)
        assert prepare.settle_mark(database, demo=False) == REAL


class TestLocale:
    def test_one_that_matches_no_cyrillic_is_refused(self, make_database: Any) -> None:
        with pytest.raises(Refused, match="LC_CTYPE C"):
            prepare.check_locale(make_database("LOCALE 'C' ENCODING 'UTF8'"))

    @pytest.mark.django_db
    def test_ours_matches_every_script(self) -> None:
        connection.ensure_connection()
        prepare.check_locale(connection.connection)
        with connection.cursor() as cursor:
            for one, other in (("Гянджа", "Гянжа"), ("Գանձակ", "Գանծակ"), ("گنجة", "كنجة")):
                cursor.execute("SELECT similarity(%s, %s)", [one, other])
                assert cursor.fetchone()[0] > 0.2
