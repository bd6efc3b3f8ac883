"""The SQLite file of the broker: messages, presence messages, current members and revocations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from realtime.broker import serials
from realtime.broker.message_codec import Item, pack_item, unpack_item
from realtime.broker.protocol import PresenceAction
from realtime.broker.storage_types import (
    Cipher,
    HistoryQuery,
    PendingWrite,
    PublicationKind,
    WriteResult,
    get_member_key,
)

log = structlog.get_logger(__name__)
SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    channel TEXT NOT NULL, kind INTEGER NOT NULL, serial TEXT NOT NULL, id TEXT NOT NULL,
    size INTEGER NOT NULL, content BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS items_serial ON items (channel, kind, serial);
CREATE UNIQUE INDEX IF NOT EXISTS items_id ON items (channel, kind, id);
CREATE INDEX IF NOT EXISTS items_age ON items (serial);
CREATE TABLE IF NOT EXISTS members (
    channel TEXT NOT NULL, member TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (channel, member));
CREATE TABLE IF NOT EXISTS remembered (
    what TEXT PRIMARY KEY, moment INTEGER NOT NULL, until INTEGER NOT NULL);
"""
HORIZON_PREFIX = "horizon"
INSERT = "INSERT OR IGNORE INTO items (channel, kind, serial, id, size, content) VALUES (?, ?, ?, ?, ?, ?)"
READ = "SELECT content FROM items WHERE channel = ? AND kind = ? AND serial > ? AND serial <= ? "
FORWARDS, BACKWARDS = (f"{READ} ORDER BY serial {order} LIMIT ?" for order in ("ASC", "DESC"))
DELETE_OLD = "DELETE FROM items WHERE serial < ? RETURNING serial, size"
DELETE_OLDEST = """
DELETE FROM items WHERE rowid IN (
    SELECT rowid FROM items AS old WHERE serial < (
        SELECT max(serial) FROM items AS new WHERE new.channel = old.channel AND new.kind = old.kind)
    ORDER BY serial LIMIT ?)
RETURNING serial, size
"""
DELETE_BATCH = 1000
"""The number of messages that are deleted in one transaction to free space."""


class MessageStore:
    """The file, opened by one thread; another thread that only reads opens a store of its own."""

    def __init__(self, file: Path, cipher: Cipher) -> None:
        self._cipher = cipher
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 10000"):
            self._database.execute(f"PRAGMA {pragma}")  # nosemgrep: sql-of-text  (a constant of ours)
        self._database.executescript(SCHEMA)
        self._size: int = self._database.execute("SELECT coalesce(sum(size), 0) FROM items").fetchone()[0]

    def close(self) -> None:
        self._database.close()

    def write_entries(self, entries: Sequence[PendingWrite]) -> list[WriteResult]:
        """Write publications in one transaction: all of them, or none."""
        if all(entry.is_ephemeral for entry in entries):
            return [WriteResult(entry.serial) for entry in entries]
        try:
            with self._transaction():
                return [self._write_entry(entry) for entry in entries]
        except (
            Exception
        ) as error:  # a full disk or a lost key, say: the publisher is told, the thread goes on
            log.exception("publications could not be written", count=len(entries))
            return [WriteResult(entry.serial, error=error) for entry in entries]

    def read_items(self, selection: HistoryQuery) -> list[Item]:
        statement = BACKWARDS if selection.newest_first else FORWARDS
        values = (selection.channel, selection.kind, selection.after, selection.until, selection.limit)
        return [self._decrypt_item(content) for (content,) in self._database.execute(statement, values)]

    def get_newest_serial(self) -> str:
        """Return the newest serial in the file; the lowest possible serial if the file is empty."""
        newest = self._database.execute("SELECT max(serial) FROM items").fetchone()[0]
        return serials.get_publication_serial(newest) if newest else serials.LOWEST_SERIAL

    def list_members(self) -> Iterator[tuple[str, Item]]:
        """Yield who was present on which channel when the file was last written."""
        for channel, content in self._database.execute("SELECT channel, content FROM members"):
            yield channel, self._decrypt_item(content)

    def remember_once(self, name: str, moment: int, until: int) -> bool:
        """Store a name with a moment until another moment (both in ms); return whether it was unknown."""
        with self._transaction():
            self._database.execute("DELETE FROM remembered WHERE until < ?", (moment,))
            row = self._database.execute("SELECT 1 FROM remembered WHERE what = ?", (name,)).fetchone()
            self._database.execute(
                "INSERT OR REPLACE INTO remembered VALUES (?, ?, ?)", (name, moment, until)
            )
        return row is None

    def list_remembered(self, prefix: tuple[str, ...]) -> dict[str, int]:
        """Return the moments of all stored names that begin with one of the prefixes."""
        rows = self._database.execute("SELECT what, moment FROM remembered")
        return {name: moment for name, moment in rows if name.startswith(prefix)}

    def prune_items(self, before: str, max_bytes: int) -> str:
        """Remove items older than a serial, then the oldest until the rest fits; return the horizon.

        The newest message of each channel is not removed to free space, so that late clients still find it.
        """
        with self._transaction():
            self._delete_items(DELETE_OLD, before)
        while self._size > max_bytes:
            with self._transaction():
                if not self._delete_items(DELETE_OLDEST, DELETE_BATCH):
                    break
        return self.get_horizon()

    def get_horizon(self) -> str:
        """Return the newest serial that was removed: before it, the history may have gaps."""
        row = self._database.execute("SELECT what FROM remembered WHERE what LIKE 'horizon %'").fetchone()
        return row[0].partition(" ")[2] if row else serials.LOWEST_SERIAL

    def _delete_items(self, statement: str, bound: object) -> int:
        """Remove items and move the horizon; return how many were removed."""
        deleted = self._database.execute(statement, (bound,)).fetchall()
        if deleted:
            self._size -= sum(size for _, size in deleted)
            newest = max(self.get_horizon(), *(serial for serial, _ in deleted))
            self._database.execute("DELETE FROM remembered WHERE what LIKE 'horizon %'")
            self._database.execute(
                "INSERT INTO remembered VALUES (?, 0, ?)", (f"{HORIZON_PREFIX} {newest}", 2**62)
            )
        return len(deleted)

    def _write_entry(self, entry: PendingWrite) -> WriteResult:
        if entry.is_ephemeral:
            return WriteResult(entry.serial)
        query = "SELECT serial FROM items WHERE channel = ? AND kind = ? AND id = ?"
        earlier = self._database.execute(query, (entry.channel, entry.kind, entry.items[0]["id"])).fetchone()
        if earlier:
            return WriteResult(serials.get_publication_serial(earlier[0]), is_duplicate=True)
        self._database.executemany(INSERT, self._make_rows(entry))
        if entry.kind is PublicationKind.PRESENCE:
            self._update_members(entry.channel, entry.items)
        return WriteResult(entry.serial)

    def _make_rows(self, entry: PendingWrite) -> Iterator[tuple[object, ...]]:
        for index, item in enumerate(entry.items):
            content = self._cipher.encrypt(pack_item(item))
            self._size += len(content)
            serial = serials.make_item_serial(entry.serial, index)
            yield entry.channel, entry.kind, serial, item["id"], len(content), content

    def _update_members(self, channel: str, items: Iterable[Item]) -> None:
        for item in items:
            member = (channel, get_member_key(item))
            if item["action"] == PresenceAction.LEAVE:
                self._database.execute("DELETE FROM members WHERE channel = ? AND member = ?", member)
            else:
                values = (*member, self._cipher.encrypt(pack_item(item)))
                self._database.execute("INSERT OR REPLACE INTO members VALUES (?, ?, ?)", values)

    def _decrypt_item(self, content: bytes) -> Item:
        return unpack_item(self._cipher.decrypt(content))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
