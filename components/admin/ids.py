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
    """A field that filters a table."""
    return {"type": f"{table}-filter", "name": name}


def side_panel(table: str) -> str:
    """The panel beside a table."""
    return f"{table}-beside"


def detail_panel(table: str) -> str:
    """Where in it the chosen row is shown in full."""
    return f"{table}-panel"


def close_button(table: str) -> str:
    """What closes it."""
    return f"{table}-close"


def feed_metrics(key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """Where the panel of a feed says how fast it is now."""
    return {"type": "pace", "key": key}


def retry_button(table: str) -> str:
    """What asks for its rows again, when they did not come."""
    return f"{table}-again"
