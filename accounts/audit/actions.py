"""The actions that the audit log records, and their outcomes."""

from __future__ import annotations

from enum import StrEnum


class AuditAction(StrEnum):
    """The recorded actions, named by the kind of thing and then the verb."""

    SIGNIN = "signin"
    SIGNIN_FAILED = "signin.failed"
    SIGNOUT = "signout"
    SESSION_REVOKED = "session.revoked"
    SESSION_REUSE = "session.reuse"
    STEPUP = "stepup"
    STEPUP_FAILED = "stepup.failed"
    ACCESS_DENIED = "access.denied"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    FACTOR_ADDED = "factor.added"
    FACTOR_RENAMED = "factor.renamed"
    FACTOR_REMOVED = "factor.removed"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_UNLINKED = "identity.unlinked"
    RECOVERY_USED = "recovery.used"
    RECOVERY_CREATED = "recovery.created"
    LINK_CREATED = "link.created"
    TOKEN_CREATED = "token.created"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
    USER_CREATED = "user.created"
    USER_INVITED = "user.invited"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_ROLE = "user.role"
    USER_DELETED = "user.deleted"
    GROUP_CREATED = "group.created"
    GROUP_RENAMED = "group.renamed"
    GROUP_DELETED = "group.deleted"
    GROUP_JOINED = "group.joined"
    GROUP_LEFT = "group.left"
    SHARE_CREATED = "share.created"
    SHARE_CHANGED = "share.changed"
    SHARE_REMOVED = "share.removed"
    OWNER_CHANGED = "owner.changed"
    DATASET_OPENED = "dataset.opened"
    DATASET_IN_CUXFILTER = "dataset.in_cuxfilter"
    DATASET_EXPORTED = "dataset.exported"
    DATASET_IMPORTED = "dataset.imported"
    DATASET_APPENDED = "dataset.appended"
    DATASET_DELETED = "dataset.deleted"
    VIEW_SAVED = "view.saved"
    VIEW_DELETED = "view.deleted"
    GUEST_LINK = "guest.link"
    GUEST_OPENED = "guest.opened"
    GUEST_REVOKED = "guest.revoked"
    LIVE_STARTED = "live.started"
    LIVE_JOINED = "live.joined"
    LIVE_HANDED_OVER = "live.handed_over"
    LIVE_CHANGED = "live.changed"
    LIVE_ENDED = "live.ended"
    LIVE_DELETED = "live.deleted"
    FEED_CREATED = "feed.created"
    FEED_PAUSED = "feed.paused"
    FEED_RESUMED = "feed.resumed"
    FEED_REPLAYED = "feed.replayed"
    FEED_DISCARDED = "feed.discarded"
    FEED_DELETED = "feed.deleted"
    KEY_ROTATED = "key.rotated"
    SETTING_CHANGED = "setting.changed"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_PRUNED = "audit.pruned"


class Outcome(StrEnum):
    """How an action ended: done, denied for lack of permission, or failed, such as a wrong password."""

    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"
