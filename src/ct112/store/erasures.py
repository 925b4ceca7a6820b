"""Erasures and deletions, listed with their proofs, and made again on a database restored to before them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.store.audit import AUDIT, DELETE_ACTION, ERASE_ACTION, SHOWN_AT, delete_before, erase_personal
from ct112.store.audit_chain import proof
from ct112.store.audit_seal import MOST_AT_ONCE, seal_some
from ct112.store.audit_verify import Transactions, is_proved
from ct112.store.engine import Connection
from ct112.store.erasing import PERSONAL_ERASE, erase_again
from ct112.store.holds import HOLDS
from ct112.store.personal_data import REGISTRY

HOLD_ACTION = "privacy.hold"
AGAIN_REASON = "made again after a restore, from the list of erasures"
LISTED = (
    select(AUDIT.id, SHOWN_AT, AUDIT.action, AUDIT.detail)
    .where(AUDIT.action.in_((DELETE_ACTION, ERASE_ACTION, PERSONAL_ERASE)))
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
    def is_by_age(self) -> bool:
        """Return whether it is of the audit up to a time; else it names its rows."""
        return self.action in AGAIN

    def check(self) -> None:
        """Raises ValueError, KeyError, TypeError, OverflowError when it is none."""
        if self.is_by_age:
            self.before.timestamp()
        elif self.action == HOLD_ACTION:
            UUID(self.detail["hold"])
        elif self.action != PERSONAL_ERASE or self.detail["table"] not in REGISTRY:
            raise ValueError("of a newer program")

    @property
    def before(self) -> datetime:
        """Return the time up to which things went. Raises ValueError, KeyError, TypeError."""
        return datetime.fromisoformat(self.detail["before"])


async def listed(connection: Connection, key: bytes) -> list[Erasure]:
    """Return what was erased or deleted, in order, by somebody with the key: anybody may put a row there."""
    found = await connection.execute(LISTED)
    rows = [Erasure(row.id, row.at, row.action, row.detail) for row in found if isinstance(row.detail, dict)]
    return [each for each in rows if each.is_proved(key)]


async def held(connection: Connection, key: bytes) -> list[Erasure]:
    """Return the legal holds and their ends, proved here: whoever places one need not have the key."""
    return [each for row in await connection.execute(select(HOLDS)) for each in _of_hold(row, key)]


def _of_hold(row: Any, key: bytes) -> Iterator[Erasure]:
    told = {
        "hold": str(row.id),
        "call": None if row.call_id is None else str(row.call_id),
        "incident": None if row.incident_id is None else str(row.incident_id),
    }
    for at, released in ((row.placed_at, False), (row.released_at, True)):
        if at is not None:
            detail = {**told, "released": released}
            proved = {**detail, "proof": proof(key, HOLD_ACTION, detail)}
            yield Erasure(row.id.int >> 66, at, HOLD_ACTION, proved)


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
    await _hold_again(store, [each for each in erasures if each.action == HOLD_ACTION], actor)
    rows = await _people_again(
        store, [each for each in erasures if each.action == PERSONAL_ERASE], key, actor
    )
    by_age = [each for each in erasures if each.is_by_age]
    latest = {erasure.action: erasure.before for erasure in sorted(by_age, key=lambda each: each.before)}
    for action, before in sorted(latest.items(), reverse=True):  # what is erased and deleted: erased first
        while True:
            async with store.transaction() as connection:
                done = await AGAIN[action](connection, before, key, actor=actor)
            rows += done
            if not done:
                break
    return rows


async def _hold_again(store: Transactions, erasures: Sequence[Erasure], actor: str) -> None:
    """Place and release again what was since the backup: retention must not take what is held."""
    async with store.transaction() as connection:
        for erasure in erasures:
            told = erasure.detail
            row = {
                "id": UUID(told["hold"]),
                "call_id": told["call"] and UUID(told["call"]),
                "incident_id": told["incident"] and UUID(told["incident"]),
                "reason": AGAIN_REASON,
                "placed_by": actor,
                "placed_at": erasure.at,
            }
            ended = {"released_at": erasure.at, "released_by": actor, "release_reason": AGAIN_REASON}
            if told["released"]:
                its = (HOLDS.c.id == row["id"]) & HOLDS.c.released_at.is_(None)
                await connection.execute(update(HOLDS).where(its).values(ended))
            else:
                await connection.execute(insert(HOLDS).values(row).on_conflict_do_nothing())


async def _people_again(store: Transactions, erasures: Sequence[Erasure], key: bytes, actor: str) -> int:
    """Erase again what was personal: whatever a restored database holds, it was free when it was erased."""
    rows = 0
    for erasure in erasures:
        async with store.transaction() as connection:
            rows += await erase_again(connection, erasure.detail, key, actor=actor)
    return rows
