"""A test call has a floor of its own: how it goes, each way it can fail, and that it is nobody else's."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
from prometheus_client import REGISTRY

from ct112.asterisk.names import ROBOT
from ct112.asterisk.testing import EndNews, News
from ct112.clock import SteadyClock
from ct112.core.commands import EndOffer, HangUp, Join, PickUp, Ring, TelephoneCommand
from ct112.core.events import (
    CallArrived,
    CallerLeft,
    DigitPressed,
    Event,
    Joined,
    NodeLost,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PickedUp,
)
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OfferId
from ct112.core.policy import Policy
from ct112.serve import testing
from ct112.serve.testing import Result, Rules, Trials, quiet
from tests.core import floor_world as given
from tests.core.floor_world import World
from tests.core.ivr_documents import usual_document

A, B = NodeName("a"), NodeName("b")
CALL = CallId("018d3f00-0000-7000-8000-000000000001")
OTHER = CallId("018d3f00-0000-7000-8000-000000000002")
STEPS = ("place", "dial", "pick up", "press", "ring", "join", "speak")


class Exchange:
    """A telephone on which everything works up to a step; it remembers what it was asked for."""

    def __init__(self, broken: str = "") -> None:
        self.broken = broken
        self.commands: list[TelephoneCommand] = []
        self.ends: list[End] = []
        self.trials: Trials | None = None
        self.links = {A: True}

    def ready(self) -> Mapping[NodeName, bool]:
        return self.links

    def trial(self, node: NodeName, name: str) -> "End":
        self.ends.append(End(self, node, name))
        return self.ends[-1]

    def do(self, command: TelephoneCommand) -> None:
        self.commands.append(command)
        match command:
            case PickUp(call) if self.works("pick up"):
                self.post(PickedUp(call))
            case Ring() if self.works("ring"):
                self.post(OfferAnswered(command.offer))
            case Join(call, offer) if self.works("join"):
                self.post(Joined(call, offer))
            case EndOffer(offer):
                self.post(OfferEnded(offer, OfferEnd.HUNG_UP))

    def works(self, step: str) -> bool:
        return not self.broken or STEPS.index(step) < STEPS.index(self.broken)

    def post(self, event: Event) -> None:
        assert self.trials is not None
        assert self.trials.takes(event), f"{event} would have come to the real floor"


class End:
    """The caller's end."""

    def __init__(self, exchange: Exchange, node: NodeName, name: str) -> None:
        self.exchange, self.node, self.name = exchange, node, name
        self.done: list[str] = []

    def place(self) -> None:
        self._if("place", lambda: self.tell(News.THERE))

    def dial(self) -> None:
        self._if(
            "dial",
            lambda: self.exchange.post(
                CallArrived(call=CALL, node=self.node, ani=None, dialled="112", trial=True)
            ),
        )

    def press(self, key: str) -> None:
        self._if("press", lambda: self.exchange.post(DigitPressed(CALL, key)))

    def speak_and_listen(self, prompt: str) -> None:
        assert prompt == "hello"
        self._if("speak", lambda: self.tell(News.HEARS))

    def hang_up(self) -> None:
        self.done.append("hang up")
        self.exchange.trials and self.exchange.trials.takes(CallerLeft(CALL))

    def tell(self, news: News) -> None:
        assert self.exchange.trials is not None
        self.exchange.trials.heard(EndNews(self.name, news))

    def _if(self, step: str, then: Callable[[], None]) -> None:
        self.done.append(step)
        if self.exchange.works(step):
            then()


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"LIMIT": 20.0, "END": 5.0, "TURN": 0.01, "KEY_AFTER": 0.02, "FIRST_AFTER": 0.0}
    for name, seconds in times.items():
        monkeypatch.setattr(testing, f"{name}_SECONDS", seconds)


def trials_on(exchange: Exchange, *, busy: bool = False) -> Trials:
    def floor() -> tuple[Floor, str]:
        return Floor(Policy(), usual_document()), "hello"

    trials = Trials(exchange, SteadyClock(), 3600, Rules(floor, lambda: busy))
    exchange.trials = trials
    return trials


def count(result: Result, node: NodeName = A) -> float:
    labels = {"node": node, "result": result.value}
    return REGISTRY.get_sample_value("ct112_test_calls_total", labels) or 0.0


async def placed(exchange: Exchange, result: Result, *, busy: bool = False) -> None:
    """Place one test call, and demand that it goes so."""
    before = count(result)
    trials = trials_on(exchange, busy=busy)
    task = asyncio.create_task(trials.run())
    async with asyncio.timeout(30):
        while count(result) == before:  # noqa: ASYNC110 (a counter tells nobody)
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_test_call_goes_all_the_way_and_leaves_nothing() -> None:
    exchange = Exchange()
    await placed(exchange, Result.WELL)
    assert exchange.ends[0].done == ["place", "dial", "press", "speak", "hang up"]
    rings = [command for command in exchange.commands if isinstance(command, Ring)]
    assert [ring.position for ring in rings] == [ROBOT]
    assert any(isinstance(command, EndOffer) for command in exchange.commands), "the robot's leg is ended"
    assert REGISTRY.get_sample_value("ct112_test_call_ok", {"node": A}) == 1


@pytest.mark.parametrize(
    ("broken", "result"),
    [
        ("place", Result.NOT_THERE),
        ("dial", Result.NOT_THERE),
        ("pick up", Result.NOT_PICKED_UP),
        ("press", Result.NOT_QUEUED),
        ("ring", Result.NOT_ANSWERED),
        ("join", Result.NOT_JOINED),
        ("speak", Result.NO_SOUND),
    ],
)
async def test_what_does_not_work_is_named_and_an_alarm(
    broken: str, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testing, "LIMIT_SECONDS", 1.0)
    exchange = Exchange(broken)
    await placed(exchange, result)
    assert exchange.ends[0].done[-1] == "hang up"
    assert REGISTRY.get_sample_value("ct112_test_call_ok", {"node": A}) == 0


async def test_its_end_that_is_gone_is_known_at_once() -> None:
    exchange = Exchange("ring")
    before, trials = count(Result.NOT_ANSWERED), trials_on(exchange)
    task = asyncio.create_task(trials.run())
    await asyncio.sleep(0.2)
    exchange.ends[0].tell(News.GONE)
    await asyncio.sleep(0.1)
    assert count(Result.NOT_ANSWERED) == before + 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_none_is_placed_while_callers_need_the_place() -> None:
    exchange = Exchange()
    await placed(exchange, Result.SKIPPED, busy=True)
    assert exchange.ends == []


async def test_a_lost_link_interrupts_it_and_is_still_told_to_the_real_floor() -> None:
    exchange = Exchange("ring")
    before, trials = count(Result.INTERRUPTED), trials_on(exchange)
    task = asyncio.create_task(trials.run())
    await asyncio.sleep(0.2)
    assert not trials.takes(NodeLost(B))
    assert not trials.takes(NodeLost(A))
    await asyncio.sleep(0.1)
    assert count(Result.INTERRUPTED) == before + 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_node_that_is_away_is_not_tried() -> None:
    exchange = Exchange()
    exchange.links = {A: False}
    task = asyncio.create_task(trials_on(exchange).run())
    await asyncio.sleep(0.1)
    assert exchange.ends == []
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_test_call_nobody_waits_for_is_ended_and_not_told() -> None:
    exchange = Exchange()
    trials = trials_on(exchange)
    stray = CallArrived(call=OTHER, node=A, ani=None, dialled="112", trial=True)
    assert trials.takes(stray)
    assert exchange.commands == [HangUp(OTHER)]


async def test_real_calls_are_never_taken() -> None:
    exchange = Exchange("speak")
    trials = trials_on(exchange)
    real = CallArrived(call=OTHER, node=A, ani="0812", dialled="112")
    assert not trials.takes(real)
    task = asyncio.create_task(trials.run())
    await asyncio.sleep(0.2)
    for event in (real, PickedUp(OTHER), CallerLeft(OTHER), OfferAnswered(OfferId(f"{OTHER}.1"))):
        assert not trials.takes(event)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_somebody_who_waits_or_a_rush_is_not_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    assert quiet(world.floor.calls)
    given.waiting(world)
    assert not quiet(world.floor.calls)
    monkeypatch.setattr(testing, "BUSY_CALLS", 0)
    busy = World()
    given.talking(busy)
    assert not quiet(busy.floor.calls)


async def test_a_node_at_which_none_ever_comes_through_is_missed_from_the_start() -> None:
    """No result yet, and still there is a moment to count from: the alarm on missing ones needs it."""
    node = NodeName("never-tried")
    exchange = Exchange()
    exchange.links = {node: False}
    task = asyncio.create_task(trials_on(exchange).run())
    async with asyncio.timeout(30):
        while not REGISTRY.get_sample_value("ct112_test_call_timestamp_seconds", {"node": node}):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not exchange.ends, "it is away: none was placed"
    assert REGISTRY.get_sample_value("ct112_test_call_every_seconds", {"node": node}) == 3600
