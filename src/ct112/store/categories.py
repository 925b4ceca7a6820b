"""Categories of incidents, with the questions to ask and the instructions to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.core.record import ServiceClass
from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.incident_tables import CategoryRow

CATEGORIES: Table = CategoryRow.metadata.tables["category"]
CHANGEABLE = frozenset({"name", "name_en", "service_class", "priority", "questions", "instructions"})


class CategoryUnknown(LookupError):
    """There is no category of this code; the text says which there are."""


class CategoryTaken(ValueError):
    """There is a category of this code already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCategory:
    """A kind of incident. `retired_at`: since then nobody opens one of it."""

    code: str
    name: str
    name_en: str
    service_class: ServiceClass
    priority: int
    questions: Sequence[Mapping[str, str]]
    instructions: Sequence[Mapping[str, str]]
    retired_at: datetime | None
    version: int


async def categories(connection: Connection, *, retired: bool = False) -> list[StoredCategory]:
    """Return the categories, the most urgent class and priority first; `retired`: those too."""
    order = func.array_position([str(each) for each in ServiceClass], CATEGORIES.c.service_class)
    query = select(CATEGORIES).order_by(order, CATEGORIES.c.priority, CATEGORIES.c.code)
    if not retired:
        query = query.where(CATEGORIES.c.retired_at.is_(None))
    return [_category(row) for row in (await connection.execute(query)).mappings()]


async def get(connection: Connection, code: str) -> StoredCategory:
    """Return one, retired or not. Raises CategoryUnknown."""
    query = select(CATEGORIES).where(CATEGORIES.c.code == clean.text(code))
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise await _unknown(connection, code)
    return _category(row)


async def add(connection: Connection, code: str, **values: Any) -> StoredCategory:
    """Make a category. Raises CategoryTaken."""
    rows = insert(CATEGORIES).values(code=code, **_clean(values)).on_conflict_do_nothing()
    if (await connection.execute(rows)).rowcount == 0:
        raise CategoryTaken(f"there is a category {ascii(code)[:60]} already: choose another code")
    return await get(connection, code)


async def change(
    connection: Connection, code: str, version: int, *, retired: bool | None = None, **values: Any
) -> StoredCategory:
    """Change some of CHANGEABLE, retire it or take it back. Raises CategoryUnknown; Stale."""
    if not values.keys() <= CHANGEABLE:
        raise TypeError(f"of a category only {', '.join(sorted(CHANGEABLE))} change")
    new = _clean(values)
    if retired is not None:
        new["retired_at"] = func.coalesce(CATEGORIES.c.retired_at, func.now()) if retired else None
    changed = await connection.execute(
        update(CATEGORIES)
        .where(CATEGORIES.c.code == clean.text(code), CATEGORIES.c.version == version)
        .values(**new, version=CATEGORIES.c.version + 1)
    )
    found = await get(connection, code)
    if changed.rowcount == 0:
        raise Stale
    return found


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: clean.json(value) for name, value in values.items()}


async def _unknown(connection: Connection, code: str) -> CategoryUnknown:
    codes = ", ".join(category.code for category in await categories(connection))
    return CategoryUnknown(f"there is no category {ascii(code)[:60]}: use one of {codes}")


def _category(row: Mapping[Any, Any]) -> StoredCategory:
    return StoredCategory(**{**row, "service_class": ServiceClass(row["service_class"])})
