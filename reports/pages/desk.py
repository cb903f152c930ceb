"""Page: the desk sends each person to the screen their role works on first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.pages.answers import signed_in
from reports.pages.navigation import first_screen
from reports.people.permissions import roles_of


@require_safe
@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """Send a person to their first screen."""
    return redirect(first_screen(roles_of(request.user, at=timezone.now())))
