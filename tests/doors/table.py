"""The authorisation matrix: every door, whom it opens to, and how it refuses everybody else.

A door that is not in this table fails the test: whoever adds one says here who may pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.doors.places import ANONYMOUS, MISSING, Records, Two
from verification.publication.parquet import is_there

REVIEWERS = {"chair", "reviewer_arm", "reviewer_aze", "reviewer_spare"}
MONITORS = {"filer", "witness", "colleague"}
LIAISONS = {"liaison_arm", "liaison_aze"}
IMPORTERS = {"partner", "operator"}
FILERS = MONITORS | LIAISONS | {"triage", "partner"}
EVERYBODY = frozenset({"*"})
SIGNED_IN = frozenset({"+"})
LOGIN, REFUSED, HIDDEN, UNKNOWN = 302, 403, 404, 401  # how doors refuse


@dataclass(frozen=True)
class Try:
    """One address: a record or a list, and who may open it (names as in Two.everybody())."""

    what: str
    url: str
    opens_to: frozenset[str]

    def lets_in(self, name: str) -> bool:
        if "*" in self.opens_to or ("+" in self.opens_to and name != ANONYMOUS):
            return True
        return name in self.opens_to


@dataclass(frozen=True)
class Door:
    """How a door answers; `tries` makes its addresses from the records of both agreements."""

    tries: Callable[[str, Two], Iterable[Try]]
    refuses: int = HIDDEN
    stranger: int = LOGIN  # how somebody without an account is sent away
    takes: frozenset[str] = field(default_factory=frozenset)  # methods beside GET
    shows: int = 200  # what an open door answers to GET
    refuses_forms: int = 0  # how it refuses what is sent, where that differs
    stranger_sends: int = 0  # how it answers a form of somebody without an account


def at(name: str, *args: Any, query: str = "") -> str:
    return reverse(name, args=args) + query


def lists(*, here: set[str], there: set[str] | None = None) -> Callable[[str, Two], Iterator[Try]]:
    """Return the tries of a list of one agreement: its own roles open it, others' do not."""
    beyond = {f"{name}@there" for name in (here if there is None else there)}

    def tries(name: str, two: Two) -> Iterator[Try]:
        yield Try("list here", at(name, query="?agreement=nk2020"), frozenset(here))
        yield Try("list there", at(name, query="?agreement=there"), frozenset(beyond))

    return tries


def records(
    of: Callable[[Records], dict[str, tuple[tuple[Any, ...], set[str]]]], missing: Any
) -> Callable[[str, Two], Iterator[Try]]:
    """Return the tries of a record: here, there, and one that does not exist."""

    def tries(name: str, two: Two) -> Iterator[Try]:
        for what, (args, may) in of(two.here).items():
            yield Try(f"{what} here", at(name, *args), frozenset(may))
        for what, (args, may) in of(two.there).items():
            beyond = frozenset(f"{who}@there" for who in may)
            yield Try(f"{what} there", at(name, *args), beyond)
        yield Try("missing", at(name, *missing), frozenset())

    return tries


def open_list(name: str, two: Two) -> Iterator[Try]:
    for slug in ("nk2020", "there"):
        yield Try(f"list {slug}", at(name, query=f"?agreement={slug}"), EVERYBODY)


def open_as(*suffixes: str) -> Any:
    def tries(name: str, two: Two) -> Iterator[Try]:
        for one in suffixes:
            yield Try(one, at(name, one, query="?agreement=nk2020"), EVERYBODY)
        yield Try("no such form", at(name, "doc", query="?agreement=nk2020"), frozenset())

    return tries


def open_heading(name: str, two: Two) -> Iterator[Try]:
    yield Try("heading", at(name, "record"), EVERYBODY)
    yield Try("missing", at(name, "nothing"), frozenset())


def open_tile(name: str, two: Two) -> Iterator[Try]:
    for slug in ("nk2020", "there"):
        yield Try(f"tile {slug}", at(name, 5, 20, 12, query=f"?agreement={slug}"), EVERYBODY)


def only(opens_to: frozenset[str], *args: Any, query: str = "") -> Any:
    def tries(name: str, two: Two) -> Iterator[Try]:
        yield Try("page", at(name, *args, query=query), opens_to)

    return tries


def own_reports(*tail: Any) -> Any:
    return records(
        lambda r: {
            "own of the filer": ((r.filed.receipt, *tail), {"filer"}),
            "own of the witness": ((r.seen.receipt, *tail), {"witness"}),
        },
        ("22222-22222", *tail),
    )


def asked_of() -> Any:
    """A question opens to the author of its report alone."""
    return records(
        lambda r: {"to the filer": ((r.asked.report.receipt, r.asked.number), {"filer"})},
        ("22222-22222", 1),
    )


def of_incident(may: set[str]) -> Any:
    return records(
        lambda r: {"open": ((r.incident.code,), may), "judged": ((r.judged.code,), may)},
        ("NK20-9999",),
    )


def of_item(*, part: str = "page") -> Any:
    """A file opens to its author, triage, chair and panel; its original not to the panel.

    The accused (Armenia) sees the page and the redacted copy of what was redacted for it.
    """

    def may(r: Records) -> set[str]:
        panel, desk = r.seated(r.case), {"triage", "chair"}
        kept = {"redact": desk - panel, "original": desk - panel | {"filer"}}
        return kept.get(part, desk | panel | ({"filer"} if part != "redacted" else set()))

    def tries(r: Records) -> dict[str, tuple[tuple[Any, ...], set[str]]]:
        accused = {"liaison_arm"} if part in ("page", "redacted") else set()
        tail = (1,) if part == "redacted" else ()
        unredacted = set() if part == "redacted" else may(r)
        return {
            "file": ((r.item.code, *tail), unredacted),
            "shown file": ((r.shown.code, *tail), may(r) | accused),
        }

    return records(tries, ("22222-22222", 1) if part == "redacted" else ("22222-22222",))


def public_incident(name: str, two: Two) -> Iterator[Try]:
    for records_ in (two.here, two.there):
        yield Try("incident", at(name, records_.incident.code), EVERYBODY)
    yield Try("missing", at(name, "NK20-9999"), frozenset())


def finding(*tail: Any) -> Any:
    def tries(name: str, two: Two) -> Iterator[Try]:
        yield Try("finding", at(name, two.finding, *tail), EVERYBODY)
        yield Try("missing", at(name, "NK20-9999-F1", *tail), frozenset())

    return tries


def bulletin(*tail: Any) -> Any:
    def tries(name: str, two: Two) -> Iterator[Try]:
        yield Try("released", at(name, two.bulletin, *tail), EVERYBODY)
        yield Try("draft", at(name, two.draft.code, *tail), frozenset())
        yield Try("missing", at(name, "NK20-B9999", *tail), frozenset())

    return tries


def to_release(*tail: Any) -> Any:
    def tries(name: str, two: Two) -> Iterator[Try]:
        for code in (two.bulletin, two.draft.code):
            yield Try(code, at(name, code, *tail), frozenset({"publisher"}))
        yield Try("missing", at(name, "NK20-B9999", *tail), frozenset())

    return tries


def decided_here(name: str, two: Two) -> Iterator[Try]:
    yield Try("decided", at(name, two.decided.code), frozenset(REVIEWERS | LIAISONS))
    yield Try("not decided", at(name, two.here.incident.code), frozenset())


def asked_here(name: str, two: Two) -> Iterator[Try]:
    yield Try("by Armenia", at(name, two.request.pk), frozenset({"chair", "liaison_arm"}))
    yield Try("missing", at(name, MISSING), frozenset())


def advised(*who: str) -> Callable[[str, Two], Iterator[Try]]:
    def tries(name: str, two: Two) -> Iterator[Try]:
        yield Try("to Armenia", at(name, two.advice.code), frozenset(who))
        yield Try("missing", at(name, "NK20-R9999"), frozenset())

    return tries


def asked_bundle(name: str, two: Two) -> Iterator[Try]:
    yield Try("asked for here", at(name, two.bundle.code), frozenset({"triage", "chair"}))
    yield Try("missing", at(name, "22222-22222"), frozenset())


def asked_bundle_file(name: str, two: Two) -> Iterator[Try]:
    yield Try("without its link", at(name, two.bundle.code), frozenset())
    yield Try("with a made up one", at(name, two.bundle.code, query="?link=x"), frozenset())


def handed_in(name: str, two: Two) -> Iterator[Try]:
    yield Try("by the partner", at(name, two.job.pk), frozenset(IMPORTERS))
    yield Try("missing", at(name, MISSING), frozenset())


def read_by(name: str, two: Two) -> Iterator[Try]:
    yield Try("of the partner", at(name, two.job.mapping_id), frozenset(IMPORTERS))
    yield Try("missing", at(name, MISSING), frozenset())


def nothing_carried(name: str, two: Two) -> Iterator[Try]:
    yield Try("an agreement without archive", at(name, query="?agreement=there"), frozenset())


def told(name: str, two: Two) -> Iterator[Try]:
    message = two.here.world.liaison_arm.notifications.first()
    assert message is not None
    yield Try("to the liaison", at(name, message.pk), frozenset({"liaison_arm"}))
    yield Try("missing", at(name, MISSING), frozenset())


def own_key(name: str, two: Two) -> Iterator[Try]:
    also = frozenset() if "rotation" in name else frozenset({"operator"})
    yield Try("of the partner", at(name, two.key.prefix), frozenset({"partner"}) | also)
    yield Try("missing", at(name, "cvr0"), frozenset())


def disclosed_to(name: str, two: Two) -> Iterator[Try]:
    """Nothing was granted, and no finding rests on three reports: it opens to nobody."""
    yield Try("decided", at(name, two.decided.code), frozenset())
    yield Try("missing", at(name, "NK20-9999"), frozenset())


def own_endpoint(name: str, two: Two) -> Iterator[Try]:
    yield Try("of the partner", at(name, two.endpoint.pk), frozenset({"partner"}))
    yield Try("missing", at(name, MISSING), frozenset())


def chaired(*tail: Any) -> Any:
    return records(lambda r: {"case": ((r.case.pk, *tail), {"chair"})}, (MISSING, *tail))


triaged_reports = records(
    lambda r: {"filed": ((r.filed.pk,), {"triage"}), "accepted": ((r.taken.pk,), {"triage"})},
    (MISSING,),
)
POST, PUT = frozenset({"POST"}), frozenset({"PUT"})
PUBLIC: dict[str, Any] = {"refuses": HIDDEN, "stranger": HIDDEN}
KEPT: dict[str, Any] = {"stranger_sends": 403}  # a page that keeps what was typed
MACHINE: dict[str, Any] = {"stranger": UNKNOWN}
PHONE_DOORS = (
    ("forms", ()),
    *((name, ("cvr_violation",)) for name in ("form", "manifest")),
    ("file", ("cvr_violation", "places.csv")),
)
CENTRAL_DOORS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("holder", ()),
    ("projects", ()),
    ("forms", (1,)),
    ("submissions", (1, "cvr_violation")),
    ("table", (1, "cvr_violation")),
)
DOORS: dict[str, Door] = {
    # the record
    "desk": Door(only(SIGNED_IN), shows=302),
    "reports-own": Door(
        only(frozenset(FILERS | {f"{n}@there" for n in ("filer", "triage", "liaison_arm")})),
        refuses=REFUSED,
    ),
    "report-new": Door(
        lists(here=FILERS, there={"filer", "triage", "liaison_arm"}),
        refuses=REFUSED,
        takes=POST,
        **KEPT,
    ),
    "report": Door(own_reports()),
    "report-correct": Door(own_reports(), takes=POST, **KEPT),
    "report-withdraw": Door(own_reports(), takes=POST),
    "report-proof": Door(own_reports()),
    "report-proof-file": Door(own_reports("leaf.json")),
    "report-evidence": Door(own_reports(), takes=POST),
    "report-question": Door(asked_of(), takes=POST),
    "open-report": Door(only(EVERYBODY), takes=POST),
    "open-status": Door(only(EVERYBODY), takes=POST),
    "invites": Door(
        lists(here={"triage", "chair"}, there={"triage", "chair"}), refuses=REFUSED, takes=POST
    ),
    "phones": Door(
        lists(here=FILERS, there={"filer", "triage", "liaison_arm"}), refuses=REFUSED, takes=POST
    ),
    # A phone opens these, never an account: tests/lines/.
    **{
        f"phone-{name}": Door(only(frozenset(), "x" * 43, 1, *tail), **PUBLIC)
        for name, tail in PHONE_DOORS
    },
    **{
        f"digest-{name}": Door(only(frozenset(), 1, *tail), refuses=UNKNOWN, stranger=UNKNOWN)
        for name, tail in PHONE_DOORS
    },
    "phone-submission": Door(
        only(frozenset(), "x" * 43, 1),
        refuses=405,
        stranger=405,
        refuses_forms=HIDDEN,
        stranger_sends=HIDDEN,
        takes=POST,
    ),
    "digest-submission": Door(
        only(frozenset(), 1),
        refuses=405,
        stranger=405,
        refuses_forms=UNKNOWN,
        stranger_sends=UNKNOWN,
        takes=POST,
    ),
    # A key opens these, never an account: tests/lines/test_central.py.
    **{
        f"central-{name}": Door(only(frozenset(), *tail), refuses=UNKNOWN, stranger=UNKNOWN)
        for name, tail in CENTRAL_DOORS
    },
    "central-sessions": Door(
        only(frozenset()),
        refuses=405,
        stranger=405,
        takes=POST,
        refuses_forms=400,
        stranger_sends=400,
    ),
    "observations": Door(lists(here={"triage"}, there={"triage"}), refuses=REFUSED),
    "messages": Door(lists(here={"triage"}, there={"triage"}), refuses=REFUSED, takes=POST),
    # A gateway opens these by its signature, never an account: tests/lines/test_hooks.py.
    **{
        f"hook-{name}": Door(
            only(frozenset()),
            refuses=405,
            stranger=405,
            takes=POST,
            refuses_forms=HIDDEN,
            stranger_sends=HIDDEN,
        )
        for name in ("sms", "twilio", "rapidpro", "sensors")
    },
    "evidence": Door(of_item()),
    "evidence-picture": Door(of_item(part="copy")),
    "evidence-thumb": Door(of_item(part="copy")),
    "evidence-original": Door(of_item(part="original")),
    "evidence-redacted": Door(of_item(part="redacted")),
    "evidence-redact": Door(of_item(part="redact"), takes=POST),
    "api-evidence": Door(own_reports(), takes=POST, **MACHINE),
    "api-uploads": Door(only(SIGNED_IN), takes=POST, shows=405, **MACHINE),
    "api-upload": Door(
        records(lambda r: {"own of the filer": ((r.upload.pk,), {"filer"})}, (MISSING,)),
        takes=frozenset({"PATCH", "DELETE"}),
        **MACHINE,
    ),
    "service-worker": Door(only(EVERYBODY)),
    "web-manifest": Door(only(EVERYBODY)),
    "outbox": Door(only(EVERYBODY)),
    "outbox-token": Door(only(SIGNED_IN)),
    "offline-report": Door(
        lists(here=FILERS, there={"filer", "triage", "liaison_arm"}), refuses=REFUSED
    ),
    "offline-reports": Door(only(SIGNED_IN)),
    "reports-kept": Door(
        only(frozenset(FILERS | {f"{n}@there" for n in ("filer", "triage", "liaison_arm")})),
        refuses=REFUSED,
    ),
    "coverage": Door(
        lists(here=MONITORS | {"triage", "chair"}, there={"filer", "triage", "chair"}),
        refuses=REFUSED,
    ),
    "watches": Door(
        lists(here=MONITORS | {"triage"}, there={"filer", "triage"}), refuses=REFUSED, takes=POST
    ),
    "watch-end": Door(
        records(lambda r: {"own of the filer": ((r.watch.pk,), {"filer"})}, (MISSING,)),
        takes=POST,
        shows=405,
    ),
    "place-names": Door(only(SIGNED_IN)),
    "place-search": Door(only(SIGNED_IN, query="?q=Ganja")),
    "api-docs": Door(only(EVERYBODY)),
    "api-reference": Door(only(EVERYBODY)),
    "api-reference-part": Door(open_heading, **PUBLIC),
    "api-schema": Door(only(EVERYBODY)),
    "api-reports": Door(only(SIGNED_IN), refuses=REFUSED, takes=POST, **MACHINE),
    "api-report": Door(own_reports(), **MACHINE),
    "api-agreements": Door(only(EVERYBODY)),
    "api-agreement": Door(only(EVERYBODY, "there")),
    "api-acts": Door(only(EVERYBODY)),
    "api-parties": Door(open_list),
    "api-clauses": Door(open_list),
    "api-bulletins": Door(open_list),
    "api-bulletin": Door(bulletin(), **PUBLIC),
    "api-bulletin-proof": Door(bulletin(), **PUBLIC),
    "api-finding-proof": Door(finding(), **PUBLIC),
    "api-log": Door(only(EVERYBODY)),
    "api-report-proof": Door(own_reports(), **MACHINE),
    "api-report-withdraw": Door(own_reports(), takes=POST, shows=405, **MACHINE),
    "api-coverage": Door(
        lists(here=MONITORS | {"triage", "chair"}, there={"filer", "triage", "chair"}),
        refuses=REFUSED,
        **MACHINE,
    ),
    "api-open-incidents": Door(
        lists(here=MONITORS | {"partner"}, there={"filer"}), refuses=REFUSED, **MACHINE
    ),
    "api-statements": Door(
        records(lambda r: {"open": ((r.incident.code,), MONITORS | {"partner"})}, ("NK20-9999",)),
        takes=POST,
        **MACHINE,
    ),
    "api-places": Door(only(SIGNED_IN, query="?q=Ganja"), **MACHINE),
    "api-places-as": Door(only(SIGNED_IN, "geojson", query="?q=Ganja"), **MACHINE),
    "api-questions": Door(only(SIGNED_IN), **MACHINE),
    "api-question-answer": Door(asked_of(), takes=POST, shows=405, **MACHINE),
    "api-triage-questions": Door(triaged_reports, takes=POST, **MACHINE),
    "api-panel-questions": Door(
        records(lambda r: {"case": ((r.case.pk,), r.seated(r.case))}, (MISSING,)),
        takes=POST,
        **MACHINE,
    ),
    "api-speakers": Door(only(SIGNED_IN), **MACHINE),
    "imports": Door(lists(here=IMPORTERS, there=set()), refuses=REFUSED, takes=POST),
    "import": Door(handed_in, takes=POST),
    "import-problems": Door(handed_in),
    "mapping-new": Door(lists(here=IMPORTERS, there=set()), refuses=REFUSED, takes=POST),
    "mapping": Door(read_by, takes=POST),
    "api-imports": Door(only(frozenset(IMPORTERS)), refuses=REFUSED, takes=POST, **MACHINE),
    "api-import": Door(handed_in, **MACHINE),
    "api-import-cancel": Door(handed_in, takes=POST, shows=405, **MACHINE),
    "api-import-problems": Door(handed_in, **MACHINE),
    "api-mappings": Door(only(frozenset(IMPORTERS)), refuses=REFUSED, takes=POST, **MACHINE),
    "api-mapping": Door(read_by, takes=PUT, **MACHINE),
    # the judgement
    "triage": Door(lists(here={"triage"}), refuses=REFUSED),
    "triage-board": Door(lists(here={"triage"}), refuses=REFUSED, takes=POST),
    "triage-report": Door(triaged_reports, takes=POST),
    "triage-incident": Door(of_incident({"triage"}), takes=POST),
    "corroborate": Door(lists(here=MONITORS | {"partner"}, there={"filer"}), refuses=REFUSED),
    "offline-corroborate": Door(only(SIGNED_IN)),  # blank: it holds no incident
    "corroborate-kept": Door(lists(here=MONITORS | {"partner"}, there={"filer"}), refuses=REFUSED),
    "corroborate-incident": Door(
        records(lambda r: {"open": ((r.incident.code,), MONITORS | {"partner"})}, ("NK20-9999",)),
        takes=POST,
    ),
    "notices": Door(lists(here=LIAISONS, there={"liaison_arm"}), refuses=REFUSED),
    "notice": Door(
        records(lambda r: {"to Armenia": ((r.notice.pk,), {"liaison_arm"})}, (MISSING,)),
        takes=POST,
    ),
    "review": Door(
        lists(here=REVIEWERS, there={"chair", "reviewer_arm", "reviewer_aze"}), refuses=REFUSED
    ),
    "review-case": Door(
        records(lambda r: {"case": ((r.case.pk,), r.seated(r.case))}, (MISSING,)), takes=POST
    ),
    "review-interest": Door(
        records(lambda r: {"case": ((r.unasked.pk,), r.seated(r.unasked))}, (MISSING,)),
        takes=POST,
    ),
    "review-again": Door(
        records(lambda r: {"all ballots open": ((r.opened.pk,), r.seated(r.opened))}, (MISSING,)),
        takes=POST,
    ),
    "chair": Door(  # the form names an incident, which is hidden from all but its chair
        lists(here={"chair"}), refuses=REFUSED, refuses_forms=HIDDEN, takes=POST
    ),
    "chair-case": Door(chaired(), takes=POST),
    "chair-notice": Door(
        records(lambda r: {"notice": ((r.notice.pk,), {"chair"})}, (MISSING,)), takes=POST
    ),
    "panel-figures": Door(
        lists(here=REVIEWERS, there={"chair", "reviewer_arm", "reviewer_aze"}), refuses=REFUSED
    ),
    "chair-sources": Door(lists(here={"chair"}), refuses=REFUSED),
    "chair-audit": Door(
        lists(here={"chair", "operator"}, there={"chair"}), refuses=REFUSED, takes=POST
    ),
    "reopenings": Door(
        lists(
            here=REVIEWERS | LIAISONS,
            there={"chair", "reviewer_arm", "reviewer_aze", "liaison_arm"},
        ),
        refuses=REFUSED,
    ),
    "reopening-ask": Door(decided_here, takes=POST),
    "reopening": Door(asked_here, takes=POST),
    "recommend": Door(of_incident({"chair"}), takes=POST),
    "recommendation-work": Door(advised("chair", "liaison_arm"), takes=POST),
    "inbox": Door(only(SIGNED_IN), takes=POST),
    "inbox-preferences": Door(only(SIGNED_IN), takes=POST),
    "keys": Door(only(frozenset({"partner"})), refuses=REFUSED, takes=POST),
    "keys-all": Door(only(frozenset({"operator"})), refuses=REFUSED),
    "key": Door(own_key, takes=POST),
    "api-token": Door(
        only(EVERYBODY), takes=POST, shows=405, stranger_sends=400, refuses_forms=400
    ),
    "api-keys": Door(only(frozenset({"partner"})), refuses=REFUSED, **MACHINE),
    "api-key-current": Door(only(frozenset()), **MACHINE),
    "api-key-rotation": Door(own_key, takes=POST, shows=405, **MACHINE),
    "api-key-revocation": Door(own_key, takes=POST, shows=405, **MACHINE),
    "disclosures": Door(lists(here={"chair"}), refuses=REFUSED, takes=POST),
    "api-disclosed-fields": Door(lists(here={"partner"}, there=set()), refuses=REFUSED, **MACHINE),
    "api-disclosed": Door(disclosed_to, **MACHINE),
    "webhooks": Door(lists(here={"partner"}, there=set()), refuses=REFUSED, takes=POST),
    "webhook": Door(own_endpoint, takes=POST),
    "api-webhooks": Door(
        lists(here={"partner"}, there=set()), refuses=REFUSED, takes=POST, **MACHINE
    ),
    "api-webhook": Door(own_endpoint, takes=frozenset({"PUT", "DELETE"}), **MACHINE),
    "api-webhook-secret": Door(own_endpoint, takes=POST, shows=405, **MACHINE),
    "api-webhook-deliveries": Door(own_endpoint, **MACHINE),
    "api-webhook-replay": Door(own_endpoint, takes=POST, shows=405, **MACHINE),
    "overdue": Door(lists(here={"chair", "triage"}), refuses=REFUSED),
    "bundles": Door(lists(here={"chair", "triage"}), refuses=REFUSED, takes=POST),
    "bundle": Door(asked_bundle, takes=POST),
    # Without a link of their own nobody fetches one: tests/verification/bundles/.
    "bundle-file": Door(asked_bundle_file),
    "withheld": Door(
        lists(here={"chair", "publisher"}, there={"chair"}), refuses=REFUSED, takes=POST
    ),
    "publish": Door(lists(here={"publisher"}, there=set()), refuses=REFUSED),
    "publish-bulletin": Door(to_release(), takes=POST),
    "publish-pdf": Door(to_release("en")),
    # everybody
    "data": Door(open_list, **PUBLIC),
    "data-geojson": Door(open_list, **PUBLIC),
    "data-xlsx": Door(open_list, **PUBLIC),
    "data-about": Door(open_list, **PUBLIC),
    "data-dcat": Door(open_list, **PUBLIC),
    "export-csv": Door(only(EVERYBODY, "acled"), **PUBLIC),
    "export-mapping": Door(only(EVERYBODY, "ged"), **PUBLIC),
    "export-readme": Door(only(EVERYBODY, "daily"), **PUBLIC),
    # Needs an extra that is not installed everywhere: pages/public/test_exports.py.
    "export-parquet": Door(only(EVERYBODY if is_there() else frozenset()), **PUBLIC),
    "data-csv": Door(only(EVERYBODY, "incidents"), **PUBLIC),
    "corrections": Door(open_list, **PUBLIC),
    "feed-findings": Door(open_list, **PUBLIC),
    "feed-corrections": Door(open_list, **PUBLIC),
    "feed-bulletins": Door(open_list, **PUBLIC),
    "bulletins": Door(open_list, **PUBLIC),
    "bulletin": Door(bulletin(), **PUBLIC),
    "bulletin-pdf": Door(bulletin("ar"), **PUBLIC),
    "bulletin-proof": Door(bulletin(), **PUBLIC),
    "bulletin-proof-file": Door(bulletin("leaf.json"), **PUBLIC),
    "history": Door(public_incident, **PUBLIC),
    "home": Door(open_list, **PUBLIC),
    "map-tile": Door(open_tile, **PUBLIC),
    "incidents": Door(open_list, **PUBLIC),
    "incident": Door(public_incident, **PUBLIC),
    "findings": Door(open_list, **PUBLIC),
    "finding": Door(finding(), **PUBLIC),
    "finding-proof": Door(finding(), **PUBLIC),
    "finding-proof-file": Door(finding("leaf.json"), **PUBLIC),
    "log": Door(only(EVERYBODY)),
    "log-checkpoint": Door(only(EVERYBODY)),
    "log-key": Door(only(EVERYBODY)),
    "log-receipts-key": Door(only(EVERYBODY)),
    "log-tile": Door(only(frozenset(), "0/000"), **PUBLIC),
    "log-record": Door(finding(), **PUBLIC),
    "standings": Door(open_list, **PUBLIC),
    # A party has a record once one was computed: tests/pages/public/test_comparison.py.
    "standing": Door(only(frozenset(), "XXX"), **PUBLIC),
    "comparison": Door(open_list, **PUBLIC),
    "preview": Door(only(frozenset(), "finding", "NK20-9999-F1"), **PUBLIC),
    "tables": Door(nothing_carried, **PUBLIC),
    "method": Door(only(EVERYBODY)),
    "procedure": Door(open_list, **PUBLIC),
    "procedure-version": Door(only(EVERYBODY, 1)),
    "glossary": Door(only(EVERYBODY)),
    "api-changes": Door(open_list, **PUBLIC),
    "api-findings": Door(open_list, **PUBLIC),
    "api-findings-as": Door(open_as("json", "csv"), **PUBLIC),
    "api-finding": Door(finding(), **PUBLIC),
    "api-incidents": Door(open_list, **PUBLIC),
    "api-incidents-as": Door(open_as("json", "csv", "geojson"), **PUBLIC),
    "api-incident": Door(public_incident, **PUBLIC),
    "recommendations": Door(open_list, **PUBLIC),
    "recommendation": Door(advised("*"), **PUBLIC),
    "mechanism": Door(open_list, **PUBLIC),
    "api-recommendations": Door(open_list, **PUBLIC),
    "api-recommendation": Door(advised("*"), **PUBLIC),
    "api-mechanism": Door(open_list, **PUBLIC),
    "api-corrections": Door(open_list, **PUBLIC),
    "api-standings": Door(open_list, **PUBLIC),
    "api-standings-as": Door(open_as("json", "csv"), **PUBLIC),
    "api-procedures": Door(only(EVERYBODY)),
    "api-procedure": Door(only(EVERYBODY, 1)),
    # people at work, by machine
    "api-my-cases": Door(
        lists(here=REVIEWERS, there={"chair", "reviewer_arm", "reviewer_aze"}),
        refuses=REFUSED,
        **MACHINE,
    ),
    "api-my-case": Door(
        records(lambda r: {"case": ((r.case.pk,), r.seated(r.case))}, (MISSING,)), **MACHINE
    ),
    "api-my-interest": Door(
        records(lambda r: {"case": ((r.unasked.pk,), r.seated(r.unasked))}, (MISSING,)),
        takes=POST,
        **MACHINE,
    ),
    "api-my-draft": Door(
        records(lambda r: {"case": ((r.case.pk,), r.seated(r.case))}, (MISSING,)),
        takes=PUT,
        **MACHINE,
    ),
    "api-my-ballot": Door(
        records(lambda r: {"case": ((r.case.pk,), r.seated(r.case))}, (MISSING,)),
        takes=POST,
        shows=405,
        **MACHINE,
    ),
    "api-notices": Door(lists(here=LIAISONS, there={"liaison_arm"}), refuses=REFUSED, **MACHINE),
    "api-notice": Door(
        records(lambda r: {"to Armenia": ((r.notice.pk,), {"liaison_arm"})}, (MISSING,)),
        **MACHINE,
    ),
    "api-notice-answer": Door(
        records(lambda r: {"to Armenia": ((r.notice.pk,), {"liaison_arm"})}, (MISSING,)),
        takes=POST,
        shows=405,
        **MACHINE,
    ),
    "api-suggestions": Door(lists(here={"triage"}), refuses=REFUSED, **MACHINE),
    "api-confirm": Door(lists(here={"triage"}), refuses=REFUSED, takes=POST, shows=405, **MACHINE),
    "api-refuse": Door(lists(here={"triage"}), refuses=REFUSED, takes=POST, shows=405, **MACHINE),
    "api-link-undo": Door(
        records(lambda r: {"link": ((r.told_link.pk,), {"triage"})}, (MISSING,)),
        takes=POST,
        shows=405,
        **MACHINE,
    ),
    "api-merge-undo": Door(only(frozenset(), MISSING), takes=POST, shows=405, **MACHINE),
    "api-refusal-undo": Door(only(frozenset(), MISSING), takes=POST, shows=405, **MACHINE),
    "api-received": Door(lists(here={"triage"}), refuses=REFUSED, **MACHINE),
    "api-received-report": Door(triaged_reports, **MACHINE),
    "api-report-moves": Door(triaged_reports, takes=POST, shows=405, **MACHINE),
    "api-open-incident": Door(
        lists(here={"triage"}), refuses=REFUSED, takes=POST, shows=405, **MACHINE
    ),
    "api-triage-incident": Door(of_incident({"triage"}), **MACHINE),
    "api-splits": Door(of_incident({"triage"}), takes=POST, shows=405, **MACHINE),
    "api-ties": Door(of_incident({"triage"}), takes=POST, shows=405, **MACHINE),
    "api-ruling": Door(of_incident({"triage"}), takes=POST, shows=405, **MACHINE),
    "api-split-undo": Door(only(frozenset(), MISSING), takes=POST, shows=405, **MACHINE),
    "api-tie-undo": Door(only(frozenset(), MISSING), takes=POST, shows=405, **MACHINE),
    "api-question": Door(
        records(lambda r: {"link": ((r.told_link.pk,), {"triage"})}, (MISSING,)),
        takes=POST,
        shows=405,
        **MACHINE,
    ),
    "api-second-ballot": Door(
        records(lambda r: {"all ballots open": ((r.opened.pk,), r.seated(r.opened))}, (MISSING,)),
        takes=POST,
        **MACHINE,
    ),
    "api-bundles": Door(lists(here={"chair", "triage"}), refuses=REFUSED, takes=POST, **MACHINE),
    "api-bundle": Door(asked_bundle, takes=POST, **MACHINE),
    "api-bundle-file": Door(asked_bundle_file, **MACHINE),
    "api-chair-cases": Door(lists(here={"chair"}), refuses=REFUSED, **MACHINE),
    "api-chair-incidents": Door(lists(here={"chair"}), refuses=REFUSED, **MACHINE),
    "api-chair-case": Door(chaired(), **MACHINE),
    "api-chair-decision": Door(chaired(), takes=POST, shows=405, **MACHINE),
    "api-chair-seat": Door(chaired(1), takes=POST, shows=405, **MACHINE),
    "api-chair-opening": Door(of_incident({"chair"}), takes=POST, shows=405, **MACHINE),
    "api-chair-recommend": Door(of_incident({"chair"}), takes=POST, shows=405, **MACHINE),
    "api-chair-notice": Door(
        records(lambda r: {"notice": ((r.notice.pk,), {"chair"})}, (MISSING,)),
        takes=POST,
        **MACHINE,
    ),
    "api-overdue": Door(lists(here={"chair", "triage"}), refuses=REFUSED, **MACHINE),
    "api-panels": Door(
        lists(here=REVIEWERS, there={"chair", "reviewer_arm", "reviewer_aze"}),
        refuses=REFUSED,
        **MACHINE,
    ),
    "api-reopenings": Door(
        lists(
            here=REVIEWERS | LIAISONS,
            there={"chair", "reviewer_arm", "reviewer_aze", "liaison_arm"},
        ),
        refuses=REFUSED,
        takes=POST,
        **MACHINE,
    ),
    "api-reopening": Door(asked_here, **MACHINE),
    "api-reopening-moves": Door(asked_here, takes=POST, shows=405, **MACHINE),
    "api-recommendation-work": Door(advised("chair", "liaison_arm"), takes=POST, **MACHINE),
    "api-inbox": Door(only(SIGNED_IN), **MACHINE),
    "api-inbox-read": Door(only(SIGNED_IN), takes=POST, shows=405, **MACHINE),
    "api-message-read": Door(told, takes=POST, shows=405, **MACHINE),
    "api-preferences": Door(only(SIGNED_IN), takes=PUT, **MACHINE),
    # the house
    "health": Door(only(frozenset({"operator"})), refuses=REFUSED),
}

# Doors that others built and test: sign-in, second factor, the choice of language.
OTHERS = ("account_", "mfa_", "set_language")


def all_names() -> set[str]:
    """Return the name of every address of the site that is ours."""
    return {
        name
        for name in _names(get_resolver())
        if not any(name.startswith(prefix) for prefix in OTHERS)
    }


def _names(resolver: URLResolver) -> Iterator[str]:
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            yield from _names(part)
        elif isinstance(part, URLPattern) and part.name:
            yield part.name
