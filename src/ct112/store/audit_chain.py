"""How the audit's rows are chained: each row's HMAC covers the row and the HMAC before it. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

CHAINED = ("id", "xact", "actor", "role", "action", "object_kind", "object_id", "detail", "personal_length")
"""The columns as they are; time, place in the chain and digest of the personal part go in their own way."""
COLUMNS = (*CHAINED, "personal_digest")
SECONDS = "extract(epoch FROM audit.at)"
"""The time as the chain has it: exact, and of any time PostgreSQL holds, which is more than Python does."""
MICROSECONDS = 1_000_000


def key_id(key: bytes) -> str:
    """Return by which name a key is known; it tells nothing of the key."""
    return _hmac(key, b"ct112 audit key").hex()[:16]


def beginning(key: bytes) -> bytes:
    """Return what the first row is chained to."""
    return _hmac(key, b"ct112 audit begins")


def seal(key: bytes, previous: bytes, seq: int, row: Mapping[str, Any]) -> bytes:
    """Return the HMAC of the row at this place of the chain. `row` has COLUMNS, and SECONDS as `seconds`."""
    told = {name: row[name] for name in CHAINED} | {
        "seq": seq,
        "at": _at(row["seconds"]),
        "personal_digest": row["personal_digest"].hex(),
        "previous": previous.hex(),
    }
    return _hmac(key, _text(told))


def proof(key: bytes, action: str, told: Mapping[str, Any]) -> str:
    """Return what shows that a deletion or an erasure was made by somebody who has the key."""
    return _hmac(key, _text({"action": action, **told})).hex()


def _at(seconds: Decimal) -> int | str:
    """Return a time in microseconds; infinity in words: a row that somebody put there is sealed as well."""
    return int(seconds * MICROSECONDS) if seconds.is_finite() else str(seconds)


def _text(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)
