"""All models of the record, where Django looks for them; each lives in its room."""

from reports.agreement.models import (
    ActKind,
    Affiliation,
    Agreement,
    AgreementVersion,
    Clause,
    Party,
    Renewal,
)
from reports.coverage.models import Watch
from reports.evidence.models import Item, Reading, Sweep, Vigil
from reports.intake.models import Origin, Report
from reports.journal.models import Event, Job, Unlogged
from reports.people.models import Alignment, ApiKey, Organisation, RoleGrant, Source, User
from reports.places.models import Place, PlaceName
from reports.uploads.models import Upload

__all__ = [
    "ActKind",
    "Affiliation",
    "Agreement",
    "AgreementVersion",
    "Alignment",
    "ApiKey",
    "Clause",
    "Event",
    "Item",
    "Job",
    "Organisation",
    "Origin",
    "Party",
    "Place",
    "PlaceName",
    "Reading",
    "Renewal",
    "Report",
    "RoleGrant",
    "Source",
    "Sweep",
    "Unlogged",
    "Upload",
    "User",
    "Vigil",
    "Watch",
]
