"""Asks over the real door: the floor answers, once for each id, and never on an old view."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ct112.control.asks import Answer
from ct112.control.client import ControlAway, ControlClient
from ct112.core.calls import InMenu, Waiting
from ct112.core.events import DigitPressed, Event
from tests.control.centre import Centre, client_of, serving, until


async def waiting_call(centre: Centre, client: ControlClient, key: str = "2") -> str:
    """Return a call that waits in the queue, as the mirror shows it too."""
    (name,) = centre.calls(1)
    await until(lambda: name in centre.floor.calls and isinstance(centre.floor.calls[name].state, InMenu))
    call = centre.floor.calls[name]
    centre.switchboard.post(DigitPressed(name, key))
    await until(lambda: isinstance(call.state, Waiting))
    await until(lambda: revision_of(client, name) == call.revision)
    return name


def revision_of(client: ControlClient, call: str) -> int | None:
    """Return the call's revision as the mirror has it."""
    seen = {} if client.floor is None else client.floor.parts["calls"].get(call, {})
    return seen.get("revision")


async def test_the_floor_does_what_it_accepts_and_followers_see_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, client_of(centre.url) as client:
        call = await waiting_call(centre, client)
        answer = await client.ask(
            "set_class", by="supervisor-1", revision=revision_of(client, call), call=call,
            service_class="emergency",
        )  # fmt: skip
        assert answer == Answer(accepted=True)
        await until(lambda: client.floor and client.floor.parts["calls"][call]["class_source"] == "person")
        assert client.floor is not None
        assert client.floor.parts["calls"][call]["service_class"] == "emergency"
        answer = await client.ask("set_priority", by="supervisor-1", call=call, first=True)
        assert answer.accepted
        await until(lambda: client.floor and client.floor.parts["calls"][call]["first"] is True)


async def test_the_same_id_again_gets_the_same_answer_and_changes_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, client_of(centre.url) as client:
        call = await waiting_call(centre, client)
        name, seen = uuid.uuid4(), revision_of(client, call)
        answers = await asyncio.gather(
            *(
                client.ask("set_priority", by="s", id=name, revision=seen, call=call, first=True)
                for _ in range(20)
            )
        )
        assert answers == [Answer(accepted=True)] * 20
        assert centre.floor.calls[call].revision == (seen or 0) + 1  # type: ignore[index]
        other = await client.ask("set_priority", by="s", id=name, revision=seen, call=call, first=False)
        assert (other.accepted, other.code) == (False, "repeated-differs")
        assert other.reason


async def test_an_old_view_changes_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, client_of(centre.url) as client:
        call = await waiting_call(centre, client)
        seen = revision_of(client, call)
        assert (await client.ask("set_priority", by="a", revision=seen, call=call, first=True)).accepted
        late = await client.ask("set_priority", by="b", revision=seen, call=call, first=False)
        assert (late.accepted, late.code) == (False, "stale")
        state = centre.floor.calls[call].state  # type: ignore[index]
        assert isinstance(state, Waiting)
        assert state.place.first


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("set_class", {"call": "no-such-call", "service_class": "urgent"}),
        ("set_priority", {"call": "no-such-call", "first": True}),
        ("sit", {"position": "nowhere", "operator": "nobody"}),
        ("leave", {"position": "nowhere"}),
        ("set_state", {"operator": "nobody", "ready": False, "reason": "break"}),
    ],
)
async def test_what_is_not_there_is_refused_with_a_reason(
    tmp_path: Path, kind: str, fields: dict[str, Any]
) -> None:
    async with serving(tmp_path) as centre, client_of(centre.url) as client:
        await until(lambda: client.floor)
        answer = await client.ask(kind, by="s", **fields)
        assert not answer.accepted
        assert answer.code in {"unknown", "not-possible"}
        assert answer.reason


async def test_a_floor_that_fails_answers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(event: Event, *_: Any) -> Any:
        raise ValueError("a fault in the floor")

    async with serving(tmp_path) as centre, client_of(centre.url) as client:
        await until(lambda: client.floor)
        monkeypatch.setattr(centre.floor, "handle", broken)
        answer = await client.ask("set_priority", by="s", call="x", first=True)
        assert (answer.accepted, answer.code) == (False, "failed")


async def test_a_floor_that_says_nothing_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.serve.asks.ANSWER_SECONDS", 0.1)
    async with serving(tmp_path) as centre, client_of(centre.url) as client:
        await until(lambda: client.floor)
        monkeypatch.setattr(centre.floor, "handle", lambda *_: [])
        answer = await client.ask("set_priority", by="s", call="x", first=True)
        assert (answer.accepted, answer.code) == (False, "unanswered")
        assert not centre.asks._waiting


async def test_a_call_back_is_taken_once_however_often_it_is_asked(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, client_of(centre.url) as client:
        await until(lambda: client.floor)
        name = uuid.uuid4()
        asks = [client.ask("take_callback", by="op-1", id=name, task=7, operator="op-1") for _ in range(10)]
        assert await asyncio.gather(*asks) == [Answer(accepted=True)] * 10
        assert len(centre.taken) == 1
        other = await client.ask("take_callback", by="op-1", id=name, task=8, operator="op-1")
        assert other.code == "repeated-differs"
        assert len(centre.taken) == 1


async def test_while_serve_is_away_an_ask_says_so_at_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre:
        url = centre.url
    async with client_of(url) as client:
        await asyncio.sleep(0)
        with pytest.raises(ControlAway, match="with the same id"):
            await client.ask("set_priority", by="s", call="x", first=True)


async def test_a_wrong_token_is_said_in_words(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, client_of(centre.url, "wrong") as client:
        await until(lambda: "CT112_CONTROL_TOKEN" in client.trouble)
        assert client.floor is None
        with pytest.raises(ControlAway, match="CT112_CONTROL_TOKEN"):
            await client.ask("set_priority", by="s", call="x", first=True)


async def test_an_ask_that_cannot_be_is_the_callers_mistake(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, client_of(centre.url) as client:
        await until(lambda: client.floor)
        with pytest.raises(ValueError, match="reboot"):
            await client.ask("reboot", by="s")


async def test_what_is_no_serve_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def other(_request: aiohttp.web.Request) -> aiohttp.web.Response:
        return aiohttp.web.json_response({"hello": "world"})

    app = aiohttp.web.Application()
    app.router.add_route("*", "/{any:.*}", other)
    from aiohttp.test_utils import TestServer

    async with TestServer(app) as server, client_of(str(server.make_url("")).rstrip("/")) as client:
        await until(lambda: client.trouble.startswith("ct112 serve answers"))
        with pytest.raises(ControlAway, match="CT112_SERVE_URL"):
            await client.ask("set_priority", by="s", call="x", first=True)
