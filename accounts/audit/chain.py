"""The arithmetic of the chain: entries, where it ends and where it goes on are sealed by one secret key."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from db.keys import key_ring
from db.tables import KeyPurpose

GENESIS_HASH = "0" * 64
"""What stands for the hash before the first entry."""
HASHED_FIELDS = (
    "number",
    "moment",
    "actor_id",
    "actor",
    "action",
    "resource_kind",
    "resource_key",
    "outcome",
    "address",
    "details",
)
"""What an entry's hash is made of. Adding to it would make every older entry look altered."""


def get_chain_key() -> bytes:
    """The log's own key, 32 bytes: the database has it only wrapped by the master key.

    Raises:
        LostKeyError: the master key does not open it.
    """
    return key_ring.get_current_key(KeyPurpose.AUDIT).secret


def canonical_json(value: object) -> bytes:
    """The one JSON of a value (after RFC 8785): sorted keys, no blanks, UTF-8.

    Raises:
        ValueError: it holds a number that JSON has no word for.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def compute_seal(secret: bytes, *parts: object) -> str:
    """HMAC-SHA-256 over parts of JSON, as 64 hex digits; the first part says what is sealed."""
    return hmac.digest(secret, canonical_json(parts), "sha256").hex()


def compute_entry_hash(secret: bytes, previous: str, entry: Mapping[str, Any]) -> str:
    """What chains an entry to the hash before it."""
    plain = {name: entry[name] for name in HASHED_FIELDS} | {"moment": format_moment(entry["moment"])}
    return compute_seal(secret, "entry", previous, plain)


def format_moment(moment: datetime) -> str:
    """A moment as the seals have it: ISO 8601 in UTC, with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def is_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
