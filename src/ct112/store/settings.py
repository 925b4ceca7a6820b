"""The settings as they were set: a row a version with all values; the newest is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, desc, func, insert, select, text

from ct112.core.policy import Policy
from ct112.core.settings import BY_NAME, applied
from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.pages import Order, Page
from ct112.store.tables import SettingVersion

VERSIONS: Table = SettingVersion.metadata.tables["setting_version"]
NEWEST_FIRST = Order("settings", (VERSIONS.c.version,), (int,), newest_first=True)
NEVER = 0  # the version before anything was set
COLUMNS = (
    VERSIONS.c.version,
    VERSIONS.c["values"],
    VERSIONS.c.note,
    VERSIONS.c.changed_by,
    VERSIONS.c.changed_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSettings:
    """All that was set, in seconds by name; what is not named is as the process was started with.

    They are as the database has them: whoever uses them checks them (`core/settings.py`).
    """

    version: int = NEVER
    values: Mapping[str, Any]
    note: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


async def current(connection: Connection) -> StoredSettings:
    """Return what is set now; version 0 when nothing ever was."""
    newest = select(*COLUMNS).order_by(desc(VERSIONS.c.version)).limit(1)
    row = (await connection.execute(newest)).mappings().first()
    return StoredSettings(values={}) if row is None else StoredSettings(**row)


async def change(
    connection: Connection,
    changes: Mapping[str, float | None],
    note: str,
    *,
    by: str,
    base: Policy,
    expected: int | None = None,
) -> StoredSettings:
    """Set some; None takes one back to `base`, which is what the process is started with.

    What is so already makes no version. `expected`: the version this change is made on. Raises Stale,
    SettingError.
    """
    await connection.execute(text("LOCK TABLE setting_version IN SHARE ROW EXCLUSIVE MODE"))
    now = await current(connection)
    if expected is not None and expected != now.version:
        raise Stale
    kept = {name: value for name, value in now.values.items() if name in BY_NAME}
    values = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    applied(base, values)
    if values == now.values:
        return now
    row = {
        "version": now.version + 1,
        "values": values,
        "note": clean.text(note),
        "changed_by": clean.text(by),
    }
    made = await connection.execute(insert(VERSIONS).values(row).returning(*COLUMNS))
    return StoredSettings(**made.mappings().one())


async def page(connection: Connection, *, limit: int = 50, after: str | None = None) -> Page[StoredSettings]:
    """Return the versions, the newest first. `limit`: 1 to 500. Raises BadCursor."""
    rows, more = await NEWEST_FIRST.page(connection, select(*COLUMNS), limit, after, "version")
    return Page(
        items=[StoredSettings(**row) for row in rows],
        total=int(await connection.scalar(select(func.count()).select_from(VERSIONS)) or 0),
        next=more,
    )
