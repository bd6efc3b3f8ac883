"""The ids that pages and callbacks share."""

from __future__ import annotations

from typing import Any

from dash import ALL

EXPLORER = "explorer"
EXPLORATION_STORE = "exploration"
LIVE_STORE, LIVE_SESSIONS = "live", "live-sessions"
PAGE_TOOLS = "dx-tools"
MAIN = "dx-main"
ACCOUNT = "account"
PASSKEY_NAME, ADD_PASSKEY, PASSKEY_ERROR = "passkey-name", "add-passkey", "passkey-problem"
LINK_IDENTITY, LINK_IDENTITY_ERROR = "link", "link-problem"
CONFIRM_DIALOG = "asking"
DIALOG_BODY = "question"
PENDING_ACTION = "pending"
DIALOG_SUBMIT = "confirm"
DIALOG_ERROR = "problem"
NOTICE = "notice"


def confirm_button(verb: Any = ALL, key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A button that asks before it does something to what has this key."""
    return {"type": "ask", "verb": verb, "key": key}


def action_button(verb: Any = ALL, key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A button that does it at once."""
    return {"type": "do", "verb": verb, "key": key}


def form_field(name: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """A field of a question."""
    return {"type": "answer", "name": name}


def change_signal(table: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """What takes another value when something that a table shows may have changed."""
    return {"type": "changed", "table": table}
