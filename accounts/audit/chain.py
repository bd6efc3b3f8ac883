"""The hashes of the audit chain: one secret key seals the entries, the head and the checkpoints."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from db.keys import key_ring
from db.tables import KeyPurpose

GENESIS_HASH = "0" * 64
"""The hash that the first entry is chained to."""
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
"""The columns that an entry's hash covers. Adding one would make all older entries look altered."""


def get_chain_key() -> bytes:
    """Return the key of the log, 32 bytes. The database stores it wrapped by the master key.

    Raises:
        LostKeyError: the master key does not unwrap it.
    """
    return key_ring.get_current_key(KeyPurpose.AUDIT).secret


def canonical_json(value: object) -> bytes:
    """Return the canonical JSON of a value (after RFC 8785): sorted keys, no blanks, UTF-8.

    Raises:
        ValueError: it contains a number that JSON can't express (NaN or infinity).
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def compute_seal(secret: bytes, *parts: object) -> str:
    """Return the HMAC-SHA-256 of parts as JSON, 64 hex digits; the first part says what is sealed."""
    return hmac.digest(secret, canonical_json(parts), "sha256").hex()


def compute_entry_hash(secret: bytes, previous: str, entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry, which chains it to the previous hash."""
    plain = {name: entry[name] for name in HASHED_FIELDS} | {"moment": format_moment(entry["moment"])}
    return compute_seal(secret, "entry", previous, plain)


def format_moment(moment: datetime) -> str:
    """Return a time as the seals contain it: ISO 8601 in UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def is_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
