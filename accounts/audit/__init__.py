"""The audit log: append-only, with entries that are chained by hashes, so that any change is detected."""

from accounts.audit.actions import AuditAction, Outcome
from accounts.audit.log import record_event
from accounts.audit.query import AuditFilter, export_lines, get_entry, list_entries
from accounts.audit.retention import prune_entries
from accounts.audit.verify import TamperedError, VerificationReport, verify_log

__all__ = [
    "AuditAction",
    "AuditFilter",
    "Outcome",
    "TamperedError",
    "VerificationReport",
    "export_lines",
    "get_entry",
    "list_entries",
    "prune_entries",
    "record_event",
    "verify_log",
]
