"""Addresses as pages write them."""

from __future__ import annotations

import re
from urllib.parse import quote

import prison

from datasets.exploration import Exploration

SAFE = "-_.!~*'(),:@$/"
TOKEN = re.compile(r"'(?:![!']|[^!'])*'|[^'!:(),*@$ ]+")
PLAIN = re.compile(r"'|[-\w.]+\Z")


def encode(exploration: Exploration, suggested: Exploration) -> str:
    """The hash; short, as views are left out while they are the suggested ones."""
    state = exploration.model_dump(mode="json")
    parts: dict[str, object] = {"d": state["dataset"], "at": state["version"]}
    if exploration.filters:
        parts["f"] = state["filters"]
    if exploration.views != suggested.views:
        parts["w"] = state["views"]
    if exploration.active is not None:
        parts["on"] = state["active"]
    if exploration.table is not None:
        parts["t"] = state["table"]
    return f"#v=1&x={quote(_rison(_short(parts)), safe=SAFE)}"


def _rison(value: object) -> str:
    """With quotes around all that some reader would not take for a word or a number."""
    return TOKEN.sub(
        lambda found: found[0] if PLAIN.match(found[0]) else f"'{found[0]}'", prison.dumps(value)
    )


def _short(value: object) -> object:
    """Whole numbers without their ``.0``."""
    if isinstance(value, dict):
        return {key: _short(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_short(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
