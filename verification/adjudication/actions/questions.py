"""A panel asks the author of a report; who that is, no member of it learns."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reports.intake.models import Report
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import MoveRefused, NotFound
from reports.questions.actions import write_question
from reports.questions.models import Asker, Question
from reports.questions.rules import QuestionDraft
from verification.adjudication.models import Case, Seat
from verification.adjudication.states import CaseState
from verification.incidents.queries import linked_reports


def put_question(
    *, case: Case, report: Report, draft: QuestionDraft, by: User, at: datetime
) -> Question:
    """Ask the author of a report on the file something, as the panel.

    Needs: case.review; a seat, declared, on a case that is not decided; a report on its file.
    Leaves: Question, which the whole panel reads, question.put. Errors: NotFound, Invalid.
    """
    role = require(by, "case.review", at=at, agreement_id=case.incident.agreement_id)
    with transaction.atomic():
        held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        seat = Seat.objects.filter(case=held, reviewer=by, recused_at=None).first()
        if seat is None or seat.declared_at is None:
            raise NotFound()
        if held.state != CaseState.BALLOTING:
            raise MoveRefused(_("The panel has decided."))
        if report.pk not in {one.pk for one in linked_reports(case.incident)}:
            raise NotFound()
        made = write_question(report=report, draft=draft, asker=Asker.PANEL, by=by, at=at)
        record_event(
            kind=Kind.QUESTION_PUT,
            subject=made,
            by=by,
            at=at,
            acting_as=role,
            file_id=case.incident_id,
        )
        return made
