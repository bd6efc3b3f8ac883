"""Who did what: an append-only log whose entries are chained, so that no change to it goes unnoticed."""

from accounts.audit.actions import Action, Outcome
from accounts.audit.log import record
from accounts.audit.query import Filter, entry, lines, page
from accounts.audit.retention import prune
from accounts.audit.verify import Report, TamperedError, verify

__all__ = [
    "Action",
    "Filter",
    "Outcome",
    "Report",
    "TamperedError",
    "entry",
    "lines",
    "page",
    "prune",
    "record",
    "verify",
]
