"""Refusals of what phones send, with the statuses their clients understand."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reports.problems import Problem


class Unreadable(Problem):
    """Raised for what is no filled form of ours: not XML, with entities, encrypted, too deep."""

    code = "unreadable"
    status = 400
    title = _("This form cannot be read")


class TooLargeToTake(Problem):
    """Raised for a post or a file beyond what is taken in."""

    code = "too-large"
    status = 413
    title = _("The file is too large")


class AlreadySent(Problem):
    """Raised where another form came under this id, or the report was withdrawn since."""

    code = "already-sent"
    status = 409
    title = _("A different report was already filed under this id")


class Outdated(Problem):
    """Raised for an edit of what was edited already."""

    code = "outdated-edit"
    status = 409
    title = _("This report was corrected already")


class TooOften(Problem):
    """Raised where a phone asks more often than anybody needs to."""

    code = "too-often"
    status = 429
    title = _("Too many requests: try again in a minute")
