"""Logging in and out, ready and paused by command: the floor answers, through the real control door."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ct112.core.events import PeopleChanged
from ct112.core.ids import OperatorName, PositionName
from ct112.core.stays import People
from tests.control.centre import TOKEN, Centre, serving
from tests.store.terminal import Terminal

PEOPLE = People(
    positions=frozenset({PositionName("pos-1"), PositionName("pos-2")}),
    operators=frozenset({OperatorName("siti"), OperatorName("budi")}),
    reasons=frozenset({"meal", "other"}),
)


class Desk:
    """A running serve, and a terminal beside it."""

    def __init__(self, centre: Centre, token: str = TOKEN) -> None:
        self.centre = centre
        port = centre.url.rpartition(":")[2]
        self.terminal = Terminal(None, CT112_SERVE_PORT=port, CT112_CONTROL_TOKEN=token)

    async def says(self, *words: str, code: int = 0) -> str:
        """Run `ct112 operator`, return what it said."""
        return await asyncio.to_thread(self.terminal.operator, *words, code=code)

    def who(self) -> dict[str, tuple[str | None, bool, str | None]]:
        """Return who sits where, ready or why not."""
        seats = self.centre.floor.positions.values()
        return {seat.name: (seat.operator, seat.ready, seat.reason) for seat in seats if seat.operator}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Give a serve with two positions and two operators, nobody logged in."""
    async with serving(tmp_path) as centre:
        centre.switchboard.post(PeopleChanged(PEOPLE))
        yield Desk(centre)


async def test_somebody_logs_in_pauses_is_ready_moves_and_leaves(desk: Desk) -> None:
    assert "siti sits at pos-1" in await desk.says("sit", "siti", "pos-1")
    assert desk.who() == {"pos-1": ("siti", True, None)}
    assert await desk.says("pause", "siti", "--reason", "meal") == "siti is paused: meal\n"
    assert desk.who() == {"pos-1": ("siti", False, "meal")}
    assert await desk.says("ready", "siti") == "siti is ready\n"
    await desk.says("pause", "siti")
    assert desk.who() == {"pos-1": ("siti", False, "other")}
    await desk.says("sit", "siti", "pos-2")
    assert desk.who() == {"pos-2": ("siti", False, "other")}
    assert "siti is logged out" in await desk.says("leave", "siti")
    assert desk.who() == {}
    await desk.says("sit", "siti", "pos-2", "--paused")
    assert desk.who() == {"pos-2": ("siti", False, None)}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("sit budi pos-1", "pos-1 is taken by siti: choose another position"),
        ("sit budi pos-9", "There is no position pos-9: see ct112 position list."),
        ("sit tina pos-2", "There is no active operator tina"),
        ("leave budi", "budi is not logged in: nothing to do."),
        ("ready budi", "budi is not logged in: first ct112 operator sit budi POSITION."),
        ("pause siti --reason because", "A pause needs one of these reasons: meal, other."),
    ],
)
async def test_what_the_floor_refuses_is_one_sentence(desk: Desk, words: str, why: str) -> None:
    await desk.says("sit", "siti", "pos-1")
    said = await desk.says(*words.split(), code=1)
    assert said.startswith("ct112: ")
    assert why in said
    assert said.count("\n") == 1
    assert desk.who() == {"pos-1": ("siti", True, None)}


async def test_a_wrong_token_says_which_setting(desk: Desk) -> None:
    said = await Desk(desk.centre, "another token").says("sit", "siti", "pos-1", code=1)
    assert "the same CT112_CONTROL_TOKEN for both" in said
    assert desk.who() == {}


def test_no_token_says_which_setting() -> None:
    assert "CT112_CONTROL_TOKEN is not set" in Terminal(None).operator("ready", "siti", code=1)


async def test_who_was_added_just_now_sits_down_as_soon_as_serve_knows(desk: Desk) -> None:
    sitting = asyncio.create_task(desk.says("sit", "tina", "pos-1"))
    await asyncio.sleep(1)
    assert not sitting.done()

    more = replace(PEOPLE, operators=PEOPLE.operators | {OperatorName("tina")})
    desk.centre.switchboard.post(PeopleChanged(more))

    assert "tina sits at pos-1" in await sitting
    assert desk.who() == {"pos-1": ("tina", True, None)}
