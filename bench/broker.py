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
from bench.report import quantiles, table
from config import Settings
from realtime import keys
from realtime.broker import capabilities, tokens
from realtime.broker.protocol import Action

ROOT = Path(__file__).parents[1]
HEAD = ["samples", "arrived p50", "p95", "p99", "max", "acknowledged p50", "p95", "lost", "% of a core"]
IDLE, ACTIVE, RATE, SECONDS = 1000, 200, 25, 10
"""Followers that only stay, followers of a presenter, samples a second, and for how long."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        environment = os.environ | {"DATAXCHANGE_DATA": str(data), "PORT": "0"}
        command = [sys.executable, "-m", "realtime.broker"]
        piped = {"stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, env=environment, **piped) as process:  # noqa: S603
            port = int(process.stdout.readline().rpartition(":")[2])
            config.use(Settings(data=data))
            try:
                rows = asyncio.run(measure(port, process.pid))
            finally:
                process.terminate()
    table(f"{RATE} samples a second to {ACTIVE} followers, beside {IDLE} idle ones; ms", HEAD, rows)


async def measure(port: int, process: int) -> list[list[str | float]]:
    """What a presenter's samples cost, those that are kept nowhere and those that are."""
    before = resident(process)
    idle = await asyncio.gather(*[joined(port, "other") for _ in range(IDLE)])
    print(f"\n{(resident(process) - before) / IDLE / 1024:.0f} KiB of memory a connection")
    rows = [await presenting(port, process, passing) for passing in (True, False)]
    await asyncio.gather(*[socket.close() for socket in idle])
    return rows


async def presenting(port: int, process: int, passing: bool) -> list[str | float]:
    active = await asyncio.gather(*[joined(port, "live") for _ in range(ACTIVE)])
    presenter = await joined(port, None)
    used = cpu(process)
    following = [asyncio.create_task(followed(socket)) for socket in active]
    acknowledged = await presented(presenter, passing)
    arrived = await asyncio.gather(*following)
    used = (cpu(process) - used) / SECONDS
    await asyncio.gather(*[socket.close() for socket in (*active, presenter)])
    lost = RATE * SECONDS * ACTIVE - sum(map(len, arrived))
    late = quantiles((delay for delays in arrived for delay in delays), 0.5, 0.95, 0.99, 1)
    kind = "passing" if passing else "kept"
    return [kind, *late, *quantiles(acknowledged, 0.5, 0.95), str(lost), 100 * used]


async def joined(port: int, channel: str | None) -> ClientConnection:
    token = tokens.issue(keys.current(), capabilities.EVERYTHING, 600)
    query = urlencode({"v": 5, "format": "json", "heartbeats": "true", "access_token": token})
    socket = await connect(f"ws://127.0.0.1:{port}/?{query}", compression=None, open_timeout=60)
    await socket.recv()
    if channel is not None:
        await socket.send(json.dumps({"action": Action.ATTACH, "channel": channel}))
        while json.loads(await socket.recv())["action"] != Action.ATTACHED:
            pass
    return socket


async def followed(socket: ClientConnection) -> list[float]:
    """How late each sample came, ms, until the last one."""
    late: list[float] = []
    last = -1
    while last < RATE * SECONDS - 1:
        raw = await socket.recv()
        arrived = time.perf_counter()
        frame = json.loads(raw)
        if frame["action"] == Action.MESSAGE:
            sample = json.loads(frame["messages"][0]["data"])
            if sample["number"] != last + 1:
                raise RuntimeError(f"{sample['number']} came after {last}: a sample was lost or doubled")
            last = sample["number"]
            late.append(1000 * (arrived - sample["moment"]))
    return late


async def presented(socket: ClientConnection, passing: bool) -> list[float]:
    """Publish samples in time; returns how long each took to be acknowledged, ms."""
    sent: list[float] = []
    listening = asyncio.create_task(acknowledgements(socket, sent))
    began = time.perf_counter()
    for number in range(RATE * SECONDS):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        sent.append(time.perf_counter())
        data = json.dumps({"number": number, "moment": sent[-1], "brush": [0.25, 0.75]})
        message = {"name": "brush", "data": data, "extras": {"ephemeral": passing}}
        frame = {"action": Action.MESSAGE, "channel": "live", "msgSerial": number, "messages": [message]}
        await socket.send(json.dumps(frame))
    return await listening


async def acknowledgements(socket: ClientConnection, sent: list[float]) -> list[float]:
    took: list[float] = []
    while len(took) < RATE * SECONDS:
        frame = json.loads(await socket.recv())
        if frame["action"] == Action.NACK:
            raise RuntimeError(frame["error"]["message"])
        if frame["action"] == Action.ACK:
            took.append(1000 * (time.perf_counter() - sent[frame["msgSerial"]]))
    return took


def resident(process: int) -> int:
    """Bytes of memory in use."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cpu(process: int) -> float:
    """Seconds of processor time used so far."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
