"""Is the process up, and can it work? Answers a word, never a detail."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from redis import Redis, RedisError

log = logging.getLogger(__name__)


def database_answers() -> bool:
    """Return whether the database answers and every migration is applied."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def redis_answers() -> bool:
    """Return whether the broker answers within a second."""
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        return bool(client.ping())
    finally:
        client.close()


CHECKS: dict[str, Callable[[], bool]] = {"database": database_answers, "redis": redis_answers}


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process is up."""
    return HttpResponse("up\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether requests can be served; the reason goes to the log only."""
    for name, check in CHECKS.items():
        try:
            ready = check()
        except (DatabaseError, RedisError) as problem:
            log.warning("not ready: %s: %s", name, problem)
            ready = False
        if not ready:
            return HttpResponse("not ready\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
