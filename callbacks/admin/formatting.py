"""Texts and fields that several administration pages share."""

from __future__ import annotations

from datetime import datetime

from dash.development.base_component import Component

from accounts import user_listing
from components import ids
from components.controls import Field
from db.tables import Level, Role, Share


def format_time(when: datetime | None) -> str | None:
    """Return a moment as ISO 8601; the browser shows it in its own time zone."""
    return when.isoformat() if when else None


def format_level(level: Level) -> str:
    """Return what a level allows, in the words of Explore's share dialog."""
    return f"Can {level}"


def person_field(label: str) -> Component:
    """Return a field for the name of a person, with suggestions."""
    return Field(ids.form_field("person"), label, list=[name for _, name in user_listing.find_user_names("")])


def format_subject(share: Share, name: str) -> str:
    """Return with whom something is shared; ``name`` is that of the person or group."""
    if share.group_id is not None:
        return f"{name} (group)"
    return name if share.user_id is not None else "Everyone signed in"


ROLE_OPTIONS = [(each.value, each.value.capitalize()) for each in reversed(Role)]
"""Every role and its label, the one with the fewest permissions first."""
