"""Imports of places that were asked for on a screen: one at a time, each with how far it is."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Table, case, func, insert, literal, select, update

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.place_tables import PlaceImportJobRow

JOBS: Table = PlaceImportJobRow.metadata.tables["place_import_job"]
SILENT = timedelta(seconds=30)
"""An import whose process has said nothing for so long has died with it."""
MOST = 20  # shown
BROKEN_OFF = "its process ended before it was through: nothing has changed, ask for it again"
Kind = Literal["areas", "area_names", "names"]
Step = Literal["reading", "writing", "done", "refused", "broken"]


class ImportUnderWay(Exception):
    """Another import is under way; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """An import; times in UTC. `done` of `total` rows are written; `said`: why it was refused."""

    id: UUID
    kind: Kind
    file_name: str
    mend: bool
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    step: Step
    done: int
    total: int
    added: int
    changed: int
    same: int
    mended: Sequence[str]
    said: str


_alive = JOBS.c.ended_at.is_(None) & (JOBS.c.beat_at > func.clock_timestamp() - SILENT)
_dead = JOBS.c.ended_at.is_(None) & ~_alive
SHOWN = [
    *(JOBS.c[name] for name in ImportJob.__dataclass_fields__ if name not in ("step", "said")),
    case((_dead, literal("broken")), else_=JOBS.c.step).label("step"),
    case((_dead, literal(BROKEN_OFF)), else_=JOBS.c.said).label("said"),
]


async def begin(connection: Connection, *, kind: str, file_name: str, mend: bool, by: str) -> ImportJob:
    """Write down that an import begins. Raises ImportUnderWay."""
    if await connection.scalar(select(func.count()).select_from(JOBS).where(_alive)):
        raise ImportUnderWay("another import is under way: wait until it is through")
    values = {"kind": kind, "file_name": clean.text(file_name), "mend": mend, "asked_by": clean.text(by)}
    made = insert(JOBS).values(id=uuid.uuid4(), **values).returning(*SHOWN)
    return _job((await connection.execute(made)).mappings().one())


async def get(connection: Connection, id_: UUID) -> ImportJob | None:
    """Return one; None: there is none."""
    row = (await connection.execute(select(*SHOWN).where(JOBS.c.id == id_))).mappings().one_or_none()
    return None if row is None else _job(row)


async def newest(connection: Connection) -> list[ImportJob]:
    """Return the newest, the newest first."""
    rows = await connection.execute(select(*SHOWN).order_by(JOBS.c.asked_at.desc()).limit(MOST))
    return [_job(row) for row in rows.mappings()]


async def beat(connection: Connection, id_: UUID, *, done: int, total: int) -> None:
    """Note that it is alive, and how far it is."""
    step: Step = "writing" if total else "reading"
    values = {"step": step, "done": done, "total": total, "beat_at": func.clock_timestamp()}
    await connection.execute(update(JOBS).where(JOBS.c.id == id_, JOBS.c.ended_at.is_(None)).values(values))


async def end(connection: Connection, id_: UUID, step: Step, *, said: str = "", **counts: Any) -> None:
    """Note how it ended; one that has ended stays as it is."""
    values = {"step": step, "said": clean.text(said), "ended_at": func.clock_timestamp(), **counts}
    await connection.execute(update(JOBS).where(JOBS.c.id == id_, JOBS.c.ended_at.is_(None)).values(values))


def _job(row: Any) -> ImportJob:
    return ImportJob(**row)
