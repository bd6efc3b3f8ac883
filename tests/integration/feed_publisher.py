"""Programs that publish rows to a feed, by Ably's own SDK."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pyarrow as pa
from ably import AblyException, AblyRealtime
from ably.types.message import Message
from ably.types.tokendetails import TokenDetails
from websockets.exceptions import ConnectionClosed

TIMEOUT = 30


class FeedPublisher:
    """Publishes until it is acknowledged, under the id that it gave the first time."""

    def __init__(self, client, key):
        self.client, self.channel = client, client.channels.get(f"feed:{key}")

    async def publish_rows(self, id_, rows, name="rows"):
        message = Message(name=name, data=rows, id=f"{id_}:0")
        async with asyncio.timeout(TIMEOUT):
            while True:
                try:
                    return await asyncio.wait_for(self.channel.publish(message), 2)
                except AblyException as error:
                    if error.code == 40160:
                        raise
                except (
                    TimeoutError,
                    ConnectionClosed,
                ):  # the SDK lets the latter through when a socket breaks off
                    pass
                await asyncio.sleep(0.05)

    async def publish_table(self, id_, table):
        await self.publish_rows(id_, to_arrow_stream(table), "arrow")


def to_arrow_stream(table, **options):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, **options) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


@asynccontextmanager
async def open_publisher(port, key, issue_token):
    """``issue_token`` gives a token, and the client id in it."""

    async def get_token_details(_params):
        given, client = issue_token()
        return TokenDetails(given, client_id=client)

    at_once = {
        "disconnected_retry_timeout": 200,
        "suspended_retry_timeout": 200,
        "realtime_request_timeout": 2000,
    }
    client = AblyRealtime(
        auth_callback=get_token_details, endpoint=f"127.0.0.1:{port}/", tls=False, **at_once
    )
    try:
        await asyncio.wait_for(client.connection.once_async("connected"), TIMEOUT)
        yield FeedPublisher(client, key)
    finally:
        await client.close()
