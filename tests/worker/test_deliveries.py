"""Deliveries on a real PostgreSQL, to a real receiver: signed, once by key, and never forgotten."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP
from sqlalchemy import text

from ct112.incidents.dispatches import DispatchStatus
from ct112.incidents.incident import Content, Place
from ct112.settings import Settings
from ct112.store import Store, deliveries, dispatches, incidents
from ct112.store.incidents import Draft
from ct112.worker import deliveries as made
from ct112.worker.process import deliverer
from lab.places import REPOSITORY
from tests.store.test_incidents import DAY
from tests.worker.receiver import SECRET, Receiver, receiving

ZONE = ZoneInfo("Asia/Jakarta")
FIRE = Content(
    category="kebakaran",
    priority=1,
    place=Place(landmark="Pasar Induk", latitude=-6.89, longitude=109.67),
    description="a shop burns",
    caller_number="+62811",
)
WITHIN = 25.0


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[Store]:
    """Give a store on a fresh database."""
    store = await Store.create(database_url)
    yield store
    await store.close()


def settings(database_url: str = "", **more: Any) -> Settings:
    """Return settings that let loopback be reached."""
    given = {"database_url": database_url, "agency_networks": ["127.0.0.0/8"], **more}
    return Settings(_env_file=None, **given)


async def ways(store: Store, *ways_: dict[str, Any], agency: str = "damkar") -> None:
    async with store.transaction() as connection:
        changed = text("UPDATE agency SET ways = cast(:ways AS jsonb) WHERE code = :code")
        await connection.execute(changed, {"code": agency, "ways": json.dumps(ways_)})


def webhook(receiver: Receiver, within: int = 60) -> dict[str, Any]:
    return {"kind": "webhook", "url": receiver.url, "secret": SECRET, "within_seconds": within}


async def ask(
    store: Store, *agencies: str, content: Content = FIRE, what: dict[str, str] | None = None
) -> UUID:
    """Ask agencies to act on a new incident; return the first dispatch."""
    async with store.transaction() as connection:
        view, _ = await incidents.open_(connection, Draft(content=content), by="operator-1", day=DAY)
        codes = agencies or ("damkar",)
        view = await dispatches.ask(connection, view.id, codes, by="operator-1", zone=ZONE, what=what)
    return view.dispatches[0].id


@asynccontextmanager
async def working(store: Store, **more: Any) -> AsyncIterator[None]:
    """Let a worker's deliverer work, as its job does."""
    telling = deliverer(settings(**more), store)

    async def work() -> None:
        while True:
            await telling.work()
            await asyncio.sleep(made.EVERY_SECONDS)

    async with telling.working():
        task = asyncio.create_task(work())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(
    look: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool], within: float = WITHIN
) -> Any:
    end = time.monotonic() + within
    while not holds(seen := await look()):
        assert time.monotonic() < end, f"last seen: {seen}"
        await asyncio.sleep(0.05)
    return seen


async def dispatch(store: Store, id_: UUID) -> Any:
    async with store.transaction() as connection:
        return await dispatches.get(connection, id_)


async def tried(store: Store, id_: UUID) -> list[tuple[str, str, str | None]]:
    async with store.transaction() as connection:
        rows = await deliveries.of_dispatch(connection, id_)
    return [(row["way"], row["state"], row["outcome"]) for row in rows]


async def test_a_receiver_gets_it_signed_and_the_dispatch_is_received(opened: Store) -> None:
    async with receiving(Receiver()) as receiver:
        await ways(opened, webhook(receiver))
        id_ = await ask(opened, what={"damkar": "two engines"})
        async with working(opened):
            await until(lambda: dispatch(opened, id_), lambda found: found.status is DispatchStatus.RECEIVED)
        assert receiver.came[0][2]["dispatch"]["what"] == "two engines"
        assert (len(receiver.came), receiver.bad) == (1, [])
        told = receiver.came[0][2]
        assert (told["telling"], told["dispatch"]["agency"]) == ("new", "damkar")
        assert told["incident"]["place"]["landmark"] == "Pasar Induk"
        assert told["incident"]["caller_number"] == "+62811"


async def test_who_asked_to_stay_unknown_is_not_told_of(opened: Store) -> None:
    async with receiving(Receiver()) as receiver:
        await ways(opened, webhook(receiver))
        secret = Content(category="kebakaran", priority=1, caller_number="+62811", caller_withheld=True)
        await ask(opened, content=secret)
        async with working(opened):
            await until(lambda: asyncio.sleep(0, receiver.keys), bool)
        assert receiver.came[0][2]["incident"]["caller_number"] is None


async def test_what_fails_is_tried_again_under_the_same_key(opened: Store) -> None:
    async with receiving(Receiver(answer=lambda _, times: 200 if times == 3 else 500)) as receiver:
        await ways(opened, webhook(receiver))
        id_ = await ask(opened)
        async with working(opened):
            await until(lambda: dispatch(opened, id_), lambda found: found.status is DispatchStatus.RECEIVED)
        assert (len(receiver.keys), len(set(receiver.keys))) == (3, 1)
        assert await tried(opened, id_) == [("webhook", "delivered", "200")]


async def test_a_redirect_is_not_followed(opened: Store) -> None:
    async with receiving(Receiver(answer=lambda *_: 307)) as receiver:
        await ways(opened, webhook(receiver))
        id_ = await ask(opened)
        async with working(opened):
            await until(lambda: tried(opened, id_), lambda rows: "redirect" in (rows[0][2] or ""))
        assert set(receiver.keys) == {receiver.keys[0]}


async def test_silence_is_followed_by_the_next_way_and_then_by_the_supervisor(opened: Store) -> None:
    async with receiving(Receiver()) as first, receiving(Receiver()) as second:
        await ways(opened, webhook(first, 5), webhook(second, 5))
        id_ = await ask(opened)
        async with opened.transaction() as connection:
            await connection.execute(text("UPDATE delivery SET limit_at = clock_timestamp()"))
        async with working(opened):
            await until(lambda: dispatch(opened, id_), lambda found: found.status is DispatchStatus.RECEIVED)
            await hurry(opened)
            await until(lambda: asyncio.sleep(0, second.keys), bool)
            await until(lambda: tried(opened, id_), lambda rows: rows[-1][1] == "delivered")
            await hurry(opened)
            found = await until(lambda: dispatch(opened, id_), lambda found: found.escalated_at is not None)
        assert found.escalated_why == "nobody of the agency acknowledged"
        assert [row[:2] for row in await tried(opened, id_)] == [("webhook", "over"), ("webhook", "over")]
        assert set(first.keys).isdisjoint(second.keys)


async def hurry(store: Store) -> None:
    """Let the time an acknowledgement is waited for be over."""
    async with store.transaction() as connection:
        await connection.execute(text("UPDATE delivery SET due_at = now() WHERE state = 'delivered'"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://localhost:1/"])
async def test_what_leads_into_the_house_is_not_reached_unless_it_is_allowed(opened: Store, url: str) -> None:
    await ways(opened, {"kind": "webhook", "url": url, "secret": SECRET})
    id_ = await ask(opened)
    async with working(opened, agency_networks=[]):
        await until(lambda: dispatch(opened, id_), lambda found: found.escalated_at is not None)
    assert "network nothing is sent to" in str((await tried(opened, id_))[0][2])


async def test_a_way_that_breaks_is_followed_by_the_next_as_one_that_fails_is(
    opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> bytes:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr("ct112.worker.webhook.signed", breaks)
    async with receiving(Receiver()) as receiver:
        await ways(opened, webhook(receiver), {"kind": "page"})
        id_ = await ask(opened)
        async with working(opened):
            await until(lambda: tried(opened, id_), lambda rows: rows[0][2] == "it broke: KeyError")
            async with opened.transaction() as connection:
                await connection.execute(text("UPDATE delivery SET limit_at = clock_timestamp()"))
            rows = await until(lambda: tried(opened, id_), lambda rows: len(rows) == 2)
    assert [row[0] for row in rows] == ["webhook", "page"]
    assert rows[0][1] == "over"


async def test_receivers_that_hang_keep_nobody_else_waiting(opened: Store) -> None:
    """Each of sixty deliveries to them waits until its time limit; another agency's comes through."""

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        holding.append(writer)

    holding: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server, receiving(Receiver()) as receiver:
        port = server.sockets[0].getsockname()[1]
        async with opened.transaction() as connection:
            known = (await connection.execute(text("SELECT code FROM agency ORDER BY code"))).scalars().all()
        codes = [code for code in known if code != "damkar"][:3]
        for code in codes:
            hangs = {"kind": "webhook", "url": f"http://127.0.0.1:{port}/{code}", "secret": SECRET}
            await ways(opened, hangs, agency=code)
        await ways(opened, webhook(receiver))
        for _ in range(60 // len(codes)):
            await ask(opened, *codes)
        async with working(opened):
            await until(lambda: asyncio.sleep(0, holding), lambda held: len(held) >= 10)
            began = time.monotonic()
            await ask(opened)
            await until(lambda: asyncio.sleep(0, receiver.keys), bool)
            took = time.monotonic() - began
        for writer in holding:
            writer.close()
    assert took < 5, "sooner than those who hang are given up"


async def test_what_overtook_another_has_a_higher_version(opened: Store) -> None:
    """A stopped worker may send a dispatch after its stand-down; the receiver can tell."""
    async with receiving(Receiver()) as receiver:
        await ways(opened, webhook(receiver))
        id_ = await ask(opened)
        async with working(opened):
            await until(lambda: dispatch(opened, id_), lambda found: found.status is DispatchStatus.RECEIVED)
            async with opened.transaction() as connection:
                await dispatches.cancel(connection, id_, by="x", zone=ZONE, reason="a false alarm")
            await until(lambda: asyncio.sleep(0, receiver.keys), lambda keys: len(keys) == 2)
    first, then = (told for _, _, told in receiver.came)
    assert (first["telling"], then["telling"]) == ("new", "stand_down")
    assert first["dispatch"]["version"] < then["dispatch"]["version"]
    assert (first["incident"]["caller_number"], then["incident"]["caller_number"]) == ("+62811", None)


class Mailbox:
    """Keeps what a mail server was given."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        """Take a mail."""
        self.mails.append(envelope)
        return "250 taken"


async def test_a_mail_goes_to_who_is_on_duty_and_to_nobody_else(opened: Store) -> None:
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await ways(opened, {"kind": "email", "address": "piket@damkar.example"})
        id_ = await ask(opened, what={"damkar": "two engines"})
        mailing = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
        async with working(opened, smtp_sender="a@b.example", **mailing):
            await until(lambda: tried(opened, id_), lambda rows: rows[0][1] == "delivered")
    assert (await dispatch(opened, id_)).status is DispatchStatus.SENT, "a mail server is no person"
    assert [mail.rcpt_tos for mail in mailbox.mails] == [["piket@damkar.example"]]
    content = mailbox.mails[0].content.decode()
    assert "Pasar Induk" in content
    assert "Yang diminta: two engines" in content
    assert "Subject: 112: laporan 1126-1, Kebakaran" in content


@contextmanager
def process(database_url: str, tmp: Path, name: str, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a real worker, with more in its environment; killed at the end."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CT112_")},
        "CT112_ENV_FILE": str(tmp / "none.env"),
        "CT112_DATABASE_URL": database_url,
        "CT112_WORKER_PORT": "0",
        "CT112_STATE_DIR": str(tmp / name),
        "CT112_AGENCY_NETWORKS": '["127.0.0.0/8"]',
        **more,
    }
    (tmp / "none.env").touch()
    with (tmp / f"{name}.log").open("wb") as log:
        command = [sys.executable, "-m", "ct112.cli", "worker"]
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=REPOSITORY)
        try:
            yield child
        finally:
            child.kill()
            child.wait()


@pytest.mark.timeout(120)
async def test_sixty_deliveries_a_worker_killed_and_one_stopped_none_lost_none_under_two_keys(
    opened: Store, database_url: str, tmp_path: Path
) -> None:
    """One worker is stopped in the middle and goes on after its lease, another killed and replaced."""
    async with receiving(Receiver(answer=lambda *_: 202)) as receiver:
        await ways(opened, webhook(receiver, 3600))
        asked = [await ask(opened) for _ in range(20)]
        with process(database_url, tmp_path, "one") as one:
            await until(lambda: asyncio.sleep(0, receiver.keys), lambda keys: len(set(keys)) >= 20, 40)
            asked += [await ask(opened) for _ in range(20)]
            os.kill(one.pid, signal.SIGSTOP)
            asked += [await ask(opened) for _ in range(20)]
            with process(database_url, tmp_path, "two") as two:
                await until(lambda: asyncio.sleep(0, receiver.keys), lambda keys: len(set(keys)) >= 45, 40)
                two.kill()
            with process(database_url, tmp_path, "three"):
                await until(lambda: all_received(opened), lambda left: left == 0, 60)
                os.kill(one.pid, signal.SIGCONT)
                await asyncio.sleep(2)
                assert await all_received(opened) == 0
    assert receiver.bad == []
    assert len(set(receiver.keys)) == len(asked) == 60
    by_dispatch = {told["dispatch"]["id"]: key for key, _, told in receiver.came}
    assert {UUID(id_) for id_ in by_dispatch} == set(asked)
    for id_ in asked:
        assert [row[:2] for row in await tried(opened, id_)] == [("webhook", "delivered")]


@pytest.mark.timeout(120)
async def test_killed_in_a_delivery_it_is_tried_again_when_its_lease_is_over(
    opened: Store, database_url: str, tmp_path: Path
) -> None:
    """The receiver has the first post and answers nothing until the worker is dead; another one goes on."""
    posts: list[tuple[str, float]] = []
    silent = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        posts.append((request.headers["Idempotency-Key"], time.monotonic()))
        if len(posts) == 1:
            await silent.wait()
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/", take)
    async with TestServer(app) as server:
        await ways(opened, {"kind": "webhook", "url": str(server.make_url("/")), "secret": SECRET})
        with process(database_url, tmp_path, "one") as one:
            id_ = await ask(opened)
            await until(lambda: asyncio.sleep(0, posts), bool, 40)
            one.kill()
        with process(database_url, tmp_path, "two"):
            await until(lambda: dispatch(opened, id_), lambda found: found.status is DispatchStatus.RECEIVED)
        silent.set()
    (key, first), (again, then) = posts
    assert key == again
    assert made.LEASE_SECONDS - 1 < then - first < WITHIN


async def all_received(store: Store) -> int:
    """Return how many dispatches are not received yet."""
    async with store.transaction() as connection:
        return int(
            await connection.scalar(text("SELECT count(*) FROM dispatch WHERE status <> 'received'")) or 0
        )
