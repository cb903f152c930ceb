"""Pure: by which key an origin is known, so that nobody can claim another's by guessing it."""

from __future__ import annotations

from reports.intake.choices import Channel
from reports.intake.drafts import ReportDraft
from reports.people.models import Source

SAID = "said"
KEY_MOST = 100  # characters of a key that came by machine: the speaker's own key stands before it


def origin_key(draft: ReportDraft, source: Source) -> str:
    """Return the key of a draft's origin, "" for none.

    A key that came by machine counts among the statements of the same speaker only: no client can
    make two speakers one, nor join the evidence of one with that of another.
    """
    key = draft.origin.key
    return f"{SAID}:{source.key}:{key}" if key and draft.channel == Channel.API else key


def key_as_said(key: str) -> str:
    """Return the key of an origin as its client gave it."""
    mark, _colon, rest = key.partition(":")
    return rest.partition(":")[2] if mark == SAID else key
