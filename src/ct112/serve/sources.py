"""What the service reads of the store, in the words of the keeper."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ct112 import ivr, logs
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.ivr import IvrDocument
from ct112.core.stays import Stay
from ct112.prompts.library import PromptLibrary
from ct112.serve.known import (
    Known,
    KnownOperator,
    KnownPosition,
    KnownReason,
    LiveIvr,
    LiveSettings,
    RosterEntry,
)
from ct112.store import (
    Connection,
    Store,
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

    def __init__(self, store: Store) -> None:
        """Read from `store`."""
        self._store = store

    async def known(self) -> Known:
        """Return what is true now. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            live = await ivr_versions.current(connection)
            reasons = await pause_reasons.pause_reasons(connection)
            return Known(
                await _positions(connection),
                await _operators(connection),
                tuple(KnownReason(one.code, one.indonesian, one.english) for one in reasons),
                await _roster(connection),
                None if live is None else LiveIvr(live.version, live.source_yaml),
                await _settings(connection),
            )

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
