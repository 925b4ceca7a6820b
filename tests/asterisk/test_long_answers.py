"""Hundreds of calls with long locations, and a link that (re)connects: Asterisk lives (decision 8)."""

import asyncio
from collections.abc import Iterator

import aiohttp
import pytest

from ct112.asterisk.ari import Connection, Request, channels, connect
from ct112.core.events import NodeSurveyed
from lab.api import Lab
from lab.free_ports import free_base
from tests.ami.fake_ami import until
from tests.asterisk.conftest import Target, target_of
from tests.asterisk.test_telephone import running

pytestmark = pytest.mark.real

CALLS = 300
LOCATION = 'shape="Point",crs="2d",pos="-6.8886 109.6753",note="' + "x" * 1800 + '"'
APPLICATION = "ct112-test"  # of a telephone under test
DEADLY_BYTES = 590_000  # a websocket answer of this length segfaulted Asterisk 22.10.1


@pytest.fixture
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """An Asterisk of its own, with room for these calls."""
    lab = Lab(tmp_path_factory.mktemp("asterisk"), free_base(), max_calls=4 * CALLS)
    try:
        lab.start("asterisk-a")
        yield lab
    finally:
        lab.remove()


async def test_asterisk_survives_a_survey_of_many_calls_with_long_locations(lab: Lab) -> None:
    target, process = target_of(lab), lab.living()["asterisk-a"]
    await _call(target)
    for _ in range(2):  # a start of ct112, and another one
        async with running(target) as (_, inbox, _task):
            surveyed = inbox.events[0]
            assert isinstance(surveyed, NodeSurveyed)
            assert len(surveyed.calls) == CALLS
            assert all(call.location and call.location["latitude"] == -6.8886 for call in surveyed.calls)
    assert lab.living()["asterisk-a"] == process
    assert "System uptime" in lab.nodes()[0].cli("core show uptime").stdout


async def _call(target: Target) -> None:
    """Bring the callers into the application, and see that their list is a deadly one."""
    came: list[str] = []
    async with aiohttp.ClientSession() as session:
        connection = await connect(
            session,
            target.url,
            application=APPLICATION,
            user=target.user,
            password=target.password,
            on_event=lambda event: came.append(str(event["type"])),
        )
        reader = asyncio.create_task(connection.run(), name="reader")
        for number in range(CALLS):
            await connection.ask(_caller(number))
        await until(lambda: came.count("StasisStart") == CALLS, "all have come")
        assert await _length(connection) > DEADLY_BYTES
        await connection.close()
        await reader


def _caller(number: int) -> Request:
    variables = {"CT112_LEG": "caller", "CT112_LOCATION": LOCATION}
    return channels.create(
        f"caller-{number}",
        "PJSIP/trunk/sip:1@127.0.0.9:9",
        app=APPLICATION,
        app_args="call",
        variables=variables,
    )


async def _length(connection: Connection) -> int:
    http = connection._http
    async with http._session.get(f"{http._url}/channels", headers=http._headers) as answer:
        return len(await answer.read())
