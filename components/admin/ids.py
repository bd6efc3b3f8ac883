"""The ids that administration pages and their callbacks share."""

from __future__ import annotations

from typing import Any

from dash import ALL

ASKING = "admin-asking"
QUESTION = "admin-question"
PENDING = "admin-pending"
CONFIRM = "admin-confirm"
PROBLEM = "admin-problem"
NOTICE = "admin-notice"
VERIFY, VERDICT, EXPORT = "audit-verify", "audit-verdict", "audit-export"
HEALTH, LOOK_AGAIN = "health", "health-again"
SETTINGS = "settings"

PEOPLE, GROUPS, DATASETS, VIEWS, SESSIONS, TOKENS, GUESTS, AUDIT = (
    f"admin-{name}"
    for name in ("people", "groups", "datasets", "views", "sessions", "tokens", "guests", "audit")
)


def ask(verb: Any = ALL, key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A button that asks before it does something to what has this key."""
    return {"type": "ask", "verb": verb, "key": key}


def do(verb: Any = ALL, key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A button that does it at once."""
    return {"type": "do", "verb": verb, "key": key}


def answer(name: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A field of a question."""
    return {"type": "answer", "name": name}


def filter_(table: str, name: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A field that filters a table."""
    return {"type": f"{table}-filter", "name": name}


def changed(table: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """What takes another value when something that a table shows may have changed."""
    return {"type": "changed", "table": table}


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
