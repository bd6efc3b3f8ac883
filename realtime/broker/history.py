"""History: publications become durable in a thread of their own, many at a time, and are read in another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

from realtime.broker.errors import BrokerError
from realtime.broker.message_codec import Item
from realtime.broker.message_store import Ledger
from realtime.broker.storage_types import Entry, Seal, Span, Written

MOST = 500
"""Publications that become durable together."""
Answer = TypeVar("Answer")
Task = Callable[[Ledger], None]


class History:
    """Belongs to the event loop that it was begun in."""

    def __init__(self, file: Path, seal: Seal) -> None:
        self._loop = asyncio.get_running_loop()
        self._writing, self._reading = Ledger(file, seal), Ledger(file, seal)
        self._waiting: SimpleQueue[Entry | Task | None] = SimpleQueue()
        self._reader = ThreadPoolExecutor(1, "history")
        self._writer = Thread(target=self._write_all, name="history", daemon=True)
        self._writer.start()

    def write(self, entry: Entry) -> None:
        """Make a publication durable after all those before it; ``done`` is then called in the loop."""
        self._waiting.put(entry)

    async def change(self, task: Callable[[Ledger], Answer]) -> Answer:
        """Do something to the file between publications."""
        answer: asyncio.Future[Answer] = self._loop.create_future()

        def run(ledger: Ledger) -> None:
            try:
                found = task(ledger)
            except Exception as error:
                self._loop.call_soon_threadsafe(answer.set_exception, error)
            else:
                self._loop.call_soon_threadsafe(answer.set_result, found)

        self._waiting.put(run)
        return await answer

    async def read(self, span: Span) -> list[Item]:
        """The items of a span.

        Raises:
            BrokerError: one of them was altered, or its key is gone.
        """
        try:
            return await self._loop.run_in_executor(self._reader, self._reading.read, span)
        except (ValueError, LookupError) as error:
            raise BrokerError(50001, f"the history of {span.channel} can't be read: {error}") from error

    async def end(self) -> None:
        """Finish what is waiting, then close the file."""
        self._waiting.put(None)
        await asyncio.to_thread(self._writer.join)
        self._reader.shutdown()
        self._writing.close()
        self._reading.close()

    def _write_all(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < MOST and not self._waiting.empty() and isinstance(batch[-1], Entry):
                following = self._waiting.get()
                if following is None:
                    self._do(batch)
                    return
                batch.append(following)
            self._do(batch)

    def _do(self, batch: list[Entry | Task]) -> None:
        """Write publications together; a task, which is always the last, after them."""
        entries = [each for each in batch if isinstance(each, Entry)]
        if entries:
            written = self._writing.write(entries)
            self._loop.call_soon_threadsafe(_tell, entries, written)
        for each in batch[len(entries) :]:
            if not isinstance(each, Entry):
                each(self._writing)


def _tell(entries: list[Entry], written: list[Written]) -> None:
    for entry, how in zip(entries, written, strict=True):
        entry.done(how)
