"""A draft of one's ballot at the desk: read from the form, kept, and put together again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from verification.adjudication.drafting import ANSWERS, Typed, compared, differences
from verification.adjudication.queries import DraftBallot
from verification.pages.forms_review import BallotForm
from verification.pages.opaque import opaque

NO_DRAFT = 0
LONGEST_VERSION = 9  # digits


def version_seen(sent: QueryDict) -> int:
    """Return the version of the draft a form was made from."""
    given = sent.get("draft_version", "")
    return int(given) if given.isdecimal() and len(given) <= LONGEST_VERSION else NO_DRAFT


def typed_so_far(form: BallotForm, sent: QueryDict) -> Typed:
    """Return what a form holds, whether or not it makes sense; only what is offered can be held."""
    offered = {name: form.offered(name) for name in (*ANSWERS, "parties")}
    answers = {name: sent.get(name, "") for name in ANSWERS}
    return Typed(
        answers={name: code for name, code in answers.items() if code in offered[name]},
        parties=tuple(code for code in sent.getlist("parties") if code in offered["parties"]),
        reasons=sent.get("reasons", "").replace("\r\n", "\n"),
        cited=tuple(
            dict.fromkeys(
                form.keys[key] for key in sent.getlist("cited_reports") if key in form.keys
            )
        ),
    )


def as_initial(typed: Typed, *, version: int) -> dict[str, Any]:
    """Return what to put into the form so that it says what was typed."""
    return {
        **typed.answers,
        "parties": list(typed.parties),
        "reasons": typed.reasons,
        "cited_reports": [opaque(key) for key in typed.cited],
        "draft_version": version,
    }


def merge_view(
    saved: DraftBallot, mine: Typed, *, form: BallotForm, numbers: Mapping[str, str]
) -> dict[str, Any]:
    """Return two versions of a draft beside each other: what the page shows of a conflict."""
    theirs = saved.typed()
    rows = [
        {
            "question": form.question(one.name),
            "saved": _words(one.name, one.saved, form, numbers),
            "mine": _words(one.name, one.mine, form, numbers),
        }
        for one in differences(theirs, mine)
        if one.name != "reasons"
    ]
    texts = None
    if theirs.reasons.split() != mine.reasons.split():
        texts = {
            "saved": compared(theirs.reasons, mine.reasons),
            "mine": compared(mine.reasons, theirs.reasons),
        }
    return {"rows": rows, "texts": texts, "saved_at": saved.saved_at}


def _words(name: str, codes: tuple[str, ...], form: BallotForm, numbers: Mapping[str, str]) -> str:
    given = [code for code in codes if code]
    if name == "cited_reports":
        words = [numbers.get(code, "?") for code in given]
    else:
        words = [str(form.offered(name).get(code, code)) for code in given]
    return ", ".join(words) or _("nothing")
