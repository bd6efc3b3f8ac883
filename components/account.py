"""The sections of the account page: facts about a person, and buttons for their actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.blocks import RowData, fact_list, item_list
from components.confirm_dialog import confirm_button
from components.controls import Field, Formatted

SCOPE_LABELS = {
    "explore": "Explore: read the datasets and views you have access to",
    "save": "Save: save and share views",
    "present": "Present: run live sessions and feeds",
    "administer": "Administer: manage people and the service",
}
"""What a program with a token can do, in words."""
METHOD_LABELS = {
    "totp": "authenticator",
    "recovery": "recovery code",
    "sign-in": "link",
    "oidc": "single sign-on",
}
"""The labels of sign-in methods whose names aren't used as they are."""


def account_section(title: str, words: Any, *content: Any) -> Component:  # noqa: ANN401
    """Return a section: title and explanation on the left, content on the right."""
    about = html.Div([html.H2(title), html.P(words, className="dx-weak")])
    return html.Section([about, html.Div(content)], className="dx-account-part")


def person_section(own: RowData) -> Component:
    words = "Ask an admin to change these."
    known = fact_list(
        ("Name", own["name"]),
        ("Role", own["role"].capitalize()),
        ("Groups", ", ".join(own["groups"]) or "None"),
        ("E-mail", own["email"] or "None"),
    )
    return account_section("You", words, known)


def password_section(has_one: bool) -> Component:
    words = "Changing it signs you out everywhere else."
    button = confirm_button("Change password…" if has_one else "Set a password…", "password")
    known = "You sign in with a password." if has_one else "You sign in without a password."
    return account_section("Password", words, item_list([html.Li([known, button])], ""))


def factors_section(authenticator: bool, codes: int, demanded: bool) -> Component:
    words = "Without it, your password alone is enough to sign in as you."
    must = " Your role requires a second factor." if demanded else ""
    return account_section(
        "Second factor",
        words + must,
        item_list([_authenticator_item(authenticator), *_recovery_code_items(codes, authenticator)], ""),
    )


def _authenticator_item(on: bool) -> Component:
    if not on:
        return html.Li(["No authenticator app.", confirm_button("Set up…", "authenticator", primary=True)])
    buttons = [
        confirm_button("Replace…", "authenticator"),
        confirm_button("Remove…", "no-authenticator", danger=True),
    ]
    return html.Li(["Authenticator app", html.Div(buttons, className="dx-line-acts")])


def _recovery_code_items(left: int, authenticator: bool) -> list[Component]:
    if not (left or authenticator):
        return []
    known = f"{left} recovery code{'' if left == 1 else 's'} left" if left else "No recovery codes left"
    return [html.Li([known, confirm_button("New codes…", "recovery-codes")])]


def passkeys_section(own: Sequence[RowData], suggested: str) -> Component:
    """Return the section of passkeys; ``suggested`` is a name for the next one."""
    words = "Sign in with your fingerprint, face or PIN. A passkey also counts as a second factor."
    return account_section(
        "Passkeys",
        words,
        item_list([_passkey_item(each) for each in own], "None yet."),
        _new_passkey_form(suggested),
    )


def _passkey_item(own: RowData) -> Component:
    used = ["Last used ", Formatted(own["used"], "moment")] if own["used"] else ["Never used"]
    buttons = [
        confirm_button("Rename…", "rename-passkey", own["id"]),
        confirm_button("Remove…", "remove-passkey", own["id"], danger=True),
    ]
    return _list_item(own["name"], ["Added ", Formatted(own["created"], "moment"), " · ", *used], buttons)


def _new_passkey_form(suggested: str) -> Component:
    name = Field(ids.PASSKEY_NAME, "Name of the new passkey", value=suggested)
    button = html.Button("Add a passkey", id=ids.ADD_PASSKEY, type="button", className="dx-quiet-button")
    problem = html.P(id=ids.PASSKEY_ERROR, className="dx-field-error", role="alert")
    return html.Div([html.Div([name, button], className="dx-account-new"), problem])


def identities_section(own: Sequence[RowData], provider: str | None) -> Component:
    """Return the section of linked providers; ``provider`` is the one that can be linked, if any."""
    shown = [
        _list_item(
            each["issuer"],
            ["Linked ", Formatted(each["created"], "moment")],
            [confirm_button("Unlink…", "unlink", each["id"])],
        )
        for each in own
    ]
    button = html.Button(f"Link {provider}", id=ids.LINK_IDENTITY, type="button", className="dx-quiet-button")
    problem = html.P(id=ids.LINK_IDENTITY_ERROR, className="dx-field-error", role="alert")
    words = "Sign in with an external provider."
    return account_section(
        "External sign-in", words, item_list(shown, "None linked."), *([button, problem] if provider else [])
    )


def sessions_section(own: Sequence[RowData]) -> Component:
    words = (
        "Browsers in which you are signed in. If you don't recognize one, end it and change your password."
    )
    others = [confirm_button("Sign out everywhere else…", "end-others")] if len(own) > 1 else []
    return account_section("Sessions", words, item_list([_session_item(each) for each in own], ""), *others)


def _session_item(own: RowData) -> Component:
    weak = [
        own["address"],
        " · signed in with ",
        _format_method(own["method"]),
        " · last seen ",
        Formatted(own["rotated"], "moment"),
    ]
    here = html.Span("this browser", className="dx-badge")
    if own["current"]:
        return _list_item(html.Span([own["browser"], " ", here]), weak, [])
    return _list_item(own["browser"], weak, [confirm_button("End…", "end-own-session", own["id"])])


def _format_method(proofs: str) -> str:
    return " and ".join(METHOD_LABELS.get(each, each) for each in proofs.split("+"))


def tokens_section(own: Sequence[RowData]) -> Component:
    words = ["Programs use these to call the ", html.A("API", href="/api/openapi.json"), "."]
    shown = [_token_item(each) for each in own]
    return account_section(
        "API tokens", words, item_list(shown, "None."), confirm_button("New token…", "new-token")
    )


def _token_item(own: RowData) -> Component:
    used = ["last used ", Formatted(own["used"], "moment")] if own["used"] else ["never used"]
    weak = [", ".join(own["scopes"]), " · expires ", Formatted(own["expires"], "moment"), " · ", *used]
    return _list_item(own["name"], weak, [confirm_button("Revoke…", "revoke-own-token", own["id"])])


def _list_item(name: Any, weak: Sequence[Any], buttons: Sequence[Component]) -> Component:  # noqa: ANN401
    words = html.Div([name, html.Div(weak, className="dx-weak")])
    return html.Li([words, html.Div(buttons, className="dx-line-acts")])


def one_time_secret(words: str, secret: str) -> list[Component]:
    """Return a secret that is shown only once, with a button that copies it."""
    copy = dcc.Clipboard(content=secret, title="Copy", className="dx-copy")
    text = html.Pre(html.Code(secret), tabIndex="0") if "\n" in secret else html.Code(secret, tabIndex="0")
    return [html.P(words), html.Div([text, copy], className="dx-link")]
