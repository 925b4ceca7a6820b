"""What the service reads of the store, in the words of those who ask: the keeper and the web."""

from collections.abc import Sequence

from ct112 import ivr, logs
from ct112.core.ivr import IvrDocument
from ct112.core.record import Outcome, ServiceClass
from ct112.prompts.library import PromptLibrary
from ct112.serve.config_sync import Known, LiveIvr, Seat
from ct112.store import (
    BadCursor,
    CallQuery,
    Store,
    StoreUnavailable,
    UnknownCall,
    calls,
    facts,
    ivr_versions,
    roster,
)
from ct112.web import CallFact, CallPage, CallView, NotFound, Unavailable

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


class StoredCalls:
    """The web's source of calls."""

    def __init__(self, store: Store) -> None:
        """Read from `store`."""
        self._store = store

    async def calls(
        self,
        *,
        limit: int,
        after: str | None,
        service_class: ServiceClass | None,
        outcome: Outcome | None,
    ) -> CallPage:
        """Return a page of calls, the newest first. Raises NotFound, Unavailable."""
        wanted = CallQuery(service_class=service_class, outcome=outcome)
        try:
            async with self._store.transaction() as connection:
                page = await calls.page(connection, wanted, limit=limit, after=after)
        except BadCursor as error:
            raise NotFound(after) from error
        except StoreUnavailable as error:
            raise Unavailable from error
        found = [CallView.model_validate(call) for call in page.items]
        return CallPage(calls=found, total=page.total, next=page.next)

    async def call(self, name: str) -> tuple[CallView, Sequence[CallFact]]:
        """Return one call with what happened to it. Raises NotFound, Unavailable."""
        try:
            async with self._store.transaction() as connection:
                call, told = await calls.get(connection, name), await facts.of_call(connection, name)
        except UnknownCall as error:
            raise NotFound(name) from error
        except StoreUnavailable as error:
            raise Unavailable from error
        return CallView.model_validate(call), [CallFact.model_validate(fact) for fact in told]


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
