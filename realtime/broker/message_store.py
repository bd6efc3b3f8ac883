"""The SQLite file: messages, members' messages, who is present, and what has been revoked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from realtime.broker import serials
from realtime.broker.message_codec import Item, packed, unpacked
from realtime.broker.protocol import Presence
from realtime.broker.storage_types import Entry, Kind, Seal, Span, Written, member_of

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
HORIZON = "horizon"
INSERT = "INSERT OR IGNORE INTO items (channel, kind, serial, id, size, content) VALUES (?, ?, ?, ?, ?, ?)"
READ = "SELECT content FROM items WHERE channel = ? AND kind = ? AND serial > ? AND serial <= ? "
FORWARDS, BACKWARDS = (f"{READ} ORDER BY serial {order} LIMIT ?" for order in ("ASC", "DESC"))
TOO_OLD = "DELETE FROM items WHERE serial < ? RETURNING serial, size"
TOO_MUCH = """
DELETE FROM items WHERE rowid IN (
    SELECT rowid FROM items AS old WHERE serial < (
        SELECT max(serial) FROM items AS new WHERE new.channel = old.channel AND new.kind = old.kind)
    ORDER BY serial LIMIT ?)
RETURNING serial, size
"""
BATCH = 1000


class Ledger:
    """Used by one thread at a time; another thread that only reads has a ledger of its own."""

    def __init__(self, file: Path, seal: Seal) -> None:
        self._seal = seal
        self._base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 10000"):
            self._base.execute(f"PRAGMA {pragma}")  # nosemgrep: sql-of-text  (a constant of ours)
        self._base.executescript(SCHEMA)
        self._size: int = self._base.execute("SELECT coalesce(sum(size), 0) FROM items").fetchone()[0]

    def close(self) -> None:
        self._base.close()

    def write(self, entries: Sequence[Entry]) -> list[Written]:
        """Make publications durable, all or none of them."""
        if all(entry.passing for entry in entries):
            return [Written(entry.serial) for entry in entries]
        try:
            with self._transaction():
                return [self._write(entry) for entry in entries]
        except (
            Exception
        ) as error:  # a full disk, a lost key: whoever publishes is told, and the thread goes on
            log.exception("publications could not be written", count=len(entries))
            return [Written(entry.serial, error=error) for entry in entries]

    def read(self, span: Span) -> list[Item]:
        query = BACKWARDS if span.newest_first else FORWARDS
        values = (span.channel, span.kind, span.after, span.until, span.most)
        return [self._opened(content) for (content,) in self._base.execute(query, values)]

    def newest(self) -> str:
        """The newest serial in the file; the lowest of all when there is none."""
        found = self._base.execute("SELECT max(serial) FROM items").fetchone()[0]
        return serials.publication(found) if found else serials.LOWEST

    def channels(self) -> list[str]:
        return [name for (name,) in self._base.execute("SELECT DISTINCT channel FROM items")]

    def members(self) -> Iterator[tuple[str, Item]]:
        """Who was present where when the file was last written."""
        for channel, content in self._base.execute("SELECT channel, content FROM members"):
            yield channel, self._opened(content)

    def remember(self, what: str, moment: int, until: int) -> bool:
        """Keep a moment until another (milliseconds); returns whether it is new."""
        with self._transaction():
            self._base.execute("DELETE FROM remembered WHERE until < ?", (moment,))
            known = self._base.execute("SELECT 1 FROM remembered WHERE what = ?", (what,)).fetchone()
            self._base.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?, ?)", (what, moment, until))
        return known is None

    def remembered(self, prefix: tuple[str, ...]) -> dict[str, int]:
        """The moments of what begins so, or so."""
        rows = self._base.execute("SELECT what, moment FROM remembered")
        return {what: moment for what, moment in rows if what.startswith(prefix)}

    def forget(self, before: str, room: int) -> str:
        """Remove what is older than a serial, then the oldest until the rest fits; returns the horizon.

        The newest message of a channel makes no room: who comes late still finds it.
        """
        with self._transaction():
            self._remove(TOO_OLD, before)
        while self._size > room:
            with self._transaction():
                if not self._remove(TOO_MUCH, BATCH):
                    break
        return self.horizon()

    def horizon(self) -> str:
        """The newest serial that was removed: what came before it may have gaps."""
        found = self._base.execute("SELECT what FROM remembered WHERE what LIKE 'horizon %'").fetchone()
        return found[0].partition(" ")[2] if found else serials.LOWEST

    def _remove(self, statement: str, bound: object) -> int:
        """Remove items and move the horizon; returns how many are gone."""
        found = self._base.execute(statement, (bound,)).fetchall()
        if found:
            self._size -= sum(size for _, size in found)
            newest = max(self.horizon(), *(serial for serial, _ in found))
            self._base.execute("DELETE FROM remembered WHERE what LIKE 'horizon %'")
            self._base.execute("INSERT INTO remembered VALUES (?, 0, ?)", (f"{HORIZON} {newest}", 2**62))
        return len(found)

    def _write(self, entry: Entry) -> Written:
        if entry.passing:
            return Written(entry.serial)
        same = "SELECT serial FROM items WHERE channel = ? AND kind = ? AND id = ?"
        known = self._base.execute(same, (entry.channel, entry.kind, entry.items[0]["id"])).fetchone()
        if known:
            return Written(serials.publication(known[0]), again=True)
        self._base.executemany(INSERT, self._rows(entry))
        if entry.kind is Kind.PRESENCE:
            self._keep_members(entry.channel, entry.items)
        return Written(entry.serial)

    def _rows(self, entry: Entry) -> Iterator[tuple[object, ...]]:
        for index, item in enumerate(entry.items):
            content = self._seal.close(packed(item))
            self._size += len(content)
            serial = serials.of_item(entry.serial, index)
            yield entry.channel, entry.kind, serial, item["id"], len(content), content

    def _keep_members(self, channel: str, items: Iterable[Item]) -> None:
        for item in items:
            member = (channel, member_of(item))
            if item["action"] == Presence.LEAVE:
                self._base.execute("DELETE FROM members WHERE channel = ? AND member = ?", member)
            else:
                values = (*member, self._seal.close(packed(item)))
                self._base.execute("INSERT OR REPLACE INTO members VALUES (?, ?, ?)", values)

    def _opened(self, content: bytes) -> Item:
        return unpacked(self._seal.open(content))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
