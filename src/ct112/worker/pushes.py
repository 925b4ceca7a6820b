"""The job that wakes phones of agencies by web push. It is no delivery, and delays none."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import aiohttp
import orjson

from ct112 import logs, metrics
from ct112.incidents.destinations import Network, url_trouble
from ct112.store import Connection, Store, clock, dispatches_reading, dispatches_telling, incidents, pushes
from ct112.store.dispatches_reading import DispatchUnknown
from ct112.store.pushes import TEST, LeasedPush, Subscription
from ct112.worker import webhook
from ct112.worker.push_message import authorization, encrypted, private_key

log = logs.get("pushes")

EVERY_SECONDS = 0.3
LEASE_SECONDS = 15.0  # longer than one takes
AT_ONCE = 100
FIRST_RETRY, LONGEST_RETRY = 2.0, 60.0  # seconds
LEAVE_SECONDS = 5.0
WORDS = {
    "id": {"new": "112: tugas baru", "change": "112: ada perubahan", "stand_down": "112: dibatalkan"},
    "en": {"new": "112: new dispatch", "change": "112: something changed", "stand_down": "112: stand down"},
}
TRIED = {"id": "112: pemberitahuan sampai di ponsel ini", "en": "112: notifications reach this phone"}


class Came(StrEnum):
    """What came of a message."""

    SENT = "sent"
    AGAIN = "again"
    GONE = "gone"  # the browser has unsubscribed
    REFUSED = "refused"
    OF_NO_USE = "of_no_use"  # acknowledged meanwhile, too late, or nobody's any more


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to be sent, with our key; `now` by the database's clock."""

    to: Subscription
    told: bytes
    scalar: bytes
    now: datetime


def came_of(status: int) -> Came:
    """Return what an answer of a push service means (RFC 8030 section 5, 7.3)."""
    if 200 <= status < 300:
        return Came.SENT
    if status in (404, 410):
        return Came.GONE
    return Came.AGAIN if status in (408, 429) or status >= 500 else Came.REFUSED


class Pusher:
    """Sends what is due; what it began goes on while the next is taken."""

    def __init__(self, store: Store, networks: Sequence[Network], contact: str | None) -> None:
        """Nothing is opened yet: `working` does. `contact`: whom a push service may write to."""
        self._store = store
        self._networks = tuple(networks)
        self._contact = contact
        self._http: aiohttp.ClientSession | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Have what it works with open; what was begun is let to its end."""
        async with webhook.session(self._networks) as self._http:
            try:
                yield
            finally:
                if self._under_way:
                    await asyncio.wait(self._under_way, timeout=LEAVE_SECONDS)
                for task in self._under_way:
                    task.cancel()
                self._http = None

    async def work(self) -> None:
        """Take what is due, as much as there are hands for. Raises StoreUnavailable."""
        room = 0 if self._http is None else AT_ONCE - len(self._under_way)
        if room <= 0:
            return
        async with self._store.transaction() as connection:
            taken = await pushes.take(connection, room, LEASE_SECONDS)
        for push in taken:
            task = asyncio.create_task(self._tell(push), name=f"push {push.id}")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _tell(self, push: LeasedPush) -> None:
        """Do one; whatever goes wrong, its lease ends, and it is tried again until its time is over."""
        try:
            async with self._store.transaction() as connection:
                letter = await self._letter(connection, push)
            came, wait = await self._sent(push, letter) if letter else (Came.OF_NO_USE, None)
            async with self._store.transaction() as connection:
                await self._settle(connection, push, came, wait)
        except Exception as error:  # noqa: BLE001 (it only wakes: the deliveries are made whatever happens here)
            metrics.pushes.labels(outcome="broken").inc()
            log.warning("a push broke", push=str(push.id), error=type(error).__name__)
            return
        metrics.pushes.labels(outcome=came).inc()
        log.info("a push", push=str(push.id), outcome=came, attempt=push.attempts)

    async def _letter(self, connection: Connection, push: LeasedPush) -> Letter | None:
        now, scalar = await clock.now(connection), await pushes.known_key(connection)
        to = await pushes.receiver(connection, push)
        if to is None or scalar is None or now >= push.until:
            return None
        told: dict[str, str] = {"telling": push.telling, "title": TRIED[to.language], "body": ""}
        if push.dispatch_id is not None:
            try:
                dispatch = await dispatches_reading.get(connection, push.dispatch_id)
            except DispatchUnknown:
                return None
            if await dispatches_telling.waits_for(connection, dispatch) != push.telling:
                return None
            view = await incidents.get(connection, dispatch.incident_id)
            title = WORDS[to.language][push.telling]
            told |= {
                "title": title,
                "body": f"{view.category_name}, {view.number}",
                "dispatch": str(dispatch.id),
            }
        return Letter(to, orjson.dumps(told), scalar, now)

    async def _sent(self, push: LeasedPush, letter: Letter) -> tuple[Came, float | None]:
        """Send it; return what came of it, and how long the service wants us to wait."""
        endpoint = letter.to.endpoint
        if self._http is None or url_trouble(endpoint, self._networks) is not None:
            return Came.REFUSED, None
        key = private_key(letter.scalar)
        headers = {
            "Authorization": authorization(endpoint, key, letter.now.timestamp(), self._contact),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(1, int((push.until - letter.now).total_seconds()))),
            "Urgency": "high",
            "Topic": TEST if push.dispatch_id is None else push.dispatch_id.hex,  # the newest replaces
        }
        body = encrypted(letter.told, letter.to.key, letter.to.secret)
        try:
            async with self._http.post(endpoint, data=body, headers=headers, allow_redirects=False) as answer:
                return came_of(answer.status), _wait(answer.headers.get("Retry-After"))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if isinstance(getattr(error, "os_error", error), webhook.Forbidden):
                return Came.REFUSED, None
            return Came.AGAIN, None

    async def _settle(self, connection: Connection, push: LeasedPush, came: Came, wait: float | None) -> None:
        if came is Came.GONE:
            await pushes.gone(connection, push)
        elif came is not Came.AGAIN:
            await pushes.over(connection, push)
        else:
            pause = min(FIRST_RETRY * 2 ** min(push.attempts - 1, 10), LONGEST_RETRY)
            at = await clock.now(connection) + timedelta(seconds=max(pause, wait or 0.0))
            await (pushes.over(connection, push) if at >= push.until else pushes.again(connection, push, at))


def _wait(said: str | None) -> float | None:
    return float(said) if said is not None and said.isascii() and said.isdigit() and len(said) < 6 else None
