"""The ids that administration pages and their callbacks share."""

from __future__ import annotations

from typing import Any

from dash import ALL

VERIFY, VERDICT, EXPORT = "audit-verify", "audit-verdict", "audit-export"
HEALTH, LOOK_AGAIN = "health", "health-again"
SETTINGS = "settings"
LIVE = "admin-live"

PEOPLE, GROUPS, DATASETS, VIEWS, SESSIONS, TOKENS, GUESTS, AUDIT = (
    f"admin-{name}"
    for name in ("people", "groups", "datasets", "views", "sessions", "tokens", "guests", "audit")
)


def filter_(table: str, name: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A field that filters a table."""
    return {"type": f"{table}-filter", "name": name}


def beside(table: str) -> str:
    """The panel beside a table."""
    return f"{table}-beside"


def panel(table: str) -> str:
    """Where in it the chosen row is shown in full."""
    return f"{table}-panel"


def close(table: str) -> str:
    """What closes it."""
    return f"{table}-close"


def again(table: str) -> str:
    """What asks for its rows again, when they did not come."""
    return f"{table}-again"
