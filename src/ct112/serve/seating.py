"""Who sits where, kept on the disk after each change: a restart knows it with the database away."""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from ct112 import logs, metrics
from ct112.core.events import SeatingRestored
from ct112.core.ports import Post
from ct112.core.stays import Move, Seating, Stay
from ct112.serve.config_sync import ANSWER_SECONDS, DISK_SECONDS, within
from ct112.serve.known import LastKnown

log = logs.get("seating")

AGAIN_SECONDS = 2.0  # until a disk or a database that failed is tried again


@dataclass(frozen=True, slots=True)
class Kept:
    """Who sits where, and who moves after a talk."""

    stays: tuple[Stay, ...] = ()
    moves: tuple[Move, ...] = ()


class Damaged(ValueError):
    """The file is not what was written."""


class SeatingFile:
    """The file and the copy of before the last change; each with a digest, so that damage is seen."""

    def __init__(self, file: Path) -> None:
        """Keep it in `file`."""
        self._file = file
        self._before = file.with_suffix(".before")
        self._adapter = TypeAdapter(Kept)

    def load(self) -> Kept | None:
        """Return what was kept last, else what was kept before; None when there is neither. Blocking."""
        for file in (self._file, self._before):
            try:
                return self._read(file)
            except FileNotFoundError:
                continue
            except (OSError, Damaged) as error:
                log.error(  # noqa: TRY400 (what is wrong with a file is said by its kind)
                    "who sat where cannot be read: the copy before is used; see ct112 operator list",
                    file=str(file),
                    error=type(error).__name__,
                )
        return None

    def save(self, kept: Kept) -> None:
        """Have it on the disk, or leave what is there. Blocking. Raises OSError."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        body = self._adapter.dump_json(kept)
        spare = self._file.with_suffix(".new")
        handle = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_digest(body) + b"\n" + body)
            file.flush()
            os.fsync(file.fileno())
        if self._file.exists():
            self._before.unlink(missing_ok=True)
            os.link(self._file, self._before)
        spare.replace(self._file)

    def _read(self, file: Path) -> Kept:
        digest, _, body = file.read_bytes().partition(b"\n")
        if digest != _digest(body):
            raise Damaged(file.name)
        try:
            return self._adapter.validate_json(body)
        except ValidationError as error:
            raise Damaged(file.name) from error


class Source(Protocol):
    """Where the database's copy comes from; may raise or take long."""

    async def stays(self) -> Sequence[Stay]:
        """Return who sits where as far as it was written."""
        ...


class SeatingKeeper:
    """Tells the floor who sat where, and keeps who sits where from then on."""

    def __init__(
        self,
        file: SeatingFile,
        last: LastKnown,
        source: Source,
        *,
        post: Post,
        on_change: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        """`last`: for the first start after an upgrade. `on_change`: called in the loop after each change."""
        self._file = file
        self._last = last
        self._source = source
        self._post = post
        self._on_change = on_change
        self._now = now
        self._restored = SeatingRestored(())
        self._unknown = False  # nothing on the disk: the database is asked until it answers
        self._written = 0  # the revision that is on the disk
        self._saving: tuple[int, asyncio.Task[None]] | None = None
        self._wake = asyncio.Event()
        self.healthy = True

    async def first(self, *, database_ok: bool) -> None:
        """Find out who sat where: from the disk, else from the database if that answers now. Never raises."""
        kept = await self._loaded()
        self._unknown = kept is None and not (database_ok and await self._asked())
        if self._unknown:
            log.warning("who sat where is not known: no file, and the database is away; asked again")
        if kept is not None:
            self._restored = SeatingRestored(kept.stays, kept.moves)

    def announce(self) -> None:
        """Tell the floor what `first` found."""
        self._post(self._restored)

    def changed(self) -> None:
        """Somebody logged in or out, moved, paused or came back: called in the loop, returns at once."""
        self._on_change()
        self._wake.set()

    async def run(self, seating: Callable[[], Seating]) -> None:
        """Keep what changes until cancelled."""
        while True:
            if self._unknown:
                await self._find_out()
            now = seating()
            if now.revision != self._written:
                await self._save(now)
            elif not self._unknown:
                await self._wake.wait()
            self._wake.clear()

    async def _loaded(self) -> Kept | None:
        try:
            kept = await within(DISK_SECONDS, self._file.load)
            if kept is None:
                stays = await within(DISK_SECONDS, self._last.stays, self._now())
                kept = Kept(stays) if stays else None
        except TimeoutError:
            log.error("who sat where cannot be read: the disk does not answer")  # noqa: TRY400
            return None
        return kept

    async def _asked(self) -> bool:
        """Ask the database; return whether it answered."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._restored = SeatingRestored(tuple(await self._source.stays()))
        except Exception:  # noqa: BLE001 (any fault of the database: asked again later)
            return False
        return True

    async def _find_out(self) -> None:
        """Ask the database again; what people asked for meanwhile stands."""
        if await self._asked():
            self._unknown = False
            self.announce()
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_SECONDS):
                await self._wake.wait()

    async def _save(self, seating: Seating) -> None:
        """Have it written in a thread; one that hangs is waited for, and no second one is begun."""
        if self._saving is None:
            kept = Kept(tuple(seating.stays.values()), tuple(seating.moves.values()))
            work = asyncio.to_thread(self._file.save, kept)
            self._saving = (seating.revision, asyncio.create_task(work, name="seating file"))
        revision, writing = self._saving
        await asyncio.wait({writing}, timeout=DISK_SECONDS)
        if not writing.done():
            self._is_healthy(ok=False, why="the disk does not answer")
            return
        self._saving = None
        error = writing.exception()
        if error is None:
            self._written = revision
            self._is_healthy(ok=True)
        else:
            self._is_healthy(ok=False, why=type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    def _is_healthy(self, *, ok: bool, why: str = "") -> None:
        metrics.seating_not_kept.set(int(not ok))
        if self.healthy and not ok:
            log.error("who sits where cannot be kept on the disk: see the disk", error=why)
        elif ok and not self.healthy:
            log.info("who sits where is kept on the disk again")
        self.healthy = ok


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
