"""Keeps people, IVR document and settings in step with the database; the last known ones are on disk."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from ct112 import logs
from ct112.core.events import IvrPublished, PeopleChanged, PolicyChanged
from ct112.core.ivr import IvrDocument
from ct112.core.policy import Policy
from ct112.core.ports import Post
from ct112.core.reserved import is_name, reserved
from ct112.serve.known import Known, KnownPosition, LastKnown, LiveIvr
from ct112.serve.settings import SettingsInForce

log = logs.get("keeper")

POLL_SECONDS = 2.0
ANSWER_SECONDS = 5.0  # how long the database may take before it counts as away
DISK_SECONDS = 3.0  # how long the disk may take over the last known ones
COMPILE_SECONDS = 60.0  # how long a document and its prompts may take
T = TypeVar("T")


class Source(Protocol):
    """Where it comes from; may raise or take long when the database is away."""

    async def known(self) -> Known:
        """Return what is true now."""
        ...


class ConfigSync:
    """Asks the source every two seconds and passes on what changed.

    `compile_ivr` makes a document runnable (None: the one that comes with ct112); it may render prompts,
    so it runs in a thread. `on_positions` is called with the new positions, `on_document` with the document.
    """

    def __init__(
        self,
        source: Source | None,
        last: LastKnown,
        compile_ivr: Callable[[LiveIvr | None], IvrDocument],
        *,
        post: Post,
        on_positions: Callable[[Sequence[KnownPosition]], None],
        on_document: Callable[[IvrDocument], None],
        policy: Policy,
        trunk: str = "trunk",
    ) -> None:
        """Keep the floor behind `post` up to date. No position has the name of `trunk`.

        `policy`: what the process was started with; settings of the database change it.
        """
        self.settings = SettingsInForce(policy)
        self._trunk = trunk
        self._source = source
        self._last = last
        self._compile = compile_ivr
        self._post = post
        self._on_positions = on_positions
        self._on_document = on_document
        self._known = Known()
        self.database_ok = source is None
        self.unusable: tuple[str, ...] = ()  # positions with names of something else in Asterisk
        self.document: IvrDocument | None = None

    @property
    def known(self) -> Known:
        """What the database said last."""
        return self._known

    async def first(self) -> IvrDocument:
        """Return the document to start with: the database's, else the last known, else the built-in one."""
        known = await self._ask()
        if known is None or not self.settings.fit(known.settings):
            self._known = await self._loaded()
            self.settings.take(self._known.settings)
        if known is not None:
            self._known = self._good(known)
            await self._saved(self._known)
        try:
            self.document = await within(COMPILE_SECONDS, self._compile, self._known.ivr)
        except Exception:  # a document that was good once, and is not with this program: calls go on
            log.exception("the live IVR document does not compile; the built-in one is used")
            self.document = await asyncio.to_thread(self._compile, None)
        return self.document

    def announce(self) -> None:
        """Pass on what `first` found: nothing, if nothing was."""
        if self._known != Known() or self.database_ok:
            self._tell_people(self._known)
        if self.document is not None:
            self._on_document(self.document)

    async def run(self) -> None:
        """Look for changes until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            known = await self._ask()
            if known is not None and (good := self._good(known)) != self._known:
                await self._change_to(good)

    def _good(self, known: Known) -> Known:
        """Return what is known with the settings in force: those of before, when the new ones are refused."""
        taken = self.settings.take(known.settings)
        return known if taken else replace(known, settings=self._known.settings)

    async def _loaded(self) -> Known:
        """Return the last known; an empty one when the disk does not answer: calls do not wait for it."""
        try:
            return await within(DISK_SECONDS, self._last.load)
        except TimeoutError:
            log.error("the last known configuration cannot be read: the disk does not answer")  # noqa: TRY400
            return Known()

    async def _saved(self, known: Known) -> None:
        """Save, unless the disk does not answer: what changed is passed on all the same."""
        try:
            await within(DISK_SECONDS, self._last.save, known)
        except TimeoutError:
            log.error("the last known configuration is not saved: the disk does not answer")  # noqa: TRY400

    async def _change_to(self, known: Known) -> None:
        before, self._known = self._known, known
        await self._saved(known)
        if (known.positions, known.people()) != (before.positions, before.people()):
            self._tell_people(known)
        if known.settings != before.settings:
            self._post(PolicyChanged(self.settings.policy))
        if known.ivr != before.ivr:
            await self._publish(known.ivr)

    async def _publish(self, live: LiveIvr | None) -> None:
        try:
            document = await within(COMPILE_SECONDS, self._compile, live)
        except Exception:  # a bad document must not take the service down: the running one stays
            log.exception("the published IVR document does not compile; the running one stays")
            return
        self.document = document
        self._on_document(document)
        self._post(IvrPublished(document))
        log.info("ivr document is live", version=document.version)

    def _tell_people(self, known: Known) -> None:
        names = [position.name for position in known.positions]
        self.unusable = tuple(name for name in names if reserved(name, self._trunk) or not is_name(name))
        if self.unusable:
            shown = [ascii(name) for name in self.unusable]
            log.error("positions with unusable names are left out: remove them", positions=shown)
        usable = tuple(position for position in known.positions if position.name not in self.unusable)
        self._post(PeopleChanged(replace(known, positions=usable).people()))
        self._on_positions(usable)

    async def _ask(self) -> Known | None:
        """Return the source's answer; None when it has none in time."""
        if self._source is None:
            return None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                known = await self._source.known()
        except Exception as error:  # noqa: BLE001 (any fault of the database: the last known stays true)
            if self.database_ok:
                log.warning("database away; the last known configuration stays", error=type(error).__name__)
            self.database_ok = False
            return None
        self.database_ok = True
        return known


async def within(seconds: float, do: Callable[..., T], *arguments: Any) -> T:
    """Do something that blocks, in a thread; one that hangs is left alone. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        return await asyncio.to_thread(do, *arguments)
