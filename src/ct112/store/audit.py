"""The audit: who read personal data, and who changed what. Rows are added in the change's own transaction."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import func, insert, select, text, update

from ct112.store import clean
from ct112.store.audit_chain import proof
from ct112.store.audit_tables import AuditRow
from ct112.store.engine import Connection
from ct112.store.pages import Order, Page

DELETE_ACTION, ERASE_ACTION = "audit.delete", "audit.erase"
MOST_AT_ONCE = 10_000  # rows erased or deleted in one transaction: a statement has its time limit
LAST_BEFORE = text(
    "SELECT seq, mac FROM audit WHERE seq < (SELECT min(seq) FROM audit"
    " WHERE at >= :before OR seq = (SELECT max(seq) FROM audit))"
    " AND seq < (SELECT min(seq) FROM audit) + :most ORDER BY seq DESC LIMIT 1"
)
AUDIT = AuditRow.__table__.c
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
SHOWN_AT = func.least(func.greatest(AUDIT.at, FIRST), LAST).label("at")
"""A time as Python holds it: one row that somebody put there must not hide all others."""
NEWEST_FIRST = Order("audit", (AUDIT.id,), (int,), newest_first=True)
MOST_COUNTED = 10_000
LONGEST_PERSONAL = 4000  # characters of what is noted; a search is no place for a novel


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One row as it is read. `personal` None: erased."""

    id: int
    seq: int | None
    at: datetime
    actor: str
    role: str
    action: str
    object_kind: str
    object_id: str | None
    detail: Mapping[str, Any]
    personal: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which rows: all rules that are not None."""

    actor: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = AuditQuery()


async def note(
    connection: Connection,
    *,
    actor: str,
    role: str,
    action: str,
    object_kind: str,
    object_id: str | None = None,
    source: str | None = None,
    detail: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> int:
    """Add a row to the audit in this transaction; return its id. The sealer chains it later.

    `at`: when it was, if that was before; else the transaction's time.
    `detail` holds no personal data. `personal` (what was searched for) and `source` may be erased.
    """
    words = personal_text({**(personal or {}), "source": source})
    number: int = await connection.scalar(  # type: ignore[assignment]
        insert(AuditRow)
        .values(
            actor=clean.text(actor),
            role=role,
            action=action,
            object_kind=object_kind,
            object_id=clean.maybe(object_id),
            detail=clean.json(dict(detail or {})),
            personal=words,
            personal_digest=hashlib.sha256(words.encode()).digest(),
            personal_length=len(words),
            **({} if at is None else {"at": at}),
        )
        .returning(AuditRow.id)
    )
    return number


def personal_text(fields: Mapping[str, Any]) -> str:
    """Return the erasable part as it is stored. Salted: else a digest would tell a telephone number."""
    known = {name: _short(value) for name, value in fields.items() if value is not None}
    return orjson.dumps({**known, "salt": secrets.token_hex(16)}, option=orjson.OPT_SORT_KEYS).decode()


async def erase_personal(connection: Connection, before: datetime, key: bytes, *, actor: str) -> int:
    """Erase the personal part of rows older than `before`, and note that in the audit; return how many.

    MOST_AT_ONCE at most: repeat until it returns 0.
    The chain holds: what is chained is the part's digest and length. A row that is not sealed yet is
    left, so that its digest is in the chain first. `key`: the chain's, to prove the erasure.
    """
    some = (
        select(AuditRow.id)
        .where(AuditRow.at < before, AuditRow.personal.is_not(None), AuditRow.seq.is_not(None))
        .limit(MOST_AT_ONCE)
    )
    done = await connection.execute(update(AuditRow).where(AuditRow.id.in_(some)).values(personal=None))
    if done.rowcount:
        await _note_proved(
            connection, key, actor, ERASE_ACTION, {"before": before.isoformat(), "rows": done.rowcount}
        )
    return done.rowcount


async def delete_before(connection: Connection, before: datetime, key: bytes, *, actor: str) -> int:
    """Delete the chain's oldest rows up to the last one older than `before`; return how many.

    MOST_AT_ONCE at most: repeat until it returns 0.
    The deletion is a row itself, with the place and the HMAC of the last row that went and a proof by the
    key, so that the verifier tells deleted rows from removed ones. The newest sealed row stays.
    """
    last = (await connection.execute(LAST_BEFORE, {"before": before, "most": MOST_AT_ONCE})).first()
    if last is None:
        return 0
    await connection.execute(text("SET LOCAL ct112.audit_delete = 'on'"))
    done = await connection.execute(text("DELETE FROM audit WHERE seq <= :last"), {"last": last.seq})
    await connection.execute(text("SET LOCAL ct112.audit_delete = 'off'"))
    told = {
        "through": last.seq,
        "rows": done.rowcount,
        "mac": last.mac.hex(),
        "before": before.isoformat(),
    }
    await _note_proved(connection, key, actor, DELETE_ACTION, told)
    return done.rowcount


async def _note_proved(
    connection: Connection, key: bytes, actor: str, action: str, told: Mapping[str, Any]
) -> None:
    await note(
        connection,
        actor=actor,
        role="machine",
        action=action,
        object_kind="audit",
        detail={**told, "proof": proof(key, action, told)},
    )


async def page(
    connection: Connection, wanted: AuditQuery = EVERYTHING, *, limit: int = 50, after: str | None = None
) -> Page[AuditEntry]:
    """Return rows, the newest first. `total` counts up to MOST_COUNTED. Raises BadCursor."""
    rules = _rules(wanted)
    some = select(AUDIT.id).where(*rules).limit(MOST_COUNTED + 1).subquery()
    total = await connection.scalar(select(func.count()).select_from(some)) or 0
    columns = [SHOWN_AT if name == "at" else AUDIT[name] for name in AuditEntry.__dataclass_fields__]
    rows, more = await NEWEST_FIRST.page(connection, select(*columns).where(*rules), limit, after, "id")
    return Page(
        items=[_entry(dict(row)) for row in rows],
        total=min(total, MOST_COUNTED),
        exact=total <= MOST_COUNTED,
        next=more,
    )


def _rules(wanted: AuditQuery) -> list[Any]:
    rules = [
        getattr(AuditRow, name) == getattr(wanted, name)
        for name in ("actor", "action", "object_kind", "object_id")
        if getattr(wanted, name) is not None
    ]
    if wanted.since is not None:
        rules.append(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        rules.append(AuditRow.at < wanted.until)
    return rules


def _entry(row: dict[str, Any]) -> AuditEntry:
    words = row.pop("personal")
    detail = row.pop("detail")
    return AuditEntry(
        **row, detail=_object(detail), personal=None if words is None else _object(_read(words), "salt")
    )


def _read(words: str) -> Any:
    try:
        return orjson.loads(words)
    except ValueError:
        return words


def _object(value: Any, without: str = "") -> dict[str, Any]:
    """Return an object as it is stored; what is none was put there by somebody, and is shown as such."""
    if not isinstance(value, dict):
        return {"not as ct112 writes it": value}
    return {name: each for name, each in value.items() if name != without}


def _short(value: Any) -> Any:
    return clean.text(value)[:LONGEST_PERSONAL] if isinstance(value, str) else clean.json(value)
