"""What several administration pages write alike."""

from __future__ import annotations

from datetime import datetime

from dash.development.base_component import Component

from accounts import user_listing
from components import ids
from components.controls import Field
from db.tables import Role, Share


def format_time(when: datetime | None) -> str | None:
    """A moment as the browser is given it, which writes it in its own clock."""
    return when.isoformat() if when else None


def format_role(value: str) -> str:
    return Role(value).value.capitalize()


def person_field(label: str) -> Component:
    """A field that asks for a person by name, and suggests some."""
    return Field(ids.form_field("person"), label, list=[name for _, name in user_listing.find_user_names("")])


def format_subject(share: Share, name: str) -> str:
    """With whom something is shared; ``name`` is that of the person or group."""
    if share.group_id is not None:
        return f"Group {name}"
    return name if share.user_id is not None else "Everyone signed in"


ROLE_OPTIONS = [(each.value, format_role(each.value)) for each in reversed(Role)]
"""Every role and its name, the least first."""
