"""Addresses of the judgement."""

from django.urls import URLPattern, URLResolver, path

from verification.api import bulletins as api_bulletins
from verification.api import bundles as api_bundles
from verification.api import chair as api_chair
from verification.api import changes as api_changes
from verification.api import compliance as api_compliance
from verification.api import corrections as api_corrections
from verification.api import inbox as api_inbox
from verification.api import log as api_log
from verification.api import mechanism as api_mechanism
from verification.api import notices as api_notices
from verification.api import oversight as api_oversight
from verification.api import procedure as api_procedure
from verification.api import public as api
from verification.api import questions as api_questions
from verification.api import recommendations as api_recommendations
from verification.api import reopenings as api_reopenings
from verification.api import review as api_review
from verification.api import review_again as api_review_again
from verification.api import statements as api_statements
from verification.api import triage as api_triage
from verification.api import triage_incidents as api_triage_incidents
from verification.api import triage_reports as api_triage_reports
from verification.api import webhooks as api_webhooks
from verification.api.disclosures import disclosed_fields, disclosed_of_incident
from verification.pages import (
    audit,
    board,
    bulletins,
    bundles,
    chair,
    comparison,
    corrections,
    corroborate,
    dashboard,
    disclosures,
    downloads,
    evidence,
    exports,
    feeds,
    figures,
    findings,
    health,
    history,
    inbox,
    incidents,
    interest,
    log,
    mechanism,
    more_time,
    notices,
    overdue,
    previews,
    procedure,
    publishing,
    recommendations,
    redactions,
    reopenings,
    review,
    second_ballot,
    sources,
    standings,
    tables,
    texts,
    triage,
    triage_incident,
    webhooks,
    withholding,
)

# Those who work on incidents and cases.
judgement: list[URLPattern | URLResolver] = [
    path("chair/", chair.chair, name="chair"),
    path("chair/cases/<uuid:case_id>/", chair.chair_case, name="chair-case"),
    path("chair/notices/<uuid:position_id>/", more_time.chair_notice, name="chair-notice"),
    path("chair/sources/", sources.chair_sources, name="chair-sources"),
    path("chair/audit/", audit.chair_audit, name="chair-audit"),
    path("chair/incidents/<str:code>/recommend/", recommendations.recommend, name="recommend"),
    path("corroborate/", corroborate.corroborate, name="corroborate"),
    path("corroborate/<str:code>/", corroborate.corroborate_incident, name="corroborate-incident"),
    path("offline/corroborate/", corroborate.blank_statement, name="offline-corroborate"),
    path("offline/corroborate/rows", corroborate.corroborate_kept, name="corroborate-kept"),
    path("bundles/", bundles.bundles, name="bundles"),
    path("bundles/<receipt:code>/", bundles.bundle, name="bundle"),
    path("bundles/<receipt:code>/file", bundles.bundle_file, name="bundle-file"),
    path("evidence/<receipt:code>/", evidence.evidence_page, name="evidence"),
    path("evidence/<receipt:code>/picture", evidence.evidence_picture, name="evidence-picture"),
    path("evidence/<receipt:code>/thumbnail", evidence.evidence_thumb, name="evidence-thumb"),
    path("evidence/<receipt:code>/original", evidence.evidence_original, name="evidence-original"),
    path("evidence/<receipt:code>/redact/", redactions.evidence_redact, name="evidence-redact"),
    path(
        "evidence/<receipt:code>/redacted/<int:number>",
        redactions.evidence_redacted,
        name="evidence-redacted",
    ),
    path("inbox/", inbox.inbox_page, name="inbox"),
    path("inbox/preferences/", inbox.preferences, name="inbox-preferences"),
    path("incidents/<str:code>/history/", history.history, name="history"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<uuid:position_id>/", notices.notice, name="notice"),
    path("overdue/", overdue.overdue, name="overdue"),
    path("panels/", figures.panel_figures, name="panel-figures"),
    path("incidents/<str:code>/reopen/", reopenings.reopening_ask, name="reopening-ask"),
    path("reopenings/", reopenings.reopenings, name="reopenings"),
    path("reopenings/<uuid:reopening_id>/", reopenings.reopening, name="reopening"),
    path("recommendations/<slug:code>/answer/", recommendations.work, name="recommendation-work"),
    path("disclosures/", disclosures.disclosures, name="disclosures"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<uuid:endpoint_id>/", webhooks.webhook, name="webhook"),
    path("withheld/", withholding.withheld, name="withheld"),
    path("publish/", publishing.publish, name="publish"),
    path("publish/<slug:code>/", publishing.publish_bulletin, name="publish-bulletin"),
    path("publish/<slug:code>/<slug:language>.pdf", publishing.publish_pdf, name="publish-pdf"),
    path("review/", review.review, name="review"),
    path("review/<uuid:case_id>/", review.review_case, name="review-case"),
    path("review/<uuid:case_id>/again/", second_ballot.review_again, name="review-again"),
    path("review/<uuid:case_id>/interest/", interest.review_interest, name="review-interest"),
    path("triage/", triage.triage, name="triage"),
    path("triage/board/", board.board, name="triage-board"),
    path("triage/incidents/<str:code>/", triage_incident.triage_incident, name="triage-incident"),
    path("triage/reports/<uuid:report_id>/", triage.triage_report, name="triage-report"),
]

# Those who filed.
receipts: list[URLPattern | URLResolver] = [
    path("reports/<receipt:receipt>/proof/", log.report_proof_page, name="report-proof"),
    path(
        "reports/<receipt:receipt>/proof/<str:name>",
        log.report_proof_file,
        name="report-proof-file",
    ),
]

# Everybody.
public: list[URLPattern | URLResolver] = [
    path("", dashboard.home, name="home"),
    path("map/<int:zoom>/<int:x>/<int:y>.json", dashboard.map_tile, name="map-tile"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/<slug:code>/", incidents.incident, name="incident"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<slug:code>/", findings.finding, name="finding"),
    path("findings/<slug:code>/proof/", log.finding_proof_page, name="finding-proof"),
    path(
        "findings/<slug:code>/proof/<str:name>", log.finding_proof_file, name="finding-proof-file"
    ),
    path("data/", downloads.data, name="data"),
    path("data/incidents.geojson", downloads.data_geojson, name="data-geojson"),
    path("data/published.xlsx", downloads.data_xlsx, name="data-xlsx"),
    path("data/about.json", downloads.data_about, name="data-about"),
    path("data/dcat.jsonld", downloads.data_dcat, name="data-dcat"),
    path("data/exports/incidents.parquet", exports.export_parquet, name="export-parquet"),
    path("data/exports/<slug:name>.csv", exports.export_csv, name="export-csv"),
    path("data/exports/<slug:name>.mapping.json", exports.export_mapping, name="export-mapping"),
    path("data/exports/<slug:name>.README.txt", exports.export_readme, name="export-readme"),
    path("data/<slug:table>.csv", downloads.data_csv, name="data-csv"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("feeds/findings.atom", feeds.feed_findings, name="feed-findings"),
    path("feeds/corrections.atom", feeds.feed_corrections, name="feed-corrections"),
    path("feeds/bulletins.atom", feeds.feed_bulletins, name="feed-bulletins"),
    path("preview/<slug:kind>/<slug:code>.png", previews.preview, name="preview"),
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("bulletins/<slug:code>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<slug:code>/<slug:language>.pdf", bulletins.bulletin_pdf, name="bulletin-pdf"),
    path("bulletins/<slug:code>/proof/", log.bulletin_proof_page, name="bulletin-proof"),
    path(
        "bulletins/<slug:code>/proof/<str:name>",
        log.bulletin_proof_file,
        name="bulletin-proof-file",
    ),
    path("log/", log.log, name="log"),
    path("log/checkpoint", log.log_checkpoint, name="log-checkpoint"),
    path("log/key", log.log_key, name="log-key"),
    path("log/receipts-key", log.log_receipts_key, name="log-receipts-key"),
    path("log/tile/<path:path>", log.log_tile, name="log-tile"),
    path("log/records/<slug:code>.json", log.log_record_file, name="log-record"),
    path("recommendations/", recommendations.recommendations, name="recommendations"),
    path("recommendations/<slug:code>/", recommendations.recommendation, name="recommendation"),
    path("tables/", tables.tables, name="tables"),
    path("standings/", standings.standings, name="standings"),
    path("comparison/", comparison.comparison, name="comparison"),
    path("standings/<slug:party>/", standings.standing, name="standing"),
    path("method/", texts.method, name="method"),
    path("mechanism/", mechanism.mechanism, name="mechanism"),
    path("procedure/", procedure.procedure, name="procedure"),
    path("procedure/<int:number>/", procedure.procedure, name="procedure-version"),
    path("words/", texts.glossary, name="glossary"),
    path("api/v1/bulletins", api_bulletins.list_bulletins, name="api-bulletins"),
    path("api/v1/bulletins/<slug:code>", api_bulletins.show_bulletin, name="api-bulletin"),
    path("api/v1/bulletins/<slug:code>/proof", api_log.prove_bulletin, name="api-bulletin-proof"),
    path("api/v1/findings/<slug:code>/proof", api_log.prove_finding, name="api-finding-proof"),
    path("api/v1/log", api_log.show_log, name="api-log"),
    path("api/v1/changes", api_changes.list_changes, name="api-changes"),
    path("api/v1/corrections", api_corrections.list_corrections, name="api-corrections"),
    path("api/v1/findings", api.list_findings, name="api-findings"),
    path("api/v1/findings.<slug:suffix>", api.list_findings_as, name="api-findings-as"),
    path("api/v1/findings/<slug:code>", api.show_finding, name="api-finding"),
    path("api/v1/incidents", api.list_incidents, name="api-incidents"),
    path("api/v1/incidents.<slug:suffix>", api.list_incidents_as, name="api-incidents-as"),
    path("api/v1/incidents/<slug:code>", api.show_incident, name="api-incident"),
    path("api/v1/mechanism", api_mechanism.show_mechanism, name="api-mechanism"),
    path(
        "api/v1/recommendations",
        api_recommendations.list_recommendations,
        name="api-recommendations",
    ),
    path(
        "api/v1/recommendations/<slug:code>",
        api_recommendations.show_recommendation,
        name="api-recommendation",
    ),
    path("api/v1/procedures", api_procedure.list_procedures, name="api-procedures"),
    path("api/v1/procedures/<int:number>", api_procedure.show_procedure, name="api-procedure"),
    path("api/v1/standings", api.show_standings, name="api-standings"),
    path("api/v1/standings.<slug:suffix>", api.show_standings_as, name="api-standings-as"),
]

# People at work, by machine: the same rules as their pages.
working: list[URLPattern | URLResolver] = [
    path("api/v1/reports/<receipt:receipt>/proof", api_log.prove_report, name="api-report-proof"),
    path("api/v1/statements/open", api_statements.open_incidents, name="api-open-incidents"),
    path(
        "api/v1/incidents/<slug:code>/statements",
        api_statements.statements,
        name="api-statements",
    ),
    path("api/v1/review/cases", api_review.my_cases, name="api-my-cases"),
    path("api/v1/review/cases/<uuid:case_id>", api_review.my_case, name="api-my-case"),
    path(
        "api/v1/review/cases/<uuid:case_id>/questions",
        api_questions.asked_by_panel,
        name="api-panel-questions",
    ),
    path(
        "api/v1/triage/reports/<uuid:report_id>/questions",
        api_questions.asked_by_triage,
        name="api-triage-questions",
    ),
    path(
        "api/v1/review/cases/<uuid:case_id>/interest",
        api_review.my_interest,
        name="api-my-interest",
    ),
    path("api/v1/review/cases/<uuid:case_id>/draft", api_review.my_draft, name="api-my-draft"),
    path("api/v1/review/cases/<uuid:case_id>/ballot", api_review.my_ballot, name="api-my-ballot"),
    path(
        "api/v1/review/cases/<uuid:case_id>/second-ballot",
        api_review_again.second_ballot,
        name="api-second-ballot",
    ),
    path("api/v1/notices", api_notices.list_notices, name="api-notices"),
    path("api/v1/notices/<uuid:position_id>", api_notices.show_notice, name="api-notice"),
    path("api/v1/notices/<uuid:position_id>/answer", api_notices.answer, name="api-notice-answer"),
    path("api/v1/triage/suggestions", api_triage.suggestions, name="api-suggestions"),
    path("api/v1/triage/suggestions/confirm", api_triage.confirm, name="api-confirm"),
    path("api/v1/triage/suggestions/refuse", api_triage.refuse, name="api-refuse"),
    path("api/v1/triage/links/<uuid:link_id>/undo", api_triage.undo_link, name="api-link-undo"),
    path(
        "api/v1/triage/merges/<uuid:merge_id>/undo",
        api_triage.undo_a_merge,
        name="api-merge-undo",
    ),
    path(
        "api/v1/triage/refusals/<uuid:refusal_id>/undo",
        api_triage.undo_a_refusal,
        name="api-refusal-undo",
    ),
    path("api/v1/triage/reports", api_triage_reports.received, name="api-received"),
    path(
        "api/v1/triage/reports/<uuid:report_id>",
        api_triage_reports.report,
        name="api-received-report",
    ),
    path(
        "api/v1/triage/reports/<uuid:report_id>/moves",
        api_triage_reports.moves,
        name="api-report-moves",
    ),
    path("api/v1/triage/incidents", api_triage_reports.incidents, name="api-open-incident"),
    path(
        "api/v1/triage/incidents/<str:code>",
        api_triage_incidents.incident,
        name="api-triage-incident",
    ),
    path(
        "api/v1/triage/incidents/<str:code>/splits", api_triage_incidents.splits, name="api-splits"
    ),
    path("api/v1/triage/incidents/<str:code>/ties", api_triage_incidents.ties, name="api-ties"),
    path(
        "api/v1/triage/incidents/<str:code>/ruling", api_triage_incidents.ruling, name="api-ruling"
    ),
    path(
        "api/v1/triage/splits/<uuid:split_id>/undo",
        api_triage_incidents.undo_a_split,
        name="api-split-undo",
    ),
    path(
        "api/v1/triage/ties/<uuid:tie_id>/undo",
        api_triage_incidents.undo_a_tie,
        name="api-tie-undo",
    ),
    path(
        "api/v1/triage/links/<uuid:link_id>/question",
        api_triage_incidents.question,
        name="api-question",
    ),
    path("api/v1/bundles", api_bundles.bundles, name="api-bundles"),
    path("api/v1/bundles/<receipt:code>", api_bundles.bundle, name="api-bundle"),
    path("api/v1/bundles/<receipt:code>/file", api_bundles.bundle_file, name="api-bundle-file"),
    path("api/v1/chair/cases", api_chair.cases, name="api-chair-cases"),
    path("api/v1/chair/cases/<uuid:case_id>", api_chair.case, name="api-chair-case"),
    path(
        "api/v1/chair/cases/<uuid:case_id>/decision", api_chair.decision, name="api-chair-decision"
    ),
    path(
        "api/v1/chair/cases/<uuid:case_id>/seats/<int:number>/vacate",
        api_chair.vacate,
        name="api-chair-seat",
    ),
    path("api/v1/chair/incidents", api_chair.openable, name="api-chair-incidents"),
    path("api/v1/chair/incidents/<str:code>/case", api_chair.opening, name="api-chair-opening"),
    path(
        "api/v1/chair/incidents/<str:code>/recommendations",
        api_oversight.recommend,
        name="api-chair-recommend",
    ),
    path(
        "api/v1/chair/notices/<uuid:position_id>", api_oversight.extension, name="api-chair-notice"
    ),
    path("api/v1/overdue", api_oversight.overdue, name="api-overdue"),
    path("api/v1/panels", api_oversight.panels, name="api-panels"),
    path("api/v1/reopenings", api_reopenings.reopenings, name="api-reopenings"),
    path("api/v1/reopenings/<uuid:reopening_id>", api_reopenings.reopening, name="api-reopening"),
    path(
        "api/v1/reopenings/<uuid:reopening_id>/moves",
        api_reopenings.moves,
        name="api-reopening-moves",
    ),
    path(
        "api/v1/recommendations/<slug:code>/work",
        api_compliance.work,
        name="api-recommendation-work",
    ),
    path("api/v1/disclosures/fields", disclosed_fields, name="api-disclosed-fields"),
    path("api/v1/disclosures/<str:code>", disclosed_of_incident, name="api-disclosed"),
    path("api/v1/webhooks", api_webhooks.webhooks, name="api-webhooks"),
    path("api/v1/webhooks/<uuid:endpoint_id>", api_webhooks.webhook, name="api-webhook"),
    path(
        "api/v1/webhooks/<uuid:endpoint_id>/secret",
        api_webhooks.webhook_secret,
        name="api-webhook-secret",
    ),
    path(
        "api/v1/webhooks/<uuid:endpoint_id>/deliveries",
        api_webhooks.webhook_deliveries,
        name="api-webhook-deliveries",
    ),
    path(
        "api/v1/webhooks/<uuid:endpoint_id>/replay",
        api_webhooks.webhook_replay,
        name="api-webhook-replay",
    ),
    path("api/v1/inbox", api_inbox.list_messages, name="api-inbox"),
    path("api/v1/inbox/read", api_inbox.read_all_messages, name="api-inbox-read"),
    path("api/v1/inbox/preferences", api_inbox.preferences, name="api-preferences"),
    path("api/v1/inbox/<uuid:message_id>/read", api_inbox.read_message, name="api-message-read"),
]

# The operator.
operation: list[URLPattern | URLResolver] = [path("health/", health.health, name="health")]

urlpatterns: list[URLPattern | URLResolver] = [
    *(*judgement, *receipts, *public),
    *(*working, *operation),
]
