"""Writes of the archive: a mechanism's published tables are carried over as records, in bulk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement, Clause, Party
from reports.agreement.queries import parties_of
from reports.identity import new_key
from reports.intake.models import Origin, Report
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import Source, User
from reports.people.permissions import require
from reports.problems import Invalid, MoveRefused
from verification.adjudication.models import Case, Decision
from verification.archive.models import CarriedOver
from verification.archive.rules import Ruling, TableLine
from verification.incidents.models import Incident, Link

BATCH = 1_000
ROUNDED = {"at_least": "at_least", "": "exactly"}


@dataclass(frozen=True, slots=True)
class Publication:
    """What a mechanism published: its lines, its figures, and what does not add up."""

    mechanism: str
    period: str
    lines: Sequence[TableLine]
    figures: Sequence[Mapping[str, Any]]
    notes: Sequence[str]


@transaction.atomic
def carry_over(
    *, agreement: Agreement, publication: Publication, source: Source, by: User, at: datetime
) -> CarriedOver:
    """Carry a mechanism's published tables over into an agreement that holds nothing else.

    Needs: archive.carry_over; an agreement without reports. Every record says by its origin which
    line of which publication it stands for; a decision rests on that, not on ballots.
    Leaves: Origin, Report, Incident, Link, Case, Decision in bulk; CarriedOver and one
    archive.carried_over. Errors: MoveRefused if there are reports; Invalid for unknown words.
    """
    role = require(by, "archive.carry_over", at=at, agreement_id=agreement.pk)
    held = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if Report.objects.filter(agreement=held).exists():
        raise MoveRefused(_("This agreement has reports already; tables are carried over alone."))
    _check(publication, {party.code for party in parties_of(held.pk)})
    maker = _Maker(held, publication, source, by, at)
    keys: dict[str, dict[str, str]] = {}
    for number, line in enumerate(publication.lines, start=1):
        key = f"{held.slug}/{number}"
        keys[key] = {"period": line.period, "category": line.category}
        maker.make(key, line)
    Agreement.objects.filter(pk=held.pk).update(last_number=maker.number)
    archive = CarriedOver.objects.create(
        agreement=held,
        mechanism=publication.mechanism,
        period=publication.period,
        figures=[dict(figure) for figure in publication.figures],
        lines=keys,
        notes=list(publication.notes),
        carried_by=by,
        carried_at=at,
    )
    record_event(
        kind=Kind.ARCHIVE_CARRIED_OVER,
        subject=archive,
        by=by,
        at=at,
        acting_as=role,
        payload={"agreement": held.slug, "reports": maker.made, "incidents": maker.number},
    )
    return archive


def _check(publication: Publication, parties: set[str]) -> None:
    wrong = [
        line
        for line in publication.lines
        if line.ruling not in Ruling.values
        or line.count < 1
        or (line.party and line.party not in parties)
    ]
    if wrong:
        raise Invalid(
            errors={"lines": [_("This line cannot be read: %(line)s.") % {"line": wrong[0]}]}
        )


class _Maker:
    """Makes the rows of one publication, line by line, in batches."""

    def __init__(
        self,
        agreement: Agreement,
        publication: Publication,
        source: Source,
        by: User,
        at: datetime,
    ) -> None:
        self.agreement, self.publication, self.source = agreement, publication, source
        self.by, self.at = by, at
        self.parties: dict[str, Party] = {p.code: p for p in parties_of(agreement.pk)}
        first = Clause.objects.filter(version__agreement=agreement).select_related("version")
        self.clause = first.order_by("version__number", "code")[0]
        self.number, self.made = 0, 0

    def make(self, key: str, line: TableLine) -> None:
        """Make the records of one line."""
        origin = Origin.objects.create(
            agreement=self.agreement, kind="document", key=key, said_by=self.source
        )
        for begin in range(0, line.count, BATCH):
            self._batch(origin, line, min(BATCH, line.count - begin))

    def _batch(self, origin: Origin, line: TableLine, size: int) -> None:
        reports = Report.objects.bulk_create(
            [self._report(origin, line, self.made + n) for n in range(size)]
        )
        self.made += size
        if line.ruling == Ruling.UNPUBLISHED:
            return
        incidents = Incident.objects.bulk_create(list(self._incidents(line, size)))
        Link.objects.bulk_create(
            Link(
                report=report,
                incident=incident,
                linked_by=self.by,
                linked_at=self.at,
                why=_("One line of the published table, one incident."),
            )
            for report, incident in zip(reports, incidents, strict=True)
        )
        if line.ruling in (Ruling.VIOLATION, Ruling.NO_VIOLATION):
            self._decide(line, reports, incidents)

    def _report(self, origin: Origin, line: TableLine, number: int) -> Report:
        said = _("A complaint counted in the published tables of %(mechanism)s: %(what)s.") % {
            "mechanism": self.publication.mechanism,
            "what": ", ".join(filter(None, (line.period, line.party, line.category, line.ruling))),
        }
        raw = json.dumps({"line": origin.key, "number": number}).encode()
        begins, ends = self._window()
        return Report(
            client_uuid=new_key(),
            agreement=self.agreement,
            source=self.source,
            filed_by=self.by,
            channel="import",
            stance="alleges",
            act_id=line.act,
            observed_from=begins,
            observed_until=ends,
            time_precision="days",
            received_at=self.at,
            location_kind="named",
            effect="unknown",
            observation_count=line.observations or None,
            count_qualifier=ROUNDED["at_least" if line.at_least else ""],
            accused_kind="party" if line.party else "unknown",
            accused=self.parties.get(line.party),
            narrative=said,
            language="en",
            origin=origin,
            form_version="carried",
            raw=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            state="accepted",
        )

    def _window(self) -> tuple[datetime, datetime]:
        version = self.clause.version
        ends = version.in_force_until or self.at
        return version.in_force_from, max(ends, version.in_force_from + timedelta(hours=1))

    def _incidents(self, line: TableLine, size: int) -> Iterator[Incident]:
        states = {Ruling.PENDING: "open", Ruling.NOT_AN_INCIDENT: "inadmissible"}
        begins, ends = self._window()
        outside = line.ruling == Ruling.NOT_AN_INCIDENT
        for _n in range(size):
            self.number += 1
            yield Incident(
                agreement=self.agreement,
                code=f"{self.agreement.prefix}-{self.number:04d}",
                act_id=line.act,
                window_from=begins,
                window_until=ends,
                time_precision="days",
                admissibility="inadmissible" if outside else "unclear",
                opened_at=self.at,
                state=states.get(Ruling(line.ruling), "decided"),
                ruling=_("Published as “not an incident”.") if outside else "",
            )

    def _decide(
        self, line: TableLine, reports: Sequence[Report], incidents: Sequence[Incident]
    ) -> None:
        cases = Case.objects.bulk_create(
            Case(
                incident=incident,
                round=1,
                quorum=self.agreement.quorum,
                panel_seed=f"carried/{incident.code}",
                opened_by=self.by,
                opened_at=self.at,
                ballots_due_at=self.at + timedelta(hours=1),
                state="decided",
            )
            for incident in incidents
        )
        Decision.objects.bulk_create(
            self._decision(line, report, case) for report, case in zip(reports, cases, strict=True)
        )

    def _decision(self, line: TableLine, report: Report, case: Case) -> Decision:
        breach = line.ruling == Ruling.VIOLATION
        named = breach and bool(line.party)
        outcome = "attributed" if named else "not_attributable" if breach else "no_violation"
        unnamed = "not_attributable" if breach else "not_asked"
        return Decision(
            case=case,
            incident_id=case.incident_id,
            outcome=outcome,
            carried_from=self.publication.mechanism,
            occurrence="occurred",
            breach="breach" if breach else "no_breach",
            clause=self.clause if breach else None,
            attribution="attributed" if named else unnamed,
            parties=[line.party] if named else [],
            intent="unknown",
            severity=line.severity if breach else "",
            reasons=_("Ruled by %(mechanism)s; it published the count and no reasons.")
            % {"mechanism": self.publication.mechanism},
            cited_reports=[report.pk],
            standard_of_proof=self.agreement.standard_of_proof,
            n_ballots=0,
            decided_by=self.by,
            decided_at=self.at,
        )
