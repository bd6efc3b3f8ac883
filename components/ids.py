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
    """Return the id of a button that opens the confirmation dialog."""
    return {"type": "ask", "verb": verb, "key": key}


def action_button(verb: Any = ALL, key: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """Return the id of a button that runs its action immediately."""
    return {"type": "do", "verb": verb, "key": key}


def form_field(name: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """Return the id of a field in the dialog."""
    return {"type": "answer", "name": name}


def change_signal(table: Any = ALL) -> dict[str, Any]:  # noqa: ANN401
    """Return the id of the store whose value changes when a table may have to reload."""
    return {"type": "changed", "table": table}
