"""A real browser before a real lab: one lab for the process, a browser of its own for each test."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from lab import screens
from lab.api import Lab
from lab.free_ports import free_base
from lab.places import REPOSITORY
from tests.browser.desk import Desk

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",  # the tests run as root
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
PICTURES = REPOSITORY / ".lab" / "screens"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a lab without the worker; a test that needs more starts it. Nothing is left afterwards."""
    screens.build()
    lab = Lab(tmp_path_factory.mktemp("lab"), free_base())
    try:
        for part in ("postgres", "asterisk-a", "ct112", "web"):
            lab.start(part)
        yield lab
    finally:
        lab.remove()


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """Give Debian's Chromium."""
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(
            executable_path=os.environ.get("CT112_CHROMIUM", CHROMIUM), args=list(FLAGS)
        )
        yield found
        await found.close()


@pytest_asyncio.fixture
async def desk(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """Give a page nobody is signed in at; whatever its console says that is an error fails the test."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = getattr(request, "param", {})
    context = await browser.new_context(**settings)
    found = Desk(lab.description(), await context.new_page(), Path(PICTURES))
    yield found
    await context.close()
    assert found.errors == []
