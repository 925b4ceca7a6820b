"""The switchboard with the real floor and in-memory ports, on a clock the test moves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from ct112.core.asks import AskCode, AskId, SetClass
from ct112.core.commands import Answered, ExtendDeadman, PickUp, SendToFallback, TelephoneCommand
from ct112.core.events import Asked, CallArrived, Event, PickedUp
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName
from ct112.core.outbox import Outbox
from ct112.core.policy import Policy
from ct112.core.record import CallRecord, Fact, ServiceClass
from ct112.serve.switchboard import Switchboard
from tests.core.ivr_documents import usual_document

CALL = CallId("0193585f-0000-7000-8000-000000000001")


class Desk:
    """Every port at once: writes down what it is told, in order."""

    def __init__(self) -> None:
        self.asked: list[TelephoneCommand] = []
        self.records: list[CallRecord] = []
        self.facts: list[Fact] = []
        self.answers: list[Answered] = []
        self.seen: list[Outbox] = []
        self.broken = False
        self.order: list[str] = []

    def do(self, command: TelephoneCommand) -> None:
        """Telephone."""
        self.asked.append(command)
        self.order.append("telephone")

    def save(self, record: CallRecord) -> None:
        """Journal."""
        self.records.append(record)
        self.order.append("journal")

    def answered(self, answer: Answered) -> None:
        """Answers."""
        self.answers.append(answer)
        self.order.append("answers")

    def stepped(self, outbox: Outbox) -> None:
        """Watcher."""
        if self.broken:
            raise ValueError("a fault in the watcher")
        self.seen.append(outbox)

    def note(self, fact: Fact) -> None:
        """Journal."""
        self.facts.append(fact)
        self.order.append("journal")


class HandClock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def now(self) -> float:
        """The time the test set."""
        return self.time


class BrokenOnce(Floor):
    """A floor that raises on the first event."""

    broken = False

    def handle(self, event: Event, now: float, wall: float | None = None) -> Outbox:
        """Raise once, then work."""
        if not self.broken:
            self.broken = True
            raise ValueError("a fault in the floor")
        return super().handle(event, now, wall)


def floor(kind: type[Floor] = Floor) -> Floor:
    """A floor with the city's menu."""
    return kind(Policy(), usual_document())


@asynccontextmanager
async def running(board: Switchboard) -> AsyncIterator[None]:
    """Run the switchboard for the block."""
    task = asyncio.create_task(board.run(), name="switchboard")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until the condition holds; at most twenty seconds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 (the condition is the port's memory, not an event)
            await asyncio.sleep(0)


def arrival() -> CallArrived:
    """A call at the door."""
    return CallArrived(call=CALL, node=NodeName("a"), ani="0812", dialled="112")


async def test_a_call_is_picked_up_before_anything_is_written() -> None:
    desk, clock = Desk(), HandClock()
    board = Switchboard(floor(), desk, desk, clock)
    async with running(board):
        board.post(arrival())
        await until(lambda: desk.records)
    assert PickUp(CALL) in desk.asked
    assert desk.order.index("journal") > desk.order.index("telephone")
    assert desk.order == sorted(desk.order, reverse=True), "telephone first, then the journal"


async def test_events_posted_before_it_runs_are_kept() -> None:
    desk = Desk()
    board = Switchboard(floor(), desk, desk, HandClock())
    board.post(arrival())
    board.post(PickedUp(CALL))
    async with running(board):
        await until(lambda: any(fact.kind == "picked_up" for fact in desk.facts))
    assert desk.records[-1].picked_up_at is not None


async def test_a_deadline_is_kept_without_any_event() -> None:
    desk, clock = Desk(), HandClock()
    board = Switchboard(floor(), desk, desk, clock)
    board.post(arrival())
    async with running(board):
        await until(lambda: desk.asked)
        pushed = sum(isinstance(command, ExtendDeadman) for command in desk.asked)
        clock.time += Policy().switch_every_seconds
        board.post(PickedUp(CALL))  # any event wakes it; the switch is pushed because it is due
        await until(lambda: sum(isinstance(command, ExtendDeadman) for command in desk.asked) > pushed)


async def test_a_fault_in_the_floor_costs_the_event_and_not_the_service() -> None:
    desk = Desk()
    board = Switchboard(floor(BrokenOnce), desk, desk, HandClock())
    async with running(board):
        board.post(arrival())
        board.post(arrival())
        await until(lambda: desk.records)
    assert desk.records[0].call == CALL


ASKED = Asked(AskId("1"), "sari", None, SetClass(CALL, ServiceClass.URGENT))


def test_an_answer_goes_to_whoever_asked() -> None:
    desk = Desk()
    board = Switchboard(floor(), desk, desk, HandClock(), answers=desk)
    board.post(arrival())
    board.post(ASKED)
    board.post(ASKED)
    board.step()
    assert [(answer.id, answer.code) for answer in desk.answers] == [("1", AskCode.NOT_POSSIBLE)] * 2


def test_whoever_asked_what_the_floor_failed_on_is_answered() -> None:
    desk = Desk()
    board = Switchboard(floor(BrokenOnce), desk, desk, HandClock(), answers=desk)
    board.post(ASKED)
    board.step()
    assert [(answer.id, answer.code) for answer in desk.answers] == [("1", AskCode.FAILED)]


def test_whoever_watches_is_told_what_has_changed() -> None:
    desk = Desk()
    board = Switchboard(floor(), desk, desk, HandClock(), watcher=desk)
    board.post(arrival())
    board.post(PickedUp(CallId("nobody")))
    board.step()
    (seen,) = desk.seen
    assert ({*seen.changed}, seen.facts[0].kind) == ({board.floor.calls[CALL]}, "arrived")


def test_a_watcher_that_fails_costs_no_call() -> None:
    desk = Desk()
    desk.broken = True
    board = Switchboard(floor(), desk, desk, HandClock(), watcher=desk)
    board.post(arrival())
    board.post(PickedUp(CALL))
    board.step()
    assert "picked_up" in {fact.kind for fact in desk.facts}


async def test_draining_sends_a_new_call_to_the_fallback() -> None:
    desk = Desk()
    board = Switchboard(floor(), desk, desk, HandClock())
    async with running(board):
        board.drain()
        board.post(arrival())
        await until(lambda: desk.records)
    assert [command for command in desk.asked if isinstance(command, SendToFallback)]
    assert not [command for command in desk.asked if isinstance(command, PickUp)]


@pytest.mark.parametrize("count", [1, 100])
async def test_nothing_is_dropped(count: int) -> None:
    desk = Desk()
    board = Switchboard(floor(), desk, desk, HandClock())
    names = [CallId(f"0193585f-0000-7000-8000-{number:012d}") for number in range(count)]
    async with running(board):
        for name in names:
            board.post(CallArrived(call=name, node=NodeName("a"), ani=None, dialled="112"))
        await until(lambda: len({record.call for record in desk.records}) == count)
    assert [command.call for command in desk.asked if isinstance(command, PickUp)] == names


async def test_what_is_written_down_has_the_time_of_the_wall() -> None:
    desk, clock = Desk(), HandClock()
    board = Switchboard(floor(), desk, desk, clock, wall=lambda: clock.time - 3600)
    board.post(arrival())
    board.step()
    clock.time += Policy().pick_up_seconds  # nobody picked up: a deadline writes, too
    board.step()
    assert [record.arrived_at for record in desk.records[:1]] == [1_700_000_000.0 - 3600]
    assert desk.records[-1].queued_at == clock.time - 3600
    assert {fact.at for fact in desk.facts} == {1_700_000_000.0 - 3600, clock.time - 3600}
