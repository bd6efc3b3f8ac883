"""The embedded broker as a service of its own: fan-out to followers, memory a connection, acknowledgement.

Followers are plain sockets that speak the protocol, in a process of their own on the same machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect

import config
from bench.report import compute_quantiles, print_table
from config import Settings
from realtime import keys
from realtime.broker import capabilities, tokens
from realtime.broker.protocol import ProtocolAction

ROOT = Path(__file__).parents[1]
TABLE_HEAD = ["samples", "arrived p50", "p95", "p99", "max", "acknowledged p50", "p95", "lost", "% of a core"]
IDLE_FOLLOWERS, ACTIVE_FOLLOWERS, SAMPLES_PER_SECOND, SECONDS = 1000, 200, 25, 10
"""Followers that only stay, followers of a presenter, samples a second, and for how long."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        environment = os.environ | {"DATAXCHANGE_DATA": str(data), "PORT": "0"}
        command = [sys.executable, "-m", "realtime.broker"]
        piped = {"stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, env=environment, **piped) as process:  # noqa: S603
            port = int(process.stdout.readline().rpartition(":")[2])
            config.override_settings(Settings(data=data))
            try:
                rows = asyncio.run(measure_broker(port, process.pid))
            finally:
                process.terminate()
    print_table(
        f"{SAMPLES_PER_SECOND} samples a second to {ACTIVE_FOLLOWERS} followers, "
        f"beside {IDLE_FOLLOWERS} idle ones; ms",
        TABLE_HEAD,
        rows,
    )


async def measure_broker(port: int, process: int) -> list[list[str | float]]:
    """What a presenter's samples cost, those that are kept nowhere and those that are."""
    before = get_memory_bytes(process)
    idle = await asyncio.gather(*[join_channel(port, "other") for _ in range(IDLE_FOLLOWERS)])
    print(f"\n{(get_memory_bytes(process) - before) / IDLE_FOLLOWERS / 1024:.0f} KiB of memory a connection")
    rows = [await measure_presenting(port, process, passing) for passing in (True, False)]
    await asyncio.gather(*[socket.close() for socket in idle])
    return rows


async def measure_presenting(port: int, process: int, ephemeral: bool) -> list[str | float]:
    active = await asyncio.gather(*[join_channel(port, "live") for _ in range(ACTIVE_FOLLOWERS)])
    presenter = await join_channel(port, None)
    used = get_cpu_seconds(process)
    following = [asyncio.create_task(receive_samples(socket)) for socket in active]
    acknowledged = await publish_samples(presenter, ephemeral)
    arrived = await asyncio.gather(*following)
    used = (get_cpu_seconds(process) - used) / SECONDS
    await asyncio.gather(*[socket.close() for socket in (*active, presenter)])
    lost = SAMPLES_PER_SECOND * SECONDS * ACTIVE_FOLLOWERS - sum(map(len, arrived))
    late = compute_quantiles((delay for delays in arrived for delay in delays), 0.5, 0.95, 0.99, 1)
    kind = "passing" if ephemeral else "kept"
    return [kind, *late, *compute_quantiles(acknowledged, 0.5, 0.95), str(lost), 100 * used]


async def join_channel(port: int, channel: str | None) -> ClientConnection:
    token = tokens.issue_token(keys.get_current_key(), capabilities.EVERYTHING, 600)
    query = urlencode({"v": 5, "format": "json", "heartbeats": "true", "access_token": token})
    socket = await connect(f"ws://127.0.0.1:{port}/?{query}", compression=None, open_timeout=60)
    await socket.recv()
    if channel is not None:
        await socket.send(json.dumps({"action": ProtocolAction.ATTACH, "channel": channel}))
        while json.loads(await socket.recv())["action"] != ProtocolAction.ATTACHED:
            pass
    return socket


async def receive_samples(socket: ClientConnection) -> list[float]:
    """How late each sample came, ms, until the last one."""
    late: list[float] = []
    last = -1
    while last < SAMPLES_PER_SECOND * SECONDS - 1:
        raw = await socket.recv()
        arrived = time.perf_counter()
        frame = json.loads(raw)
        if frame["action"] == ProtocolAction.MESSAGE:
            sample = json.loads(frame["messages"][0]["data"])
            if sample["number"] != last + 1:
                raise RuntimeError(f"{sample['number']} came after {last}: a sample was lost or doubled")
            last = sample["number"]
            late.append(1000 * (arrived - sample["moment"]))
    return late


async def publish_samples(socket: ClientConnection, ephemeral: bool) -> list[float]:
    """Publish samples in time; returns how long each took to be acknowledged, ms."""
    sent: list[float] = []
    listening = asyncio.create_task(receive_acknowledgements(socket, sent))
    began = time.perf_counter()
    for number in range(SAMPLES_PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / SAMPLES_PER_SECOND - time.perf_counter()))
        sent.append(time.perf_counter())
        data = json.dumps({"number": number, "moment": sent[-1], "brush": [0.25, 0.75]})
        message = {"name": "brush", "data": data, "extras": {"ephemeral": ephemeral}}
        frame = {
            "action": ProtocolAction.MESSAGE,
            "channel": "live",
            "msgSerial": number,
            "messages": [message],
        }
        await socket.send(json.dumps(frame))
    return await listening


async def receive_acknowledgements(socket: ClientConnection, sent: list[float]) -> list[float]:
    took: list[float] = []
    while len(took) < SAMPLES_PER_SECOND * SECONDS:
        frame = json.loads(await socket.recv())
        if frame["action"] == ProtocolAction.NACK:
            raise RuntimeError(frame["error"]["message"])
        if frame["action"] == ProtocolAction.ACK:
            took.append(1000 * (time.perf_counter() - sent[frame["msgSerial"]]))
    return took


def get_memory_bytes(process: int) -> int:
    """Bytes of memory in use."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def get_cpu_seconds(process: int) -> float:
    """Seconds of processor time used so far."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
