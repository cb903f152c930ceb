"""Which words and which look each state, shape and likelihood has on the pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

# ICD 203, in its own order; likelihood_band() gives the index.
BAND_WORDS = (
    _("almost no chance"),
    _("very unlikely"),
    _("unlikely"),
    _("roughly even chance"),
    _("likely"),
    _("very likely"),
    _("almost certain"),
)
BAND_CODES = (
    "almost_no_chance",
    "very_unlikely",
    "unlikely",
    "roughly_even",
    "likely",
    "very_likely",
    "almost_certain",
)
BAND_RANGES = ("1–5", "5–20", "20–45", "45–55", "55–80", "80–95", "95–99")

# A computed probability may lie beyond the outer words, which people never use for certainty.
COMPUTED_ENDS = {0: "< 5", 6: "> 95"}

SHAPE_WORDS = {
    "allegation": _("Allegation: said by a source, not decided"),
    "contested": _("Contested, or corroborated with the actor unknown"),
    "finding": _("Finding: decided by the panel"),
}

# State -> (look, words). Looks: waiting, active, now, decided, closed (see site.css, section 8).
STATES: Mapping[str, tuple[str, object]] = {
    "filed": ("waiting", _("Filed")),
    "received": ("waiting", _("Received")),
    "accepted": ("active", _("Accepted")),
    "rejected": ("closed", _("Rejected")),
    "withdrawn": ("closed", _("Withdrawn")),
    "inadmissible": ("closed", _("Inadmissible")),
    "duplicate": ("closed", _("Duplicate")),
    "merged": ("closed", _("Merged")),
    "awaiting_link": ("waiting", _("Awaiting link")),
    "open": ("active", _("Open")),
    "awaiting_party": ("active", _("Awaiting party")),
    "under_review": ("active", _("Under review")),
    "reopened": ("active", _("Reopened")),
    "decided": ("decided", _("Decided")),
    "decided_attributed": ("decided", _("Decided: violation attributed")),
    "decided_not_attributable": ("decided", _("Decided: violation not attributable")),
    "decided_no_violation": ("decided", _("Decided: incident without violation")),
    "decided_did_not_happen": ("decided", _("Decided: did not happen")),
    "unresolved": ("decided", _("Unresolved for lack of evidence")),
    "asked": ("waiting", _("Awaiting the chair’s answer")),
    "proposed": ("active", _("Awaiting a second person")),
    "admitted": ("decided", _("Admitted")),
    "refused": ("closed", _("Refused")),
    "joined": ("closed", _("Joined to another request")),
    "balloting": ("active", _("Ballots open")),
    "awaited": ("active", _("Awaiting the party’s answer")),
    "answered": ("decided", _("Answered")),
    "lapsed": ("closed", _("Silent after the deadline")),
    "issued": ("active", _("Issued")),
    "accepted_by_party": ("active", _("Accepted by the party")),
    "declined_by_party": ("waiting", _("Declined by the party")),
    "compliance_reported": ("waiting", _("Compliance reported, to be checked")),
    "complied": ("decided", _("Complied with")),
    "not_complied": ("decided", _("Not complied with")),
    "recommendation_withdrawn": ("closed", _("Withdrawn by the mechanism")),
    "bundle_requested": ("waiting", _("Awaiting a second person")),
    "bundle_approved": ("active", _("Being built")),
    "bundle_ready": ("decided", _("Ready to be fetched")),
    "bundle_refused": ("closed", _("Refused")),
    "bundle_revoked": ("closed", _("Revoked")),
    "queued": ("waiting", _("Waits for its turn")),
    "running": ("active", _("Under way")),
    "succeeded": ("decided", _("All rows are in")),
    "partial": ("waiting", _("Some rows are in")),
    "failed": ("closed", _("No row is in")),
    "cancelled": ("closed", _("Cancelled")),
    "overdue": ("now", _("Overdue")),
}
