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
from reports.channels.models import Handling, Message, Sender
from reports.coverage.models import Watch
from reports.evidence.models import Item, Reading, Sweep, Vigil
from reports.imports.models import ColumnMapping, Import, ImportedRow, ImportProblem
from reports.intake.models import Origin, Report
from reports.journal.models import Event, Job, Unlogged
from reports.keys.models import AccessToken, Quota, QuotaUse
from reports.open_door.models import Invite, OpenKey, SpentPass
from reports.openrosa.models import Phone, SentFile, SpentNonce, Submission
from reports.people.models import Alignment, ApiKey, Organisation, RoleGrant, Source, User
from reports.places.models import Place, PlaceName
from reports.questions.models import Answer, Question
from reports.redactions.models import Redaction
from reports.repeats.models import KeptAnswer
from reports.sensors.models import Observation
from reports.timestamps.models import Timestamp
from reports.uploads.models import Upload

__all__ = [
    "AccessToken",
    "ActKind",
    "Affiliation",
    "Agreement",
    "AgreementVersion",
    "Alignment",
    "Answer",
    "ApiKey",
    "Clause",
    "ColumnMapping",
    "Event",
    "Handling",
    "Import",
    "ImportProblem",
    "ImportedRow",
    "Invite",
    "Item",
    "Job",
    "KeptAnswer",
    "Message",
    "Observation",
    "OpenKey",
    "Organisation",
    "Origin",
    "Party",
    "Phone",
    "Place",
    "PlaceName",
    "Question",
    "Quota",
    "QuotaUse",
    "Reading",
    "Redaction",
    "Renewal",
    "Report",
    "RoleGrant",
    "Sender",
    "SentFile",
    "Source",
    "SpentNonce",
    "SpentPass",
    "Submission",
    "Sweep",
    "Timestamp",
    "Unlogged",
    "Upload",
    "User",
    "Vigil",
    "Watch",
]
