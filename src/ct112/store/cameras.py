"""The cameras of the city."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from ct112.incidents.alerts import Spot, nearest
from ct112.store import clean
from ct112.store.alert_tables import CameraRow
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.pages import Order, Page, count

CAMERAS: Table = CameraRow.metadata.tables["camera"]
IN_ORDER = Order("cameras", (CAMERAS.c.code,), (str,))
MOST_CAMERAS = 5000  # more than that are not looked through

__all__ = ["CameraTaken", "CameraUnknown", "StoredCamera", "add", "change", "get", "near", "page"]


class CameraUnknown(LookupError):
    """There is no such camera; the text says what to do."""


class CameraTaken(ValueError):
    """There is a camera of this code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCamera:
    """A camera: degrees are WGS 84; `stream` is where its pictures are."""

    code: str
    name: str
    latitude: float
    longitude: float
    stream: str
    active: bool
    version: int


async def add(connection: Connection, code: str, **values: Any) -> StoredCamera:
    """Register a camera: name, latitude, longitude, stream. Raises CameraTaken."""
    made = (
        insert_or(CAMERAS)
        .values(code=code, **clean.texts(values))
        .on_conflict_do_nothing()
        .returning(CAMERAS)
    )
    row = (await connection.execute(made)).mappings().one_or_none()
    if row is None:
        raise CameraTaken(f"there is a camera {code}: change it, or take another code")
    return StoredCamera(**row)


async def change(
    connection: Connection, code: str, version: int | None = None, **values: Any
) -> StoredCamera:
    """Change some of it; `version`: the one that was read. Raises CameraUnknown, Stale."""
    found = (
        (
            await connection.execute(
                select(CAMERAS).where(CAMERAS.c.code == clean.text(code)).with_for_update()
            )
        )
        .mappings()
        .one_or_none()
    )
    if found is None:
        raise _unknown()
    if version not in (None, found["version"]):
        raise Stale
    if all(found[name] == value for name, value in values.items()):
        return StoredCamera(**found)
    changed = (
        update(CAMERAS)
        .where(CAMERAS.c.code == found["code"])
        .values(**clean.texts(values), version=CAMERAS.c.version + 1)
        .returning(CAMERAS)
    )
    return StoredCamera(**(await connection.execute(changed)).mappings().one())


async def get(connection: Connection, code: str) -> StoredCamera:
    """Return one. Raises CameraUnknown."""
    query = select(CAMERAS).where(CAMERAS.c.code == clean.text(code))
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise _unknown()
    return StoredCamera(**row)


async def page(connection: Connection, *, limit: int = 50, after: str | None = None) -> Page[StoredCamera]:
    """Return a page, by code. Raises BadCursor."""
    rows, more = await IN_ORDER.page(connection, select(CAMERAS), limit, after, "code")
    total, exact = await count(connection, select(CAMERAS))
    return Page(items=[StoredCamera(**row) for row in rows], total=total, exact=exact, next=more)


async def near(connection: Connection, latitude: float, longitude: float) -> list[tuple[float, StoredCamera]]:
    """Return the active cameras nearest to a place, with their distance in metres."""
    query = select(CAMERAS).where(CAMERAS.c.active).order_by(CAMERAS.c.code).limit(MOST_CAMERAS)
    by_code = {row["code"]: StoredCamera(**row) for row in (await connection.execute(query)).mappings()}
    spots = [Spot(id=one.code, latitude=one.latitude, longitude=one.longitude) for one in by_code.values()]
    return [(metres, by_code[str(spot.id)]) for metres, spot in nearest(latitude, longitude, spots)]


def _unknown() -> CameraUnknown:
    return CameraUnknown("there is no such camera: use a code from GET /api/v1/cameras")
