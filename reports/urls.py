"""Addresses of the record."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from reports.api.reference import reference_page, reference_part_page
from reports.identity import RECEIPT_ALPHABET
from reports.pages.coverage import coverage_page
from reports.pages.desk import desk
from reports.pages.evidence import evidence_add
from reports.pages.filing import blank_form, correct_page, file_page
from reports.pages.imports import (
    import_page,
    import_problems,
    imports_page,
    mapping_new,
    mapping_page,
)
from reports.pages.invites import invites_page
from reports.pages.keys import all_keys_page, key_page, keys_page
from reports.pages.machines import machines_page
from reports.pages.messages import messages_page
from reports.pages.observations import observations_page
from reports.pages.offline import blank_reports, outbox_page, outbox_token
from reports.pages.open_door import open_report_page, open_status_page
from reports.pages.own import own_kept, own_list_page, report_page, withdraw_page
from reports.pages.phones import phones_page
from reports.pages.places import place_names, place_search
from reports.pages.questions import question_page
from reports.pages.watches import watch_end, watches_page


class ReceiptInPath:
    """A receipt code, in capitals or not."""

    regex = f"(?i:[{RECEIPT_ALPHABET}]{{5}}-[{RECEIPT_ALPHABET}]{{5}})"

    def to_python(self, value: str) -> str:
        """Return the code in capitals."""
        return value.upper()

    def to_url(self, value: str) -> str:
        """Return the code as it is."""
        return value


register_converter(ReceiptInPath, "receipt")

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", desk, name="desk"),
    path("reports/", own_list_page, name="reports-own"),
    path("reports/new/", file_page, name="report-new"),
    path("reports/<receipt:receipt>/", report_page, name="report"),
    path("reports/<receipt:receipt>/correct/", correct_page, name="report-correct"),
    path("reports/<receipt:receipt>/files/", evidence_add, name="report-evidence"),
    path("reports/<receipt:receipt>/withdraw/", withdraw_page, name="report-withdraw"),
    path("outbox/", outbox_page, name="outbox"),
    path("outbox/token", outbox_token, name="outbox-token"),
    path("offline/report/", blank_form, name="offline-report"),
    path("offline/reports/", blank_reports, name="offline-reports"),
    path("offline/reports/rows", own_kept, name="reports-kept"),
    path("coverage/", coverage_page, name="coverage"),
    path(
        "reports/<receipt:receipt>/questions/<int:number>/", question_page, name="report-question"
    ),
    path("report/", open_report_page, name="open-report"),
    path("report/status/", open_status_page, name="open-status"),
    path("invites/", invites_page, name="invites"),
    path("phones/", phones_page, name="phones"),
    path("keys/", keys_page, name="keys"),
    path("keys/all/", all_keys_page, name="keys-all"),
    path("keys/<slug:prefix>/", key_page, name="key"),
    path("messages/", messages_page, name="messages"),
    path("observations/", observations_page, name="observations"),
    path("watches/", watches_page, name="watches"),
    path("watches/<uuid:watch_id>/end/", watch_end, name="watch-end"),
    path("places/search", place_search, name="place-search"),
    path("places/names", place_names, name="place-names"),
    path("imports/", imports_page, name="imports"),
    path("imports/mappings/new/", mapping_new, name="mapping-new"),
    path("imports/mappings/<uuid:mapping_id>/", mapping_page, name="mapping"),
    path("imports/<uuid:import_id>/", import_page, name="import"),
    path("imports/<uuid:import_id>/problems.csv", import_problems, name="import-problems"),
    path("api/", machines_page, name="api-docs"),
    path("api/reference/", reference_page, name="api-reference"),
    path("api/reference/<slug:tag>/", reference_part_page, name="api-reference-part"),
    path("api/v1/", include("reports.api.urls")),
    path("v1/", include("reports.lines.urls")),
]
