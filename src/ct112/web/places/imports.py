"""The routes of imports: a file is taken, and a process of its own takes it in."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

from aiohttp import web
from pydantic import Field

from ct112.places.importing import LARGEST
from ct112.store import place_jobs
from ct112.store.place_jobs import ImportUnderWay, Kind, Step
from ct112.web import body, kinds
from ct112.web.access.principal import Principal, Role
from ct112.web.house import House
from ct112.web.places.errands import remove
from ct112.web.problems import Problem
from ct112.web.routes import Route
from ct112.web.values import Given, Instant, Shown

UPLOAD_SECONDS = 55.0  # within what a request may take at most


class NewImport(Given):
    """What the body is: its bytes as they are, `Content-Type: application/octet-stream`."""

    kind: Annotated[Kind, Field(description="areas: GeoJSON; area_names, names: CSV (docs/admin-guide.md)")]
    file_name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]*$")]
    mend: Annotated[bool, Field(description="true: uncross outlines that cross themselves")] = False


class ImportView(Shown):
    """An import. `done` of `total` rows are written; `said`: the line that is wrong, and what to do."""

    id: UUID
    kind: Kind
    file_name: str
    asked_by: str
    asked_at: Instant
    ended_at: Instant | None
    step: Step
    done: int
    total: int
    added: int
    changed: int
    same: int
    mended: tuple[str, ...]
    said: str


class ImportList(Shown):
    """The newest imports, the newest first."""

    imports: tuple[ImportView, ...]


async def received(request: web.Request, query: NewImport) -> Path:  # noqa: ARG001 (it is checked before)
    """Return the file that was sent, as one of ours. Raises Problem; then there is none."""
    file, name = await asyncio.to_thread(_temporary)
    try:
        with file:
            await body.save(request, LARGEST, UPLOAD_SECONDS, file)
    except BaseException:
        remove(name)
        raise
    return name


async def import_places(house: House, who: Principal, query: NewImport, prepared: Path) -> ImportView:
    """Take a file of areas or names in: all of it or nothing, in a process of its own; one at a time."""
    try:
        async with house.store.transaction() as connection:
            job = await place_jobs.begin(
                connection, kind=query.kind, file_name=query.file_name, mend=query.mend, by=who.name
            )
    except BaseException as error:
        remove(prepared)
        if isinstance(error, ImportUnderWay):
            raise Problem(kinds.CONFLICT, str(error)) from None
        raise
    house.imports.start(house.store, job.id, prepared)
    return ImportView.model_validate(job)


async def list_imports(house: House) -> ImportList:
    """List the newest imports and how far each is."""
    async with house.store.transaction() as connection:
        found = await place_jobs.newest(connection)
    return ImportList(imports=tuple(map(ImportView.model_validate, found)))


def _temporary() -> tuple[BinaryIO, Path]:
    descriptor, name = tempfile.mkstemp(prefix="ct112-import-")
    return os.fdopen(descriptor, "wb"), Path(name)


ADMINS = frozenset({Role.ADMIN})
ROUTES = (
    Route("GET", "/api/v1/place-imports", list_imports, ADMINS),
    Route(
        "POST",
        "/api/v1/place-imports",
        import_places,
        ADMINS,
        status=202,
        prepare=received,
        problems=frozenset({kinds.CONFLICT, kinds.NOT_BYTES, kinds.TOO_LARGE, kinds.SLOW_BODY}),
        audit="places.import",
        seconds=60.0,
    ),
)
