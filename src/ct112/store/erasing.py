"""Erasing personal data: of one person on request, by class when it is old, and again after a restore.

Rows stay, so that counts and chains hold; what is personal in them goes. Each erasure is a row of the audit
with the table, the rows' keys and a proof by the chain's key: a restore makes exactly that again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from ct112.store import audit, clean, holds
from ct112.store.audit_chain import proof
from ct112.store.engine import Connection
from ct112.store.numbers import e164
from ct112.store.personal_data import BY_AGE, ERASABLE, REGISTRY, DataClass, Kept

PERSONAL_ERASE = "privacy.erase"
AT_ONCE = 500  # rows in one transaction, and keys in one row of the audit
APART = re.compile(r"[^0-9A-Za-z+*#]")  # as in the registry: what parts the digits of a number
Names = Mapping[str, Any]


class EraseError(ValueError):
    """This cannot be erased; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose data: a number in any form dialled here or in E.164, a call's, or an incident's."""

    number: str | None = None
    call: UUID | None = None
    incident: UUID | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.number, self.call, self.incident)) != 1:
            raise EraseError("name a number, a call or an incident, and one of them")
        if self.number is not None and not any(sign.isdigit() for sign in self.number):
            raise EraseError("a number has digits: no pattern finds anybody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a look at one person's data found: rows on legal hold, and rows still in use."""

    held: int = 0
    in_use: int = 0


def rule(kept: Kept, whose: Whose) -> tuple[str, dict[str, Any]] | None:
    """Return the SQL condition that a row is this person's, and its values; None: no row of the table is."""
    if whose.number is not None:
        found = None if kept.by_number is None else f"({kept.by_number})"
        return None if found is None else (found, {"forms": list(forms(whose.number))})
    name, query = ("call", kept.calls) if whose.call is not None else ("incident", kept.incidents)
    if query is None or name not in kept.goes_with:
        return None
    return f":id IN ({query})", {"id": whose.call or whose.incident}


def forms(number: str) -> tuple[str, ...]:
    """Return how this number may stand in a row: as given, and as people here write it, without separators.

    A notation that is read here as another number is none of this one's.
    """
    given = clean.text(number.strip())
    bare = APART.sub("", given)
    whole = e164(given)
    found = set() if whole is None else {one for one in _notations(whole) if e164(one) == whole}
    return tuple(sorted({given, bare, whole or given, *found}))


def _notations(whole: str) -> Iterator[str]:
    """Yield what may mean this number in E.164: with and without what is dialled before a country's code."""
    yield from (whole, whole.removeprefix("+"), f"00{whole.removeprefix('+')}")
    if whole.startswith("+62"):
        national = whole.removeprefix("+62")
        yield from (national, f"0{national}", f"620{national}", f"+620{national}")


async def erase_person(connection: Connection, whose: Whose, key: bytes, *, actor: str, why: str) -> int:
    """Erase some of one person's data; return how many rows: repeat until it returns 0.

    What is on legal hold or in use (a call under way) stays, see `left`.
    """
    await connection.execute(holds.TURN)
    for kept in ERASABLE:
        found = rule(kept, whose)
        if found is not None:
            done = await _erase(connection, kept, BY_AGE, found, key, actor, why)
            if done:
                return done
    return 0


async def erase_old(
    connection: Connection, data_class: DataClass, before: datetime, key: bytes, *, actor: str
) -> int:
    """Erase some of a class's data older than `before`; return how many rows: repeat until it returns 0."""
    await connection.execute(holds.TURN)
    for kept in ERASABLE:
        if kept.columns(data_class):
            found = (f"{kept.at} < :before", {"before": before})
            done = await _erase(connection, kept, (data_class,), found, key, actor, "retention")
            if done:
                return done
    return 0


async def left(connection: Connection, whose: Whose) -> Left:
    """Return what of a person's data is there and may not be erased now."""
    on_hold = in_use = 0
    for kept in ERASABLE:
        found = rule(kept, whose)
        if found is None:
            continue
        something = kept.something(kept.columns(*BY_AGE))
        query = (
            f"SELECT count(*) FILTER (WHERE {holds.held(kept)}) AS held,"  # noqa: S608 (names of the registry)
            f" count(*) FILTER (WHERE NOT ({kept.over})) AS in_use"
            f" FROM {kept.table} WHERE ({found[0]}) AND ({something})"
        )
        row = (await connection.execute(text(query), found[1])).one()
        on_hold, in_use = on_hold + row.held, in_use + row.in_use
    return Left(held=on_hold, in_use=in_use)


async def erase_again(connection: Connection, detail: Names, key: bytes, *, actor: str) -> int:
    """Erase the rows an erasure names, whatever a database restored to before it says of them."""
    kept = REGISTRY[detail["table"]]
    columns = [name for name in detail["columns"] if name in kept.columns(*BY_AGE)]
    if not columns or kept.at is None:
        return 0
    named = f"CAST(CAST(:keys AS text[]) AS {kept.key_type}[])"
    where = f"{kept.key} = ANY({named}) AND ({kept.something(columns)})"
    keys = await _blanked(connection, kept, columns, where, {"keys": list(detail["keys"])})
    if keys:
        await _note(connection, kept, columns, keys, key, actor, str(detail.get("why", "")))
    return len(keys)


async def _erase(
    connection: Connection,
    kept: Kept,
    classes: Sequence[DataClass],
    found: tuple[str, dict[str, Any]],
    key: bytes,
    actor: str,
    why: str,
) -> int:
    columns = kept.columns(*classes)
    if not columns:
        return 0
    where = f"({found[0]}) AND ({kept.over}) AND NOT {holds.held(kept)} AND ({kept.something(columns)})"
    keys = await _blanked(connection, kept, columns, where, found[1])
    if keys:
        await _note(connection, kept, columns, keys, key, actor, why)
    return len(keys)


async def _blanked(
    connection: Connection, kept: Kept, columns: Sequence[str], where: str, values: Names
) -> list[str]:
    """Take what is personal out of some rows; return their keys."""
    blanks = [f"{name} = {kept.blank.get(name, 'NULL')}" for name in columns]
    if kept.marks is not None and set(kept.columns(DataClass.CALLER)) <= set(columns):
        blanks.append(f"{kept.marks} = now()")
    query = (
        f"UPDATE {kept.table} SET {', '.join(blanks)} WHERE {kept.key} IN"  # noqa: S608 (the registry's names)
        f" (SELECT {kept.key} FROM {kept.table} WHERE {where} LIMIT {AT_ONCE} FOR UPDATE)"
        f" RETURNING {kept.key}::text AS key"
    )
    return [row.key for row in await connection.execute(text(query), values)]


async def _note(
    connection: Connection,
    kept: Kept,
    columns: Sequence[str],
    keys: Sequence[str],
    key: bytes,
    actor: str,
    why: str,
) -> None:
    told = {
        "table": kept.table,
        "columns": sorted(columns),
        "keys": sorted(keys),
        "rows": len(keys),
        "why": why,
    }
    await audit.note(
        connection,
        actor=actor,
        role="machine",
        action=PERSONAL_ERASE,
        object_kind="privacy",
        detail={**told, "proof": proof(key, PERSONAL_ERASE, told)},
    )
