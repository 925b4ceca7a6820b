"""Slows guesses of passwords, over all web processes at once: in PostgreSQL, by its clock.

Who was wrong a few times waits before being heard again, twice as long each time, up to a bound. Nobody is
locked out for good, and a browser that has signed in before is counted by itself: strangers do not slow it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from ct112.store.access_tables import ThrottleRow
from ct112.store.engine import Connection

FORGET = timedelta(minutes=15)  # without an attempt, and all is forgotten
DAY = timedelta(days=1)
KEPT_LONG = b"+"


@dataclass(frozen=True, slots=True)
class Pace:
    """`free` attempts may be wrong at any pace; then `first` seconds, twice as many…, `longest` at most.

    `forget`: without an attempt for so long, it begins anew.
    """

    free: int
    longest: float
    first: float = 1.0
    forget: timedelta = FORGET

    def delay(self, failures: int) -> float:
        """Return how many seconds to wait after so many wrong attempts."""
        if failures < self.free:
            return 0.0
        return min(self.longest, self.first * 2.0 ** min(failures - self.free, 20))


PACES = {
    "account": Pace(10, 30.0),
    "device": Pace(10, 30.0),
    "source": Pace(20, 60.0),
    "code": Pace(5, 3600.0, first=10.0, forget=DAY),  # of a million, three are right: some 30 tries a day
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whose attempts are counted together: `kind` is a key of PACES."""

    kind: str
    name: str

    @property
    def key(self) -> bytes:
        """Return what is stored: a hash, for people type passwords where names belong.

        One that is kept for a day is a byte longer.
        """
        digest = hashlib.sha256(f"{self.kind}\0{self.name}".encode("utf-8", "surrogatepass")).digest()
        return digest if PACES[self.kind].forget <= FORGET else digest + KEPT_LONG


def of_account(name: str) -> Bucket:
    """Return the bucket of all strangers who try this account."""
    return Bucket("account", name[:1000])


def of_device(secret: str) -> Bucket:
    """Return the bucket of one browser."""
    return Bucket("device", secret[:1000])


def of_code(whose: str) -> Bucket:
    """Return the bucket of codes guessed with the right password: of an account's strangers, or a browser."""
    return Bucket("code", whose[:1000])


def of_source(address: str) -> Bucket:
    """Return the bucket of an address's network."""
    return Bucket("source", network(address))


def network(address: str) -> str:
    """Return whose guesses count together: an address; of IPv6 its /64, for one machine has all of that."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped) if ip.ipv4_mapped is not None else ip.exploded[:19]
    return str(ip)


async def attempt(connection: Connection, buckets: Sequence[Bucket]) -> dict[Bucket, float]:
    """Count an attempt as wrong before it is looked at; or count nothing, and return what has to wait.

    Counted first, so that a thousand guesses at once are not a thousand free ones.
    """
    rows = await _locked(connection, buckets)
    waits = {bucket: (row.not_before - row.at).total_seconds() for bucket, row in rows.items()}
    if any(wait > 0 for wait in waits.values()):
        return {bucket: wait for bucket, wait in waits.items() if wait > 0}
    for bucket, row in rows.items():
        pace = PACES[bucket.kind]
        failures = 1 if row.at - row.last_at > pace.forget else row.failures + 1
        wait = timedelta(seconds=pace.delay(failures))
        await _write(connection, bucket, failures, row.at, row.at + wait)
    return {}


async def was_right(connection: Connection, buckets: Sequence[Bucket]) -> None:
    """Take the attempt back. What was wrong before stays: a guesser may have an account too."""
    for bucket, row in (await _locked(connection, buckets)).items():
        await _write(connection, bucket, max(0, row.failures - 1), row.last_at, row.at)


async def forget_old(connection: Connection) -> int:
    """Remove what is forgotten; return how many."""
    age = func.clock_timestamp() - ThrottleRow.last_at
    short = func.octet_length(ThrottleRow.key) == hashlib.sha256().digest_size
    done = await connection.execute(delete(ThrottleRow).where((age > DAY) | ((age > FORGET) & short)))
    return done.rowcount


@dataclass(frozen=True, slots=True)
class _Row:
    failures: int
    last_at: datetime
    not_before: datetime
    at: datetime


async def _locked(connection: Connection, buckets: Sequence[Bucket]) -> dict[Bucket, _Row]:
    """Lock the buckets' rows in one order, so that two attempts never wait for each other."""
    found = {}
    for bucket in sorted(buckets, key=lambda each: each.key):
        fresh = insert(ThrottleRow).values(
            key=bucket.key, failures=0, last_at=func.clock_timestamp(), not_before=func.clock_timestamp()
        )
        await connection.execute(fresh.on_conflict_do_nothing())
        row = (
            await connection.execute(
                select(ThrottleRow.failures, ThrottleRow.last_at, ThrottleRow.not_before)
                .where(ThrottleRow.key == bucket.key)
                .with_for_update()
            )
        ).one()
        at = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
        found[bucket] = _Row(row.failures, row.last_at, row.not_before, at)
    return found


async def _write(
    connection: Connection, bucket: Bucket, failures: int, last_at: datetime, not_before: datetime
) -> None:
    await connection.execute(
        update(ThrottleRow)
        .where(ThrottleRow.key == bindparam("which"))
        .values(failures=failures, last_at=last_at, not_before=not_before),
        {"which": bucket.key},
    )
