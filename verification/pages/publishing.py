"""The publisher's pages: what waits to be released, and what releasing it would do."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reports.pages.answers import sent_back, signed_in
from reports.pages.choosing import current_agreement
from verification.bulletins.actions import release_bulletin
from verification.bulletins.queries import (
    BulletinLine,
    bulletin_for_release,
    desk_of,
    draft_on_paper,
    line_of,
    release_hindered,
)
from verification.bulletins.wording import bulletin_view
from verification.pages.asker import asker
from verification.pages.bulletins import edition_names, on_paper


class ReleaseForm(forms.Form):
    """What the publisher read, so that nothing else is released."""

    do = forms.ChoiceField(choices=[("release", "release")])
    sha256 = forms.CharField(max_length=64)


@never_cache
@require_safe
@signed_in
def publish(request: HttpRequest) -> HttpResponse:
    """Show what waits to be released, and what went out."""
    agreement = current_agreement(request)
    context = {
        "desk": desk_of(asker(request), agreement, at=timezone.now()),
        "agreement_title": agreement.title,
        "zone": agreement.timezone,
    }
    return render(request, "verification/publish.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def publish_bulletin(request: HttpRequest, code: str) -> HttpResponse:
    """Show a draft as the public would see it, or release it."""
    at, user = timezone.now(), asker(request)
    row = bulletin_for_release(user, code, at=at)
    line = line_of(row)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "bulletin": bulletin_view(line.content),
        "sha256": line.sha256,
        "released_at": line.released_at,
        "hindered": "" if line.released_at else release_hindered(row),
        "effects": effects_of(line),
        "editions": edition_names(line.languages),
        "crumbs": [(reverse("publish"), _("Bulletins to release"))],
        "agreement_title": row.agreement.title,
    }
    if request.method != "POST":
        return render(request, "verification/publish_bulletin.html", context)
    if not form.is_valid() or form.cleaned_data["sha256"] != line.sha256:
        return sent_back(request, "verification/publish_bulletin.html", context)
    release_bulletin(bulletin=row, by=user, at=at)
    messages.success(request, _("Released. It is public once the log has signed it."))
    return redirect("publish-bulletin", code=line.code)


def effects_of(line: BulletinLine) -> list[str]:
    """Return what releasing a bulletin does, as sentences that complete “This will:”."""
    told = ngettext(
        "make public one page and %(n)d printed edition",
        "make public one page and %(n)d printed editions",
        len(line.languages),
    ) % {"n": len(line.languages)}
    return [
        told,
        _("write its hash into the public log, where it stays for ever"),
        _("tell readers of %(findings)d new findings and %(corrections)d corrections")
        % {"findings": line.n_findings, "corrections": line.n_corrections},
        _("put it into the feed that partners and media follow"),
    ]


@never_cache
@require_safe
@signed_in
def publish_pdf(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """Answer a draft on paper, to its publisher alone."""
    body = draft_on_paper(asker(request), code, language, at=timezone.now())
    return on_paper(body, f"{code}.{language}.pdf")
