"""Page: one's own phones with ODK Collect: let one in by a code that is shown once, shut it out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reports.identity import keys_behind, opaque
from reports.openrosa.actions import add_phone, remove_phone
from reports.openrosa.provision import drawn, packed, settings_for
from reports.openrosa.queries import Phone, number_of, own_phone, own_phones
from reports.openrosa.rules import LABEL_MOST
from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, NotFound

PAGE = "reports/phones.html"


class PhoneForm(forms.Form):
    """What one calls a phone."""

    use_required_attribute = False
    label = forms.CharField(
        label=_("What you call this phone"),
        help_text=_("Only you see it. Do not write its number or your name."),
        max_length=LABEL_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _row(phone: Phone) -> dict[str, Any]:
    return {
        "key": opaque(str(phone.pk)),
        "label": phone.label,
        "used_on": phone.used_on,
        "removed": phone.removed_at is not None,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def phones_page(request: HttpRequest) -> HttpResponse:
    """Show one's phones; let another in; shut one out."""
    at, user, agreement = timezone.now(), asker(request), current_agreement(request)
    phones = own_phones(user, agreement, at=at)
    here = f"{reverse('phones')}?agreement={agreement.slug}"
    if request.method == "POST" and (gone := request.POST.get("remove")):
        key = keys_behind(str(phone.pk) for phone in phones).get(gone)
        if key is None:
            raise NotFound()
        remove_phone(phone=own_phone(user, key), by=user, at=at)
        return redirect(here)
    form = PhoneForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "agreement_title": agreement.title,
        "agreement_slug": agreement.slug,
        "rows": [_row(phone) for phone in phones],
        "form": form,
    }
    if request.method != "POST":
        return render(request, PAGE, context)
    if form.is_valid():
        try:
            phone, given = add_phone(
                agreement=agreement, label=form.cleaned_data["label"], by=user, at=at
            )
        except Invalid as problem:
            add_errors(form, problem)
        else:
            number = number_of(agreement)
            server = request.build_absolute_uri(f"/v1/key/{given.token}/projects/{number}")
            made = {
                "code": drawn(packed(settings_for(server))),
                "server": server,
                "given": given,
                "challenged": request.build_absolute_uri(f"/v1/projects/{number}"),
                "form": PhoneForm(),
                "rows": [_row(phone), *context["rows"]],
            }
            return render(request, PAGE, context | made)
    return sent_back(request, PAGE, context)
