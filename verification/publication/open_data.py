"""The published set as tables: which columns there are, what each means, and their rows.

Everything here is public already: rows come from the faces the pages show and from findings as
they were published. Codes and column names are English in every language, so that two downloads
can be joined; what a column means stands in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from reports.agreement.models import Agreement
from reports.agreement.naming import localized
from reports.journal.kinds import Kind
from verification.ledger.queries import log_status, newest_tree, published_events
from verification.publication.corrections import corrections_of
from verification.publication.faces import PublicIncident
from verification.publication.models import Finding
from verification.publication.queries import incident_list
from verification.publication.reading import Cursor

LICENCE = "CC-BY-4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
CHUNK = 500  # rows read at a time
Cell = str | int | float | bool | None
LISTED = "; "  # between several values in one cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type, and what it means."""

    name: str
    type: str  # text | code | codes | integer | number | instant | yes or no
    meaning: object


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the published set; `rows` yields cells in the order of the columns."""

    name: str
    title: object
    columns: tuple[Column, ...]
    rows: Callable[[Agreement, datetime], Iterator[tuple[Cell, ...]]]


def _instant(value: datetime | str) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def public_incidents(agreement: Agreement, at: datetime) -> Iterator[PublicIncident]:
    """Yield the incidents of an agreement as the public may know them, in English, latest first.

    A page at a time, so that a decade of them needs no more memory than a day.
    """
    cursor: Cursor | None = None
    while True:
        with translation.override("en"):
            page = incident_list(agreement, at=at, cursor=cursor, size=CHUNK)
        yield from page.incidents
        if not page.older:
            return
        cursor = Cursor.read(page.older)


def _incident_rows(agreement: Agreement, at: datetime) -> Iterator[tuple[Cell, ...]]:
    for one in public_incidents(agreement, at):
        yield incident_cells(one)


def incident_cells(one: PublicIncident) -> tuple[Cell, ...]:
    """Return an incident in the order of its columns."""
    return (
        *(one.code, one.act, one.act_name, one.category, one.shape),
        *(_instant(one.window_from), _instant(one.window_until), one.precision),
        *(one.place.label if one.place else "", one.cell, one.lat, one.lon, one.radius_m),
        LISTED.join(party.code for party in one.accused),
        LISTED.join(f"{party}: {reply}" for party, reply in one.replies),
        *(one.n_reports, one.n_public, one.n_observers, one.n_origins),
        *(one.finding_code, one.outcome),
        LISTED.join(party.code for party in one.attributed),
        one.severity,
    )


def _finding_rows(agreement: Agreement, at: datetime) -> Iterator[tuple[Cell, ...]]:
    signed = published_events([Kind.FINDING_PUBLISHED]).values("subject_id")
    rows = Finding.objects.filter(incident__agreement=agreement, pk__in=signed)
    last: dict[Any, int] = {}
    for incident, version in rows.order_by("version").values_list("incident_id", "version"):
        last[incident] = version
    for row in rows.order_by("published_at", "code").iterator(chunk_size=CHUNK):
        content: Mapping[str, Any] = row.content
        decision = content["decision"] or {}
        yield (
            *(row.code, content["incident"], row.version, row.version == last[row.incident_id]),
            *(_instant(row.published_at), row.outcome),
            *(content["act"], localized(content["act_names"], "en"), content["place"]["label"]),
            *(_instant(content["window_from"]), _instant(content["window_until"])),
            *(decision.get(name, "") for name in _ANSWERS),
            LISTED.join(decision.get("parties", ())),
            decision.get("severity", ""),
            content["counts"]["reports"],
            content["counts"]["independent_origins"],
        )


_ANSWERS = (
    *("occurrence", "occurrence_likelihood", "occurrence_confidence"),
    *("breach", "breach_likelihood", "breach_confidence", "clause"),
    *("attribution", "attribution_likelihood", "attribution_confidence", "intent"),
)


def _correction_rows(agreement: Agreement, at: datetime) -> Iterator[tuple[Cell, ...]]:
    for one in corrections_of(agreement):
        yield (
            *(one.finding, one.corrects, one.incident, _instant(one.published_at)),
            LISTED.join(change["question"] for change in one.changes),
            not one.changes,
            one.request.ground if one.request else "",
        )


def _c(name: str, type_: str, meaning: object) -> Column:
    return Column(name, type_, meaning)


INCIDENTS = Table(
    "incidents",
    _("Incidents"),
    (
        _c("code", "code", _("The incident’s public code")),
        _c("act", "code", _("Kind of act, as in the taxonomy")),
        _c("act_name", "text", _("The same in English")),
        _c("class", "code", _("Where the case stands; every incident is in one class")),
        _c("shape", "code", _("allegation, contested or finding: never mix the three in a count")),
        _c("window_from", "instant", _("Earliest time of the event, as coarse as it is public")),
        _c("window_until", "instant", _("Latest time; the window is half-open")),
        _c("precision", "code", _("How exactly the time is known")),
        _c("place", "text", _("Named place in its official spellings; empty if only a cell")),
        _c(
            "cell",
            "code",
            _("Area the place lies in: its key holds its edges (docs/decisions/0027)"),
        ),
        _c("lat", "number", _("Latitude of the place or the cell’s middle; no point of the event")),
        _c("lon", "number", _("Longitude of the same")),
        _c("radius_m", "number", _("Metres around it in which the event lies; empty: the cell")),
        _c("accused", "codes", _("Parties that some source accuses; an accusation is no finding")),
        _c("replies", "codes", _("What each party asked answered, or that it was silent")),
        _c("reports", "integer", _("Reports in the case file")),
        _c("public_statements", "integer", _("Of these, public statements of named speakers")),
        _c("observer_reports", "integer", _("Of these, reports of observers")),
        _c("independent_origins", "integer", _("Origins that do not repeat each other")),
        _c("finding", "code", _("The finding that stands, if there is one")),
        _c("outcome", "code", _("What the panel decided")),
        _c("attributed", "codes", _("Parties the act was attributed to")),
        _c("severity", "code", _("How severe the breach is")),
    ),
    _incident_rows,
)
FINDINGS = Table(
    "findings",
    _("Findings"),
    (
        _c("code", "code", _("The finding’s public code")),
        _c("incident", "code", _("The incident it is on")),
        _c("version", "integer", _("1 for the first finding on an incident")),
        _c("stands", "yes or no", _("No: a later version replaced it")),
        _c("published_at", "instant", _("When it was published")),
        _c("outcome", "code", _("The outcome in one word")),
        _c("act", "code", _("Kind of act, as in the taxonomy")),
        _c("act_name", "text", _("The same in English")),
        _c("place", "text", _("Named place, if it is public")),
        _c("window_from", "instant", _("Earliest time of the event, as coarse as it is public")),
        _c("window_until", "instant", _("Latest time; the window is half-open")),
        _c("occurrence", "code", _("Did it happen?")),
        _c("occurrence_likelihood", "code", _("How likely, in the words of ICD 203")),
        _c("occurrence_confidence", "code", _("How sure the panel is of that")),
        _c("breach", "code", _("Does it breach the agreement?")),
        _c("breach_likelihood", "code", _("How likely, in the words of ICD 203")),
        _c("breach_confidence", "code", _("How sure the panel is of that")),
        _c("clause", "code", _("The clause that was breached")),
        _c("attribution", "code", _("Can it be said who did it?")),
        _c("attribution_likelihood", "code", _("How likely, in the words of ICD 203")),
        _c("attribution_confidence", "code", _("How sure the panel is of that")),
        _c("intent", "code", _("With what intent")),
        _c("attributed", "codes", _("Parties the act was attributed to")),
        _c("severity", "code", _("How severe the breach is")),
        _c("reports", "integer", _("Reports it rests on")),
        _c("independent_origins", "integer", _("Origins that do not repeat each other")),
    ),
    _finding_rows,
)
CORRECTIONS = Table(
    "corrections",
    _("Corrections"),
    (
        _c("finding", "code", _("The finding that stands now")),
        _c("corrects", "code", _("The finding it replaced")),
        _c("incident", "code", _("The incident both are on")),
        _c("published_at", "instant", _("When the correction was published")),
        _c("changed", "codes", _("The answers that differ; empty if all were upheld")),
        _c("upheld", "yes or no", _("Yes: judged again, and every answer stayed")),
        _c("ground", "code", _("On what ground the case was reopened")),
    ),
    _correction_rows,
)
TABLES: Mapping[str, Table] = {one.name: one for one in (INCIDENTS, FINDINGS, CORRECTIONS)}


@dataclass(frozen=True, slots=True)
class Provenance:
    """As of when a download is, under which licence, and the log’s signed head then."""

    agreement: str
    title: str
    as_of: datetime
    checkpoint: str
    log_size: int
    origin: str

    def record(self) -> dict[str, Any]:
        """Return it as the sidecar and GeoJSON say it."""
        return {
            "agreement": self.agreement,
            "title": self.title,
            "as_of": _instant(self.as_of),
            "licence": LICENCE,
            "licence_url": LICENCE_URL,
            "log_origin": self.origin,
            "log_size": self.log_size,
            "checkpoint": self.checkpoint,
        }


def provenance(agreement: Agreement, *, at: datetime) -> Provenance:
    """Return what goes with every download."""
    tree, status = newest_tree(), log_status(at=at)
    return Provenance(
        agreement=agreement.slug,
        title=localized(agreement.titles, "en"),
        as_of=at,
        checkpoint=tree.note if tree else "",
        log_size=status.size,
        origin=status.origin,
    )
