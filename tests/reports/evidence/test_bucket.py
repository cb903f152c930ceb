"""Evidence in an S3 of our own: sealed, read back, watched over, erased; never an address.

Needs the extra (requirements/s3.lock, s3-test.lock): skipped where it is not installed. The gate
"evidence in S3" of .ci/run installs it and runs this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from reports.evidence.actions import check_original, sweep_orphans
from reports.evidence.queries import bytes_of, original_of
from reports.evidence.rules import ORPHAN_AFTER
from reports.evidence.storage import COPY, ORIGINAL, new_place, path_of, vault
from reports.intake.actions import withdraw_report
from tests.factories import LATER, NOW, World, an_item, settle
from tests.pictures import photo
from verification.ledger.actions.erasure import erase_report

pytest.importorskip("storages")
boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto.server")

KEYS = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 that lives in memory and speaks the real protocol over a real port."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def bucket(endpoint: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket for each test, set as a site would set it."""
    from config.settings import evidence_storage

    name = f"evidence-{hashlib.sha256(str(timezone.now()).encode()).hexdigest()[:12]}"
    monkeypatch.setenv("CVR_EVIDENCE_ENDPOINT", endpoint)
    monkeypatch.setenv("CVR_EVIDENCE_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    client = boto3.client("s3", endpoint_url=endpoint, **KEYS)
    client.create_bucket(Bucket=name)
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence_storage(f"s3://{name}")}
    return client, name


def keys(bucket: Any) -> list[str]:
    client, name = bucket
    return [one["Key"] for one in client.list_objects_v2(Bucket=name).get("Contents", ())]


def test_a_file_is_sealed_read_back_and_copied(world: World, bucket: Any) -> None:
    item = an_item(world)
    assert sorted(key.split("/")[0] for key in keys(bucket)) == ["copies", "originals", "thumbs"]
    with original_of(item) as original:
        assert original.read() == photo()
    copy = bytes_of(COPY, item)
    assert copy is not None and copy.startswith(b"\xff\xd8\xff")
    assert all("IMG" not in key for key in keys(bucket))


def test_nothing_is_written_over(bucket: Any) -> None:
    path = path_of(ORIGINAL, new_place("ab" * 32))
    assert vault().save(path, ContentFile(b"first")) == path
    with pytest.raises(OSError, match="refused"):
        vault()._save(path, ContentFile(b"second"))  # type: ignore[attr-defined]
    with vault().open(path) as kept:
        assert kept.read() == b"first"


def test_nothing_has_an_address() -> None:
    with pytest.raises(ValueError, match="not accessible"):
        vault().url("originals/x")


def test_what_is_not_there_and_who_does_not_answer(
    bucket: Any, settings: Any, endpoint: str
) -> None:
    with pytest.raises(FileNotFoundError):
        vault().open("originals/ab/x")
    told = settings.STORAGES["evidence"]
    away = {**told["OPTIONS"], "endpoint_url": "http://127.0.0.1:1"}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**told, "OPTIONS": away}}
    with pytest.raises(OSError, match="does not answer"):
        vault().exists("originals/ab/x")


def test_a_changed_or_missing_original_is_noticed(world: World, bucket: Any) -> None:
    item, (client, name) = an_item(world), bucket
    assert check_original(item=item, at=NOW) == "whole"
    key = path_of(ORIGINAL, item.stored_as)
    client.put_object(Bucket=name, Key=key, Body=b"another picture")
    assert check_original(item=item, at=LATER) == "changed"
    client.delete_object(Bucket=name, Key=key)
    assert check_original(item=item, at=LATER) == "missing"


def test_strays_are_swept_and_others_are_not(
    world: World, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.evidence.queries.SLOTS", 1)  # of 256: each costs three listings
    item = an_item(world)
    stray = path_of(ORIGINAL, new_place("00" * 32))
    vault().save(stray, ContentFile(b"nobody's"))
    assert sweep_orphans(at=timezone.now(), budget_s=60) == 0
    later = timezone.now() + ORPHAN_AFTER + timedelta(days=1)
    assert sweep_orphans(at=later, budget_s=60) == 1
    assert stray not in keys(bucket) and path_of(ORIGINAL, item.stored_as) in keys(bucket)


@pytest.mark.usefixtures("signer")
def test_erasing_a_report_leaves_nothing_in_the_bucket(world: World, bucket: Any) -> None:
    item = an_item(world)
    report = withdraw_report(report=item.report, by=world.filer, at=NOW)
    erase_report(report=report, basis="danger_to_a_person", by=world.operator, at=LATER)
    settle()
    assert keys(bucket) == []
