"""A bundle of evidence: asked for by one, approved by another, fetched by the first alone."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from reports.evidence.models import Item
from reports.evidence.storage import ORIGINAL, path_of, vault
from reports.intake.models import Report
from reports.journal.drain import drain
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.actions import revoke_role
from reports.problems import Invalid, MoveRefused, NotAllowed, NotFound
from tests.factories import (
    NOW,
    World,
    a_bundle,
    a_case,
    a_redaction,
    an_item,
    built,
)
from tests.pages.record.test_filing import shown
from tests.pictures import drawn, encoded, exif_of, photo
from tests.proofs import no_trace, one_event, refused
from tests.reports.evidence.test_adding import PDF
from verification.adjudication.models import Case
from verification.bundles.actions import (
    approve_bundle,
    build_bundle,
    destroy_bundles,
    download_bundle,
    link_for,
    refuse_bundle,
    request_bundle,
    revoke_bundle,
)
from verification.bundles.models import Bundle
from verification.bundles.queries import (
    bundle_by_id,
    bundles_holding_report,
    contents_open_to,
    packed_bytes,
    progress_of,
    spent_bundles,
)
from verification.bundles.rules import LIFE
from verification.bundles.states import BundleState

CANARY = "CANARY-DEVICE"


@dataclass(frozen=True)
class Filed:
    """A case with two pictures and a document; of the first there is a redacted copy."""

    world: World
    case: Case
    items: list[Item]

    def bundle(self, contents: str) -> Bundle:
        return built(self.world, a_bundle(self.world, self.case, contents))

    def files(self, contents: str) -> dict[str, bytes]:
        return unpacked(self.bundle(contents))


@pytest.fixture
def filed(world: World) -> Filed:
    case = a_case(world)
    report = Report.objects.get(links__incident=case.incident)
    first = an_item(world, report, photo(3, device=(CANARY, "One"), position=(40.1, 46.2)))
    second = an_item(world, report, encoded(drawn(4), exif=exif_of(Artist=CANARY)))
    third = an_item(world, report, PDF)
    a_redaction(first, world.triage, shown_to="parties")
    a_redaction(second, world.triage)
    return Filed(world, Case.objects.get(pk=case.pk), [first, second, third])


def unpacked(bundle: Bundle) -> dict[str, bytes]:
    with packed_bytes(bundle) as file, ZipFile(BytesIO(file.read())) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def stored(item: Item) -> bytes:
    with vault().open(path_of(ORIGINAL, item.stored_as)) as file:
        return bytes(file.read())


class TestWhatItHolds:
    frame = {"manifest.json", "custody.json", "README.txt", "verify.py"}

    def test_originals_with_what_was_made_of_them(self, filed: Filed) -> None:
        files = filed.files("originals")
        names = {"E1-original.jpg", "E1-copy.jpg", "E1-redacted.jpg", "E2-original.jpg"}
        names |= {"E2-copy.jpg", "E2-redacted.jpg", "E3-original.pdf"}
        assert set(files) == self.frame | {f"files/{name}" for name in names}
        assert files["files/E1-original.jpg"] == stored(filed.items[0])
        manifest = json.loads(files["manifest.json"])
        roles = {entry["path"]: entry for entry in manifest["files"]}
        copy = roles["files/E1-copy.jpg"]
        assert (copy["role"], copy["derived_from"]) == ("working_copy", filed.items[0].sha256)
        assert roles["files/E1-redacted.jpg"]["derived_from"] == copy["sha256"]
        assert manifest["items"][2]["reading"] == "sealed"

    def test_copies_hold_no_word_of_a_camera(self, filed: Filed) -> None:
        files = filed.files("copies")
        assert not [name for name in files if "original" in name]
        assert "files/E1-copy.jpg" in files and "files/E2-redacted.jpg" in files
        assert not [name for name, content in files.items() if CANARY.encode() in content]

    def test_for_a_party_only_what_was_made_for_it(self, filed: Filed) -> None:
        files = filed.files("shown")
        assert set(files) == self.frame | {"files/E1-redacted.jpg"}
        everything = b"".join(files.values())
        told = [filed.items[0].sha256, filed.items[1].code, CANARY, '"monitor"', '"at"']
        assert not [word for word in told if word.encode() in everything]

    def test_custody_is_by_role_and_to_the_minute_only_beside_originals(self, filed: Filed) -> None:
        exact = json.loads(filed.files("originals")["custody.json"])
        coarse = json.loads(filed.files("copies")["custody.json"])
        assert {"item": "E1", "what": "evidence.added", "acting_as": "monitor"}.items() <= (
            exact[0].items()
        )
        assert all("T" in line["at"] for line in exact)
        assert all(set(line) == {"item", "what", "acting_as", "day"} for line in coarse)
        assert exact[-1]["what"] == "bundle.approved"

    def test_built_again_it_is_the_same_to_the_byte(self, filed: Filed) -> None:
        first = filed.bundle("originals")
        Bundle.objects.filter(pk=first.pk).update(state=BundleState.APPROVED)
        again = build_bundle(bundle=first, at=NOW + timedelta(hours=3))
        assert (again.sha256, again.manifest_sha256) == (first.sha256, first.manifest_sha256)
        assert again.stored_as != first.stored_as

    def test_an_original_that_changed_is_never_packed(self, filed: Filed) -> None:
        path = path_of(ORIGINAL, filed.items[0].stored_as)
        vault().delete(path)
        vault().save(path, BytesIO(photo(9)))  # type: ignore[arg-type]
        before = vault().listdir("bundles")
        bundle = filed.bundle("originals")
        assert bundle.state == BundleState.APPROVED and not bundle.stored_as
        assert vault().listdir("bundles") == before


class TestTwoPersons:
    def test_each_step_leaves_one_event(self, filed: Filed) -> None:
        world = filed.world
        with one_event(Kind.BUNDLE_REQUESTED):
            bundle = a_bundle(world, filed.case)
        with one_event(Kind.BUNDLE_APPROVED):
            approve_bundle(bundle=bundle, by=world.chair, at=NOW)
        drain(clock=lambda event: event.at)
        ready = bundle_by_id(bundle.pk)
        assert ready.state == BundleState.READY
        link = link_for(ready, world.triage)
        with one_event(Kind.BUNDLE_DOWNLOADED):
            download_bundle(bundle=ready, link=link, by=world.triage, at=NOW)
        with one_event(Kind.BUNDLE_REVOKED):
            revoke_bundle(bundle=ready, by=world.chair, at=NOW)

    def test_nobody_answers_what_they_asked_for(self, filed: Filed) -> None:
        bundle = a_bundle(filed.world, filed.case)
        for answer in (approve_bundle, refuse_bundle):
            with refused(NotAllowed):
                answer(bundle=bundle, by=filed.world.triage, at=NOW)

    def test_a_refused_one_is_never_built(self, filed: Filed) -> None:
        bundle = a_bundle(filed.world, filed.case)
        refuse_bundle(bundle=bundle, by=filed.world.chair, at=NOW)
        with refused(MoveRefused):
            approve_bundle(bundle=bundle, by=filed.world.chair, at=NOW)
        with no_trace():
            build_bundle(bundle=bundle, at=NOW)

    def test_it_is_built_once(self, filed: Filed) -> None:
        bundle = filed.bundle("copies")
        with no_trace():
            assert build_bundle(bundle=bundle, at=NOW).stored_as == bundle.stored_as

    def test_no_original_goes_to_the_panel(self, filed: Filed) -> None:
        seat = filed.case.seats.exclude(reviewer=filed.world.chair).first()
        assert seat is not None
        seat_of_triage = {"reviewer": filed.world.triage}
        type(seat).objects.filter(pk=seat.pk).update(**seat_of_triage)
        assert "originals" not in contents_open_to(filed.world.triage, filed.case)
        with refused(Invalid, "contents"):
            a_bundle(filed.world, filed.case, "originals")

    def test_it_says_what_for(self, filed: Filed) -> None:
        with refused(Invalid, "why", "contents"):
            request_bundle(case=filed.case, contents="all", why=" ", by=filed.world.chair, at=NOW)

    def test_one_too_large_is_not_begun(
        self, filed: Filed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("verification.bundles.actions.MOST_BYTES", 10)
        with refused(Invalid, "contents"):
            a_bundle(filed.world, filed.case)

    def test_how_far_it_is_can_be_read(self, filed: Filed) -> None:
        bundle = filed.bundle("originals")
        assert progress_of(bundle) >= 95
        cache.clear()
        assert progress_of(bundle) == 0


class TestItsEnd:
    def test_a_link_is_one_person_s_and_short(
        self, filed: Filed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bundle, world = filed.bundle("copies"), filed.world
        own, others = link_for(bundle, world.triage), link_for(bundle, world.chair)
        for by, link in ((world.chair, own), (world.chair, others), (world.triage, others)):
            with refused(NotFound):
                download_bundle(bundle=bundle, link=link, by=by, at=NOW)
        later = time.time() + 16 * 60
        monkeypatch.setattr("django.core.signing.time.time", lambda: later)
        with refused(NotFound):
            download_bundle(bundle=bundle, link=own, by=world.triage, at=NOW)

    def test_it_is_over_after_its_time_and_when_it_was_revoked(self, filed: Filed) -> None:
        world, bundle, other = filed.world, filed.bundle("copies"), filed.bundle("shown")
        with refused(Invalid):
            download_bundle(
                bundle=bundle, link=link_for(bundle, world.triage), by=world.triage, at=NOW + LIFE
            )
        revoke_bundle(bundle=other, by=world.triage, at=NOW)
        with refused(Invalid):
            download_bundle(
                bundle=other, link=link_for(other, world.triage), by=world.triage, at=NOW
            )
        assert [one.pk for one in spent_bundles(at=NOW)] == [other.pk]
        gone = spent_bundles(at=NOW + LIFE)
        assert destroy_bundles(bundles=gone) == 2
        assert not vault().exists(path_of("bundles", bundle.stored_as))
        assert spent_bundles(at=NOW + LIFE) == []

    def test_who_lost_the_role_fetches_nothing(self, filed: Filed) -> None:
        bundle, triage = filed.bundle("copies"), filed.world.triage
        revoke_role(grant=triage.grants.get(), by=None, at=NOW)
        with refused(NotAllowed):
            download_bundle(
                bundle=bundle,
                link=link_for(bundle, triage),
                by=triage,
                at=NOW + timedelta(seconds=1),
            )

    def test_it_goes_with_any_report_it_holds(self, filed: Filed) -> None:
        bundle = filed.bundle("shown")
        report_id = filed.items[0].report_id
        assert [one.pk for one in bundles_holding_report(report_id)] == [bundle.pk]
        destroy_bundles(bundles=bundles_holding_report(report_id))
        assert bundles_holding_report(report_id) == []


class TestThePages:
    @pytest.fixture
    def now(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOW)

    def client(self, user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def test_from_asking_to_fetching(self, filed: Filed, now: None) -> None:
        triage, chair = self.client(filed.world.triage), self.client(filed.world.chair)
        said = {"incident": filed.case.incident.code, "contents": "copies", "why": "An inquiry."}
        page = triage.post("/bundles/", said, follow=True)
        assert "A second person has to approve it" in shown(page)
        url = page.redirect_chain[-1][0]
        assert "Approve it" not in shown(page) and "Approve it" in shown(chair.get(url))
        assert triage.post(url, {"do": "approve", "version": "1"}).status_code == 403
        chair.post(url, {"do": "approve", "version": "1"})
        drain(clock=lambda event: event.at)
        page = shown(triage.get(url))
        link = page.split('href="' + url + "file", 1)[1].split('"', 1)[0]
        answer: Any = triage.get(url + "file" + link)
        assert answer["Content-Type"] == "application/zip"
        assert answer["Cache-Control"] == "private, no-store"
        assert b"".join(answer.streaming_content)[:2] == b"PK"
        assert chair.get(url + "file" + link).status_code == 404
        assert "Only the person who asked" in shown(chair.get(url))
        item = self.client(filed.world.chair).get(f"/evidence/{filed.items[0].code}/")
        assert "An evidence bundle was handed out" in shown(item)

    def test_faults_are_told(self, filed: Filed, now: None) -> None:
        answer = self.client(filed.world.triage).post("/bundles/", {"incident": "NK20-9999"})
        assert answer.status_code == 422
        page = shown(answer)
        assert "NK20-9999" in page

    def test_a_move_nobody_knows(self, filed: Filed, now: None) -> None:
        bundle = a_bundle(filed.world, filed.case)
        answer = self.client(filed.world.chair).post(f"/bundles/{bundle.code}/", {"do": "x"})
        assert answer.status_code == 404


CAST = (
    *("filer", "witness", "reviewer_arm", "liaison_arm", "liaison_aze", "publisher", "partner"),
    *("operator", "outsider", "chair", "triage"),
)


@pytest.mark.parametrize("path", ["/bundles/{}/file", "/api/v1/bundles/{}/file"])
def test_only_who_asked_fetches_it_even_with_links(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    bundle = built(world, a_bundle(world, a_case(world)))
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    url = path.format(bundle.code)
    for name in CAST:
        client, user = Client(), getattr(world, name)
        client.force_login(user)
        for whose in (user, world.triage):
            answer = client.get(f"{url}?link={link_for(bundle, whose)}")
            expected = (200,) if name == "triage" else (403, 404)
            assert answer.status_code in expected, (name, answer.status_code)
    handed = Event.objects.filter(kind=Kind.BUNDLE_DOWNLOADED, subject_id=bundle.pk)
    assert set(handed.values_list("actor__username", flat=True)) == {"triage"}
