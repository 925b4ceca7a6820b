"""The agency book: agencies, who is on duty, rules and run cards as the database had them last.

With PostgreSQL away the fire does not wait: somebody can still look up whom to ring. The copy is on disk, so
that a restart of web while the database is away finds it; no secret and no URL is in it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from ct112 import files, logs
from ct112.incidents.agencies import Agency, Way
from ct112.incidents.routing import Book
from ct112.incidents.routing_document import BadDocument, empty_book, read_book
from ct112.store import Store, StoreUnavailable, agencies, routing

log = logs.get("agencies")

EVERY_SECONDS = 10.0
LONGEST_WRITE_SECONDS = 600.0  # an unchanged copy is written so often, so that its age stays true


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What the database had at `as_of` (UTC). `document`: of the version in force; None: none was."""

    as_of: AwareDatetime
    agencies: tuple[Agency, ...]
    version: int
    document: Mapping[str, Any] | None

    def book(self) -> Book:
        """Return the rules as they can be asked; empty when there are none that can be read."""
        acting = [agency.code for agency in self.agencies if agency.active]
        if self.document is None:
            return empty_book(acting)
        try:
            return read_book(self.document, version=self.version, agencies=acting)
        except BadDocument:
            return empty_book(acting)


class AgencyBook:
    """The last good copy, in memory and in a file readable by us alone (numbers of people)."""

    def __init__(self, file: Path | None = None) -> None:
        """Keep it in `file`; None: in memory alone."""
        self._file = file
        self._adapter = TypeAdapter(Copy)
        self._written: Copy | None = None
        self.copy: Copy | None = None

    async def run(self, store: Store) -> None:
        """Keep the copy new until cancelled; while the database is away, what was kept stays."""
        if self.copy is None:
            self.copy = await asyncio.to_thread(self._load)
        while True:
            try:
                await self.refresh(store)
            except StoreUnavailable:
                log.debug("the agency book stays as it is: the database is away")
            await asyncio.sleep(EVERY_SECONDS)

    async def refresh(self, store: Store) -> None:
        """Take what the database has now. Raises StoreUnavailable."""
        async with store.transaction() as connection:
            found = await agencies.agencies(connection)
            version, document = await routing.document_in_force(connection)
        self.copy = Copy(
            as_of=datetime.now(UTC),
            agencies=tuple(map(_public, found)),
            version=version,
            document=document,
        )
        if self._is_to_be_written(self.copy):
            await asyncio.to_thread(self._save, self.copy)

    def _is_to_be_written(self, copy: Copy) -> bool:
        written = self._written
        if self._file is None or written is None:
            return self._file is not None
        age = (copy.as_of - written.as_of).total_seconds()
        return age >= LONGEST_WRITE_SECONDS or replace(written, as_of=copy.as_of) != copy

    def _save(self, copy: Copy) -> None:
        assert self._file is not None
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with files.locked(self._file.parent):  # one at a time: web may run many times over
                files.replace(self._file, self._adapter.dump_json(copy))
            self._written = copy
        except OSError as error:
            log.warning("the agency book is not saved", file=str(self._file), error=type(error).__name__)

    def _load(self) -> Copy | None:
        """Return the copy on disk; None when there is none that can be read."""
        if self._file is None:
            return None
        try:
            return self._adapter.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError, ValueError, RecursionError) as error:
            log.warning("the agency book cannot be read", file=str(self._file), error=type(error).__name__)
            return None


def _public(agency: Agency) -> Agency:
    """Return an agency without where machines are reached, and without secrets."""
    return replace(agency, ways=tuple(_shown(way) for way in agency.ways))


def _shown(way: Way) -> Way:
    return replace(way, url=None, secret=None)
