"""Code that publishes rows to a feed: with Ably's SDK for Python, and with curl."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from string import Template
from typing import Any
from urllib.parse import urlsplit

from config import get_settings
from datasets.description import Column, Description

PYTHON = Template("""\
# pip install ably requests
import asyncio
import os
import time

import requests
from ably import AblyRealtime
from ably.types.message import Message
from ably.types.tokendetails import TokenDetails

FEED = "$service/api/feeds/$key"
ME = {"Authorization": f"Bearer {os.environ['DATAXCHANGE_TOKEN']}"}


async def token(_params):
    answer = requests.post(f"{FEED}/token", headers=ME, json={}, timeout=10)
    answer.raise_for_status()
    given = answer.json()
    return TokenDetails(given["token"], client_id=given["clientId"])


async def publish(rows):
    client = AblyRealtime(auth_callback=token$place)
    channel = client.channels.get("feed:$key")
    # Until it is acknowledged, publish again with the same id: then it counts once.
    await channel.publish(Message(name="rows", id=f"{time.time_ns()}:0", data=rows))
    await client.close()


asyncio.run(publish([$row]))
""")
CURL = Template("""\
FEED=$service/api/feeds/$key
TOKEN=$$(curl -sSf -X POST "$$FEED/token" -H "Authorization: Bearer $$DATAXCHANGE_TOKEN" \\
  -H "Content-Type: application/json" -d '{}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
curl -sSf "$broker/channels/feed:$key/messages" -H "Authorization: Bearer $$TOKEN" \\
  -H "Content-Type: application/json" --data @- <<'END'
{"name": "rows", "encoding": "json", "data": $data}
END
""")
ABLY_ENDPOINT = "https://main.realtime.ably.net"

FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
"""The first and last seconds that a year of four digits has, since 1970."""


def build_snippets(base_url: str, key: str, description: Description) -> list[tuple[str, str]]:
    """Return names and code to paste; ``base_url`` is the address of DataXchange."""
    row = {column.name: _example_value(column) for column in description.columns}
    own = get_settings().ably_api_key is None
    place = f", {_endpoint_arguments(base_url)}" if own else ""
    python = PYTHON.substitute(service=base_url, key=key, place=place, row=repr(row))
    data = json.dumps(json.dumps([row]))
    curl = CURL.substitute(service=base_url, key=key, broker=base_url if own else ABLY_ENDPOINT, data=data)
    return [("Python", python), ("curl", curl)]


def _endpoint_arguments(base_url: str) -> str:
    """Return the address of the service's broker as arguments of Ably's SDK."""
    here = urlsplit(base_url)
    tls = here.scheme == "https"
    return f'endpoint="{here.hostname}:{here.port or (443 if tls else 80)}/", tls={tls}'


def _example_value(column: Column) -> Any:  # noqa: ANN401
    """Return a value that fits a column."""
    profile = column.profile
    if profile.kind == "time":
        seconds = min(max((profile.minimum or 0) / 1000, FIRST_SECOND), LAST_SECOND)
        moment = datetime.fromtimestamp(seconds, UTC)
        return (moment.date() if profile.dates else moment).isoformat()
    if profile.kind == "number":
        low = profile.low or 0
        return int(low) if profile.integer else float(low)
    if profile.kind == "boolean":
        return True
    return profile.values[0] if profile.values else ""
