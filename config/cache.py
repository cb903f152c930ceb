"""A cache that may be gone: without Redis the pages work on, only without their limits.

The cache holds counts for rate limits and nothing that anyone would miss. So a Redis that is
down or frozen is answered like an empty cache, and said once a minute in the log. Values are
JSON: what can write to Redis must not be able to run code here.
"""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError

SAY_EVERY = 60  # seconds between two complaints
RETRY_AFTER = 5  # seconds during which a Redis that failed is not asked again
log = logging.getLogger(__name__)


class JsonSerializer:
    """Turns values into JSON and back."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value)

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)


class DispensableClient(RedisCacheClient):
    """Answers like an empty cache while Redis fails."""

    _asleep_until = 0.0
    _say_after = 0.0

    def _or(self, otherwise: Any, ask: Callable[..., Any], *args: Any) -> Any:
        now = time.monotonic()
        if now < self._asleep_until:
            return otherwise
        try:
            return ask(*args)
        except RedisError as problem:
            self._asleep_until = now + RETRY_AFTER
            if now > self._say_after:
                self._say_after = now + SAY_EVERY
                log.warning("working without a cache: %s", type(problem).__name__)
            return otherwise

    # The arguments are the parent's; only Redis is asked with them.
    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        return self._or(True, super().add, key, value, timeout)

    def get(self, key: Any, default: Any) -> Any:
        return self._or(default, super().get, key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._or(None, super().set, key, value, timeout)

    def touch(self, key: Any, timeout: Any) -> Any:
        return self._or(False, super().touch, key, timeout)

    def delete(self, key: Any) -> Any:
        return self._or(False, super().delete, key)

    def get_many(self, keys: Any) -> Any:
        return self._or({}, super().get_many, keys)

    def has_key(self, key: Any) -> Any:
        return self._or(False, super().has_key, key)

    def incr(self, key: Any, delta: Any) -> Any:
        return self._or(delta, super().incr, key, delta)

    def set_many(self, data: Any, timeout: Any) -> None:
        self._or(None, super().set_many, data, timeout)

    def delete_many(self, keys: Any) -> None:
        self._or(None, super().delete_many, keys)

    def clear(self) -> Any:
        return self._or(False, super().clear)


class DispensableCache(RedisCache):
    """Django's Redis cache with the client above."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        params.setdefault("OPTIONS", {}).setdefault("serializer", JsonSerializer())
        super().__init__(server, params)
        self._class = DispensableClient
