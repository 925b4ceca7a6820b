"""Keeps roster and IVR document in step with the database; the last known ones are on disk."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from ct112 import logs
from ct112.core.events import IvrPublished, RosterChanged, Staff
from ct112.core.ids import OperatorName, PositionName
from ct112.core.ivr import IvrDocument
from ct112.core.reserved import is_name, reserved
from ct112.serve.ports import Post

log = logs.get("keeper")

POLL_SECONDS = 2.0
ANSWER_SECONDS = 5.0  # how long the database may take before it counts as away
DISK_SECONDS = 3.0  # how long the disk may take over the last known ones
COMPILE_SECONDS = 60.0  # how long a document and its prompts may take
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seat:
    """A position, its softphone's password and who sits there."""

    position: str
    sip_password: str = field(repr=False)
    operator: str | None
    ready: bool


@dataclass(frozen=True, slots=True)
class LiveIvr:
    """A published IVR document: its version and its YAML."""

    version: int
    source_yaml: str


@dataclass(frozen=True, slots=True)
class Known:
    """All the service needs of the database to answer calls."""

    seats: tuple[Seat, ...] = ()
    ivr: LiveIvr | None = None


class Source(Protocol):
    """Where it comes from; may raise or take long when the database is away."""

    async def known(self) -> Known:
        """Return what is true now."""
        ...


class LastKnown:
    """The last answer of the database, in a file readable by us alone (it holds SIP passwords)."""

    def __init__(self, file: Path) -> None:
        """Keep it in `file`."""
        self._file = file
        self._adapter = TypeAdapter(Known)

    def load(self) -> Known:
        """Return the last known; an empty one when there is none or it cannot be read."""
        try:
            return self._adapter.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return Known()
        except (OSError, ValidationError) as error:
            log.warning("last known roster unreadable", file=str(self._file), error=type(error).__name__)
            return Known()

    def save(self, known: Known) -> None:
        """Replace the file at once, or leave the old one."""
        spare = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            spare.touch(mode=0o600)
            spare.write_bytes(self._adapter.dump_json(known))
            spare.replace(self._file)
        except OSError as error:
            log.warning("last known roster not saved", file=str(self._file), error=str(error))


class ConfigSync:
    """Asks the source every two seconds and passes on what changed.

    `compile_ivr` makes a document runnable (None: the one that comes with ct112); it may render prompts,
    so it runs in a thread. `on_seats` is called with the new seats, `on_document` with the new document.
    """

    def __init__(
        self,
        source: Source | None,
        last: LastKnown,
        compile_ivr: Callable[[LiveIvr | None], IvrDocument],
        *,
        post: Post,
        on_seats: Callable[[Sequence[Seat]], None],
        on_document: Callable[[IvrDocument], None],
        trunk: str = "trunk",
    ) -> None:
        """Keep the floor behind `post` up to date. No position has the name of `trunk`."""
        self._trunk = trunk
        self._source = source
        self._last = last
        self._compile = compile_ivr
        self._post = post
        self._on_seats = on_seats
        self._on_document = on_document
        self._known = Known()
        self.database_ok = source is None
        self.unusable: tuple[str, ...] = ()  # positions with names of something else in Asterisk
        self.document: IvrDocument | None = None

    async def first(self) -> IvrDocument:
        """Return the document to start with: the database's, else the last known, else the built-in one."""
        known = await self._ask()
        if known is None:
            self._known = await self._loaded()
        else:
            self._known = known
            await self._saved(known)
        try:
            self.document = await _within(COMPILE_SECONDS, self._compile, self._known.ivr)
        except Exception:  # a document that was good once, and is not with this program: calls go on
            log.exception("the live IVR document does not compile; the built-in one is used")
            self.document = await asyncio.to_thread(self._compile, None)
        return self.document

    def announce(self) -> None:
        """Pass on what `first` found."""
        self._tell_seats(self._known.seats)
        if self.document is not None:
            self._on_document(self.document)

    async def run(self) -> None:
        """Look for changes until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            known = await self._ask()
            if known is not None and known != self._known:
                await self._change_to(known)

    async def _loaded(self) -> Known:
        """Return the last known; an empty one when the disk does not answer: calls do not wait for it."""
        try:
            return await _within(DISK_SECONDS, self._last.load)
        except TimeoutError:
            log.error("the last known roster cannot be read: the disk does not answer")  # noqa: TRY400
            return Known()

    async def _saved(self, known: Known) -> None:
        """Save, unless the disk does not answer: what changed is passed on all the same."""
        try:
            await _within(DISK_SECONDS, self._last.save, known)
        except TimeoutError:
            log.error("the last known roster is not saved: the disk does not answer")  # noqa: TRY400

    async def _change_to(self, known: Known) -> None:
        before, self._known = self._known, known
        await self._saved(known)
        if known.seats != before.seats:
            self._tell_seats(known.seats)
        if known.ivr != before.ivr:
            await self._publish(known.ivr)

    async def _publish(self, live: LiveIvr | None) -> None:
        try:
            document = await _within(COMPILE_SECONDS, self._compile, live)
        except Exception:  # a bad document must not take the service down: the running one stays
            log.exception("the published IVR document does not compile; the running one stays")
            return
        self.document = document
        self._on_document(document)
        self._post(IvrPublished(document))
        log.info("ivr document is live", version=document.version)

    def _tell_seats(self, seats: Sequence[Seat]) -> None:
        names = [seat.position for seat in seats]
        self.unusable = tuple(name for name in names if reserved(name, self._trunk) or not is_name(name))
        if self.unusable:
            shown = [ascii(name) for name in self.unusable]
            log.error("positions with unusable names are left out: remove them", positions=shown)
        usable = tuple(seat for seat in seats if seat.position not in self.unusable)
        self._on_seats(usable)
        self._post(RosterChanged(tuple(_staff(seat) for seat in usable)))

    async def _ask(self) -> Known | None:
        """Return the source's answer; None when it has none in time."""
        if self._source is None:
            return None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                known = await self._source.known()
        except Exception as error:  # noqa: BLE001 (any fault of the database: the last known stays true)
            if self.database_ok:
                log.warning("database away; the last known roster stays", error=type(error).__name__)
            self.database_ok = False
            return None
        self.database_ok = True
        return known


async def _within(seconds: float, do: Callable[..., T], *arguments: Any) -> T:
    """Do something that blocks, in a thread; one that hangs is left alone. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        return await asyncio.to_thread(do, *arguments)


def _staff(seat: Seat) -> Staff:
    operator = None if seat.operator is None else OperatorName(seat.operator)
    return Staff(position=PositionName(seat.position), operator=operator, ready=seat.ready)
