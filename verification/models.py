"""All models of the judgement, where Django looks for them; each lives in its room."""

from verification.adjudication.models import (
    Ballot,
    Case,
    Decision,
    DraftBallot,
    PanelDraw,
    Seat,
    SecondBallot,
)
from verification.archive.models import CarriedOver
from verification.bulletins.models import Bulletin, Edition, Release
from verification.bundles.models import Bundle
from verification.caseload.models import MissedDeadline, Procedure
from verification.corroboration.models import PartyPosition, Statement
from verification.incidents.models import Incident, Link, Merge
from verification.ledger.models import (
    Cosignature,
    Leaf,
    LeafKey,
    LogState,
    Opening,
    SignedTree,
    TileRoot,
)
from verification.linking.models import Refusal, Split, Tie
from verification.notifications.models import DigestSent, Notification, NotificationPreference
from verification.partners.models import (
    Attempt,
    Change,
    Delivery,
    Disclosure,
    Endpoint,
    FeedState,
    Pseudonyms,
    UntoldRow,
)
from verification.publication.models import (
    AreaCount,
    ChangedFile,
    Correction,
    DayCount,
    Finding,
    PublicRow,
    ReportCount,
)
from verification.recommendations.models import (
    ComplianceEvidence,
    Recommendation,
    RecommendationNote,
)
from verification.reopening.models import Reopening
from verification.scoring.models import Fit, Score, SourceReliability
from verification.standing.models import Draw, Standing
from verification.withholding.models import Delay, Withholding

__all__ = [
    "AreaCount",
    "Attempt",
    "Ballot",
    "Bulletin",
    "Bundle",
    "CarriedOver",
    "Case",
    "Change",
    "ChangedFile",
    "ComplianceEvidence",
    "Correction",
    "Cosignature",
    "DayCount",
    "Decision",
    "Delay",
    "Delivery",
    "DigestSent",
    "Disclosure",
    "DraftBallot",
    "Draw",
    "Edition",
    "Endpoint",
    "FeedState",
    "Finding",
    "Fit",
    "Incident",
    "Leaf",
    "LeafKey",
    "Link",
    "LogState",
    "Merge",
    "MissedDeadline",
    "Notification",
    "NotificationPreference",
    "Opening",
    "PanelDraw",
    "PartyPosition",
    "Procedure",
    "Pseudonyms",
    "PublicRow",
    "Recommendation",
    "RecommendationNote",
    "Refusal",
    "Release",
    "Reopening",
    "ReportCount",
    "Score",
    "Seat",
    "SecondBallot",
    "SignedTree",
    "SourceReliability",
    "Split",
    "Standing",
    "Statement",
    "Tie",
    "TileRoot",
    "UntoldRow",
    "Withholding",
]
