"""What the database holds. Every change here has its migration in db/migrations."""

from db.tables.audit import AuditCheckpoint, AuditEntry, AuditHead
from db.tables.base import Moment, now
from db.tables.datasets import AppendedPart, Dataset, DatasetVersion, VisibleProfile
from db.tables.feeds import DeadLetter, Feed
from db.tables.keys import Key, KeyPurpose
from db.tables.live import LiveMember, LiveRecord, LiveSession
from db.tables.rights import GuestLink, Level, Resource, SavedView, Share
from db.tables.sessions import ApiToken, Attempt, SpentChallenge, UserSession
from db.tables.users import (
    Group,
    Identity,
    Membership,
    OneTimeLink,
    Passkey,
    Purpose,
    RecoveryCode,
    Role,
    User,
)

__all__ = [
    "ApiToken",
    "AppendedPart",
    "Attempt",
    "AuditCheckpoint",
    "AuditEntry",
    "AuditHead",
    "Dataset",
    "DatasetVersion",
    "DeadLetter",
    "Feed",
    "Group",
    "GuestLink",
    "Identity",
    "Key",
    "KeyPurpose",
    "Level",
    "LiveMember",
    "LiveRecord",
    "LiveSession",
    "Membership",
    "Moment",
    "OneTimeLink",
    "Passkey",
    "Purpose",
    "RecoveryCode",
    "Resource",
    "Role",
    "SavedView",
    "Share",
    "SpentChallenge",
    "User",
    "UserSession",
    "VisibleProfile",
    "now",
]
