"""The ids that pages and callbacks share."""

from __future__ import annotations

from typing import Any

from dash import ALL

EXPLORER = "explorer"
EXPLORATION = "exploration"
LIVE, LIVES = "live", "live-sessions"
TOOLS = "dx-tools"
MAIN = "dx-main"
ACCOUNT = "account"
PASSKEY_NAME, ADD_PASSKEY, PASSKEY_PROBLEM = "passkey-name", "add-passkey", "passkey-problem"
LINK, LINK_PROBLEM = "link", "link-problem"
ASKING = "asking"
QUESTION = "question"
PENDING = "pending"
CONFIRM = "confirm"
PROBLEM = "problem"
NOTICE = "notice"


def ask(verb: Any = ALL, key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A button that asks before it does something to what has this key."""
    return {"type": "ask", "verb": verb, "key": key}


def do(verb: Any = ALL, key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A button that does it at once."""
    return {"type": "do", "verb": verb, "key": key}


def answer(name: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A field of a question."""
    return {"type": "answer", "name": name}


def changed(table: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """What takes another value when something that a table shows may have changed."""
    return {"type": "changed", "table": table}
