"""Erasures and deletions, listed with their proofs, and made again on a database restored to before them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ct112.store.audit import AUDIT, DELETE_ACTION, ERASE_ACTION, SHOWN_AT, delete_before, erase_personal
from ct112.store.audit_seal import MOST_AT_ONCE, seal_some
from ct112.store.audit_verify import Transactions, is_proved
from ct112.store.engine import Connection

LISTED = (
    select(AUDIT.id, SHOWN_AT, AUDIT.action, AUDIT.detail)
    .where(AUDIT.action.in_((DELETE_ACTION, ERASE_ACTION)))
    .order_by(AUDIT.id)
)
AGAIN: dict[str, Callable[..., Awaitable[int]]] = {DELETE_ACTION: delete_before, ERASE_ACTION: erase_personal}
"""What makes each kind again: parts at a time, until it returns 0."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Something erased or deleted: up to which time, and the proof that somebody with the key did it."""

    id: int
    at: datetime
    action: str
    detail: dict[str, Any]

    def is_proved(self, key: bytes) -> bool:
        """Return whether whoever made it had the key."""
        return is_proved(key, self.action, self.detail)

    @property
    def before(self) -> datetime:
        """Return the time up to which things went. Raises ValueError, KeyError, TypeError."""
        return datetime.fromisoformat(self.detail["before"])


async def listed(connection: Connection, key: bytes) -> list[Erasure]:
    """Return what was erased or deleted, in order, by somebody with the key: anybody may put a row there."""
    found = await connection.execute(LISTED)
    rows = [Erasure(row.id, row.at, row.action, row.detail) for row in found if isinstance(row.detail, dict)]
    return [each for each in rows if each.is_proved(key)]


async def make_again(store: Transactions, erasures: Sequence[Erasure], key: bytes, *, actor: str) -> int:
    """Erase and delete again what was; return how many rows. Raises StoreUnavailable, WrongKey.

    A row is sealed before it is erased, so what the backup had not sealed yet is sealed first.
    """
    if not erasures:
        return 0
    while True:
        async with store.transaction() as connection:
            if (await seal_some(connection, key) or 0) < MOST_AT_ONCE:
                break
    rows = 0
    latest = {erasure.action: erasure.before for erasure in sorted(erasures, key=lambda each: each.before)}
    for action, before in sorted(latest.items(), reverse=True):  # what is erased and deleted: erased first
        while True:
            async with store.transaction() as connection:
                done = await AGAIN[action](connection, before, key, actor=actor)
            rows += done
            if not done:
                break
    return rows
