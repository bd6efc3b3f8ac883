"""The history: one thread makes publications durable, many at a time; another thread reads them."""

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
from realtime.broker.message_store import MessageStore
from realtime.broker.storage_types import Cipher, HistoryQuery, PendingWrite, WriteResult

MAX_BATCH = 500
"""The number of publications that are written in one transaction at most."""
Result = TypeVar("Result")
StoreTask = Callable[[MessageStore], None]


class History:
    """The history of all channels. To be used in the event loop in which it was created."""

    def __init__(self, file: Path, cipher: Cipher) -> None:
        self._loop = asyncio.get_running_loop()
        self._write_store, self._read_store = MessageStore(file, cipher), MessageStore(file, cipher)
        self._queue: SimpleQueue[PendingWrite | StoreTask | None] = SimpleQueue()
        self._reader = ThreadPoolExecutor(1, "history")
        self._writer = Thread(target=self._run_writer, name="history", daemon=True)
        self._writer.start()

    def write_entry(self, entry: PendingWrite) -> None:
        """Queue a publication to be written after all earlier ones; then call ``on_written`` in the loop."""
        self._queue.put(entry)

    async def run_in_writer(self, task: Callable[[MessageStore], Result]) -> Result:
        """Run a task on the store in the writer thread, between publications, and return its result."""
        answer: asyncio.Future[Result] = self._loop.create_future()

        def run_and_answer(store: MessageStore) -> None:
            try:
                result = task(store)
            except Exception as error:
                self._loop.call_soon_threadsafe(answer.set_exception, error)
            else:
                self._loop.call_soon_threadsafe(answer.set_result, result)

        self._queue.put(run_and_answer)
        return await answer

    async def read_items(self, query: HistoryQuery) -> list[Item]:
        """Return the items that a query selects.

        Raises:
            BrokerError: an item was altered, or its encryption key is lost.
        """
        try:
            return await self._loop.run_in_executor(self._reader, self._read_store.read_items, query)
        except (ValueError, LookupError) as error:
            raise BrokerError(50001, f"the history of {query.channel} can't be read: {error}") from error

    async def close(self) -> None:
        """Write what is queued, then close the file."""
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._reader.shutdown()
        self._write_store.close()
        self._read_store.close()

    def _run_writer(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < MAX_BATCH and not self._queue.empty() and isinstance(batch[-1], PendingWrite):
                following_entry = self._queue.get()
                if following_entry is None:
                    self._write_batch(batch)
                    return
                batch.append(following_entry)
            self._write_batch(batch)

    def _write_batch(self, batch: list[PendingWrite | StoreTask]) -> None:
        """Write publications in one transaction, then run the task, which can only be the last entry."""
        entries = [entry for entry in batch if isinstance(entry, PendingWrite)]
        if entries:
            results = self._write_store.write_entries(entries)
            self._loop.call_soon_threadsafe(_notify_written, entries, results)
        for entry in batch[len(entries) :]:
            if not isinstance(entry, PendingWrite):
                entry(self._write_store)


def _notify_written(entries: list[PendingWrite], results: list[WriteResult]) -> None:
    for entry, result in zip(entries, results, strict=True):
        entry.on_written(result)
