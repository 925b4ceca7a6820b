"""Two Asterisk nodes under one ct112: callers on both, each phone registered at both."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from lab.api import Lab
from lab.free_ports import free_base
from lab.phones import RING, Phone, PhoneCall, Phones
from lab.world import CT112, World, eventually

OVERRIDES = {"CT112_RING_SECONDS": "4", "CT112_WRAP_UP_SECONDS": "1"}
FALLBACK_SECONDS = 20.0  # as with one node: from the death of ct112 until the waiting caller talks
SEVERAL_TRIES_SECONDS = 4.0
ON_DISK_SECONDS = 2.0  # Asterisk writes down who registered within a second, and knows it after a crash


@pytest.fixture(scope="module")
def two_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a lab with two nodes; nothing of it is left afterwards."""
    lab = Lab(tmp_path_factory.mktemp("lab"), free_base(2), overrides=OVERRIDES, nodes=2)
    with lab.running():
        yield lab


@pytest_asyncio.fixture
async def world(two_nodes: Lab) -> AsyncIterator[World]:
    """Give the lab with nobody calling; demand afterwards that no call is left at either node."""
    await asyncio.to_thread(two_nodes.up)
    async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
        world = World(two_nodes, desks, citizens)
        await world.nothing_left()
        yield world
    await world.nothing_left()


async def talks(world: World, caller: PhoneCall, desk: Phone, number: int = 0) -> PhoneCall:
    """Demand that the desk's call of this number is a talk with this caller; return the desk's side."""
    at_desk = await (await desk.next_call(after=number, within=FALLBACK_SECONDS)).wait_for("established")
    await world.talk(caller, desk, at_desk)
    return at_desk


async def node_of(world: World, call: PhoneCall) -> str:
    """Return the node in the call's record."""
    return str((await world.ended(call))["node"])


async def test_a_caller_on_each_node_talks_with_an_operator_at_the_same_time(world: World) -> None:
    desks = await world.sit_down("pos-1", "pos-2")
    assert [len(desk.exchanges) for desk in desks] == [2, 2]
    calls = [await world.dial_and_press("1", node=node) for node in ("a", "b")]
    for desk in desks:
        await (await desk.next_call()).wait_for("established")
    first = 0 if (await calls[0].hears(desks[0].tone_hz, within=3)).seconds >= 0.6 else 1
    await talks(world, calls[0], desks[first])
    await talks(world, calls[1], desks[1 - first])
    assert [len(desk.calls) for desk in desks] == [1, 1], "a phone rang twice"
    for call in calls:
        await call.hang_up()
    assert [await node_of(world, call) for call in calls] == ["a", "b"]


async def test_one_operator_for_two_nodes_is_never_rung_while_talking_on_the_other(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    first = await world.dial_and_press("1", node="a")
    at_desk = await talks(world, first, desk)
    second = await world.dial_and_press("1", node="b")
    await asyncio.sleep(SEVERAL_TRIES_SECONDS)
    assert (len(desk.calls), desk.refused) == (1, 0), "a phone in use was rung"
    await world.talk(first, desk, at_desk)
    await first.hang_up()
    await talks(world, second, desk, 1)
    await second.hang_up()
    await world.ended(second)
    assert (len(desk.calls), desk.refused) == (2, 0)


async def test_callers_of_both_nodes_are_one_queue(world: World) -> None:
    """The emergency goes first, on whichever node it is."""
    (desk,) = await world.sit_down("pos-1")
    before = await world.dial_and_press("1", node="a")
    await talks(world, before, desk)
    question = await world.dial_and_press("3", node="a")
    emergency = await world.dial_and_press("1", node="b")
    await before.hang_up()
    await talks(world, emergency, desk, 1)
    await emergency.hang_up()
    await talks(world, question, desk, 2)
    await question.hang_up()
    rows = [await world.ended(call) for call in (emergency, question)]
    assert rows[0]["answered_at"] < rows[1]["answered_at"]


async def test_a_phone_that_declines_for_one_node_is_asked_by_the_other(world: World) -> None:
    (desk,) = await world.sit_down("pos-1", behaviour=RING)
    first = await world.dial_and_press("1", node="a")
    rung = await desk.next_call()
    second = await world.dial_and_press("1", node="b")
    await asyncio.sleep(1)
    assert (len(desk.calls), desk.refused) == (1, 0), "a phone that rings was rung by the other node"
    await rung.hang_up()
    again = await desk.next_call(after=1)
    await again.answer()
    await again.wait_for("established")
    await world.talk(first, desk, again)
    await first.hang_up()
    last = await desk.next_call(after=2)
    await last.answer()
    await last.wait_for("established")
    await world.talk(second, desk, last)
    await second.hang_up()
    await world.ended(second)


async def test_the_fallback_of_each_node_reaches_an_operator(world: World) -> None:
    desks = await world.sit_down("pos-1", "pos-2")
    waiting = [await world.dial(node=node) for node in ("a", "b")]
    await world.kill(CT112)
    for desk in desks:
        await (await desk.next_call(within=FALLBACK_SECONDS)).wait_for("established")
    heard = [
        [(await call.hears(desk.tone_hz, within=2)).seconds >= 0.6 for desk in desks] for call in waiting
    ]
    assert sorted(heard) == [[False, True], [True, False]], heard
    for call in waiting:
        await call.hang_up()
    await world.start(CT112)
    assert [(await world.ended(call))["node"] for call in waiting] == ["a", "b"]


async def test_the_fallback_of_one_node_leaves_a_talk_on_the_other_alone(world: World) -> None:
    """Asterisk b knows nothing of a's calls: its queue does try the phone, which says that it is busy."""
    (desk,) = await world.sit_down("pos-1")
    first = await world.dial_and_press("1", node="a")
    at_desk = await talks(world, first, desk)
    await world.kill(CT112)
    await eventually(  # a caller in the very moment of the death waits for the dead-man's switch
        lambda: world.ari("b", "applications"),
        lambda found: not found,
        8,
        "Asterisk b knows that ct112 is gone",
    )
    second = await world.dial(node="b")
    await asyncio.sleep(SEVERAL_TRIES_SECONDS)
    tried, at = desk.refused, len(desk.calls)
    await world.talk(first, desk, at_desk)
    assert at == 1, "the talking operator's phone rang"
    assert 0 < tried <= SEVERAL_TRIES_SECONDS + 1, f"tried {tried} times"
    assert (await second.hears_sound()) > -40, "the waiting caller hears nothing"
    await at_desk.hang_up()
    await talks(world, second, desk, 1)
    await second.hang_up()
    await first.hang_up()
    await world.start(CT112)
    assert (await world.ended(second))["outcome"] == "fallback_answered"


async def test_a_node_that_comes_back_takes_calls_again(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    await asyncio.sleep(ON_DISK_SECONDS)
    await world.kill("asterisk-b")
    first = await world.dial_and_press("1", node="a")
    await talks(world, first, desk)
    await first.hang_up()
    await world.ended(first)
    await world.start("asterisk-b")
    up = lambda: world.metric("ct112_link_up", node="b", link="ari")  # noqa: E731
    await eventually(up, lambda value: value == 1, 15, "the link to b")
    (other,) = await world.sit_down("pos-2")
    second = await world.dial_and_press("1", node="b")
    await talks(world, second, other)
    await second.hang_up()
    assert await node_of(world, second) == "b"
