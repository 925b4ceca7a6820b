"""Sealing the audit: rows get their place in the chain, by one sealer at a time."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, LargeBinary, bindparam, literal_column, select, text

from ct112.store.audit_chain import COLUMNS, SECONDS, beginning, key_id, seal
from ct112.store.audit_tables import AuditRow
from ct112.store.engine import Connection

ONE_SEALER = 112_0002  # the key of the advisory lock
MOST_AT_ONCE = 1000

# What a running transaction has written nobody sees yet, so only what lies below the oldest running one is
# chained: no row can turn up later among those. A number the server has not given yet is another server's,
# of before a restore.
BELOW_THE_OLDEST = text(
    "(xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    " OR xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
)
AUDIT = AuditRow.__table__.c
SEALABLE = (
    select(*(AUDIT[name] for name in COLUMNS), literal_column(SECONDS).label("seconds"))
    .where(AUDIT.seq.is_(None), BELOW_THE_OLDEST)
    .order_by(AUDIT.xact, AUDIT.id)
)
SEAL = text(
    "UPDATE audit SET seq = new.seq, mac = new.mac, key_id = :key_id"
    " FROM unnest(:ids, :seqs, :macs) AS new (id, seq, mac) WHERE audit.id = new.id"
).bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("seqs", type_=ARRAY(BigInteger)),
    bindparam("macs", type_=ARRAY(LargeBinary)),
)


class WrongKey(Exception):
    """The chain was made with another key; the text says what to do. Nothing was sealed."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain."""

    seq: int
    mac: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What waits to be sealed; the oldest for so many seconds."""

    rows: int
    oldest_seconds: float


async def head(connection: Connection) -> Head | None:
    """Return the end of the chain; None when nothing was ever sealed."""
    row = (
        await connection.execute(
            text("SELECT seq, mac, key_id FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1")
        )
    ).first()
    return None if row is None else Head(row.seq, row.mac, row.key_id)


async def seal_some(connection: Connection, key: bytes) -> int | None:
    """Seal what can be, MOST_AT_ONCE at most; return how many rows, None while another sealer works.

    Raises WrongKey.
    """
    if not await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": ONE_SEALER}):
        return None
    end = await head(connection)
    if end is not None and end.key_id != key_id(key):
        raise WrongKey(
            f"the audit is chained with the key {end.key_id}, this one is {key_id(key)}: put the right file "
            "where CT112_AUDIT_KEY_FILE says, the same for every worker"
        )
    rows = (await connection.execute(SEALABLE.limit(MOST_AT_ONCE))).mappings().all()
    seq, mac = (end.seq, end.mac) if end is not None else (0, beginning(key))
    sealed: dict[str, list[Any]] = {"ids": [], "seqs": [], "macs": []}
    for row in rows:
        seq, mac = seq + 1, seal(key, mac, seq + 1, dict(row))
        for name, value in zip(sealed, (row["id"], seq, mac), strict=True):
            sealed[name].append(value)
    if rows:
        await connection.execute(SEAL, {**sealed, "key_id": key_id(key)})
    return len(rows)


async def unsealed(connection: Connection) -> Unsealed:
    """Return what waits."""
    row = (
        await connection.execute(
            text(
                "SELECT count(*) AS rows, coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0) AS age"
                " FROM audit WHERE seq IS NULL"
            )
        )
    ).one()
    return Unsealed(row.rows, max(0.0, float(row.age)))
