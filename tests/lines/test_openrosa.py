"""What ODK Collect relies on, each rule and trap by its name, over HTTP (docs/openrosa.md)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from reports.evidence.models import Item
from reports.intake.actions import withdraw_report
from reports.intake.models import Report
from reports.journal.models import Event
from reports.openrosa.actions import remove_phone
from reports.openrosa.forms import CURRENT, present_form
from reports.openrosa.models import Phone, SentFile, Submission
from reports.people.actions import revoke_role
from reports.people.models import RoleGrant
from tests.factories import NOW, World
from tests.lines.phones import Handset, a_form, a_handset, a_pdf, new_id
from tests.lines.wire import Wire
from tests.pictures import drawn, encoded
from tests.proofs import no_trace

LIST = "{http://openrosa.org/xforms/xformsList}"
FILES = "{http://openrosa.org/xforms/xformsManifest}"
SAID = "{http://openrosa.org/http/response}message"
PHOTO = encoded(drawn())


@pytest.fixture
def handset(world: World, wire: Wire) -> Handset:
    return a_handset(world, wire=wire)


def words(answer: Any) -> str:
    return fromstring(answer.content).findtext(SAID) or ""


class TestWhatAPhoneFetches:
    def test_every_answer_is_text_xml_with_the_headers_it_looks_for(self, handset: Handset) -> None:
        for tail in ("formList", "forms/cvr_violation.xml", "forms/cvr_violation/manifest"):
            answer = handset.get(tail)
            assert answer.status_code == 200
            assert answer["Content-Type"].startswith("text/xml")
            assert answer["X-OpenRosa-Version"] == "1.0"
            assert not answer.cookies

    def test_the_list_names_the_form_its_hash_and_whole_addresses(
        self, handset: Handset, wire: Wire
    ) -> None:
        root = fromstring(handset.get("formList").content)
        assert root.tag == f"{LIST}xforms"
        told = {node.tag.removeprefix(LIST): node.text or "" for node in root[0]}
        assert told["formID"] == "cvr_violation" and told["version"] == CURRENT and told["name"]
        assert all(told[n].startswith(f"{wire.origin}/v1/") for n in ("downloadUrl", "manifestUrl"))
        form = handset.client.get(told["downloadUrl"] + "?deviceID=1").content
        assert told["hash"] == "md5:" + hashlib.md5(form).hexdigest()  # noqa: S324

    def test_each_file_of_the_manifest_is_the_one_its_hash_names(self, handset: Handset) -> None:
        root = fromstring(handset.get("forms/cvr_violation/manifest").content)
        names = []
        for node in root.iter(f"{FILES}mediaFile"):
            told = {one.tag.removeprefix(FILES): one.text or "" for one in node}
            content = handset.client.get(told["downloadUrl"]).content
            assert told["hash"] == "md5:" + hashlib.md5(content).hexdigest()  # noqa: S324
            assert "/" not in told["filename"]
            names.append(told["filename"])
        assert names == ["places.csv", "parties.csv"]

    def test_places_come_with_every_official_spelling(self, handset: Handset) -> None:
        table = handset.get("forms/cvr_violation/attachments/places.csv").content.decode()
        assert table.startswith("name,label\n") and "\nganja,Ganja / Gəncə" in table
        assert handset.get("forms/cvr_violation/attachments/people.csv").status_code == 404

    def test_head_of_the_submission_address_is_204_without_a_body(
        self, handset: Handset, wire: Wire
    ) -> None:
        answer = handset.client.head(f"{handset.base}/submission?deviceID=1")
        assert answer.status_code == 204 and answer.content == b""
        assert int(answer["X-OpenRosa-Accept-Content-Length"]) >= 10_000_000
        assert answer["Location"].startswith(f"{wire.origin}/v1/")

    def test_a_token_nobody_has_and_a_form_nobody_knows_answer_alike(
        self, handset: Handset, wire: Wire
    ) -> None:
        unknown = wire.get(handset.base.replace(handset.given.token, "x" * 43) + "/formList")
        other = wire.get(f"/v1/key/{handset.given.token}/projects/77/formList")
        form = handset.get("forms/another.xml")
        assert {a.status_code for a in (unknown, other, form)} == {404}
        assert unknown.content == other.content == form.content

    def test_no_session_is_asked_and_no_form_token(
        self, world: World, handset: Handset, wire: Wire
    ) -> None:
        signed_in = Client()
        signed_in.force_login(world.filer)
        cookie = {"Cookie": signed_in.cookies.output(header="", sep=";").strip()}
        assert wire.get("/v1/projects/1/formList", headers=cookie).status_code == 401
        assert handset.send(a_form()).status_code == 201  # and no token of a form came with it


class TestWhatAPhoneSends:
    def test_it_becomes_a_report_like_any_other(self, world: World, handset: Handset) -> None:
        form = a_form(photos=("a.jpg",))
        answer = handset.send(form, {"a.jpg": PHOTO})
        assert answer.status_code == 201, answer.content
        report = Report.objects.get()
        assert words(answer).endswith(report.receipt)
        assert (report.filed_by, report.channel, report.act_id) == (
            world.filer,
            "odk",
            "missile_strike",
        )
        assert report.place == world.ganja and report.means == "heard"
        begins = datetime(2020, 10, 10, 22, tzinfo=UTC)
        assert (report.observed_from, report.observed_until) == (
            begins,
            begins + timedelta(hours=1),
        )
        item = Item.objects.get()
        assert item.report == report and item.sha256 == hashlib.sha256(PHOTO).hexdigest()
        kept = Submission.objects.get()
        assert bytes(kept.raw) == form and kept.sha256 == hashlib.sha256(form).hexdigest()
        assert kept.form_version == CURRENT
        kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))[-2:]
        assert kinds == ["report.filed", "evidence.added"]

    def test_a_clock_of_another_zone_says_the_same_time(self, handset: Handset) -> None:
        for number, clock in enumerate(("02:00", "02:00:00.000Z", "02:00:00.000-00:00", "٠٢:٠٠")):
            handset.send(a_form(time_from=clock, narrative=f"Heard from the centre, {number}."))
        assert Report.objects.count() == 4
        assert len(set(Report.objects.values_list("observed_from", flat=True))) == 1

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            (
                {"location_kind": "point", "position": "40.68 46.36 0 0", "accuracy_m": "100"},
                {"lat": 40.68, "lon": 46.36, "radius_m": 100.0},
            ),
            (
                {"location_kind": "named", "place_typed": "Behind the mill"},
                {"place_typed": "Behind the mill", "lat": None},
            ),
            (
                {
                    "location_kind": "bearing",
                    "position": "40.68 46.36 0 0",
                    "range_m": "2000",
                    "bearing_deg": "90",
                },
                {"observer_lat": 40.68, "range_m": 2000.0, "bearing_deg": 90.0},
            ),
            ({"location_kind": "between", "other_place": "tartar"}, {"location_kind": "between"}),
            (
                {
                    "accused": "party",
                    "accused_party": "ARM",
                    "observation_count": "٣",
                    "observation_unit": "explosion",
                    "count_qualifier": "about",
                },
                {"accused_kind": "party", "observation_count": 3, "count_qualifier": "about"},
            ),
            ({"time_precision": "part_of_day", "part": "night"}, {"time_precision": "part_of_day"}),
            ({"time_precision": "days", "day_until": "2020-10-11"}, {"time_precision": "days"}),
        ],
    )
    def test_every_way_to_say_it(
        self, handset: Handset, given: dict[str, str], kept: dict[str, Any]
    ) -> None:
        answer = handset.send(a_form(**given))
        assert answer.status_code == 201, words(answer)
        report = Report.objects.get()
        assert {name: getattr(report, name) for name in kept} == kept

    def test_what_breaks_a_rule_is_refused_in_words_and_leaves_nothing(
        self, handset: Handset
    ) -> None:
        with no_trace():
            answer = handset.send(a_form(day="2031-01-01"))
        assert answer.status_code == 400 and "future" in words(answer)

    def test_the_same_bytes_again_are_the_same_report(self, handset: Handset) -> None:
        form = a_form(photos=("a.jpg", "b.jpg"))
        assert [handset.send(form, {"a.jpg": PHOTO}).status_code for _n in range(2)] == [201, 201]
        assert handset.send(form, {"b.jpg": encoded(drawn(2))}).status_code == 201
        assert (Report.objects.count(), Item.objects.count()) == (1, 2)

    def test_another_form_under_the_same_id_is_409(self, handset: Handset) -> None:
        number = new_id()
        assert handset.send(a_form(number)).status_code == 201
        with no_trace():
            answer = handset.send(a_form(number, narrative="Something else altogether."))
        assert answer.status_code == 409

    def test_an_id_of_somebody_else_is_409_and_shows_nothing(
        self, world: World, handset: Handset
    ) -> None:
        form = a_form()
        handset.send(form)
        answer = a_handset(world, world.witness, handset.client).send(form)
        assert answer.status_code == 409 and Report.objects.get().receipt not in words(answer)

    def test_a_version_never_handed_out_is_404(self, handset: Handset) -> None:
        assert handset.send(a_form(version="1")).status_code == 404

    def test_a_withdrawn_report_is_not_taken_in_again(self, world: World, handset: Handset) -> None:
        form = a_form()
        handset.send(form)
        withdraw_report(report=Report.objects.get(), by=world.filer, at=NOW)
        assert handset.send(form).status_code == 409

    def test_nothing_tells_which_phone_sent_it(self, handset: Handset) -> None:
        handset.send(a_form())
        columns = {field.name for field in Submission._meta.get_fields()}
        assert not columns & {"phone", "device", "device_id", "ip", "user_agent"}
        used = Phone.objects.values_list("used_on", flat=True).get()
        assert used is not None and type(used).__name__ == "date"


class TestFiles:
    def test_parts_are_told_apart_by_their_part_names(self, handset: Handset) -> None:
        """Django rewrites file names: `a&amp;b.jpg` came as `a&b.jpg`, and lost its match."""
        name = "a&amp;amp;b.jpg"  # in XML; the part is called a&amp;b.jpg
        answer = handset.send(a_form(photos=(name,)), {"a&amp;b.jpg": PHOTO})
        assert answer.status_code == 201
        assert SentFile.objects.get().name == "a&amp;b.jpg" and Item.objects.count() == 1

    def test_a_file_the_form_does_not_name_is_kept_apart(self, handset: Handset) -> None:
        assert handset.send(a_form(), {"stranger.jpg": PHOTO}).status_code == 201
        sent = SentFile.objects.get()
        assert (sent.apart, sent.item, sent.size) == ("unnamed", None, len(PHOTO))
        assert Item.objects.count() == 0

    def test_a_file_beyond_bounds_does_not_stop_the_report(
        self, handset: Handset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("reports.evidence.uploads.MOST_BYTES", 1000)
        form = a_form(photos=("huge.jpg",))
        for _time in range(2):  # a phone that missed the answer sends it all again
            assert handset.send(form, {"huge.jpg": b"x" * 1001}).status_code == 201
        (sent,) = SentFile.objects.all()
        assert (sent.apart, sent.size, sent.stored_as) == ("too-large", 0, "")
        assert sent.submission.report.state == "filed"

    def test_an_empty_file_and_one_nobody_takes_in_do_not_stop_the_report(
        self, handset: Handset
    ) -> None:
        form = a_form(photos=("empty.jpg", "script.jpg"))
        answer = handset.send(form, {"empty.jpg": b"", "script.jpg": b"#!/bin/sh\n"})
        assert answer.status_code == 201
        apart = dict(SentFile.objects.values_list("name", "apart"))
        assert apart == {"empty.jpg": "empty", "script.jpg": "refused"}

    def test_a_hundred_and_three_files_in_two_posts(self, handset: Handset) -> None:
        """More than Django counts by default; what a report has no room for is kept apart."""
        names = [f"{n}.pdf" for n in range(103)]
        form = a_form(photos=tuple(names))
        files = {name: a_pdf(n) for n, name in enumerate(names)}
        first = {name: files[name] for name in names[:101]}
        assert handset.send(form, first, **{"*isIncomplete*": "yes"}).status_code == 201
        assert handset.send(form, {name: files[name] for name in names[101:]}).status_code == 201
        assert Report.objects.count() == 1
        kept = SentFile.objects.order_by("pk")
        assert {sent.name for sent in kept} == set(names)
        assert (kept.exclude(item=None).count(), kept.filter(apart="full").count()) == (20, 83)

    def test_too_many_files_are_refused_as_openrosa_says_it(self, handset: Handset) -> None:
        with no_trace():
            answer = handset.send(a_form(), {f"{n}.pdf": b"x" for n in range(111)})
        assert answer.status_code == 400 and answer["Content-Type"].startswith("text/xml")

    def test_completeness_is_read_from_the_form_not_from_a_flag(self, handset: Handset) -> None:
        from reports.openrosa.queries import files_missing

        handset.send(a_form(photos=("a.jpg", "b.jpg")), {"a.jpg": PHOTO})
        assert files_missing(Submission.objects.get()) == ["b.jpg"]


class TestEdits:
    def test_a_chain_of_edits_is_a_chain_of_corrections(self, handset: Handset) -> None:
        a, b, c = new_id(), new_id(), new_id()
        assert handset.send(a_form(a)).status_code == 201
        assert handset.send(a_form(b, replaces=a, means="saw")).status_code == 201
        assert handset.send(a_form(c, replaces=b, means="told")).status_code == 201
        last = Report.objects.get(means="told")
        assert last.supersedes is not None and last.supersedes.means == "saw"
        assert last.supersedes.supersedes is not None

    def test_an_edit_of_what_was_edited_already_is_409(self, handset: Handset) -> None:
        a = new_id()
        handset.send(a_form(a))
        edit = a_form(replaces=a, means="saw", photos=("late.jpg",))
        assert handset.send(edit).status_code == 201
        with no_trace():
            assert handset.send(a_form(replaces=a, means="told")).status_code == 409
        assert handset.send(edit, {"late.jpg": PHOTO}).status_code == 201  # the one that won

    def test_an_edit_of_what_never_came_is_404(self, world: World, handset: Handset) -> None:
        with no_trace():
            assert handset.send(a_form(replaces=new_id())).status_code == 404
        of_another = new_id()
        a_handset(world, world.witness, handset.client).send(a_form(of_another))
        assert handset.send(a_form(replaces=of_another)).status_code == 404

    def test_an_edit_keeps_the_files_it_still_names(self, handset: Handset) -> None:
        a = new_id()
        handset.send(a_form(a, photos=("a.jpg",)), {"a.jpg": PHOTO})
        handset.send(a_form(replaces=a, means="saw", photos=("a.jpg",)))
        edited = Report.objects.get(means="saw")
        assert Item.objects.get(report=edited).sha256 == hashlib.sha256(PHOTO).hexdigest()


class TestHostile:
    @pytest.mark.parametrize(
        "form",
        [
            b'<!DOCTYPE data [<!ENTITY a "b">]><data id="cvr_violation">&a;</data>',
            b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>',
            b"<data>" + b"<a>" * 200 + b"</a>" * 200 + b"</data>",
            b"<data>" + b"<a/>" * 6000 + b"</data>",
            b"not xml",
            b"\xff\xfe\x00",
            b'<data id="cvr_violation" version="1"><meta/></data>',
        ],
        ids=["entity", "outside", "deep", "wide", "text", "bytes", "no id"],
    )
    def test_what_is_no_form_is_refused_unread(self, handset: Handset, form: bytes) -> None:
        with no_trace():
            answer = handset.send(form)
        assert answer.status_code == 400 and words(answer)

    def test_a_form_too_long_is_413(self, handset: Handset) -> None:
        assert handset.send(a_form(narrative="x" * 1_100_000)).status_code == 413

    def test_an_encrypted_form_is_refused_clearly(self, handset: Handset) -> None:
        form = (
            b'<data xmlns="http://opendatakit.org/submissions" encrypted="yes" '
            b'id="cvr_violation" version="1"/>'
        )
        assert "ncrypt" in words(handset.send(form))

    def test_another_content_type_is_refused(self, handset: Handset) -> None:
        url = f"{handset.base}/submission"
        for kind in ("text/xml", "application/json", "multipart/form-data"):
            answer = handset.client.generic("POST", url, a_form(), content_type=kind)
            assert answer.status_code == 400 and words(answer), kind

    def test_a_date_header_of_another_day_changes_nothing(self, handset: Handset) -> None:
        answer = handset.client.get(
            f"{handset.base}/formList", headers={"Date": "Tue, 01 Jan 1980 03:00:00 GMT"}
        )
        assert answer.status_code == 200


class TestShutOut:
    def test_a_removed_phone_is_nobody_at_once(self, world: World, handset: Handset) -> None:
        form = a_form(photos=("a.jpg",))
        assert handset.send(form).status_code == 201
        remove_phone(phone=handset.phone, by=world.filer, at=NOW)
        with no_trace():
            assert handset.send(form, {"a.jpg": PHOTO}).status_code == 404
        assert handset.get("formList").status_code == 404

    def test_a_phone_ends_with_the_role_of_its_owner(self, world: World, handset: Handset) -> None:
        revoke_role(grant=RoleGrant.objects.get(user=world.filer), by=None, at=NOW)
        assert handset.get("formList").status_code == 404

    def test_only_its_hash_is_kept(self, handset: Handset) -> None:
        row = Phone.objects.values().get()
        kept = " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row.values())
        assert handset.given.token not in kept and handset.given.password not in kept

    def test_who_asks_too_often_waits(
        self, handset: Handset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("reports.lines.callers.MOST_A_MINUTE", 2)
        answers = [handset.get("formList").status_code for _n in range(3)]
        assert answers == [200, 200, 429]


def test_the_present_form_names_its_files() -> None:
    assert present_form().files == ("file/photo",)
