"""Test calls: every so often each node calls 112 by itself, on a floor of its own, and a robot answers.

The floor is made for one call from the code, the menu and the policy that real calls have (decision 27). Its
events never reach the real floor, and what it writes down goes nowhere.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ct112 import logs, metrics
from ct112.asterisk.names import ROBOT
from ct112.asterisk.testing import EndNews, News
from ct112.core.asks import AskId, Sit
from ct112.core.calls import Call, Waiting
from ct112.core.commands import HangUp, TelephoneCommand
from ct112.core.events import Asked, CallArrived, Event, NodeLost, PeopleChanged, PhoneSeen
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OperatorName, call_of
from ct112.core.ports import Clock
from ct112.core.stays import People

log = logs.get("test call")

ROBOT_NAME = OperatorName("robot")
KEY, KEY_AFTER_SECONDS = "1", 1.0
LIMIT_SECONDS = 45.0  # the menu at its slowest (15 s), a robot that is rung twice, and some
END_SECONDS = 5.0  # for its legs to be gone
FIRST_AFTER_SECONDS = 20.0  # from the start of serve: links and prompts come first
TURN_SECONDS = 0.2
LEAST_SECONDS = 1.0  # between two, whatever is set
BUSY_CALLS = 20


class Result(StrEnum):
    """How a test call went: well, not at all, or how far it came."""

    WELL = "well"
    SKIPPED = "skipped"  # so many callers that they show it
    INTERRUPTED = "interrupted"  # by a loss of the link, which has an alarm of its own
    NOT_THERE = "did not come in"
    NOT_PICKED_UP = "not picked up"
    NOT_QUEUED = "did not get through the menu"
    NOT_ANSWERED = "not answered"
    NOT_JOINED = "not joined"
    NO_SOUND = "no sound"

    @property
    def failed(self) -> bool:
        """Whether somebody has to look."""
        return self not in (Result.WELL, Result.SKIPPED, Result.INTERRUPTED)


class End(Protocol):
    """The caller's end of a test call (`asterisk.testing.TrialEnd`)."""

    def place(self) -> None: ...
    def dial(self) -> None: ...
    def press(self, key: str) -> None: ...
    def speak_and_listen(self, prompt: str) -> None: ...
    def hang_up(self) -> None: ...


class Exchange(Protocol):
    """What is asked of the telephone."""

    def ready(self) -> Mapping[NodeName, bool]: ...
    def do(self, command: TelephoneCommand) -> None: ...
    def trial(self, node: NodeName, name: str) -> End: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What a test call has in common with real ones, asked for each anew."""

    floor: Callable[[], tuple[Floor, str]]  # a new one, with the live menu and policy, and a prompt to say
    busy: Callable[[], bool]  # whether callers show that all works, and are not to be disturbed


def quiet(calls: Mapping[CallId, Call]) -> bool:
    """Return whether a test call disturbs nobody: nobody waits, and there are not many calls."""
    return len(calls) <= BUSY_CALLS and not any(isinstance(call.state, Waiting) for call in calls.values())


class Trial:
    """One test call. `result`: None until it is known."""

    def __init__(
        self, name: str, node: NodeName, floor: Floor, says: str, exchange: Exchange, clock: Clock
    ) -> None:
        """`name`: never used before; `floor`: its own, with nobody there yet; `says`: a prompt's key."""
        self.name, self.node = name, node
        self.call: CallId | None = None
        self.result: Result | None = None
        self.seconds = 0.0
        self._end, self._floor, self._exchange, self._clock = (
            exchange.trial(node, name),
            floor,
            exchange,
            clock,
        )
        self._says = says
        self._inbox: deque[Event | News] = deque()
        self._woken = asyncio.Event()
        self._press_at: float | None = None
        self._pressed = self._speaks = False
        self._reached = Result.NOT_THERE

    def take(self, event: Event | News) -> None:
        """Take in what happens to it; returns at once."""
        self._inbox.append(event)
        self._woken.set()

    async def run(self) -> Result:
        """Place it, and return how it went; afterwards nothing of it is left."""
        began = self._clock.now()
        for event in _robot_sits(self.node):
            self._step(event)
        self._end.place()
        try:
            await self._until(lambda: self.result is not None, LIMIT_SECONDS)
            self.seconds = self._clock.now() - began
        finally:
            self._end.hang_up()
        await self._until(self._floor.empty, END_SECONDS)
        return self.result or self._reached

    async def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        """Do what happens and what is due until it holds, for so many seconds at most."""
        limit = self._clock.now() + seconds
        while not holds() and self._clock.now() < limit:
            while self._inbox:
                self._handle(self._inbox.popleft())
            self._due()
            self._woken.clear()
            try:
                async with asyncio.timeout(TURN_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def _handle(self, event: Event | News) -> None:
        match event:
            case News.THERE:
                self._end.dial()
            case News.HEARS:
                if self._speaks:
                    self.result = Result.WELL
            case News.GONE:
                self.result = self.result or self._reached
            case News.ANSWERED:
                pass
            case NodeLost():
                self.result = Result.INTERRUPTED
            case _:
                self._step(event)

    def _step(self, event: Event) -> None:
        outbox = self._floor.handle(event, self._clock.now())
        for command in outbox.telephone:
            self._exchange.do(command)
        self._look()

    def _due(self) -> None:
        """Do what is due: on its floor, and the key its caller presses."""
        now = self._clock.now()
        deadline = self._floor.next_deadline()
        if deadline is not None and deadline <= now:
            for command in self._floor.due(now).telephone:
                self._exchange.do(command)
            self._look()
        if self._press_at is not None and now >= self._press_at:
            self._press_at = None
            self._end.press(KEY)

    def _look(self) -> None:
        """See how far it has come, and do what its caller does there."""
        call = self._floor.calls.get(self.call) if self.call is not None else None
        if call is None:
            return
        self._reached = _reached(call)
        if self._reached is Result.NOT_QUEUED and not self._pressed:
            self._pressed, self._press_at = True, self._clock.now() + KEY_AFTER_SECONDS
        if self._reached is Result.NO_SOUND and not self._speaks:
            self._speaks = True
            self._end.speak_and_listen(self._says)


def _reached(call: Call) -> Result:
    """Return what has not happened to the call yet."""
    match type(call.state).__name__:
        case "Arriving":
            return Result.NOT_PICKED_UP
        case "InMenu":
            return Result.NOT_QUEUED
        case "Waiting" | "Offered":
            return Result.NOT_ANSWERED
        case "Joining":
            return Result.NOT_JOINED
        case _:
            return Result.NO_SOUND


def _robot_sits(node: NodeName) -> tuple[Event, ...]:
    """Return what a floor is told so that the robot is ready at its only position."""
    people = People(positions=frozenset({ROBOT}), operators=frozenset({ROBOT_NAME}))
    sit = Asked(AskId("robot"), "test call", None, Sit(ROBOT, ROBOT_NAME, ready=True))
    return PhoneSeen(ROBOT, node, registered=True), PeopleChanged(people), sit


class Trials:
    """Places them, one at a time, and says how they went."""

    def __init__(self, exchange: Exchange, clock: Clock, every_seconds: float, rules: Rules) -> None:
        """Place one at each node every so many seconds, from `run` on."""
        self._exchange, self._clock, self._rules = exchange, clock, rules
        self._every = max(LEAST_SECONDS, every_seconds)
        self._trial: Trial | None = None
        self._expected: set[NodeName] = set()

    def takes(self, event: Event) -> bool:
        """Return whether the event is of a test call, and not for the real floor; it is taken in then."""
        trial = self._trial
        if isinstance(event, CallArrived):
            return event.trial and self._arrives(event)
        if trial is None:
            return False
        if isinstance(event, NodeLost):
            if event.node == trial.node:
                trial.take(event)
            return False
        ours = trial.call is not None and _about(event) == trial.call
        if ours:
            trial.take(event)
        return ours

    def heard(self, news: EndNews) -> None:
        """Take in what happens to a caller's end."""
        if self._trial is not None and self._trial.name == news.trial:
            self._trial.take(news.news)

    async def run(self) -> None:
        """Place them until cancelled."""
        await asyncio.sleep(min(FIRST_AFTER_SECONDS, self._every))
        while True:
            for node in self._exchange.ready():
                self._expect(node)
                await self._try(node)
            await asyncio.sleep(self._every)

    def _expect(self, node: NodeName) -> None:
        """Have it missed when it does not come, the very first at a node as well."""
        metrics.test_call_every_seconds.labels(node=node).set(self._every)
        if node not in self._expected:
            self._expected.add(node)
            metrics.test_call_at.labels(node=node).set_to_current_time()

    def _arrives(self, event: CallArrived) -> bool:
        """Take in a test call that comes in; one nobody waits for is ended."""
        trial = self._trial
        if trial is None or trial.node != event.node or trial.call is not None:
            self._exchange.do(HangUp(event.call))
        else:
            trial.call = event.call
            trial.take(event)
        return True

    async def _try(self, node: NodeName) -> None:
        """Try this node; one that is away has an alarm of its own."""
        if not self._exchange.ready().get(node):
            return
        if self._rules.busy():
            self._say(node, Result.SKIPPED)
            return
        floor, says = self._rules.floor()
        trial = Trial(uuid.uuid4().hex, node, floor, says, self._exchange, self._clock)
        self._trial = trial
        try:
            result = await trial.run()
        finally:
            self._trial = None
        if result is Result.WELL:
            metrics.test_call_seconds.labels(node=node).set(trial.seconds)
        self._say(node, result)

    def _say(self, node: NodeName, result: Result) -> None:
        metrics.test_calls.labels(node=node, result=result.value).inc()
        if result is not Result.INTERRUPTED:
            metrics.test_call_at.labels(node=node).set_to_current_time()
        if result is Result.WELL or result.failed:
            metrics.test_call_ok.labels(node=node).set(not result.failed)
        if result.failed:
            log.error("a test call failed", node=node, result=result.value)
        else:
            log.info("a test call", node=node, result=result.value)


def _about(event: Event) -> CallId | None:
    """Return the call an event is about."""
    offer = getattr(event, "offer", None)
    return getattr(event, "call", None) or (call_of(offer) if offer is not None else None)
