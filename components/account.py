"""The parts of the account page: what is known of a person, and what they can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.confirm_dialog import ask, lines
from components.controls import Field, Formatted, facts

Row = dict[str, Any]
SCOPES = {
    "explore": "Explore: read the datasets and views you may see",
    "save": "Save: keep and share views",
    "present": "Present: run live sessions and feeds",
    "administer": "Administer: manage people and the service",
}
"""What a program with a token may do, in words."""
METHODS = {"totp": "authenticator", "recovery": "recovery code", "sign-in": "link", "oidc": "single sign-on"}
"""How people sign in, where the word for it is not ours."""


def part(title: str, words: Any, *content: Any) -> Component:  # noqa: ANN401
    """A part of the page: what it is about on the left, what there is on the right."""
    about = html.Div([html.H2(title), html.P(words, className="dx-weak")])
    return html.Section([about, html.Div(content)], className="dx-account-part")


def person(own: Row) -> Component:
    words = "An admin can change these."
    known = facts(
        ("Name", own["name"]),
        ("Role", own["role"].capitalize()),
        ("Groups", ", ".join(own["groups"]) or "None"),
        ("E-mail", own["email"] or "None"),
    )
    return part("You", words, known)


def password(has_one: bool) -> Component:
    words = "Changing it signs you out everywhere else."
    button = ask("Change password…" if has_one else "Set a password…", "password")
    known = "You sign in by a password." if has_one else "You sign in without a password."
    return part("Password", words, lines([html.Li([known, button])], ""))


def factors(authenticator: bool, codes: int, demanded: bool) -> Component:
    words = "Without it, whoever learns your password is you."
    must = " You must have a second factor." if demanded else ""
    return part(
        "Second factor",
        words + must,
        lines([_authenticator(authenticator), *_codes(codes, authenticator)], ""),
    )


def _authenticator(on: bool) -> Component:
    if not on:
        return html.Li(["No authenticator app.", ask("Set one up…", "authenticator", main=True)])
    buttons = [ask("Replace…", "authenticator"), ask("Remove…", "no-authenticator", danger=True)]
    return html.Li(["Authenticator app", html.Div(buttons, className="dx-line-acts")])


def _codes(left: int, authenticator: bool) -> list[Component]:
    if not (left or authenticator):
        return []
    known = f"{left} recovery code{'' if left == 1 else 's'} left" if left else "No recovery codes left"
    return [html.Li([known, ask("New codes…", "recovery-codes")])]


def passkeys(own: Sequence[Row], suggested: str) -> Component:
    """``suggested`` is what the next one might be called."""
    words = "A device of yours signs you in, by your fingerprint, face or PIN. It is a second factor too."
    return part(
        "Passkeys", words, lines([_passkey(each) for each in own], "None yet."), _new_passkey(suggested)
    )


def _passkey(own: Row) -> Component:
    used = ["Last used ", Formatted(own["used"], "moment")] if own["used"] else ["Never used"]
    buttons = [
        ask("Rename…", "rename-passkey", own["id"]),
        ask("Remove…", "remove-passkey", own["id"], danger=True),
    ]
    return _line(own["name"], ["Added ", Formatted(own["created"], "moment"), " · ", *used], buttons)


def _new_passkey(suggested: str) -> Component:
    name = Field(ids.PASSKEY_NAME, "Name of the new passkey", value=suggested)
    button = html.Button("Add a passkey", id=ids.ADD_PASSKEY, type="button", className="dx-quiet-button")
    problem = html.P(id=ids.PASSKEY_PROBLEM, className="dx-field-error", role="alert")
    return html.Div([html.Div([name, button], className="dx-account-new"), problem])


def identities(own: Sequence[Row], provider: str | None) -> Component:
    """``provider`` is what the service that can be linked is called; None: there is none."""
    shown = [
        _line(
            each["issuer"],
            ["Linked ", Formatted(each["created"], "moment")],
            [ask("Unlink…", "unlink", each["id"])],
        )
        for each in own
    ]
    button = html.Button(f"Link {provider}", id=ids.LINK, type="button", className="dx-quiet-button")
    problem = html.P(id=ids.LINK_PROBLEM, className="dx-field-error", role="alert")
    words = "Another service that says who you are."
    return part(
        "Other sign-ins", words, lines(shown, "None linked."), *([button, problem] if provider else [])
    )


def sessions(own: Sequence[Row]) -> Component:
    words = "Every browser in which you are signed in. End what you don't know, then change your password."
    others = [ask("Sign out everywhere else…", "end-others")] if len(own) > 1 else []
    return part("Sessions", words, lines([_session(each) for each in own], ""), *others)


def _session(own: Row) -> Component:
    weak = [
        own["address"],
        " · by ",
        _method(own["method"]),
        " · last seen ",
        Formatted(own["rotated"], "moment"),
    ]
    here = html.Span("this browser", className="dx-badge")
    if own["current"]:
        return _line(html.Span([own["browser"], " ", here]), weak, [])
    return _line(own["browser"], weak, [ask("End…", "end-own-session", own["id"])])


def _method(proofs: str) -> str:
    return " and ".join(METHODS.get(each, each) for each in proofs.split("+"))


def tokens(own: Sequence[Row]) -> Component:
    words = ["Programs sign in with these; ", html.A("what they can ask for", href="/api/openapi.json"), "."]
    shown = [_token(each) for each in own]
    return part("API tokens", words, lines(shown, "None."), ask("New token…", "new-token"))


def _token(own: Row) -> Component:
    used = ["last used ", Formatted(own["used"], "moment")] if own["used"] else ["never used"]
    weak = [", ".join(own["scopes"]), " · until ", Formatted(own["expires"], "moment"), " · ", *used]
    return _line(own["name"], weak, [ask("Revoke…", "revoke-own-token", own["id"])])


def _line(name: Any, weak: Sequence[Any], buttons: Sequence[Component]) -> Component:  # noqa: ANN401
    words = html.Div([name, html.Div(weak, className="dx-weak")])
    return html.Li([words, html.Div(buttons, className="dx-line-acts")])


def once(words: str, secret: str) -> list[Component]:
    """What is shown this once, to be copied."""
    copy = dcc.Clipboard(content=secret, title="Copy", className="dx-copy")
    text = html.Pre(html.Code(secret), tabIndex="0") if "\n" in secret else html.Code(secret, tabIndex="0")
    return [html.P(words), html.Div([text, copy], className="dx-link")]
