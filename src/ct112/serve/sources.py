"""What the service reads of the store, in the words of the keeper."""

from ct112 import ivr, logs
from ct112.core.ivr import IvrDocument
from ct112.prompts.library import PromptLibrary
from ct112.serve.config_sync import Known, LiveIvr, Seat
from ct112.store import Store, ivr_versions, roster

log = logs.get("reading")


class StoreSource:
    """The keeper's source: roster and live IVR document in the database."""

    def __init__(self, store: Store) -> None:
        """Read from `store`."""
        self._store = store

    async def known(self) -> Known:
        """Return what is true now. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            rows = await roster.roster(connection)
            live = await ivr_versions.current(connection)
        seats = tuple(Seat(row.position, row.sip_password, row.operator, row.ready) for row in rows)
        return Known(seats, None if live is None else LiveIvr(live.version, live.source_yaml))


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
