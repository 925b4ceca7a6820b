"""Lists come over HTTP and never over the websocket: a long answer there segfaults Asterisk (decision 8)."""

import ast
import asyncio
from pathlib import Path

import aiohttp
import pytest

from ct112.asterisk.ari import (
    AriError,
    Disconnected,
    NotFound,
    Refused,
    Request,
    Unreadable,
    bridges,
    channels,
    connect,
)
from ct112.asterisk.ari import asterisk_config as config
from ct112.asterisk.ari.request import SHORT_ANSWERS, request
from tests.asterisk import description
from tests.asterisk.conftest import Client, Target

PACKAGE = Path(__file__).parents[2] / "src" / "ct112"
LISTS = (channels.every(), channels.one("x"), bridges.every(), config.endpoints("PJSIP"))
SENDERS, LISTING = {"ask", "start", "send"}, {"every", "endpoints", "one"}


def gets() -> dict[str, str]:
    """Return what each GET of Asterisk's API answers with, by its path."""
    return {
        api["path"]: found["responseClass"]
        for one in description.described()
        for api in one.get("apis", [])
        for found in api.get("operations", ())
        if found["httpMethod"] == "GET"
    }


@pytest.mark.parametrize("request_", LISTS, ids=lambda one: one.path)
async def test_the_websocket_refuses_what_may_have_a_long_answer(client: Client, request_: Request) -> None:
    for send in (client.connection.start, lambda one: client.connection.send((one,), print)):
        with pytest.raises(ValueError, match="over HTTP"):
            send(request_)


def test_no_answer_that_asterisk_describes_as_a_list_is_called_short() -> None:
    answers = gets()
    assert answers.keys() >= SHORT_ANSWERS
    lists = {path for path, answer in answers.items() if answer.startswith("List[")}
    assert {"/channels", "/bridges", "/endpoints", "/endpoints/{tech}"} <= lists
    sorcery = "/asterisk/config/dynamic/{configClass}/{objectType}/{id}"  # the fields of one object
    assert {path for path in lists if not request("GET", path).long_answer} == {sorcery}


def test_no_code_sends_a_list_request_over_the_websocket() -> None:
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        for sending in _calls(ast.parse(path.read_text()), SENDERS):
            inner = [found for part in sending.args for found in _calls(part, LISTING)]
            wrong += [f"{path}:{found.lineno}" for found in inner]
    assert not wrong, "ask for lists with fetch()"


def _calls(tree: ast.AST, names: set[str]) -> list[ast.Call]:
    """Return the calls of methods with these names."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr in names]


async def test_over_http_an_error_is_the_same_error(client: Client) -> None:
    with pytest.raises(NotFound):
        await client.connection.fetch(channels.one("nobody"))
    with pytest.raises(NotFound):
        await client.connection.fetch(config.get("res_pjsip", "aor", "nobody"))


async def test_a_wrong_password_is_refused_over_http_too(target: Target) -> None:
    async with aiohttp.ClientSession() as session:
        connection = await connect(
            session,
            target.url,
            application="lists",
            user=target.user,
            password=target.password,
            on_event=print,
        )
        connection._http._headers["Authorization"] = aiohttp.encode_basic_auth(target.user, "wrong")
        with pytest.raises(Refused) as refused:
            await connection.fetch(channels.every())
        assert refused.value.status == 401
        await connection.close()


@pytest.mark.parametrize("body", [b"{", b'["\xff"]', b"\xff\xfe"])
async def test_an_answer_nobody_can_read_is_an_error_and_not_the_end(
    fake: Target, session: aiohttp.ClientSession, body: bytes
) -> None:
    assert fake.fake is not None
    connection = await connect(
        session, fake.url, application="lists", user=fake.user, password=fake.password, on_event=print
    )
    fake.fake.garbled = body
    with pytest.raises(Unreadable):
        await connection.fetch(channels.every())
    fake.fake.garbled = None
    assert await connection.fetch(channels.every()) == []
    await connection.close()


async def test_each_fetch_has_its_time_limit_and_a_closed_link_fetches_nothing(fake: Target) -> None:
    assert fake.fake is not None
    fake.fake.deaf = True
    async with aiohttp.ClientSession() as session:
        connection = await connect(
            session, fake.url, application="lists", user=fake.user, password=fake.password, on_event=print
        )
        with pytest.raises(AriError, match="no reply in time"):
            await connection.fetch(channels.every(), seconds=0.05)
        reader = asyncio.create_task(connection.run())
        await connection.close()
        await reader
        with pytest.raises(Disconnected):
            await connection.fetch(channels.every())
