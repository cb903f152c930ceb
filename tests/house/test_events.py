"""Every action leaves exactly one event, and every kind of event is left by some action."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.journal.handlers import handlers_of
from reports.journal.kinds import PUBLIC_KINDS, Kind
from verification.flow import FLOW

ROOT = Path(__file__).resolve().parents[2]
LEAVE = {"record_event", "record_events", "move_state"}
EXCEPTIONS = {
    "record_event": "is what leaves an event",
    "record_events": "leaves many of a kind, one for each subject",
    "move_state": "leaves it through record_event",
    "swap_state": "moves a second record; the event is left on the first",
    "recorded_events": "only listens",
    "record_act_kinds": "reference data, told by the agreement that uses it",
    "begin_review": "part of open_case, whose event tells it",
    "reopen_review": "part of admit_reopening, whose event tells it",
    "close_review": "part of decide_case, whose event tells it",
    "new_incident": "part of open_incident and split_incident, whose event tells it",
    "held_incident": "only locks",
    "refresh_facts": "derived facts; the step that changed the file left its event",
    "refresh_after_withdrawal": "derived facts; the withdrawal left its event",
    "admissibility_of": "writes nothing",
    "check_ballot": "writes nothing",
    "draw_panel": "part of the actions on panels, whose events tell it",
    "keep_draw": "part of the actions on panels, whose events tell it",
    "seat_reviewer": "part of the actions on panels, whose events tell it",
    "vacate_seat": "part of the actions on panels, whose events tell it",
    "replace_seat": "part of the actions on panels, whose events tell it",
    "incident_facts": "writes nothing",
    "tell": "to be told something is no act",
    "mark_read": "reading one's own inbox is no act",
    "mark_all_read": "reading one's own inbox is no act",
    "set_preferences": "what somebody wants to be told is theirs alone",
    "send_digests": "a mail that counts is no act",
    "send_digest": "a mail that counts is no act",
    "digest_mail": "writes nothing",
    "escalate_overdue": "one event for each deadline, left by escalate_deadline",
    "replay_erasures": "one event for each report, left by replay_erasure",
    "erasure_digest": "writes nothing",
    "read_waiting": "one event for each that was read, left by derive_item",
    "check_originals": "one event for each that was altered, left by check_original",
    "take_down": "part of file_report and file_unidentified, whose events tell it",
    "same_filing": "writes nothing",
    "spend_invite": "an event would tell which invite brought which report",
    "forget_passes": "what is forgotten leaves no trace",
    "drop_open_key": "part of erase_report, whose event tells it",
    "write_question": "part of ask_question and put_question, whose events tell it",
    "expire_questions": "one event for each question, left by expire_question",
    "empty_questions": "part of erase_report, whose event tells it",
    "empty_redactions": "part of erase_report, whose event tells it",
    "empty_messages": "part of erase_report, whose event tells it",
    "destroy_messages": "follows the event of the erasure",
    "note_use": "a day, no act",
    "spend_nonce": "signing in is no act",
    "forget_nonces": "what is forgotten leaves no trace",
    "take_submission": "the report and each file leave their own, by file_report and add_item",
    "empty_submissions": "part of erase_report, whose event tells it",
    "destroy_apart": "follows the event of the erasure",
    "destroy_redacted": "follows the event of the erasure",
    "destroy_bundles": "its end was told when it was built, or revoked",
    "link_for": "writes nothing",
    "empty_timestamps": "part of erase_report, whose event tells it",
    "stamp_waiting": "one event for each, left by stamp_item",
    "empty_items": "part of erase_report, whose event tells it",
    "destroy_bytes": "follows the event of the erasure",
    "set_back_import": "a count that begins anew by itself; end_import leaves the event",
    "sweep_imports": "removes files whose imports are over",
    "keep_answer": "what was done left its own event",
    "empty_answers": "no part of the record; erasing leaves the event",
    "forget_answers": "no part of the record",
    "start_upload": "nothing is brought before all of it has come",
    "append_bytes": "the file is evidence once it is whole; add_item leaves the event",
    "end_upload": "nothing was brought",
    "sweep_orphans": "no record ever knew what it removes",
    "drop_uploads": "part of erase_report, whose event tells it",
    "sweep_uploads": "nothing was brought",
    "draft_due_bulletins": "one event for each bulletin, left by draft_bulletin",
    "withhold_by_delay": "part of opening an incident, whose event tells it",
    "end_withholdings": "one event for each, left by end_withholding",
    "keep_public_rows": "derived rows: what made them stale left its own event",
    "fresh_key": "part of issue_api_key and rotate_api_key, whose events tell it",
    "count_request": "a count that begins anew by itself",
    "note_key_use": "the day alone; an event for each would tell who works when",
    "lend_token": "a short loan of what an event told already",
    "drop_tokens": "what has ended is forgotten",
    "register_endpoint": "where somebody wants to be told is theirs alone",
    "change_endpoint": "where somebody wants to be told is theirs alone",
    "rotate_secret": "where somebody wants to be told is theirs alone",
    "remove_endpoint": "where somebody wants to be told is theirs alone",
    "replay_deliveries": "where somebody wants to be told is theirs alone",
    "queue_of_report": "follows an event; to be told is no act",
    "queue_of_changes": "part of tell_changes",
    "deliver_due": "a message that is sent is no act",
    "note_try": "a message that is sent is no act",
    "message_of": "writes nothing",
    "headers_of": "writes nothing",
    "tell_changes": "derived rows: what changed left its own event",
    "recount": "derived counts",
    "mark_all": "asks for derived rows to be made anew",
    "append_leaves": "copies events into the log; its own event would have to be logged in turn",
    "sign_log": "signs what was logged",
    "gather_cosignatures": "keeps what others signed under what was logged",
    "save_draft": "a draft is no act; only its author may know of it",
    "check_draft": "writes nothing",
    "drop_draft": "part of sealing a ballot or leaving a seat, whose event tells it",
    "drop_drafts": "part of decide_case, whose event tells it",
    "lapse_overdue_positions": "one event for each position, left by lapse_position",
}


def rooms() -> list[Path]:
    found = [
        *ROOT.glob("*/*/actions.py"),
        *(path for path in ROOT.glob("*/*/actions/*.py") if path.name != "__init__.py"),
    ]
    apps = ("reports", "verification")
    return sorted(path for path in found if path.relative_to(ROOT).parts[0] in apps)


def functions(file: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(file.read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def called_in(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            yield call.func.id


def times_left(name: str, known: dict[str, ast.FunctionDef]) -> int:
    """Return how often a function's text leaves an event, through its own private parts too."""
    total = 0
    for called in called_in(known[name]):
        if called in LEAVE:
            total += 1
        elif called in known and called.startswith("_") and called != name:
            total += times_left(called, known)
    return total


ACTIONS = [
    (file.relative_to(ROOT).as_posix(), name)
    for file in rooms()
    for name in functions(file)
    if not name.startswith("_")
]
# Tried again after somebody else was first: two places in the text, one event in the run.
TWICE_IN_THE_TEXT = {"file_report"}


@pytest.mark.parametrize(("path", "name"), ACTIONS)
def test_an_action_leaves_one_event(path: str, name: str) -> None:
    left = times_left(name, functions(ROOT / path))
    if name in EXCEPTIONS:
        assert left != 1 or name in LEAVE
    else:
        assert left == (2 if name in TWICE_IN_THE_TEXT else 1)


def test_every_exception_exists() -> None:
    assert set(EXCEPTIONS) <= {name for _path, name in ACTIONS}


def test_an_action_s_name_is_found_once() -> None:
    names = [name for _path, name in ACTIONS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("path", "name"), ACTIONS)
def test_an_action_takes_keywords_and_says_when(path: str, name: str) -> None:
    node = functions(ROOT / path)[name]
    if name in EXCEPTIONS:
        return
    assert not node.args.args, "positional arguments"
    keywords = {argument.arg for argument in node.args.kwonlyargs}
    assert "at" in keywords
    machine = {
        "rescore_incident",
        "refit_sources",
        "recompute_standing",
        "publish_finding",
        "notify_accused",
        "flag_reopening",
        "publish_correction",
        "lapse_position",
        "escalate_deadline",
        "publish_procedure",
        "replay_erasure",
        "derive_item",
        "build_bundle",
        "stamp_item",
        "check_original",
        "draft_bulletin",
        "end_withholding",
        "expire_question",
        "import_batch",
        "end_import",
    }
    assert ("by" in keywords) is (name not in machine)
    assert "Leaves:" in (ast.get_docstring(node) or "")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_left_by_one_action(kind: Kind) -> None:
    wanted = f"Kind.{kind.name}"
    leaving = [
        f"{file.parent.name}.{name}"
        for file in rooms()
        for name, node in functions(file).items()
        if any(
            wanted == ast.unparse(part)
            for part in ast.walk(node)
            if isinstance(part, ast.Attribute)
        )
    ]
    assert len(leaving) == 1, leaving


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_noun_participle(kind: Kind) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)?", kind.value)
    assert str(kind.label)


def test_every_kind_is_described() -> None:
    words = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    missing = [kind.value for kind in Kind if f"`{kind.value}`" not in words]
    assert missing == []


def test_what_happens_next_is_installed_as_it_is_written() -> None:
    for kind in Kind:
        expected = tuple(handler.__name__ for handler in FLOW.get(kind, ()))
        assert handlers_of(kind.value) == expected


def test_every_follow_up_is_explained() -> None:
    for handlers in FLOW.values():
        for handler in handlers:
            assert handler.__doc__


def test_the_public_never_reads_who_reported_or_voted() -> None:
    secret = ("report.", "statement.", "ballot.", "reviewer.", "user.", "role.", "key.")
    assert not [kind for kind in PUBLIC_KINDS if kind.value.startswith(secret)]
