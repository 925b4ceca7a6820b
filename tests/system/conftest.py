"""One lab for each test process, with short times; for each test its own phones."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from lab.api import Lab
from lab.phones import Phones
from lab.ports import require_free
from lab.steps import StepFailed
from tests.system.world import World

OVERRIDES = {"CT112_RING_SECONDS": "4", "CT112_WRAP_UP_SECONDS": "1"}
FIRST_BASE, LAST_BASE, STEP = 20000, 31000, 1000  # below the ports the system itself hands out


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder: it places real calls, and takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)


def free_base() -> int:
    """Return a port base nobody uses; each test process looks in its own places."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    start = os.getpid() % 100 + worker * 100
    for base in range(FIRST_BASE + start * 5, LAST_BASE, STEP):
        try:
            require_free("lab", tcp=(base + 1, base + 2, base + 3, base + 4), udp=(base,))
        except StepFailed:
            continue
        return base
    raise RuntimeError("no free ports for a lab")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a lab of our own; nothing of it is left afterwards."""
    lab = Lab(tmp_path_factory.mktemp("lab"), free_base(), overrides=OVERRIDES)
    try:
        lab.up()
        yield lab
    finally:
        lab.remove()


@pytest_asyncio.fixture
async def world(lab: Lab) -> AsyncIterator[World]:
    """Give a lab in which all runs and nobody calls yet; demand afterwards that no call is left."""
    lab.up()
    async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
        world = World(lab, desks, citizens)
        await world.nothing_left()
        yield world
    await world.nothing_left()
