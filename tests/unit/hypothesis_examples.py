"""How many examples a property is tried with."""

from __future__ import annotations

from hypothesis import settings


def with_examples(count):
    """``count`` examples in each run; with ``--hypothesis-profile=thorough`` ten times as many."""
    return settings(deadline=None, max_examples=count * settings.default.max_examples // 100)
