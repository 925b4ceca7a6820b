"""What the service reads of the store, in the words of the keeper."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ct112 import ivr, logs
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.ivr import IvrDocument
from ct112.core.stays import Stay
from ct112.prompts.library import Piece, PromptLibrary
from ct112.prompts.uploads import Uploads
from ct112.serve.known import (
    Known,
    KnownOperator,
    KnownPosition,
    KnownReason,
    LiveIvr,
    LiveSettings,
    RosterEntry,
)
from ct112.serve.menu_calls import LANGUAGE, QUEUED, Played
from ct112.store import (
    Connection,
    Store,
    ivr_recordings,
    ivr_versions,
    operators,
    pause_reasons,
    positions,
    roster,
    seating,
    settings,
)

log = logs.get("reading")


PLANNED_AHEAD = timedelta(days=14)
"""So far the roster is known when the database is away."""


class StoreSource:
    """The keepers' source: people, roster, live IVR document, settings and the copy of who sits where."""

    def __init__(self, store: Store, uploads: Uploads | None = None) -> None:
        """Read from `store`; `uploads`: where recordings of the live menu are brought to."""
        self._store = store
        self._uploads = uploads
        self._not_there: frozenset[str] = frozenset()  # named in the menu, and nowhere

    async def known(self) -> Known:
        """Return what is true now. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            live = await ivr_versions.current(connection)
            if live is not None and self._uploads is not None:
                await self._bring(self._uploads, connection, live.source_yaml)
            reasons = await pause_reasons.pause_reasons(connection)
            return Known(
                await _positions(connection),
                await _operators(connection),
                tuple(KnownReason(one.code, one.indonesian, one.english) for one in reasons),
                await _roster(connection),
                None if live is None else LiveIvr(live.version, live.source_yaml),
                await _settings(connection),
            )

    async def bring(self, source: str) -> None:
        """Bring the recordings a draft of the menu names. Raises StoreUnavailable."""
        if self._uploads is None or not await asyncio.to_thread(self._uploads.missing, source):
            return
        async with self._store.transaction() as connection:
            await self._bring(self._uploads, connection, source)

    async def _bring(self, uploads: Uploads, connection: Connection, source: str) -> None:
        """Bring what a menu plays to this disk; without it that prompt is a gap, and the call goes on."""
        missing = await asyncio.to_thread(uploads.missing, source)
        if not missing - self._not_there:
            return
        found = await ivr_recordings.sounds(connection, missing)
        self._not_there = missing - found.keys()
        try:
            await asyncio.to_thread(uploads.keep, found)
        except OSError as error:
            log.warning("recordings of the menu cannot be kept", error=type(error).__name__)

    async def stays(self) -> Sequence[Stay]:
        """Return who sits where as far as it was written. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            found = await seating.current(connection)
        return [
            Stay(
                id=CallId(one.id),
                operator=OperatorName(one.operator),
                position=PositionName(one.position),
                since=one.since.timestamp(),
                ready=one.ready,
                reason=one.reason,
            )
            for one in found
        ]


async def _positions(connection: Connection) -> tuple[KnownPosition, ...]:
    found = await positions.positions(connection)
    return tuple(KnownPosition(one.name, one.sip_password) for one in found)


async def _operators(connection: Connection) -> tuple[KnownOperator, ...]:
    found = await operators.operators(connection)
    return tuple(KnownOperator(one.name, one.full_name, one.pin_hash) for one in found if one.active)


async def _roster(connection: Connection) -> tuple[RosterEntry, ...]:
    now = datetime.now(UTC)
    found = await roster.entries(connection, now, now + PLANNED_AHEAD)
    return tuple(
        RosterEntry(one.starts_at.timestamp(), one.ends_at.timestamp(), one.operator, one.people)
        for one in found
    )


async def _settings(connection: Connection) -> LiveSettings | None:
    found = await settings.current(connection)
    return LiveSettings(found.version, found.values) if found.version else None


def compile_draft(source: str, library: PromptLibrary) -> Played:
    """Return what a menu call plays. Blocking. Raises IvrError, PromptError."""
    document = ivr.check(ivr.load(source, name="the draft"), library).compiled.document
    phrases = {one: library.make(Piece(text=text), LANGUAGE).prompt for one, text in QUEUED.items()}
    return Played(document, phrases)


def compile_live(live: LiveIvr | None, library: PromptLibrary, limit_seconds: float) -> IvrDocument:
    """Return the runnable form of a document (None: the built-in one). Blocking. Raises IvrError.

    What was published may run although a recording is missing now: a missing prompt stops no call.
    """
    text, version = (ivr.default_text(), 0) if live is None else (live.source_yaml, live.version)
    report = ivr.check(
        ivr.load(text, name=f"version {version}"), library, limit=limit_seconds, version=version
    )
    for problem in report.problems:
        log.warning("a problem in the live IVR document", version=version, problem=str(problem))
    return report.compiled.document
