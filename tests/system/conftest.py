"""One lab for each test process, with short times; for each test its own phones."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from lab.api import Lab
from lab.free_ports import free_base
from lab.phones import Phones
from lab.world import World

OVERRIDES = {"CT112_RING_SECONDS": "4", "CT112_WRAP_UP_SECONDS": "1"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder: it places real calls, and takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a lab of our own; nothing of it is left afterwards."""
    lab = Lab(tmp_path_factory.mktemp("lab"), free_base(), overrides=OVERRIDES)
    with lab.running():
        yield lab


@pytest_asyncio.fixture
async def world(lab: Lab) -> AsyncIterator[World]:
    """Give a lab in which all runs and nobody calls yet; demand afterwards that no call is left."""
    await asyncio.to_thread(lab.up)
    async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
        world = World(lab, desks, citizens)
        await world.nothing_left()
        yield world
    await world.nothing_left()
