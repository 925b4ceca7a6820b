"""Does an import that was asked for on a screen, in a process of its own, and says how far it is."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import cast
from uuid import UUID

from ct112.places import importing
from ct112.places.importing import Files, Progress, Report
from ct112.places.problems import BadFile
from ct112.store import RowRefused, Store, StoreUnavailable, place_jobs
from ct112.store.place_jobs import ImportJob

BEAT_SECONDS = 0.5
LONGEST_SECONDS = 300.0  # for 500,000 names and their index


async def run(store: Store, id_: UUID, file: Path) -> None:
    """Do it: all of the file is taken in, or nothing; the job says which. Raises StoreUnavailable."""
    async with store.transaction() as connection:
        job = await place_jobs.get(connection, id_)
    if job is None or job.ended_at is not None:
        return
    progress = Progress()
    beating = asyncio.create_task(_beat(store, id_, progress), name="import beat")
    try:
        report = await _take_in(store, job, file, progress)
    except (BadFile, RowRefused) as error:
        await _end(store, id_, "refused", said=_without(file, str(error)))
    else:
        await _done(store, id_, report)
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _take_in(store: Store, job: ImportJob, file: Path, progress: Progress) -> Report:
    files = Files(**{job.kind: file})
    async with store.long_transaction(LONGEST_SECONDS) as connection:
        return await importing.take_in(connection, files, by=job.asked_by, mend=job.mend, progress=progress)


async def _done(store: Store, id_: UUID, report: Report) -> None:
    ((_, taken),) = report.taken
    counts = {"added": taken.added, "changed": taken.changed, "same": taken.same, "mended": report.mended}
    await _end(store, id_, "done", **counts)


async def _end(store: Store, id_: UUID, step: str, **values: object) -> None:
    async with store.transaction() as connection:
        await place_jobs.end(connection, id_, cast(place_jobs.Step, step), **values)  # type: ignore[arg-type]


async def _beat(store: Store, id_: UUID, progress: Progress) -> None:
    while True:
        with suppress(StoreUnavailable):
            async with store.transaction() as connection:
                await place_jobs.beat(connection, id_, done=progress.done, total=progress.total)
        await asyncio.sleep(BEAT_SECONDS)


def _without(file: Path, said: str) -> str:
    """Return what is wrong without where the file lay here: its name is known to who sent it."""
    return said.removeprefix(f"{file}: ").replace(str(file), "the file")
