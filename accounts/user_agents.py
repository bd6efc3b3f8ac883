"""Short descriptions of browsers."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def describe_user_agent(agent: str) -> str:
    """Return a text such as ``Firefox on Linux``; for other programs, the name that they send."""
    from ua_parser import parse  # noqa: PLC0415  (half a second of loading: no start waits for it)

    found = parse(agent)
    browser = found.user_agent.family if found.user_agent else agent.partition("/")[0].strip()
    system = f" on {found.os.family}" if found.os else ""
    return (browser or "Unknown browser") + system
