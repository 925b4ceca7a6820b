"""The floor alone: events a second, and whether an event costs more when more callers wait."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ct112.core.commands import Ring
from ct112.core.events import (
    CallArrived,
    CallerLeft,
    DigitPressed,
    Event,
    Joined,
    OfferAnswered,
    OfferRinging,
    PhoneSeen,
    PickedUp,
    SeatingRestored,
)
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OperatorName, PositionName
from ct112.core.outbox import Outbox
from ct112.core.policy import Policy
from ct112.core.stays import Stay
from ct112.simulation.scenario import menu

NODE = NodeName("a")
WAITING = (10, 100, 1000)
OPERATORS = (3, 30, 300)
TICK_SECONDS = 0.001  # of the floor's time, between two events
NOTHING = PickedUp(CallId("nobody"))  # an event about a call that is over: common, and cheap


@dataclass(frozen=True, slots=True)
class CoreFigure:
    """Time per event, µs, with so many calls waiting and so many operators, in one round."""

    waiting: int
    operators: int
    microseconds: float


@dataclass
class Stage:
    """A floor where callers wait, every operator talks, and more calls come and go."""

    floor: Floor
    now: float = 1_800_000_000.0
    calls: int = 0
    events: int = 0
    rings: list[Ring] = field(default_factory=list)
    talks: deque[CallId] = field(default_factory=deque)
    told: Callable[[Outbox], None] = lambda _: None  # hears of every step, as a watcher does

    def tell(self, event: Event) -> None:
        """Hand one event over, after what is due meanwhile."""
        self.now += TICK_SECONDS
        self.events += 1
        due = self.floor.next_deadline()
        if due is not None and due <= self.now:
            self._heed(self.floor.due(self.now))
        outbox = self.floor.handle(event, self.now)
        self._heed(outbox)
        if outbox.shows:
            self.told(outbox)

    def _heed(self, outbox: Outbox) -> None:
        self.rings += [command for command in outbox.telephone if isinstance(command, Ring)]

    def comes(self, digit: str) -> None:
        """A caller arrives, hears the menu, presses a key."""
        self.calls += 1
        call = CallId(f"call-{self.calls}")
        self.tell(CallArrived(call=call, node=NODE, ani="081234567890", dialled="112"))
        self.tell(PickedUp(call))
        self.tell(DigitPressed(call, digit))

    def answers(self) -> None:
        """The phone that rings is picked up, and both are joined."""
        ring = self.rings.pop()
        self.tell(OfferRinging(ring.offer))
        self.tell(OfferAnswered(ring.offer))
        self.tell(Joined(ring.call, ring.offer))
        self.talks.append(ring.call)

    def ends(self) -> None:
        """The oldest talk is over."""
        self.tell(CallerLeft(self.talks.popleft()))


def filled(waiting: int, operators: int) -> Stage:
    """Return a floor where every operator talks to somebody, and others wait for information."""
    stage = Stage(Floor(Policy(wrap_up_seconds=0.0), menu()))
    rows = tuple(
        Stay(
            id=CallId(f"stay-{one}"),
            operator=OperatorName(f"op-{one}"),
            position=PositionName(f"pos-{one}"),
            since=0.0,
            ready=True,
        )
        for one in range(operators)
    )
    stage.tell(SeatingRestored(rows))
    for row in rows:
        stage.tell(PhoneSeen(row.position, NODE, registered=True))
        stage.comes("1")
        stage.answers()
    for _ in range(waiting):
        stage.comes("3")
    assert (len(stage.floor.calls), len(stage.rings)) == (waiting + operators, 0)
    return stage


def measure(waiting: int, operators: int, lives: int) -> CoreFigure:
    """Let emergencies come past those who wait, be answered and go: so many times."""
    stage = filled(waiting, operators)
    before, began = stage.events, time.perf_counter()
    for _ in range(lives):
        stage.comes("1")
        stage.ends()
        stage.tell(NOTHING)  # the operator's wrap-up ends
        stage.answers()
    seconds = time.perf_counter() - began
    assert len(stage.floor.calls) == waiting + operators
    return CoreFigure(waiting, operators, seconds / (stage.events - before) * 1e6)


def rounds(lives: int, count: int) -> Iterator[CoreFigure]:
    """Measure every size in turn, `count` times over."""
    for _ in range(count):
        for waiting in WAITING:
            for operators in OPERATORS:
                yield measure(waiting, operators, lives)
