"""The neighbouring cities' centres that may offer us incidents."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.neighbour_tables import NeighbourRow
from ct112.store.pages import Order, Page, count

NEIGHBOURS: Table = NeighbourRow.metadata.tables["neighbour"]
IN_ORDER = Order("neighbours", (NEIGHBOURS.c.code,), (str,))

__all__ = ["NeighbourTaken", "NeighbourUnknown", "StoredNeighbour", "add", "change", "get", "page"]


class NeighbourUnknown(LookupError):
    """There is no such neighbour; the text says what to do."""


class NeighbourTaken(ValueError):
    """There is a neighbour of this code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNeighbour:
    """A neighbouring centre. `secret` and `token` are never shown."""

    code: str
    name: str
    url: str
    secret: str
    token: str
    active: bool
    version: int

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return f"StoredNeighbour({self.code})"


async def add(connection: Connection, code: str, **values: Any) -> StoredNeighbour:
    """Register a neighbour: name, url, secret, token. Raises NeighbourTaken."""
    made = insert_or(NEIGHBOURS).values(code=code, **clean.texts(values))
    row = (await connection.execute(made.on_conflict_do_nothing().returning(NEIGHBOURS))).mappings().first()
    if row is None:
        raise NeighbourTaken(f"there is a neighbour {code}: change it, or take another code")
    return StoredNeighbour(**row)


async def change(
    connection: Connection, code: str, version: int | None = None, **values: Any
) -> StoredNeighbour:
    """Change some of it; `version`: the one that was read. Raises NeighbourUnknown, Stale."""
    query = select(NEIGHBOURS).where(NEIGHBOURS.c.code == clean.text(code)).with_for_update()
    found = (await connection.execute(query)).mappings().first()
    if found is None:
        raise _unknown()
    if version not in (None, found["version"]):
        raise Stale
    if all(found[name] == value for name, value in values.items()):
        return StoredNeighbour(**found)
    changed = update(NEIGHBOURS).where(NEIGHBOURS.c.code == found["code"])
    changed = changed.values(**clean.texts(values), version=NEIGHBOURS.c.version + 1)
    row = (await connection.execute(changed.returning(NEIGHBOURS))).mappings().one()
    return StoredNeighbour(**row)


async def get(connection: Connection, code: str) -> StoredNeighbour:
    """Return one. Raises NeighbourUnknown."""
    query = select(NEIGHBOURS).where(NEIGHBOURS.c.code == clean.text(code))
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise _unknown()
    return StoredNeighbour(**row)


async def page(connection: Connection, *, limit: int = 50, after: str | None = None) -> Page[StoredNeighbour]:
    """Return a page, by code. Raises BadCursor."""
    rows, more = await IN_ORDER.page(connection, select(NEIGHBOURS), limit, after, "code")
    total, exact = await count(connection, select(NEIGHBOURS))
    return Page(items=[StoredNeighbour(**row) for row in rows], total=total, exact=exact, next=more)


def _unknown() -> NeighbourUnknown:
    return NeighbourUnknown("there is no such neighbour: use a code from GET /api/v1/neighbours")
