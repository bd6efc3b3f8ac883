"""The tables of the database. Every change here needs a migration in db/migrations."""

from db.tables.audit import AuditCheckpoint, AuditEntry, AuditHead
from db.tables.base import UtcDateTime, utc_now
from db.tables.datasets import AppendedPart, Dataset, DatasetVersion, VisibleProfile
from db.tables.feeds import DeadLetter, Feed
from db.tables.keys import Key, KeyPurpose
from db.tables.live import LiveMember, LiveRecord, LiveSession
from db.tables.rights import GuestLink, Level, Resource, SavedView, Share
from db.tables.sessions import ApiToken, AttemptCounter, SpentChallenge, UserSession
from db.tables.users import (
    Group,
    Identity,
    LinkPurpose,
    Membership,
    OneTimeLink,
    Passkey,
    RecoveryCode,
    Role,
    User,
)

__all__ = [
    "ApiToken",
    "AppendedPart",
    "AttemptCounter",
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
    "LinkPurpose",
    "LiveMember",
    "LiveRecord",
    "LiveSession",
    "Membership",
    "OneTimeLink",
    "Passkey",
    "RecoveryCode",
    "Resource",
    "Role",
    "SavedView",
    "Share",
    "SpentChallenge",
    "User",
    "UserSession",
    "UtcDateTime",
    "VisibleProfile",
    "utc_now",
]
