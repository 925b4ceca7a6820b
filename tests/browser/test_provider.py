"""The city's own accounts: a real OpenID provider and a browser that walks through it."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest_asyncio
from playwright.async_api import Page, expect

from ct112.store import Store
from ct112.store.roles import Role
from lab.api import Lab
from lab.free_ports import free_port
from tests.browser.desk import SECONDS
from tests.browser.desks import Desks
from tests.web.people import add

SUBJECT, STRANGER = "siti@pekalongan.example", "orang.lain@pekalongan.example"
BUTTON = "Masuk dengan akun kota"
REFUSED = "Akun kota Anda tidak dapat dipakai di sini."


async def _answers(url: str) -> None:
    async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)


@asynccontextmanager
async def running(url: Callable[[], str], *command: str, **environment: str) -> AsyncIterator[Process]:
    """Run a program until the end; wait until it answers."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=DEVNULL, stderr=DEVNULL, env=environment or None
    )
    try:
        await _answers(url())
        yield process
    finally:
        process.terminate()
        await process.wait()


@pytest_asyncio.fixture(loop_scope="session")
async def site(lab: Lab) -> AsyncIterator[str]:
    """Give a second `ct112 web` of the lab, which trusts a provider that knows siti and a stranger."""
    issuer, port = f"http://127.0.0.1:{free_port()}", free_port()
    mine = f"http://localhost:{port}"
    service = lab.service()
    settings = service.environment() | {
        "CT112_WEB_PORT": str(port),
        "CT112_WEB_URL": mine,
        "CT112_OIDC_ISSUER": issuer,
        "CT112_OIDC_CLIENT_ID": "ct112",
        "CT112_OIDC_CLIENT_SECRET": "a secret",
    }
    people = ("--user", SUBJECT, "--user", STRANGER)
    provider = (sys.executable, "-m", "oidc_provider_mock", "--port", issuer.rpartition(":")[2], *people)
    store = await Store.create(lab.description()["database_url"])
    try:
        await add(store, f"siti-{port}", Role.SUPERVISOR, oidc=(issuer, SUBJECT))
    finally:
        await store.close()
    async with (
        running(lambda: f"{issuer}/.well-known/openid-configuration", *provider),
        running(lambda: f"{mine}/healthz", *service.command("web"), **settings),
    ):
        yield mine


async def at_the_provider(page: Page, who: str) -> str:
    """Press the button, say at the provider who one is; return the address one came back with."""
    back: list[str] = []
    page.on("request", lambda request: back.append(request.url) if "/oidc/callback?" in request.url else None)
    await page.get_by_role("link", name=BUTTON).click()
    await page.get_by_role("button", name=who, exact=True).first.click()
    await page.wait_for_url("**/login?provider=*" if who == STRANGER else "**/supervisor")
    return back[-1]


async def test_who_is_linked_comes_in_by_the_citys_account_and_nobody_comes_in_twice(
    desks: Desks, site: str
) -> None:
    desk = await desks.open()
    desk.expected |= {401}
    page = desk.page
    await page.goto(f"{site}/login")
    await expect(page.get_by_role("link", name=BUTTON)).to_be_visible()
    await desk.accessible()
    back = await at_the_provider(page, SUBJECT)
    await expect(page.get_by_role("banner")).to_contain_text("siti-")
    await page.get_by_role("button", name="Keluar").click()
    await page.locator("input[name=username]").wait_for()
    for _ in range(2):  # what let somebody in once lets nobody in again: its flow is over
        await page.goto(back)
        await expect(page.get_by_role("alert")).to_contain_text(REFUSED)
    other = await desks.open()
    other.expected |= {401}
    await other.page.goto(f"{site}/login")
    await at_the_provider(other.page, STRANGER)
    await expect(other.page.get_by_role("alert")).to_contain_text(REFUSED)
    await other.page.goto(back)  # somebody else's answer, in a browser that never asked
    await expect(other.page.get_by_role("alert")).to_contain_text(REFUSED)
    await expect(other.page.locator("input[name=username]")).to_be_visible()
    await other.accessible()
    await other.picture("login-provider-refused")
    for each in (desk, other):  # what the provider's own page says is not ours
        each.errors[:] = [error for error in each.errors if site in error]
