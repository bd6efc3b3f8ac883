"""The ids that administration pages and their callbacks share."""

from __future__ import annotations

from typing import Any

from dash import ALL

VERIFY_AUDIT, AUDIT_VERDICT, EXPORT_AUDIT = "audit-verify", "audit-verdict", "audit-export"
HEALTH, REFRESH_HEALTH = "health", "health-again"
SETTINGS = "settings"
LIVE_SESSIONS = "admin-live"
FEEDS, DEAD_LETTERS, REFRESH_TIMER, LETTERS_BREADCRUMB = (
    "admin-feeds",
    "admin-letters",
    "feeds-beat",
    "letters-of",
)

PEOPLE, GROUPS, DATASETS, VIEWS, SESSIONS, TOKENS, GUEST_LINKS, AUDIT = (
    f"admin-{name}"
    for name in ("people", "groups", "datasets", "views", "sessions", "tokens", "guests", "audit")
)


def filter_field(table: str, name: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """Return the id of a field that filters a table."""
    return {"type": f"{table}-filter", "name": name}


def side_panel(table: str) -> str:
    """Return the id of the panel beside a table."""
    return f"{table}-beside"


def detail_panel(table: str) -> str:
    """Return the id of the panel's content."""
    return f"{table}-panel"


def close_button(table: str) -> str:
    """Return the id of the button that closes the panel."""
    return f"{table}-close"


def feed_metrics(key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """Return the id of the metrics in the panel of a feed."""
    return {"type": "pace", "key": key}


def retry_button(table: str) -> str:
    """Return the id of the button that reloads the rows after an error."""
    return f"{table}-again"
