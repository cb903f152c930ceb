"""Addresses for machines, under /api/v1/."""

from django.urls import path

from reports.api.coverage import coverage_door
from reports.api.description import schema_door
from reports.api.evidence import evidence_door
from reports.api.imports import (
    import_cancel_door,
    import_door,
    import_problems_door,
    imports_door,
)
from reports.api.keys import (
    current_key_door,
    key_revocation_door,
    key_rotation_door,
    keys_door,
)
from reports.api.mappings import mapping_door, mappings_door
from reports.api.oauth import token_door
from reports.api.questions import answer_door, questions_door
from reports.api.reports import report_door, reports_door, withdraw_door
from reports.api.terms import (
    acts_door,
    agreement_door,
    agreements_door,
    clauses_door,
    parties_door,
    places_as_door,
    places_door,
    speakers_door,
)
from reports.api.uploads import UploadDoor, UploadsDoor

urlpatterns = [
    path("schema", schema_door, name="api-schema"),
    path("reports", reports_door, name="api-reports"),
    path("reports/<receipt:receipt>", report_door, name="api-report"),
    path("reports/<receipt:receipt>/evidence", evidence_door, name="api-evidence"),
    path("reports/<receipt:receipt>/withdraw", withdraw_door, name="api-report-withdraw"),
    path("uploads", UploadsDoor.as_view(), name="api-uploads"),
    path("uploads/<uuid:upload_id>", UploadDoor.as_view(), name="api-upload"),
    path(
        "reports/<receipt:receipt>/questions/<int:number>/answer",
        answer_door,
        name="api-question-answer",
    ),
    path("questions", questions_door, name="api-questions"),
    path("oauth/token", token_door, name="api-token"),
    path("keys", keys_door, name="api-keys"),
    path("keys/current", current_key_door, name="api-key-current"),
    path("keys/<slug:prefix>/rotation", key_rotation_door, name="api-key-rotation"),
    path("keys/<slug:prefix>/revocation", key_revocation_door, name="api-key-revocation"),
    path("imports", imports_door, name="api-imports"),
    path("imports/<uuid:import_id>", import_door, name="api-import"),
    path("imports/<uuid:import_id>/cancel", import_cancel_door, name="api-import-cancel"),
    path("imports/<uuid:import_id>/problems.csv", import_problems_door, name="api-import-problems"),
    path("mappings", mappings_door, name="api-mappings"),
    path("mappings/<uuid:mapping_id>", mapping_door, name="api-mapping"),
    path("agreements", agreements_door, name="api-agreements"),
    path("agreements/<slug:slug>", agreement_door, name="api-agreement"),
    path("parties", parties_door, name="api-parties"),
    path("clauses", clauses_door, name="api-clauses"),
    path("coverage", coverage_door, name="api-coverage"),
    path("acts", acts_door, name="api-acts"),
    path("places", places_door, name="api-places"),
    path("places.<slug:suffix>", places_as_door, name="api-places-as"),
    path("speakers", speakers_door, name="api-speakers"),
]
