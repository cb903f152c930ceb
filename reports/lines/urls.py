"""Addresses of phones, as clients of ODK Central know them, and of gateways of messages."""

from django.urls import URLPattern, path, register_converter

from reports.lines.central import (
    form_submissions_door,
    holder_door,
    project_forms_door,
    projects_door,
    sessions_door,
    table_door,
)
from reports.lines.hooks import rapidpro_hook, sms_hook, twilio_hook
from reports.lines.openrosa import (
    file_door,
    form_door,
    forms_door,
    manifest_door,
    submission_door,
)
from reports.lines.sensors import sensor_hook


class TokenInPath:
    """A phone's token."""

    regex = "[A-Za-z0-9_-]{20,86}"

    def to_python(self, value: str) -> str:
        """Return the token as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return the token as it is."""
        return value


register_converter(TokenInPath, "token")

BY_TOKEN, BY_CHALLENGE = "key/<token:token>/projects/<int:project>/", "projects/<int:project>/"
DOORS = (
    ("forms", "formList", forms_door),
    ("form", "forms/<slug:form_id>.xml", form_door),
    ("manifest", "forms/<slug:form_id>/manifest", manifest_door),
    ("file", "forms/<slug:form_id>/attachments/<str:name>", file_door),
    ("submission", "submission", submission_door),
)
urlpatterns: list[URLPattern] = [
    path("hooks/sms", sms_hook, name="hook-sms"),
    path("hooks/sensors", sensor_hook, name="hook-sensors"),
    path("hooks/twilio", twilio_hook, name="hook-twilio"),
    path("hooks/rapidpro", rapidpro_hook, name="hook-rapidpro"),
    path("sessions", sessions_door, name="central-sessions"),
    path("users/current", holder_door, name="central-holder"),
    path("projects", projects_door, name="central-projects"),
    path("projects/<int:project>/forms", project_forms_door, name="central-forms"),
    path(
        "projects/<int:project>/forms/<slug:form_id>/submissions",
        form_submissions_door,
        name="central-submissions",
    ),
    path(
        "projects/<int:project>/forms/<slug:form_id>.svc/Submissions",
        table_door,
        name="central-table",
    ),
    *(
        path(f"{where}{tail}", door, name=f"{way}-{name}")
        for way, where in (("phone", BY_TOKEN), ("digest", BY_CHALLENGE))
        for name, tail, door in DOORS
    ),
]
