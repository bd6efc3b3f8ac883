"""What a page asks of Dash's one route: the callbacks, and the acts among them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dash import Dash
from flask.testing import FlaskClient

from components import ids


def serialize_id(id_: Any) -> str:
    return id_ if isinstance(id_, str) else json.dumps(id_, sort_keys=True, separators=(",", ":"))


def call_callback(
    browser: FlaskClient,
    outputs: list[Any] | dict[str, Any],
    inputs: list[Any],
    state: Sequence[Any] = (),
    name: str = "",
) -> Any:
    """What Dash's route answers to a page whose first input has changed."""
    if not name:
        several = (
            "...".join(f"{each['id']}.{each['property']}" for each in outputs)
            if isinstance(outputs, list)
            else ""
        )
        name = f"..{several}.." if isinstance(outputs, list) else f"{outputs['id']}.{outputs['property']}"
    cause = inputs[0][0] if isinstance(inputs[0], list) else inputs[0]
    changed = f"{serialize_id(cause['id'])}.{cause['property']}"
    body = {
        "output": name,
        "outputs": outputs,
        "inputs": inputs,
        "state": list(state),
        "changedPropIds": [changed],
    }
    return browser.post("/_dash-update-component", json=body)


def make_prop(id_: Any, name: str, value: Any = None) -> dict[str, Any]:
    return {"id": id_, "property": name, "value": value}


def call_explorer(
    browser: FlaskClient,
    address: str = "",
    dataset: str | None = None,
    view: str | None = None,
    live: str | None = None,
) -> Any:
    """Open an address on the page Explore, or that of a saved view or of a live session."""
    inputs = [make_prop(ids.EXPLORER, "address", address), make_prop(ids.EXPLORER, "attempt")]
    page = {"dataset": dataset, "view": view, "live": live}
    state = [make_prop(ids.EXPLORER, name, value) for name, value in page.items()]
    return call_callback(browser, {"id": ids.EXPLORER, "property": "opened"}, inputs, state)


def find_callback(app: Dash, *parts: str) -> str:
    """The name of the one callback whose outputs are named like this."""
    matching = [name for name in app.callback_map if all(part in name for part in parts)]
    assert len(matching) == 1, matching
    return matching[0]


def list_outputs(name: str) -> list[Any]:
    """The outputs of a callback, with one table on the page."""

    def parse_output(each: str) -> Any:
        id_, _, property_ = each.rpartition(".")
        known = json.loads(id_) if id_.startswith("{") else id_
        return {"id": known, "property": property_}

    listed = [parse_output(each) for each in name.strip(".").split("...")]
    return [
        [each | {"id": ids.change_signal("x")}] if isinstance(each["id"], dict) else each for each in listed
    ]


def ask_confirmation(app: Dash, browser: FlaskClient, verb: str, key: str = "") -> Any:
    """Click a button that asks first."""
    browser.get("/_dash-dependencies")
    name, id_ = find_callback(app, f"{ids.CONFIRM_DIALOG}.title"), ids.confirm_button(verb, key)
    return call_callback(browser, list_outputs(name), [[make_prop(id_, "n_clicks", 1)]], name=name)


def confirm_action(
    app: Dash, browser: FlaskClient, verb: str, key: str = "", accepted: str = "", **answers: Any
) -> Any:
    """Confirm what was asked; ``accepted`` is the warning that was shown before."""
    browser.get("/_dash-dependencies")
    name = find_callback(app, ids.DIALOG_ERROR, ids.NOTICE)
    fields = [(ids.form_field(each), value) for each, value in answers.items()]
    state = [
        make_prop(
            ids.PENDING_ACTION, "data", {"type": "ask", "verb": verb, "key": key, "accepted": accepted}
        ),
        [make_prop(id_, "value", value) for id_, value in fields],
        [make_prop(id_, "id", id_) for id_, _ in fields],
    ]
    return call_callback(
        browser, list_outputs(name), [make_prop(ids.DIALOG_SUBMIT, "n_clicks", 1)], state, name
    )


def get_response_text(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.get_json(), ensure_ascii=False)
