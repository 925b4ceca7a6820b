"""Answers to be given again: a request that makes something, sent twice with one key, makes it once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.tables import IdempotencyKey

KEYS: Table = IdempotencyKey.metadata.tables["idempotency_key"]
KEEP_HOURS = 24


class KeyReused(ValueError):
    """This key came with another request before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The first answer, as it was sent."""

    status: int
    headers: dict[str, str]
    body: str


async def claim(connection: Connection, owner: str, key: str, digest: bytes) -> KeptAnswer | None:
    """Return the first answer to this key of its owner; None: this is the first, and its answer to `keep`.

    Another transaction with the same key is waited for: its answer is given again when it commits, and this
    is the first when it does not. Raises KeyReused when `digest` (of the request) is another one.
    """
    mine = insert(KEYS).values(owner=clean.text(owner), key=clean.text(key), digest=digest)
    if (await connection.execute(mine.on_conflict_do_nothing())).rowcount:
        return None
    row = (await connection.execute(select(KEYS).where(KEYS.c.owner == owner, KEYS.c.key == key))).one()
    if row.digest != digest:
        raise KeyReused("this key came with another request before")
    return KeptAnswer(status=row.status, headers=row.headers, body=row.body)


async def keep(connection: Connection, owner: str, key: str, answer: KeptAnswer) -> None:
    """Keep the answer, in the transaction that made what it tells of."""
    await connection.execute(
        update(KEYS)
        .where(KEYS.c.owner == owner, KEYS.c.key == key)
        .values(status=answer.status, headers=answer.headers, body=answer.body)
    )


async def forget(connection: Connection, before: datetime) -> int:
    """Forget the answers from before then; return how many."""
    return (await connection.execute(delete(KEYS).where(KEYS.c.at < before))).rowcount
