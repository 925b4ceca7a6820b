"""A real browser before a real lab: one lab and one Chromium for the process, a profile for each person.

While a screen is written, CT112_BROWSER_LAB names the folder of a lab that runs (./run up): no other is
started then, and that one stays as it is.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright, expect

from lab import labfile, screens
from lab.api import Lab
from lab.free_ports import free_base
from lab.phones import Phones
from lab.places import REPOSITORY
from lab.world import World
from tests.browser import browsers
from tests.browser.desk import SECONDS, Desk
from tests.browser.desks import Desks, Launch
from tests.browser.people import People

RUNNING = "CT112_BROWSER_LAB"
PICTURES = REPOSITORY / ".lab" / "screens"
expect.set_options(timeout=SECONDS * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of this folder run in one loop: a browser belongs to the loop that started it."""
    one_loop = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(one_loop, append=False)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a lab without the worker (`whole_lab` has it). Nothing is left afterwards."""
    screens.build()
    if folder := os.environ.get(RUNNING):
        yield _running(Path(folder).resolve())
        return
    lab = Lab(tmp_path_factory.mktemp("lab"), free_base(), page_phones=True)
    try:
        for part in ("postgres", "asterisk-a", "ct112", "web"):
            lab.start(part)
        yield lab
    finally:
        lab.remove()


def _running(folder: Path) -> Lab:
    """Return the lab that runs there."""
    info = labfile.read(folder / "lab.json")
    if info is None:
        pytest.fail(f"{RUNNING}: no lab runs in {folder}; start one with ./run up")
    web = urlsplit(info["web"]).port
    assert web is not None
    return Lab(folder, None if web == Lab(folder).places.ports.web else web - 3, tied=False, page_phones=True)


@pytest.fixture(scope="session")
def whole_lab(lab: Lab) -> Lab:
    """Give the same lab with its worker: deliveries go out."""
    lab.start("worker")
    return lab


@pytest_asyncio.fixture(loop_scope="session")
async def world(whole_lab: Lab) -> AsyncIterator[World]:
    """Give citizens' phones and softphones of positions around the lab; all hang up afterwards."""
    async with Phones("127.0.0.1") as softphones, Phones("127.0.0.2") as citizens:
        yield World(whole_lab, softphones, citizens)


@pytest_asyncio.fixture(loop_scope="session")
async def people(lab: Lab) -> AsyncIterator[People]:
    """Give the lab's people, and a way to make more of them."""
    async with People(about(lab)) as people:
        yield people


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    """Give Playwright; browsers started by it end with it."""
    async with async_playwright() as playwright:
        yield playwright


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """Give Debian's Chromium, one for all tests: its microphone beeps, maps are drawn."""
    browser = await browsers.launch(playwright)
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def launch(playwright: Playwright) -> AsyncIterator[Launch]:
    """Give a way to start a Chromium of other manners: `await launch(sound=wav)`, `launch(maps=False)`."""
    started: list[Browser] = []

    async def one(**manners: Any) -> Browser:
        started.append(await browsers.launch(playwright, **manners))
        return started[-1]

    yield one
    for browser in started:
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desks(lab: Lab, browser: Browser) -> AsyncIterator[Desks]:
    """Give a way to open a desk for each person; what a console says that is an error fails the test."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    desks = Desks(about(lab), browser, PICTURES)
    yield desks
    await desks.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(desks: Desks, request: pytest.FixtureRequest) -> Desk:
    """Give a desk nobody is signed in at; its parameters, when there are any, are Playwright's."""
    return await desks.open(**getattr(request, "param", {}))


def about(lab: Lab) -> dict[str, Any]:
    """Return how the lab is reached: lab.json, or what it would say while parts are missing."""
    return labfile.read(lab.places.lab_json) or lab.description()
