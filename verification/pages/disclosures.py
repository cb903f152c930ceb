"""Page: what partners may see of reports beyond the public; granted and withdrawn by a chair."""

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

from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.pages.keys import FIELD_WORDS
from reports.people.rules import FIELDS
from reports.problems import Invalid, NotFound
from verification.pages.asker import asker
from verification.partners.actions.disclosing import WHY_MOST, grant_fields, withdraw_fields
from verification.partners.disclosed import disclosure_for, disclosures_under, partners_under

PAGE = "verification/disclosures.html"


class GrantForm(forms.Form):
    """To whom, what, and why."""

    partner: Any = forms.ModelChoiceField(
        label=gettext_lazy("Partner"), queryset=None, to_field_name="username"
    )
    fields_shown = forms.MultipleChoiceField(
        label=gettext_lazy("What they may see of each report"),
        choices=lambda: [(field, FIELD_WORDS[field]) for field in FIELDS],
        widget=forms.CheckboxSelectMultiple,
    )
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=WHY_MOST,
        help_text=gettext_lazy("Kept on the record; no public page shows it."),
    )

    def __init__(self, *given: Any, partners: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["partner"].queryset = partners  # type: ignore[attr-defined]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def disclosures(request: HttpRequest) -> HttpResponse:
    """List what partners may see, let one see more, and withdraw it."""
    at, user, agreement = timezone.now(), asker(request), current_agreement(request)
    partners = partners_under(user, agreement, at=at)  # refuses whoever is no chair here
    if request.POST.get("do") == "withdraw":
        try:
            key = uuid.UUID(request.POST.get("key", ""))
        except ValueError as error:
            raise NotFound("There is no such disclosure.") from error
        withdraw_fields(disclosure=disclosure_for(user, key, at=at), by=user, at=at)
        messages.success(request, _("Withdrawn. From now on they see what the public sees."))
        return redirect("disclosures")
    rows = disclosures_under(user, agreement, at=at)
    context = {
        "agreement_title": agreement.title,
        "agreement_slug": agreement.slug,
        "zone": agreement.timezone,
        "rows": [
            {"row": row, "words": [FIELD_WORDS[field] for field in row.fields]} for row in rows
        ],
    }
    if request.method != "POST":
        return render(request, PAGE, context | {"form": GrantForm(partners=partners)})
    form = GrantForm(request.POST, partners=partners)
    if form.is_valid():
        said = form.cleaned_data
        try:
            grant_fields(
                user=said["partner"],
                agreement=agreement,
                fields=said["fields_shown"],
                why=said["why"],
                by=user,
                at=at,
            )
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("Granted. It holds from now on, and can be withdrawn."))
            return redirect("disclosures")
    return sent_back(request, PAGE, context | {"form": form})


def _line(row: Any) -> dict[str, Any]:
    return {"row": row, "words": [FIELD_WORDS[field] for field in row.fields]}
