"""Pure rules of imports: which mappings hold together, how much may come at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from django.utils.translation import gettext as _

from reports.imports.choices import FIELDS, NEEDED, Shape
from reports.people.models import Grade, SourceKind

BATCH = 1_000  # rows in one transaction
FAILURES_MOST = 3  # of one batch for no reason we know: then the import ends
PROBLEMS_MOST = 10_000  # rows of which it is kept what is wrong; all are counted
GOING_MOST = 3  # imports of one organisation that are not over yet
KEPT_FOR = timedelta(days=7)  # how long a file stays once its import is over
ROWS_MOST = 2_000_000
# What somebody's records may be graded: nobody here has checked them, and each row was told.
GRADES = frozenset({Grade.C, Grade.D, Grade.E, Grade.F})
KINDS = frozenset({SourceKind.PARTNER, SourceKind.MEDIA, SourceKind.NGO, SourceKind.THIRD_STATE})
VALUES_MOST = 500
TEXT_MOST = 200  # characters

Problems = dict[str, list[str]]


def mapping_problems(
    *,
    shape: str,
    columns: Mapping[str, str],
    values: Mapping[str, Mapping[str, str]],
    fixed: Mapping[str, str],
    acts: Collection[str],
    parties: Collection[str],
) -> Problems:
    """Return {part: messages} for what of a mapping needs another look."""
    found: Problems = {}
    if shape not in Shape.values:
        found["shape"] = [_("Choose one of: %(choices)s.") % {"choices": ", ".join(Shape.values)}]
    for part, given in (("columns", columns), ("values", values), ("fixed", fixed)):
        if unknown := sorted(set(given) - set(FIELDS)):
            found[part] = [
                _("These fields are not known: %(fields)s.") % {"fields": ", ".join(unknown)}
            ]
    missing = sorted(NEEDED - set(columns) - ({"act"} if fixed.get("act") else set()))
    if shape == Shape.OWN and missing:
        found.setdefault("columns", []).append(
            _("Name the columns of: %(fields)s.") % {"fields": ", ".join(missing)}
        )
    meant = set(values.get("act", {}).values()) | ({fixed["act"]} if fixed.get("act") else set())
    if wrong := sorted(meant - set(acts)):
        found.setdefault("values", []).append(
            _("These kinds of act are not known: %(acts)s.") % {"acts": ", ".join(wrong)}
        )
    others = {"unknown", "other", "nobody"}
    if wrong := sorted(set(values.get("accused", {}).values()) - set(parties) - others):
        found.setdefault("values", []).append(
            _("This agreement has these parties: %(parties)s.")
            % {"parties": ", ".join(sorted(parties))}
        )
    if not _is_bounded(columns, values, fixed):
        found.setdefault("values", []).append(_("This mapping is too long."))
    return found


def _is_bounded(
    columns: Mapping[str, str], values: Mapping[str, Mapping[str, str]], fixed: Mapping[str, str]
) -> bool:
    pairs = [*columns.items(), *fixed.items(), *(p for m in values.values() for p in m.items())]
    return len(pairs) <= VALUES_MOST and all(
        isinstance(text, str) and len(text) <= TEXT_MOST for pair in pairs for text in pair
    )
