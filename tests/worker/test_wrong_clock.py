"""A worker's machine with a wrong clock: what counts goes by the database's, and what cannot says so."""

import asyncio
import email
import email.utils
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP
from sqlalchemy import text

from ct112.incidents.agencies import Contact, DutyException
from ct112.incidents.dispatches import DispatchStatus
from ct112.store import Store, agencies
from ct112.tls.authority import issue, new_authority
from ct112.worker.audit_key import make_key
from ct112.worker.retention import ClocksDiffer, Retention
from lab import packages
from tests.store.examples import call_id
from tests.store.once import Once
from tests.store.test_erasing import call, close_callbacks
from tests.worker.receiver import SECRET, Receiver, receiving
from tests.worker.test_deliveries import Mailbox, ask, dispatch, opened, process, tried, until, ways, webhook
from tests.worker.test_retention import aged

__all__ = ["opened"]
ON_DUTY = timedelta(hours=2)  # before and after now: six hours off, nobody would be
CLOSE = timedelta(seconds=60)
LIMIT_SECONDS = 60


def clock_off(days: float) -> dict[str, str]:
    """Return the environment of a process whose wall clock is so many days ahead."""
    packages.ensure("faketime", "faketime")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    steady = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{days:+g}d", **steady}


async def on_duty_now(store: Store) -> None:
    """Let PMI be reached by mail, and one person be on duty there for some hours around now."""
    now = datetime.now(UTC)
    span = DutyException(start=now - ON_DUTY, end=now + ON_DUTY, on_duty=True)
    person = Contact(id=uuid4(), name="Piket", email="piket@pmi.example", exceptions=(span,))
    async with store.transaction() as connection:
        version = (await agencies.get(connection, "pmi")).version
        await agencies.change(connection, "pmi", version, contacts=[person])
    await ways(store, {"kind": "email", "within_seconds": LIMIT_SECONDS}, agency="pmi")


@pytest.mark.timeout(90)
@pytest.mark.parametrize("days", [-0.25, 0.25])
async def test_signatures_duty_and_limits_go_by_the_databases_clock(
    opened: Store, database_url: str, tmp_path: Path, days: float
) -> None:
    mailbox = Mailbox()
    mails = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    async with receiving(Receiver()) as receiver, mails:
        await ways(opened, webhook(receiver, LIMIT_SECONDS))
        await on_duty_now(opened)
        mail = {"CT112_SMTP_HOST": "127.0.0.1", "CT112_SMTP_PORT": str(mails.sockets[0].getsockname()[1])}
        mail |= {"CT112_SMTP_SENDER": "a@b.example", "CT112_SMTP_SECURITY": "none"}
        damkar, pmi = await ask(opened), await ask(opened, "pmi")
        with process(database_url, tmp_path, "off", **clock_off(days), **mail):
            await until(lambda: dispatch(opened, damkar), lambda row: row.status is DispatchStatus.RECEIVED)
            await until(lambda: tried(opened, pmi), lambda rows: rows[0][1] == "delivered")
    assert receiver.bad == []
    assert [row[:2] for row in await tried(opened, pmi)] == [("email", "delivered")]
    (sent,) = mailbox.mails
    date = email.message_from_bytes(sent.content)["Date"]
    assert abs(email.utils.parsedate_to_datetime(date) - datetime.now(UTC)) < CLOSE
    async with opened.transaction() as connection:
        waits = text("SELECT extract(epoch FROM due_at - now()) FROM delivery")
        due = (await connection.execute(waits)).scalars().all()
    assert len(due) == 2
    assert all(0 < float(seconds) <= LIMIT_SECONDS for seconds in due)


async def taken(_request: web.Request) -> web.Response:
    """Take a delivery in."""
    return web.Response(status=202)


@asynccontextmanager
async def https(folder: Path) -> AsyncIterator[tuple[str, Path]]:
    """Give the URL of a receiver over TLS, valid as of now for a year, and the file of its authority."""
    authority = new_authority("a test", datetime.now(UTC))
    pem, trusted = folder / "receiver.pem", folder / "authority.pem"
    pem.write_bytes(issue(authority, ["127.0.0.1"], datetime.now(UTC), 365).pem())
    trusted.write_bytes(authority.chain_pem())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    app = web.Application()
    app.router.add_post("/", taken)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=context)
    try:
        yield str(server.make_url("/")), trusted
    finally:
        await server.close()


@pytest.mark.timeout(90)
async def test_certificates_go_by_the_machines_clock_and_the_next_way_is_taken(
    opened: Store, database_url: str, tmp_path: Path
) -> None:
    """Ahead by more than a receiver's certificate lasts, no TLS is believed: it is said, and escalated."""
    async with https(tmp_path) as (url, trusted), receiving(Receiver()) as receiver:
        await ways(
            opened,
            {"kind": "webhook", "url": url, "secret": SECRET, "within_seconds": 5},
            webhook(receiver),
        )
        trust = {"SSL_CERT_FILE": str(trusted)}
        right = await ask(opened)
        with process(database_url, tmp_path, "right", **trust):
            await until(lambda: dispatch(opened, right), lambda row: row.status is DispatchStatus.RECEIVED)
        assert receiver.came == []
        late = await ask(opened)
        with process(database_url, tmp_path, "off", **trust, **clock_off(400)):
            await until(lambda: dispatch(opened, late), lambda row: row.status is DispatchStatus.RECEIVED)
    assert (await tried(opened, late))[0][2] == "https: ClientConnectorCertificateError"
    assert receiver.bad == []
    assert len(receiver.came) == 1


@pytest.mark.parametrize("off", [timedelta(hours=2), timedelta(days=-400), timedelta(days=400)])
async def test_nothing_is_erased_while_the_clocks_differ(store: Once, tmp_path: Path, off: timedelta) -> None:
    await store.write([call(1)], [])
    await close_callbacks(store)
    make_key(tmp_path / "key")
    await aged(store, 31)
    wrong = Retention(store, tmp_path / "key", {"place": 30}, lambda: datetime.now(UTC) + off)
    with pytest.raises(ClocksDiffer):
        await wrong.work()
    assert (await store.call(call_id(1))).location is not None
    await Retention(store, tmp_path / "key", {"place": 30}).work()
    assert (await store.call(call_id(1))).location is None
