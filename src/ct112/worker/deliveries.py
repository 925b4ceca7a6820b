"""The job that tells agencies: takes what is due, has it done side by side, and writes what came of it.

Any number of workers may do it at once. A worker killed in the middle leaves a lease behind that ends by
itself; the next one tries the same delivery under the same id.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import tzinfo

from ct112 import logs, metrics
from ct112.control.client import ControlClient
from ct112.incidents.agencies import Step, WayKind, steps
from ct112.incidents.destinations import Network
from ct112.incidents.due import key
from ct112.incidents.outcomes import Failed, Outcome, Refused
from ct112.incidents.spoken import Telling
from ct112.store import Store, StoreUnavailable, agencies, clock, deliveries, incidents, neighbour_offers
from ct112.store.deliveries import Leased
from ct112.store.deliveries_settling import settled
from ct112.store.dispatches_reading import get as get_dispatch
from ct112.worker import ways, webhook
from ct112.worker.errands import Errand, Hands, Mailing

log = logs.get("deliveries")

EVERY_SECONDS = 0.1
LEASE_SECONDS = 12.0  # longer than any way takes; a killed worker's is tried again after it
WAY_SECONDS = 10.0
AT_ONCE = 400  # waiting costs next to nothing, and receivers that hang must not take all the hands
LONGEST_PAUSE_SECONDS = 2.0  # after PostgreSQL was away
NOT_ACKNOWLEDGED = Refused("nobody acknowledged")


class Deliverer:
    """Has deliveries made. `work` takes what is due and returns at once; what it began goes on."""

    def __init__(
        self, store: Store, serve: ControlClient, mailing: Mailing, networks: Sequence[Network], zone: tzinfo
    ) -> None:
        """Nothing is opened yet: `working` does. `networks`: those of the house that may be reached."""
        self._store = store
        self._serve = serve
        self._mailing = mailing
        self._networks = tuple(networks)
        self._zone = zone
        self._hands: Hands | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Have what deliverers work with open; what has begun is let to its end."""
        async with webhook.session(self._networks) as http, self._serve.asking() as serve:
            self._hands = Hands(http=http, serve=serve, mailing=self._mailing, networks=self._networks)
            try:
                yield
            finally:
                await self._leave()
                self._hands = None

    async def work(self) -> None:
        """Take what is due, as much as there are hands for. Raises StoreUnavailable."""
        room = 0 if self._hands is None else AT_ONCE - len(self._under_way)
        if room <= 0:
            return
        async with self._store.transaction() as connection:
            taken = await deliveries.lease(connection, room, LEASE_SECONDS)
        for leased in taken:
            task = asyncio.create_task(self._tell(leased), name=f"delivery {leased.id}")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _leave(self) -> None:
        """Let what has begun end; what does not is tried again by the next worker."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=WAY_SECONDS)
        for task in self._under_way:
            task.cancel()

    async def _tell(self, leased: Leased) -> None:
        """Do one, and write what came of it; whatever goes wrong, the lease ends and it is tried again."""
        try:
            outcome = await self._outcome(leased)
            async with self._store.transaction() as connection:
                held = await settled(connection, leased, outcome, zone=self._zone)
        except StoreUnavailable as error:
            log.warning("a delivery waits for the database", delivery=str(leased.id), reason=str(error))
            return
        except Exception as error:
            log.exception("a delivery broke", **_broke(leased, error))
            return
        came = type(outcome).__name__.lower() if held else "of no use"
        metrics.deliveries.labels(way=leased.way, outcome=came).inc()
        log.info("a delivery", delivery=str(leased.id), way=leased.way, outcome=came, attempt=leased.attempts)

    async def _outcome(self, leased: Leased) -> Outcome:
        if leased.state == "delivered":  # its limit is over
            return NOT_ACKNOWLEDGED
        errand, hands = await self._errand(leased), self._hands
        if errand is None:
            return Refused("this way, or who was on duty for it, is not there any more")
        if hands is None:
            return Failed("the worker leaves")
        try:
            async with asyncio.timeout(WAY_SECONDS):
                return await ways.deliver(errand, hands)
        except TimeoutError:
            return Failed("it took too long")
        except Exception as error:
            log.exception("a delivery broke", **_broke(leased, error))
            return Failed(f"it broke: {type(error).__name__}")

    async def _errand(self, leased: Leased) -> Errand | None:
        """Return where it goes and what is told now; None: the step is gone."""
        async with self._store.transaction() as connection:
            dispatch = await get_dispatch(connection, leased.dispatch_id)
            view = await incidents.get(connection, dispatch.incident_id)
            agency = await agencies.get(connection, dispatch.agency)
            now = await clock.now(connection)
            centre = leased.way is WayKind.CENTRE
            came_by = await neighbour_offers.came_by(connection, view.id) if centre else ()
        step = _step(steps(agency, now.astimezone(self._zone)), leased.step)
        if step is None:
            return None
        if view.content.caller_withheld or leased.telling is Telling.STAND_DOWN:
            view = view.without_caller()
        return Errand(
            leased=leased,
            agency=agency.code,
            status=dispatch.status,
            version=dispatch.version,
            what=dispatch.what,
            step=step,
            view=view,
            now=now,
            came_by=came_by,
        )


def _broke(leased: Leased, error: Exception) -> dict[str, str]:
    metrics.deliveries.labels(way=leased.way, outcome="broken").inc()
    return {"delivery": str(leased.id), "way": leased.way, "error": type(error).__name__}


def _step(found: tuple[Step, ...], mark: str) -> Step | None:
    return next((step for step in found if key(step) == mark), None)
