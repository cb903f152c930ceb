"""Pages: hand a file of reports in, follow it, stop it; how one's files are read."""

from __future__ import annotations

import uuid
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reports.agreement.queries import Agreement, act_kinds, parties_of
from reports.evidence.uploads import is_too_large
from reports.imports.actions.mappings import MappingDraft, save_mapping
from reports.imports.actions.requests import Handed, cancel_import, request_import
from reports.imports.choices import FIELDS
from reports.imports.files import pieces_of
from reports.imports.queries import (
    Import,
    checked_file,
    import_for,
    imports_of,
    mapping_for,
    mappings_of,
    may_go_in,
    own_sources,
    preview_of,
    problem_lines,
    problems_of,
    source_that_may_speak,
)
from reports.intake.choices import AccusedKind
from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.pages.forms_imports import HandInForm, MappingForm, as_lines, as_nested_lines
from reports.people.permissions import require
from reports.problems import Invalid

PAGE, MAPPING_PAGE = "reports/imports.html", "reports/mapping.html"
PAGE_SIZE = 20
SHOWN_PROBLEMS = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def imports_page(request: HttpRequest) -> HttpResponse:
    """Show the imports of one's organisation, and take a file in."""
    at, agreement = timezone.now(), current_agreement(request)
    require(request.user, "report.import", at=at, agreement_id=agreement.pk)
    seen = mappings_of(agreement, asker(request), at=at)
    own = [one for one in seen if may_go_in(one, asker(request))]
    blank = {"client_uuid": uuid.uuid4(), "dry_run": True, "format": "csv"}
    if request.method != "POST":
        form = HandInForm(mappings=own, initial=blank)
        return render(request, PAGE, _list_context(request, agreement, form, at))
    form = HandInForm(request.POST, request.FILES, mappings=own)
    if form.is_valid():
        try:
            return redirect("import", _handed_in(request, form.cleaned_data, at).pk)
        except Invalid as problem:
            add_errors(form, problem)
    return sent_back(request, PAGE, _list_context(request, agreement, form, at))


def _handed_in(request: HttpRequest, read: dict[str, Any], at: datetime) -> Import:
    if is_too_large(read["file"]):
        raise Invalid(errors={"file": [_("This file is too large to be sent by this page.")]})
    handed = Handed(
        client_uuid=read["client_uuid"],
        mapping=mapping_for(asker(request), read["mapping"], at=at),
        format=read["format"],
        pieces=pieces_of(read["file"]),
        dry_run=read["dry_run"],
    )
    return request_import(handed=handed, by=asker(request), at=at)[0]


def _list_context(
    request: HttpRequest, agreement: Agreement, form: HandInForm, at: datetime
) -> dict[str, Any]:
    found = imports_of(asker(request), at=at).filter(mapping__agreement=agreement)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "form": form,
        "page": page,
        "rows": [_row(job) for job in page.object_list],
        "mappings": [
            {
                "url": reverse("mapping", args=[one.pk]),
                "name": one.name,
                "shape": one.get_shape_display(),
                "source": one.source.name,
                "organisation": one.organisation.name,
            }
            for one in mappings_of(agreement, asker(request), at=at)
        ],
        "agreement_slug": agreement.slug,
        "agreement_title": agreement.title,
    }


def _row(job: Import) -> dict[str, Any]:
    return {
        "url": reverse("import", args=[job.pk]),
        "mapping": job.mapping.name,
        "requested_at": job.requested_at,
        "state": job.state,
        "dry_run": job.dry_run,
        "percent": int(100 * job.progress),
        "read": job.n_read,
        "filed": job.n_filed + job.n_corrected,
        "refused": job.n_refused,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def import_page(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Show how far an import is; stop it, or take in for good what was only checked."""
    at = timezone.now()
    job = import_for(asker(request), import_id, at=at)
    if request.method == "POST":
        if request.POST.get("do") == "cancel":
            cancel_import(job=job, by=asker(request), at=at)
            messages.success(request, _("The import is stopped. Rows that are in stay."))
            return redirect("import", job.pk)
        with checked_file(job) as (file, format):
            key = uuid.uuid5(job.pk, "taken in")  # sent twice, it is one import
            handed = Handed(key, job.mapping, format, pieces_of(file))
            made, _new = request_import(handed=handed, by=asker(request), at=at)
        return redirect("import", made.pk)
    agreement = job.mapping.agreement
    context = {
        "job": _row(job),
        "counts": [
            (_("Read"), job.n_read),
            (_("New"), job.n_filed),
            (_("Corrected"), job.n_corrected),
            (_("As they were"), job.n_unchanged),
            (_("Refused"), job.n_refused),
        ],
        "going": job.ended_at is None,
        "lost": job.state_reason,
        "can_go_in": job.dry_run
        and job.ended_at is not None
        and job.n_read > job.n_refused
        and may_go_in(job.mapping, asker(request)),
        "preview": _preview(job),
        "problems": list(islice(problems_of(job), SHOWN_PROBLEMS)),
        "zone": agreement.timezone,
        "problems_url": reverse("import-problems", args=[job.pk]),
        "crumbs": [(f"{reverse('imports')}?agreement={agreement.slug}", _("Imports"))],
        "agreement_title": agreement.title,
        "licence": job.mapping.licence,
        "source": job.mapping.source.name,
        "as_of": at,
    }
    return render(request, "reports/import.html", context)


def _preview(job: Import) -> list[dict[str, Any]]:
    """Return the first rows with the words of what they name."""
    acts = {act.code: act.name for act in act_kinds()}
    parties = {party.code: party.name for party in parties_of(job.mapping.agreement_id)}
    kinds = dict(AccusedKind.choices)
    return [
        {
            "row": one.row,
            "external_id": one.external_id,
            "draft": one.draft,
            "act": acts[one.draft.act] if one.draft else "",
            "accused": parties.get(one.draft.accused_code) or kinds[one.draft.accused_kind]
            if one.draft
            else "",
            "faults": one.faults,
        }
        for one in preview_of(job)
    ]


@require_safe
@signed_in
def import_problems(request: HttpRequest, import_id: uuid.UUID) -> Any:  # a stream
    """Answer all that is wrong with the rows of an import, as CSV."""
    job = import_for(asker(request), import_id, at=timezone.now())
    answer = StreamingHttpResponse(problem_lines(job), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="problems.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mapping_new(request: HttpRequest) -> HttpResponse:
    """Say how one's files are read."""
    at, agreement = timezone.now(), current_agreement(request)
    require(request.user, "report.import", at=at, agreement_id=agreement.pk)
    sources = own_sources(asker(request))
    if request.method != "POST":
        form = MappingForm(sources=sources, initial={"shape": "acled"})
        return render(request, MAPPING_PAGE, _mapping_context(agreement, form))
    return _saved(request, agreement, MappingForm(request.POST, sources=sources), at, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mapping_page(request: HttpRequest, mapping_id: uuid.UUID) -> HttpResponse:
    """Show how files are read, and change it."""
    at = timezone.now()
    mapping = mapping_for(asker(request), mapping_id, at=at)
    sources = own_sources(asker(request))
    if request.method == "POST":
        form = MappingForm(request.POST, sources=sources)
        return _saved(request, mapping.agreement, form, at, mapping)
    initial = {
        "name": mapping.name,
        "shape": mapping.shape,
        "source": mapping.source_id,
        "licence": mapping.licence,
        "columns": as_lines(mapping.columns),
        "values": as_nested_lines(mapping.values),
        "fixed": as_lines(mapping.fixed),
        "version": mapping.version,
    }
    form = MappingForm(sources=sources, initial=initial)
    return render(request, MAPPING_PAGE, _mapping_context(mapping.agreement, form))


def _saved(
    request: HttpRequest, agreement: Agreement, form: MappingForm, at: datetime, mapping: Any
) -> HttpResponse:
    if form.is_valid():
        read = dict(form.cleaned_data)
        seen = read.pop("version") or 0
        source = source_that_may_speak(asker(request), read.pop("source"))
        draft = MappingDraft(agreement=agreement, source=source, **read)
        try:
            save_mapping(draft=draft, by=asker(request), at=at, replaces=mapping, seen=seen)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("The mapping is saved. Imports under way go on as before."))
            return redirect(f"{reverse('imports')}?agreement={agreement.slug}")
    return sent_back(request, MAPPING_PAGE, _mapping_context(agreement, form))


def _mapping_context(agreement: Agreement, form: MappingForm) -> dict[str, Any]:
    return {
        "form": form,
        "fields": FIELDS,
        "no_source": not form.fields["source"].choices,  # type: ignore[attr-defined]
        "crumbs": [(f"{reverse('imports')}?agreement={agreement.slug}", _("Imports"))],
        "agreement_slug": agreement.slug,
        "agreement_title": agreement.title,
    }
