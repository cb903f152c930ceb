"""Every form and body that writes, filled in as its page would send it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from reports.identity import opaque
from tests.api.machines import a_body
from tests.doors.places import Two, told_later
from tests.doors.table import at
from tests.factories import NOW, an_incident
from tests.imported import as_csv, ged_row
from tests.pages.judgement.test_notices import ANSWER
from tests.pages.judgement.test_redactions import SENT as REDACTED
from tests.pages.judgement.test_review import as_form
from tests.pages.record.test_filing import answers
from tests.pictures import photo
from verification.adjudication.models import Case
from verification.incidents.actions import merge_incidents, unlink_report
from verification.incidents.models import Incident
from verification.linking.actions import refuse_suggestion, split_incident, tie_incidents

WHY = {"why": "The same night and place."}
SAID = {
    "question": "occurred",
    "says": "supports",
    "basis": "eyewitness",
    "note": "I heard three explosions myself at two in the morning.",
}
KEY = str(uuid.UUID("01900000-0000-7000-8000-00000000aaaa"))


@dataclass(frozen=True)
class Sent:
    """Who sends what where."""

    who: str
    door: str
    args: tuple[Any, ...]
    data: dict[str, Any]
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return at(self.door, *self.args, query=self.query)


def by_triage(two: Two) -> dict[str, Sent]:
    """The forms of triage, on records made for each."""
    world, here = two.here.world, two.here
    other, third = an_incident(world), an_incident(world)
    given: dict[str, Any] = {"by": world.triage, "at": NOW}
    link = here.incident.links.filter(unlinked_at=None).order_by("linked_at").last()
    assert link is not None
    kept, absorbed = an_incident(world), an_incident(world)
    merge = merge_incidents(kept=kept, absorbed=absorbed, why="One event.", **given)
    tie = tie_incidents(incident=other, other=third, why="One exchange.", **given)
    refusal = refuse_suggestion(incident=third, of=here.taken, **given)
    loose = an_incident(world)
    ended = unlink_report(link=loose.links.get(), why="Elsewhere.", **given)
    split = split_incident(
        incident=kept, links=[absorbed.links.get().pk], why="Two after all.", **given
    )

    def report(do: str, **data: Any) -> Sent:
        filed = here.filed if do in ("accept", "reject") else here.taken
        return Sent("triage", "triage-report", (filed.pk,), {"do": do, **data})

    def incident(on: Any, do: str, **data: Any) -> Sent:
        return Sent("triage", "triage-incident", (on.code,), {"do": do, **data})

    def board(do: str, **data: Any) -> Sent:
        query = "?agreement=nk2020"
        return Sent("triage", "triage-board", (), {"do": do, **data}, query)

    pair = {"incident": other.code, "report": str(here.taken.pk), **WHY}
    return {
        "accept": report("accept", version=1),
        "reject": report("reject", version=1, reason="It is told twice."),
        "link": report("link", incident=other.code, **WHY),
        "open": report("open", **WHY),
        "refuse a link": report("refuse", incident=other.code),
        "question a report": incident(
            two.decided,
            "question",
            link=str(told_later(two.decided).pk),
            why="This report speaks of the night before; the date was misread.",
        ),
        "unlink": incident(here.incident, "unlink", link=str(link.pk), **WHY),
        "relink": incident(loose, "relink", report=str(ended.report_id), **WHY),
        "merge": incident(other, "merge", incident=here.incident.code, version="", **WHY),
        "undo a merge": incident(kept, "undo_merge", merge=str(merge.pk)),
        "split": incident(here.incident, "split", links=[str(link.pk)], **WHY),
        "undo a split": incident(kept, "unsplit", split=str(split.pk)),
        "tie": incident(other, "tie", other=here.incident.code, **WHY),
        "undo a tie": incident(other, "untie", tie=str(tie.pk)),
        "refuse a merge": incident(other, "refuse", incident=here.incident.code),
        "confirm on the board": board("confirm", **pair),
        "refuse on the board": board("refuse", **pair),
        "tie on the board": board("tie", incident=other.code, other=here.incident.code, **WHY),
        "suggest again": board("again", refusal=str(refusal.pk)),
    }


def by_others(two: Two) -> dict[str, Sent]:
    """The forms of everybody else, and the bodies machines send."""
    world, here = two.here.world, two.here
    case = Case.objects.select_related("incident").get(pk=here.case.pk)
    openable = an_incident(world)
    extension = {"hours": "24", "reason": "The roads were closed.", "version": 1, "do": "extend"}
    review: tuple[Any, ...] = ("review-case", (case.pk,))
    hour = (NOW - timedelta(hours=1)).isoformat()
    text = "The place was read from the wrong sheet of the map."
    return {
        "hold the lottery": Sent("chair", "chair-audit", (), {"share": "0.2"}, "?agreement=nk2020"),
        "ask to reopen": Sent(
            "reviewer_aze", "reopening-ask", (two.decided.code,), {"ground": "error", "text": text}
        ),
        "answer a request": Sent(
            "chair",
            "reopening",
            (two.request.pk,),
            {"do": "answer", "proposal": "refuse", "reason": text, "version": 1},
        ),
        "recommend": Sent(
            "chair",
            "recommend",
            (two.decided.code,),
            {"party": "ARM", "text": text, "due_on": "2020-12-30"},
        ),
        "answer a recommendation": Sent(
            "liaison_arm",
            "recommendation-work",
            (two.advice.code,),
            {"answer": "accepted_by_party", "text": text, "version": 1},
        ),
        "withhold an incident": Sent(
            "publisher",
            "withheld",
            (),
            {
                "do": "embargo",
                "embargo-code": here.incident.code,
                "embargo-days": 3,
                "embargo-reason": text,
            },
        ),
        "delay an act": Sent(
            "chair",
            "withheld",
            (),
            {"do": "delay", "delay-act": "shelling", "delay-days": 3, "delay-reason": text},
        ),
        "release a bulletin": Sent(
            "publisher",
            "publish-bulletin",
            (two.draft.code,),
            {"do": "release", "sha256": two.draft.sha256},
        ),
        "read the inbox": Sent("liaison_arm", "inbox", (), {"read_all": "1"}),
        "choose what one is told": Sent("liaison_arm", "inbox-preferences", (), {"digest": "off"}),
        "file": Sent("filer", "report-new", (), answers(world, client_uuid=KEY)),
        "correct": Sent(
            "filer", "report-correct", (here.filed.receipt,), answers(world, client_uuid=KEY)
        ),
        "withdraw": Sent("filer", "report-withdraw", (here.filed.receipt,), {"version": 1}),
        "withdraw by machine": Sent(
            "witness",
            "api-report-withdraw",
            (here.seen.receipt,),
            {},
            headers={"If-Match": f'"{here.seen.version}"'},
        ),
        "state by machine": Sent("witness", "api-statements", (here.incident.code,), SAID),
        "file by machine": Sent("filer", "api-reports", (), a_body(world, id=KEY)),
        "add a file": Sent(
            "filer",
            "report-evidence",
            (here.filed.receipt,),
            {"upload": photo(5), "sensitivity": "graphic", "caption": "A crater."},
        ),
        "cover a part of a picture": Sent("triage", "evidence-redact", (here.item.code,), REDACTED),
        "ask for a bundle": Sent(
            "triage",
            "bundles",
            (),
            {"incident": two.decided.code, "contents": "copies", "why": "The inquiry needs it."},
            "?agreement=nk2020",
        ),
        "approve a bundle": Sent("chair", "bundle", (two.bundle.code,), {"do": "approve"}),
        "start a watch": Sent(
            "filer", "watches", (), {"place": str(world.ganja.pk), "means": "saw", "from": hour}
        ),
        "end a watch": Sent("filer", "watch-end", (here.watch.pk,), {}),
        "corroborate": Sent("witness", "corroborate-incident", (here.incident.code,), SAID),
        "answer": Sent("liaison_arm", "notice", (here.notice.pk,), ANSWER),
        "give more time": Sent("chair", "chair-notice", (here.notice.pk,), extension),
        "open a case": Sent(
            "chair", "chair", (), {"do": "open", "incident": openable.code, "version": ""}
        ),
        "seal a ballot": Sent("reviewer_arm", *review, as_form(case)),
        "save a draft": Sent("reviewer_arm", *review, as_form(case, do="save")),
        "change a ballot": Sent(
            "reviewer_arm",
            "review-again",
            (here.opened.pk,),
            as_form(here.opened, severity="grave", why="The toll is graver than I read it."),
        ),
        "confirm a ballot": Sent(
            "reviewer_arm",
            "review-again",
            (here.opened.pk,),
            {"do": "confirm", "why": "Nothing that came since speaks to it."},
        ),
        "declare no interest": Sent(
            "reviewer_arm", "review-interest", (here.unasked.pk,), {"do": "none"}
        ),
    }


def triage_by_machine(two: Two) -> dict[str, Sent]:
    """The bodies that triage's machines send of reports and files."""
    here, world = two.here, two.here.world
    given: dict[str, Any] = {"by": world.triage, "at": NOW}
    kept, absorbed = an_incident(world), an_incident(world)
    merge_incidents(kept=kept, absorbed=absorbed, why="One event.", **given)
    one, other = an_incident(world), an_incident(world)
    split = split_incident(incident=kept, links=[absorbed.links.get().pk], why="Two.", **given)
    tie = tie_incidents(incident=kept, other=one, why="One exchange.", **given)
    reads = {"If-Match": f'"{here.filed.version}"'}
    rejects = {"do": "reject", "reason": "It is told twice."}
    doubt = {"why": "This report speaks of the night before; the date was misread."}
    query = "?agreement=nk2020"
    outside = an_incident(world)
    Incident.objects.filter(pk=outside.pk).update(admissibility="inadmissible")
    rule = {"ruling": "The act lies before the texts were in force."}
    seen = {"If-Match": f'"{outside.version}"'}
    return {
        "reject by machine": Sent(
            "triage", "api-report-moves", (here.filed.pk,), rejects, headers=reads
        ),
        "open by machine": Sent(
            "triage", "api-open-incident", (), {"report": str(here.taken.pk), **WHY}, query
        ),
        "split by machine": Sent(
            "triage",
            "api-splits",
            (here.incident.code,),
            {"links": [str(here.told_link.pk)], **WHY},
        ),
        "join by machine": Sent("triage", "api-split-undo", (split.pk,), {}),
        "tie by machine": Sent("triage", "api-ties", (one.code,), {"other": other.code, **WHY}),
        "untie by machine": Sent("triage", "api-tie-undo", (tie.pk,), {}),
        "rule by machine": Sent("triage", "api-ruling", (outside.code,), rule, headers=seen),
        "question by machine": Sent("triage", "api-question", (told_later(two.decided).pk,), doubt),
    }


def panel_by_machine(two: Two) -> dict[str, Sent]:
    """The bodies that machines of a chair send, and of a reviewer who looks again."""
    here, world = two.here, two.here.world
    openable = an_incident(world)
    again = as_form(here.opened, severity="grave", why="The toll is graver than I read it.")
    del again["do"]
    again["cites"] = again.pop("cited_reports")
    later = (here.notice.due_at + timedelta(hours=24)).isoformat()
    text = "Name to the mechanism who commands the battery on that road."
    return {
        "change a ballot by machine": Sent(
            "reviewer_arm", "api-second-ballot", (here.opened.pk,), again
        ),
        "open a case by machine": Sent(
            "chair",
            "api-chair-opening",
            (openable.code,),
            {},
            headers={"If-Match": f'"{openable.version}"'},
        ),
        "give more time by machine": Sent(
            "chair",
            "api-chair-notice",
            (here.notice.pk,),
            {"until": later, "reason": "The roads were closed."},
            headers={"If-Match": f'"{here.notice.version}"'},
        ),
        "recommend by machine": Sent(
            "chair",
            "api-chair-recommend",
            (two.decided.code,),
            {"party": "ARM", "text": text, "due_at": "2020-12-30T00:00:00+04:00"},
        ),
    }


def by_machine(two: Two) -> dict[str, Sent]:
    """The bodies that people's machines send."""
    here, first = two.here, {"If-Match": '"0"'}
    case = Case.objects.select_related("incident").get(pk=here.case.pk)
    ballot = as_form(case)
    del ballot["do"]
    ballot["cites"] = ballot.pop("cited_reports")
    answer = {"position": "denies", "reason_code": "no_action_then", "text": "None of ours fired."}
    world, query = here.world, "?agreement=nk2020"
    kept, absorbed = an_incident(world), an_incident(world)
    given: dict[str, Any] = {"by": world.triage, "at": NOW}
    merge = merge_incidents(kept=kept, absorbed=absorbed, why="One event.", **given)
    pair = {"incident": an_incident(world).code, "report": str(here.taken.pk)}
    refusal = refuse_suggestion(incident=an_incident(world), of=here.taken, **given)
    text = "The place was read from the wrong sheet of the map."
    asked = {"incident": two.decided.code, "ground": "error", "text": text}
    refused = {"do": "answer", "proposal": "refuse", "reason": text}
    return {
        "ask for a bundle by machine": Sent(
            "triage",
            "api-bundles",
            (),
            {"incident": two.decided.code, "contents": "copies", "why": "The inquiry needs it."},
        ),
        "refuse a bundle by machine": Sent(
            "chair",
            "api-bundle",
            (two.bundle.code,),
            {"do": "refuse"},
            headers={"If-Match": f'"{two.bundle.version}"'},
        ),
        "add a file by machine": Sent(
            "filer", "api-evidence", (here.filed.receipt,), {"file": photo(5), "kind": "radar"}
        ),
        "confirm by machine": Sent("triage", "api-confirm", (), {**pair, **WHY}, query),
        "refuse by machine": Sent("triage", "api-refuse", (), pair, query),
        "unlink by machine": Sent("triage", "api-link-undo", (here.told_link.pk,), WHY),
        "part by machine": Sent("triage", "api-merge-undo", (merge.pk,), {}),
        "suggest again by machine": Sent("triage", "api-refusal-undo", (refusal.pk,), {}),
        "ask to reopen by machine": Sent("reviewer_aze", "api-reopenings", (), asked, query),
        "answer a request by machine": Sent(
            "chair",
            "api-reopening-moves",
            (two.request.pk,),
            refused,
            headers={"If-Match": f'"{two.request.version}"'},
        ),
        "accept a recommendation by machine": Sent(
            "liaison_arm",
            "api-recommendation-work",
            (two.advice.code,),
            {"to": "accepted_by_party", "text": text},
            headers={"If-Match": f'"{two.advice.version}"'},
        ),
        "seal a ballot by machine": Sent(
            "reviewer_arm", "api-my-ballot", (case.pk,), ballot, headers=first
        ),
        "declare by machine": Sent(
            "reviewer_arm", "api-my-interest", (here.unasked.pk,), {"conflict": False}
        ),
        "answer by machine": Sent(
            "liaison_arm",
            "api-notice-answer",
            (here.notice.pk,),
            answer,
            headers={"If-Match": f'"{here.notice.version}"'},
        ),
    }


def of_questions(two: Two) -> dict[str, Sent]:
    """The forms and bodies that ask authors of reports, and their answers."""
    here = two.here
    asked, text = here.asked, "From which window did you hear the explosions?"
    question: dict[str, Any] = {"text": text, "wants": "words", "days": "3"}
    on_file = opaque(str(here.item.report_id))
    reply = {"client_uuid": KEY, "text": "From the kitchen."}
    return {
        "ask": Sent(
            "triage",
            "triage-report",
            (here.filed.pk,),
            {"do": "ask", "about": opaque(str(here.filed.pk)), **question},
        ),
        "take a question back": Sent(
            "triage",
            "triage-report",
            (asked.report_id,),
            {"do": "unask", "question": opaque(str(asked.pk))},
        ),
        "ask as a panel": Sent(
            "reviewer_arm",
            "review-case",
            (here.case.pk,),
            {"do": "ask", "about": on_file, **question},
        ),
        "answer a question": Sent(
            "filer",
            "report-question",
            (asked.report.receipt, asked.number),
            {"client_uuid": KEY, "text": "From the kitchen."},
        ),
        "ask by machine": Sent(
            "triage", "api-triage-questions", (here.filed.pk,), {"text": text, "days": 3}
        ),
        "ask as a panel by machine": Sent(
            "reviewer_arm",
            "api-panel-questions",
            (here.case.pk,),
            {"report": "R1", "text": text, "days": 3},
        ),
        "answer a question by machine": Sent(
            "filer", "api-question-answer", (asked.report.receipt, asked.number), reply
        ),
    }


def by_partner(two: Two) -> dict[str, Sent]:
    """What a partner sends of their endpoints, in the browser and by machine."""
    topics, query = ["finding.published"], "?agreement=nk2020"
    one = (two.endpoint.pk,)
    url = "https://hooks.example/more"
    replayed = {"since": "2020-10-01T00:00:00Z"}
    return {
        "register an endpoint": Sent(
            "partner", "webhooks", (), {"url": url, "topics": topics}, query
        ),
        "pause an endpoint": Sent("partner", "webhook", one, {"do": "pause"}),
        "make a key": Sent(
            "partner",
            "keys",
            (),
            {"label": "pull", "scopes": ["reports:read"], "lifetime": "30"},
        ),
        "let a partner see more": Sent(
            "chair",
            "disclosures",
            (),
            {"partner": "partner", "fields_shown": ["stance"], "why": "They asked."},
            query,
        ),
        "rotate a key": Sent("partner", "key", (two.key.prefix,), {"do": "rotate"}),
        "register by machine": Sent(
            "partner", "api-webhooks", (), {"url": url, "topics": topics}, query
        ),
        "replay by machine": Sent("partner", "api-webhook-replay", one, replayed),
    }


def of_imports(two: Two) -> dict[str, Sent]:
    """The forms of those who hand files in, and the bodies their machines send."""
    mapping = two.job.mapping
    text = {"licence": "By letter", "shape": "acled", "source": str(mapping.source_id)}
    typed = {**text, "values": "act: mortar = shelling", "columns": "", "fixed": "language = ru"}
    return {
        "hand in a file": Sent(
            "partner",
            "imports",
            (),
            {
                "client_uuid": KEY,
                "mapping": str(mapping.pk),
                "format": "csv",
                "file": as_csv([ged_row(2)]),
                "dry_run": "on",
            },
            "?agreement=nk2020",
        ),
        "stop an import": Sent("partner", "import", (two.job.pk,), {"do": "cancel"}),
        "say how files are read": Sent(
            "partner", "mapping-new", (), {**typed, "name": "Weekly"}, "?agreement=nk2020"
        ),
        "change how files are read": Sent(
            "partner", "mapping", (mapping.pk,), {**typed, "name": "Monthly", "version": "1"}
        ),
        "say how files are read by machine": Sent(
            "partner", "api-mappings", (), {**text, "name": "Daily", "agreement": "nk2020"}
        ),
    }


WRITERS: tuple[Callable[[Two], dict[str, Sent]], ...] = (
    *(by_triage, by_others, by_machine),
    *(triage_by_machine, panel_by_machine, of_questions, by_partner, of_imports),
)
EXEMPT = {
    "open-report": "it takes a pass; what is not asked is tried in record/test_open_door.py",
    "open-status": "it takes a secret; tried in record/test_open_door.py",
    "invites": "its codes are drawn anew each time; tried in record/test_open_door.py",
    "phones": "what it gives is drawn anew each time; tried in record/test_phones.py",
    "messages": "it says what became of one message; tried in lines/test_hooks.py",
    **{
        f"hook-{n}": "signed by a gateway; tried in lines/test_hooks.py"
        for n in ("sms", "twilio", "rapidpro")
    },
    "hook-sensors": "signed; lines/test_sensors.py",
    "central-sessions": "it takes a key; tried in lines/test_central.py",
    "phone-submission": "a phone sends it, no account; tried in tests/lines/",
    "digest-submission": "so too",
    "chair-case": "a decision takes one text; it is tried in test_deciding.py",
    "api-chair-decision": "a decision takes one text; it is tried in api/working/test_chair.py",
    "api-chair-seat": "it needs another panel to draw from; tried in api/working/test_chair.py",
    "api-uploads": "it takes headers and no body; tried in api/test_uploads.py",
    "api-token": "it takes a client and its secret; tried in api/test_oauth.py",
    "api-key-rotation": "it takes no body",
    "api-key-revocation": "it takes no body",
    "api-webhook-secret": "it takes no body",
    "api-inbox-read": "it takes no body",
    "api-imports": "it takes a file and its own id; tried in api/test_imports.py",
    "api-import-cancel": "it takes no body",
    "api-message-read": "it takes no body",
}
