"""Answers to be given again: a request that makes something, sent twice with one key, makes it once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from ct112.store import clean
from ct112.store.engine import STATEMENT_SECONDS, Connection
from ct112.store.faults import StoreUnavailable, sqlstate
from ct112.store.tables import IdempotencyKey

KEYS: Table = IdempotencyKey.metadata.tables["idempotency_key"]
KEEP_HOURS = 24
WAIT_SECONDS = 2  # for another transaction with the same key
LOCK_NOT_AVAILABLE = "55P03"
SEED = 112  # of the hash that names a key's lock


class KeyReused(ValueError):
    """This key came with another request before."""


class KeyBusy(StoreUnavailable):
    """The same request is being worked on: it may be sent again in a second."""

    def __init__(self) -> None:
        super().__init__("this request is being worked on: send it again in a second, with the same key")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The first answer, as it was sent."""

    status: int
    headers: dict[str, str]
    body: str


async def claim(connection: Connection, owner: str, key: str, digest: bytes) -> KeptAnswer | None:
    """Return the first answer to this key of its owner; None: this is the first, and its answer to `keep`.

    The key is taken until the transaction ends, however it ends: by an error or a kill it is free again, for
    nothing was changed. Raises KeyBusy when another transaction has the key for more than two seconds, and
    KeyReused when `digest` (of the request) is another one.
    """
    owner, key = clean.text(owner), clean.text(key)
    await _take(connection, f"{owner}\n{key}")
    mine = insert(KEYS).values(owner=owner, key=key, digest=digest)
    anew = {"digest": digest, "status": None, "headers": None, "body": None, "at": func.now()}
    expired = KEYS.c.at < func.now() - timedelta(hours=KEEP_HOURS)
    mine = mine.on_conflict_do_update(index_elements=["owner", "key"], set_=anew, where=expired)
    if (await connection.execute(mine)).rowcount:
        return None
    row = (await connection.execute(select(KEYS).where(KEYS.c.owner == owner, KEYS.c.key == key))).one()
    if row.digest != digest:
        raise KeyReused("this key came with another request before")
    return KeptAnswer(status=row.status, headers=row.headers, body=row.body)


async def _take(connection: Connection, name: str) -> None:
    """Wait for the key, not for long: whoever waits holds a connection."""
    await connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
    try:
        lock = func.pg_advisory_xact_lock(func.hashtextextended(name, SEED))
        await connection.execute(select(lock))
    except DBAPIError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise KeyBusy from None
        raise
    await connection.execute(text(f"SET LOCAL lock_timeout = '{STATEMENT_SECONDS}s'"))


async def keep(connection: Connection, owner: str, key: str, answer: KeptAnswer) -> None:
    """Keep the answer, in the transaction that made what it tells of."""
    await connection.execute(
        update(KEYS)
        .where(KEYS.c.owner == clean.text(owner), KEYS.c.key == clean.text(key))
        .values(status=answer.status, headers=answer.headers, body=answer.body)
    )


async def forget(connection: Connection, before: datetime) -> int:
    """Forget the answers from before then; return how many."""
    return (await connection.execute(delete(KEYS).where(KEYS.c.at < before))).rowcount
