"""Recordings for the menu: added once, read by name, gone when no version came of them."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.ivr_tables import IvrRecording
from ct112.store.tables import IvrVersion

UNUSED_DAYS = 60
"""So long a draft may lie in somebody's browser."""


async def add(connection: Connection, name: str, sound: bytes, seconds: float, *, by: str) -> None:
    """Keep a recording; one that is there already stays, and counts as sent now. Old unused ones go."""
    row = {"name": name, "sound": sound, "seconds": seconds, "uploaded_by": clean.text(by)}
    again = {"uploaded_at": func.now()}
    await connection.execute(
        insert(IvrRecording).values(row).on_conflict_do_update(index_elements=["name"], set_=again)
    )
    used = exists().where(func.strpos(IvrVersion.source_yaml, IvrRecording.name) > 0)
    old = IvrRecording.uploaded_at < func.now() - timedelta(days=UNUSED_DAYS)
    await connection.execute(delete(IvrRecording).where(old, ~used))


async def sounds(connection: Connection, names: Iterable[str]) -> dict[str, bytes]:
    """Return those of these recordings that are there, WAV by name."""
    wanted = select(IvrRecording.name, IvrRecording.sound).where(IvrRecording.name.in_(list(names)))
    return {row.name: row.sound for row in await connection.execute(wanted)}
