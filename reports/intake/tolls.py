"""How a toll reads: a bound is never shown as if it were a count."""

from __future__ import annotations

from django.utils.translation import gettext as _


def toll_range(least: int | None, best: int | None, most: int | None) -> str:
    """Return a range in words: "5", "at least 5", "at most 28", "5 to 9, best 7", "not known"."""
    if least is not None and least == most:
        return str(least)
    if least is not None and most is not None:
        span = _("%(least)s to %(most)s") % {"least": least, "most": most}
    elif least is not None:
        span = _("at least %(least)s") % {"least": least}
    elif most is not None:
        span = _("at most %(most)s") % {"most": most}
    else:
        return _("not known") if best is None else str(best)
    one_sided = least is None or most is None
    if best is None or (one_sided and best in (least, most)):
        return span
    return _("%(range)s, best %(best)s") % {"range": span, "best": best}
