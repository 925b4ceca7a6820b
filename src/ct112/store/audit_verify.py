"""Verifying the audit: which rows were removed, changed or cut off, and which were deleted as they may be."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, literal_column, select, text

from ct112.store.audit import DELETE_ACTION, ERASE_ACTION
from ct112.store.audit_chain import COLUMNS, SECONDS, beginning, key_id, proof, seal
from ct112.store.audit_seal import Head, Unsealed, head, unsealed
from ct112.store.audit_tables import AuditRow
from ct112.store.engine import Connection

AT_ONCE = 5000  # rows read in one statement
AUDIT = AuditRow.__table__.c
READ = (
    *(AUDIT[name] for name in (*COLUMNS, "personal", "seq", "mac", "key_id")),
    literal_column(SECONDS).label("seconds"),
    func.to_char(AUDIT.at, "YYYY-MM-DD HH24:MI:SS").label("when"),
)


class Transactions(Protocol):
    """Gives transactions: the store."""

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Give a connection in a transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, with rows of the chain and what it is in words."""

    first: int
    last: int
    what: str


@dataclass(slots=True)
class Report:
    """What was found. `deleted`: rows that went with a proof, up to that place."""

    rows: int = 0
    deleted: int = 0
    head: Head | None = None
    waiting: Unsealed = field(default_factory=lambda: Unsealed(0, 0.0))
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ExportedHead:
    """The end of the chain as it was written down outside the database."""

    seq: int
    mac: bytes
    at: str


@dataclass(frozen=True, slots=True)
class Permissions:
    """What was done to the chain by somebody with the key: the last deletion, and the last erasure's date."""

    deleted_through: int = 0
    deleted_mac: bytes = b""
    erased_before: datetime | None = None


async def verify(store: Transactions, key: bytes, exported: Sequence[ExportedHead] = ()) -> Report:
    """Walk the whole chain and return what was found. Raises StoreUnavailable."""
    async with store.transaction() as connection:
        allowed = await _permissions(connection, key)
        waiting = await unsealed(connection)
    walk = _Walk(key, allowed, {each.seq: each for each in exported})
    async for row in _rows(store):
        walk.take(row)
    async with store.transaction() as connection:
        end = await head(connection)
    walk.report.waiting, walk.report.head = waiting, end
    walk.finish(exported)
    return walk.report


class _Walk:
    """Goes along the chain, row by row."""

    def __init__(self, key: bytes, allowed: Permissions, exported: Mapping[int, ExportedHead]) -> None:
        self._key = key
        self._allowed = allowed
        self._exported = exported
        self._seq = 0
        self._mac: bytes | None = beginning(key)
        self.report = Report()

    def take(self, row: Mapping[str, Any]) -> None:
        """Compare one row with the one before it, and with what was exported."""
        if row["key_id"] != key_id(self._key):
            self._wrong_key(row)
        if row["seq"] > self._seq + 1:
            self._gap(row["seq"])
        self._compare(row)
        self._seq, self._mac = row["seq"], row["mac"]
        self.report.rows += 1

    def finish(self, exported: Sequence[ExportedHead]) -> None:
        """Compare the end with the heads that were written down."""
        last = max(exported, key=lambda each: each.seq, default=None)
        if last is not None and last.seq > max(self._seq, self._allowed.deleted_through):
            self._found(
                self._seq + 1, last.seq, f"the end was cut off: it reached row {last.seq} at {last.at}"
            )

    def _wrong_key(self, row: Mapping[str, Any]) -> None:
        if not self.report.findings or "key" not in self.report.findings[-1].what:
            self._found(row["seq"], row["seq"], f"sealed with the key {row['key_id']}, not with this one")

    def _gap(self, seq: int) -> None:
        first, last = self._seq + 1, seq - 1
        if first == 1 and last == self._allowed.deleted_through:
            self.report.deleted = last
            self._mac = self._allowed.deleted_mac
        else:
            self._found(first, last, "removed")
            self._mac = None

    def _compare(self, row: Mapping[str, Any]) -> None:
        seq, at = row["seq"], f"{row['when']} {row['action']} by {row['actor']}"
        if self._mac is not None and not hmac.compare_digest(
            seal(self._key, self._mac, seq, row), row["mac"] or b""
        ):
            self._found(seq, seq, f"changed, or put there: {at}")
        exported = self._exported.get(seq)
        if exported is not None and exported.mac != row["mac"]:
            self._found(seq, seq, f"rewritten since {exported.at}, when the chain's head was exported")
        self._compare_personal(row, at)

    def _compare_personal(self, row: Mapping[str, Any], at: str) -> None:
        words, before = row["personal"], self._allowed.erased_before
        if words is not None and hashlib.sha256(words.encode()).digest() != row["personal_digest"]:
            self._found(row["seq"], row["seq"], f"its personal part was changed: {at}")
        if words is None and (before is None or float(row["seconds"]) >= before.timestamp()):
            self._found(row["seq"], row["seq"], f"its personal part is gone, and nobody erased it: {at}")

    def _found(self, first: int, last: int, what: str) -> None:
        self.report.findings.append(Finding(first, last, what))


async def _rows(store: Transactions) -> AsyncIterator[Mapping[str, Any]]:
    """Give the chain's rows in order; each statement is a transaction, so that it may be long."""
    after = 0
    while True:
        query = select(*READ).where(AUDIT.seq > after).order_by(AUDIT.seq).limit(AT_ONCE)
        async with store.transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        for row in rows:
            yield dict(row)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["seq"]


async def _permissions(connection: Connection, key: bytes) -> Permissions:
    """Return what the rows of deletions and erasures prove, sealed or not: they carry their own proof."""
    found = await connection.execute(
        text("SELECT action, detail FROM audit WHERE action IN (:one, :other) ORDER BY id"),
        {"one": DELETE_ACTION, "other": ERASE_ACTION},
    )
    allowed = Permissions()
    for action, detail in found:
        if not is_proved(key, action, detail):
            continue
        told = detail
        if action == DELETE_ACTION:
            allowed = Permissions(told["through"], bytes.fromhex(told["mac"]), allowed.erased_before)
        else:
            before = datetime.fromisoformat(told["before"])
            erased = max(before, allowed.erased_before or before)
            allowed = Permissions(allowed.deleted_through, allowed.deleted_mac, erased)
    return allowed


def is_proved(key: bytes, action: str, detail: Any) -> bool:
    """Return whether somebody with the key wrote this; whoever has the database may put anything there."""
    if not isinstance(detail, dict):
        return False
    told = {name: value for name, value in detail.items() if name != "proof"}
    given = str(detail.get("proof", "")).encode()
    return hmac.compare_digest(given, proof(key, action, told).encode())
