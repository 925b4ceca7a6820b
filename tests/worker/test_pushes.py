"""Phones are woken by web push: on a real PostgreSQL, to a push service of our own that decrypts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from ct112.incidents.dispatches import DispatchStatus
from ct112.settings import Settings
from ct112.store import Store, accounts, deliveries, dispatches, incidents, incidents_acting, pushes
from ct112.store.incidents import Draft
from ct112.store.pushes import Subscription
from ct112.store.roles import Role
from ct112.web.push.keys import new_key
from ct112.worker.process import pusher
from ct112.worker.pushes import Pusher, came_of
from tests.store.test_incidents import DAY
from tests.worker.push_service import PushService, b64, serving, unb64
from tests.worker.test_deliveries import FIRE

ZONE = ZoneInfo("Asia/Jakarta")
WITHIN = 20.0


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[Store]:
    """Give a store on a fresh database, with our key in it."""
    store = await Store.create(database_url)
    async with store.transaction() as connection:
        await pushes.key(connection, new_key())
    yield store
    await store.close()


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    """Give a push service."""
    async with serving(PushService()) as found:
        yield found


async def subscribed(store: Store, service: PushService, name: str, agency: str = "damkar") -> UUID:
    """Make an account of an agency whose phone wants to be woken."""
    phone, endpoint = service.phone(name)
    wanted = Subscription(endpoint=endpoint, key=phone.p256dh, secret=phone.secret, language="id")
    async with store.transaction() as connection:
        await accounts.add(connection, name, Role.AGENCY, agency=agency)
        return await pushes.subscribe(connection, name, wanted)


async def sent(store: Store, *agencies: str) -> tuple[UUID, UUID]:
    """Open a fire and ask agencies; return the incident and the first one's dispatch."""
    async with store.transaction() as connection:
        view, _ = await incidents.open_(connection, Draft(content=FIRE), by="op", day=DAY)
        view = await dispatches.ask(connection, view.id, agencies, by="op", zone=ZONE)
    return view.id, next(one.id for one in view.dispatches if one.agency == agencies[0])


@asynccontextmanager
async def waking(store: Store, **more: Any) -> AsyncIterator[Pusher]:
    """Let a worker of our own wake phones; loopback may be reached unless `more` says otherwise."""
    given: dict[str, Any] = {"agency_networks": ["127.0.0.0/8"], **more}
    made = pusher(Settings(_env_file=None, **given), store)

    async def again() -> None:
        while True:
            await made.work()
            await asyncio.sleep(0.05)

    async with made.working():
        task = asyncio.create_task(again())
        try:
            yield made
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(found: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(WITHIN):
        while not found():  # noqa: ASYNC110 (it says nothing)
            await asyncio.sleep(0.05)


async def tasks(store: Store) -> int:
    """Return how many messages wait."""
    async with store.transaction() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM push_task")) or 0)


async def none_waits(store: Store) -> None:
    """Wait until there is nothing to be sent."""
    async with asyncio.timeout(WITHIN):
        while await tasks(store):  # noqa: ASYNC110 (it says nothing)
            await asyncio.sleep(0.05)


async def test_every_phone_of_an_agency_is_woken_for_each_telling_and_no_other(
    opened: Store, service: PushService
) -> None:
    await subscribed(opened, service, "a")
    await subscribed(opened, service, "b")
    await subscribed(opened, service, "c", agency="pmi")
    async with waking(opened):
        incident, dispatch = await sent(opened, "damkar")
        await until(lambda: len(service.came) == 2)
        told = {"telling": "new", "title": "112: tugas baru", "dispatch": str(dispatch)}
        assert [{**service.told(name)[0], "body": ""} for name in "ab"] == [told | {"body": ""}] * 2
        assert service.told("a")[0]["body"].startswith("Kebakaran, 20")
        assert "shop" not in str(service.came), "the words of an incident are read on the page"
        async with opened.transaction() as connection:
            await dispatches.report(
                connection, dispatch, DispatchStatus.ACKNOWLEDGED, by="a", zone=ZONE, agency="damkar"
            )
            await incidents_acting.change(
                connection, incident, 2, {"people_in_danger": 4}, by="op", zone=ZONE
            )
        await until(lambda: len(service.told("a")) == 2)
        async with opened.transaction() as connection:
            await incidents_acting.close(connection, incident, None, "over", by="op", zone=ZONE)
        await until(lambda: len(service.told("a")) == len(service.told("b")) == 3)
    assert [one["telling"] for one in service.told("a")] == ["new", "change", "stand_down"]
    assert service.told("c") == []
    _, _, headers = service.came[0]
    assert (headers["Urgency"], headers["Topic"], int(headers["TTL"]) > 500) == ("high", dispatch.hex, True)
    assert service.claims[0]["aud"] == service.url
    async with opened.transaction() as connection:
        scalar = await pushes.known_key(connection)
        listed = await deliveries.of_dispatch(connection, dispatch)
    assert scalar is not None
    assert len({claims["k"] for claims in service.claims}) == 1
    assert all(one["delivered_at"] is None for one in listed), "a push is no delivery"
    assert await tasks(opened) == 0


async def test_a_browser_that_is_gone_is_forgotten_and_one_that_is_busy_is_tried_again(
    opened: Store, service: PushService
) -> None:
    for name in ("gone", "missing", "busy", "refusing"):
        await subscribed(opened, service, name)
    answers = {"gone": 410, "missing": 404, "refusing": 403}
    service.answer = lambda name, times: (
        (answers[name], {}) if name in answers else ((429, {"Retry-After": "1"}) if times == 1 else (201, {}))
    )
    async with waking(opened):
        await sent(opened, "damkar")
        await until(lambda: len(service.told("busy")) == 2)
        await none_waits(opened)
    assert {name: len(service.told(name)) for name in answers} == {"gone": 1, "missing": 1, "refusing": 1}
    async with opened.transaction() as connection:
        left = await connection.scalars(text("SELECT account FROM push_subscription ORDER BY 1"))
    assert list(left) == ["busy", "refusing"]


async def test_what_was_acknowledged_wakes_nobody_nor_does_an_account_that_is_off(
    opened: Store, service: PushService
) -> None:
    for name in ("a", "off", "moved"):
        await subscribed(opened, service, name)
    _, dispatch = await sent(opened, "damkar")
    async with opened.transaction() as connection:
        await connection.execute(text("UPDATE account SET active = false WHERE name = 'off'"))
        await connection.execute(text("UPDATE account SET agency = 'pmi' WHERE name = 'moved'"))
    async with waking(opened):
        await none_waits(opened)
    assert [name for name, _, _ in service.came] == ["a"]
    _, other = await sent(opened, "damkar")
    async with opened.transaction() as connection:
        for each in (dispatch, other):
            await dispatches.report(
                connection, each, DispatchStatus.ACKNOWLEDGED, by="a", zone=ZONE, agency="damkar"
            )
    async with waking(opened):
        await none_waits(opened)
    assert len(service.came) == 1


async def test_nothing_is_sent_into_the_house(opened: Store, service: PushService) -> None:
    await subscribed(opened, service, "a")
    async with opened.transaction() as connection:
        await connection.execute(
            text("UPDATE push_subscription SET endpoint = replace(endpoint, 'http:', 'https:')")
        )
    await sent(opened, "damkar")
    async with waking(opened, agency_networks=[]):
        await none_waits(opened)
    assert service.came == []


async def test_a_push_service_that_hangs_delays_no_dispatch_and_no_other_phone(
    opened: Store, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await subscribed(opened, service, "a")
    late = asyncio.Event()

    async def hang(*_: Any) -> Any:
        await late.wait()

    monkeypatch.setattr(Pusher, "_sent", hang)
    async with waking(opened):
        for _ in range(3):
            await sent(opened, "damkar")  # each is committed whatever the service does
        late.set()


def test_what_a_service_answers_means_something() -> None:
    meant = {201: "sent", 202: "sent", 404: "gone", 410: "gone", 429: "again", 503: "again", 400: "refused"}
    assert {status: came_of(status).value for status in meant} == meant
    assert came_of(301) == "refused", "no redirect is followed"
    assert unb64(b64(b"\xff\x00")) == b"\xff\x00"
