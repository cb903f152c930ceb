"""What is kept from the public for a time: by kind of act, by incident, and its end."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reports.agreement.queries import act_kinds
from reports.pages.answers import signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, NotFound, Problem
from verification.incidents.queries import incident_by_code, root_of
from verification.pages.asker import asker
from verification.withholding.actions import lift_embargo, place_embargo, set_delay
from verification.withholding.queries import delays_of, withheld_now, withholding_for
from verification.withholding.rules import MOST_DAYS


class _Asked(forms.Form):
    """How many days, and why: what a delay and an embargo share."""

    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        min_value=0,
        max_value=MOST_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "narrow"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy("Kept on the record; no public page shows it."),
    )


class DelayForm(_Asked):
    """How long incidents of one kind of act wait before they are shown."""

    act = forms.ChoiceField(label=gettext_lazy("Kind of act"))
    field_order = ("act", "days", "reason")

    def __init__(self, *given: Any, acts: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["act"].choices = acts  # type: ignore[attr-defined]


class EmbargoForm(_Asked):
    """Which incident is kept from the public, for how long."""

    code = forms.CharField(
        label=gettext_lazy("Incident"),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "narrow", "autocomplete": "off"}),
    )
    field_order = ("code", "days", "reason")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withheld(request: HttpRequest) -> HttpResponse:
    """Show what is kept from the public and until when; set a delay, place or lift an embargo."""
    at, user, agreement = timezone.now(), asker(request), current_agreement(request)
    rows = withheld_now(user, agreement, at=at)  # refuses whoever may not read it
    acts = {act.code: act for act in act_kinds()}
    do = request.POST.get("do", "")
    names = [(code, act.name) for code, act in acts.items()]
    delay = DelayForm(request.POST if do == "delay" else None, acts=names, prefix="delay")
    embargo = EmbargoForm(request.POST if do == "embargo" else None, prefix="embargo")
    form: DelayForm | EmbargoForm = delay if do == "delay" else embargo
    if request.method == "POST":
        try:
            if do == "lift":
                _lift(request, at)
            elif not form.is_valid():
                raise Invalid(errors={})
            elif do == "delay":
                said = delay.cleaned_data
                given = {"days": said["days"], "reason": said["reason"], "by": user, "at": at}
                set_delay(agreement=agreement, act=acts[said["act"]], **given)
            else:
                _embargo(embargo.cleaned_data, agreement, user, at)
        except Problem as problem:
            _say(form, problem)
        else:
            messages.success(request, _("Done. Every public page follows within seconds."))
            return redirect("withheld")
    context = {
        "rows": rows,
        "delays": [row for row in delays_of(agreement).values() if row.days],
        "delay": delay,
        "embargo": embargo,
        "form": form,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "verification/withheld.html", context, status=status)


def _embargo(said: dict[str, Any], agreement: Any, user: Any, at: Any) -> None:
    incident = root_of(incident_by_code(said["code"]))
    if incident.agreement_id != agreement.pk:
        raise NotFound("There is no incident with this code.")
    place_embargo(incident=incident, days=said["days"], reason=said["reason"], by=user, at=at)


def _lift(request: HttpRequest, at: Any) -> None:
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise NotFound("There is no such embargo.") from error
    user = asker(request)
    row = withholding_for(user, key, at=at)
    if row is None:
        raise NotFound("There is no such embargo.")
    lift_embargo(withholding=row, by=user, at=at)


def _say(form: forms.Form, problem: Problem) -> None:
    """Put what an action refused at its fields, or above them."""
    if not form.is_bound:
        raise problem
    errors = getattr(problem, "errors", None) or {}
    for name, words in errors.items():
        form.add_error(name if name in form.fields else None, words)
    if not errors and not form.errors:
        form.add_error(None, str(problem.detail or problem.title))
