"""The cache keeps counts while Redis is there, and is not missed when it is not."""

import logging
import socket
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches

from config.cache import DispensableCache


def cache_at(url: str) -> DispensableCache:
    options = settings.CACHES["redis"]["OPTIONS"]
    return DispensableCache(url, {"OPTIONS": options | {"socket_timeout": 0.2}})


class TestWithRedis:
    def test_it_keeps_what_rate_limits_store(self) -> None:
        cache = caches["redis"]
        cache.clear()
        cache.set("history", [1.5, 2.25], 60)
        assert cache.get("history") == [1.5, 2.25]
        assert cache.add("history", [], 60) is False
        cache.set("count", 1, 60)
        assert cache.incr("count", 2) == 3
        assert cache.get_many(["history", "none"]) == {"history": [1.5, 2.25]}
        cache.delete("history")
        assert cache.get("history", "gone") == "gone"

    def test_a_value_is_never_unpickled(self) -> None:
        cache = caches["redis"]
        client = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]
        client.set(cache.make_key("planted"), b"cos\nsystem\n(S'true'\ntR.")
        with pytest.raises(ValueError, match="Expecting value"):
            cache.get("planted")
        cache.delete("planted")


class TestWithoutRedis:
    def test_a_missing_redis_is_an_empty_cache(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        cache = cache_at(f"unix://{tmp_path}/nobody.sock")
        with caplog.at_level(logging.WARNING):
            cache.set("a", 1)
            assert cache.get("a", "none") == "none"
            assert cache.add("a", 1) is True
            assert cache.get_many(["a"]) == {}
            assert cache.delete("a") is False
        assert [record.message for record in caplog.records] == [
            "working without a cache: ConnectionError"
        ]

    def test_a_frozen_redis_costs_one_short_wait(self) -> None:
        with socket.socket() as frozen:
            frozen.bind(("127.0.0.1", 0))
            frozen.listen()
            cache = cache_at(f"redis://127.0.0.1:{frozen.getsockname()[1]}/0")
            began = time.monotonic()
            for _ in range(50):
                cache.get("a")
            assert time.monotonic() - began < 3
