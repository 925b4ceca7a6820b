"""Menu calls: a draft of the menu is played to the phone of a position, and keys are pressed there.

The machine that runs real calls (`core/ivr_run`) runs it; no floor has it, so it is in no queue, record, fact
or count. Only a position that is offered nobody may have one, one at a time in the centre, and it gives way
to whatever the floor wants of that phone.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ct112 import logs
from ct112.asterisk.menu_calls import LASTS_SECONDS, RINGS_SECONDS, MenuNews, What
from ct112.control.asks import Answer, CallMenu
from ct112.core.asks import AskCode
from ct112.core.commands import Ring, RingOperator, TelephoneCommand
from ct112.core.floor import Floor
from ct112.core.ids import NodeName, PositionName
from ct112.core.ivr import IvrDocument, Prompt
from ct112.core.ivr_run import IvrRun, Step, begin, due, pressed, said, seconds
from ct112.core.ports import Clock, Telephone
from ct112.core.positions import OffDuty
from ct112.core.record import ServiceClass
from ct112.serve.testing import quiet

log = logs.get("menu call")

PREPARED_SECONDS = 60.0
TURN_SECONDS = 0.2
MARGIN_SECONDS = 2.0
LANGUAGE = "id"
QUEUED = {
    ServiceClass.EMERGENCY: "Di sini penelepon menunggu operator: gawat darurat. Percobaan selesai.",
    ServiceClass.URGENT: "Di sini penelepon menunggu operator: gawat tidak darurat. Percobaan selesai.",
    ServiceClass.INFORMATION: "Di sini penelepon menunggu operator: informasi. Percobaan selesai.",
}
"""What is said when a caller would wait now."""


class Leg(Protocol):
    """The phone's leg (`asterisk.menu_calls.MenuLeg`)."""

    def place(self) -> None: ...
    def dial(self) -> None: ...
    def play(self, prompts: tuple[Prompt, ...], play: str) -> None: ...
    def stop(self, play: str) -> None: ...
    def hang_up(self) -> None: ...


class Exchange(Protocol):
    """What is asked of the telephone."""

    def ready(self) -> Mapping[NodeName, bool]: ...
    def menu_leg(self, node: NodeName, name: str, position: PositionName) -> Leg: ...


@dataclass(frozen=True, slots=True)
class Played:
    """What one menu call plays. `queued`: said at the end, by the class the caller would have."""

    document: IvrDocument
    queued: Mapping[ServiceClass, Prompt]


Prepare = Callable[[str], Awaitable[Played]]
"""Make a document's sounds. Raises anything: then no phone rings."""


@dataclass(slots=True, eq=False)
class MenuCall:
    """One of them. `may_go_on`: whether its phone is still for it; `now`, `wall`: the two clocks."""

    leg: Leg
    played: Played
    may_go_on: Callable[[], bool]
    now: Callable[[], float]
    wall: Callable[[], float]
    over: bool = False
    _run: IvrRun | None = None
    _plays: int = 0
    _ends_at: float | None = None
    _inbox: deque[MenuNews] = field(default_factory=deque)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, news: MenuNews) -> None:
        """Take in what happens to the leg; returns at once."""
        self._inbox.append(news)
        self._woken.set()

    def end(self) -> None:
        """Hang up at once: before anything that is asked of the telephone afterwards."""
        self.over = True
        self.leg.hang_up()
        self._woken.set()

    async def run(self) -> None:
        """Ring the phone and play, until the caller would wait, or it is over for another reason."""
        limit = self.now() + LASTS_SECONDS
        answer_by = self.now() + RINGS_SECONDS + MARGIN_SECONDS
        self.leg.place()
        try:
            while not self.over and self.now() < (limit if self._run else answer_by) and self.may_go_on():
                while self._inbox and not self.over:
                    self._handle(self._inbox.popleft())
                self._due()
                await self._pause()
        finally:
            self.end()

    async def _pause(self) -> None:
        self._woken.clear()
        if self._inbox or self.over:
            return
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    def _handle(self, news: MenuNews) -> None:
        match news.what:
            case What.THERE:
                self.leg.dial()
            case What.GONE:
                self.over = True
            case What.ANSWERED if self._run is None:
                self._step(begin(self.played.document, self.now(), self.wall()))
            case What.KEY if self._run is not None and self._ends_at is None:
                self._step(pressed(self._run, news.detail, self.now()))
            case What.PLAYED if self._run is not None and news.detail == self._play:
                self._said(self._run)
            case _:
                pass  # of what is over

    @property
    def _play(self) -> str:
        return f"p{self._plays}"

    def _said(self, run: IvrRun) -> None:
        if self._ends_at is None:
            self._step(said(run, self.now()))
        else:
            self.over = True

    def _due(self) -> None:
        """Do what is due: a key that was not pressed, or the end."""
        if self._ends_at is not None:
            self.over = self.over or self._ends_at <= self.now()
        elif self._run is not None and self._run.deadline <= self.now():
            self._step(due(self._run, self.now()))

    def _step(self, step: Step) -> None:
        self._run = step.run
        if step.hush:
            self.leg.stop(self._play)
        say = step.say
        if step.enqueue is not None:
            closing = self.played.queued.get(step.enqueue.service_class)
            say = () if closing is None else (closing,)
            self._ends_at = self.now() + (seconds(say) + MARGIN_SECONDS if say else 0.0)
        if say:
            self._plays += 1
            self.leg.play(say, self._play)


class MenuCalls:
    """Places them, one at a time."""

    def __init__(
        self,
        exchange: Exchange,
        floor: Callable[[], Floor],
        prepare: Prepare,
        clock: Clock,
        wall: Callable[[], float],
    ) -> None:
        """`floor`: the real one, to look at."""
        self._exchange, self._floor, self._prepare, self._clock = exchange, floor, prepare, clock
        self._wall = wall
        self._task: asyncio.Task[None] | None = None
        self._name, self._position = "", PositionName("")
        self._call: MenuCall | None = None
        self._asked: str | None = None

    async def call(self, ask: CallMenu, ask_id: str) -> Answer:
        """Ring the phone as soon as the draft's sounds are made; the same ask again is not another call."""
        if ask_id == self._asked:
            return Answer(accepted=True)
        position = PositionName(ask.position)
        if self._task is not None and not self._task.done():
            return _no("Somebody tries a menu by telephone now: try again when they have hung up.")
        why = self._refusal(position)
        if why is not None:
            return _no(why)
        self._asked, self._name, self._position = ask_id, uuid.uuid4().hex, position
        self._task = asyncio.create_task(self._play(ask.source_yaml, position), name="menu call")
        return Answer(accepted=True)

    def heard(self, news: MenuNews) -> None:
        """Take in what happens to a leg; of one that is over it means nothing."""
        if self._call is not None and news.name == self._name:
            self._call.take(news)

    def leave(self) -> None:
        """End what is under way: serve is leaving."""
        if self._call is not None:
            self._call.end()

    def give_way(self, position: PositionName) -> None:
        """The floor wants this phone: be gone from it first."""
        if position == self._position and self._call is not None:
            self._call.end()

    async def _play(self, source: str, position: PositionName) -> None:
        began = self._clock.now()
        try:
            played = await self._prepare(source)  # a thread ends when it is through: until then no other one
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a draft, nobody is rung
            log.warning("a draft of the menu cannot be played", error=type(error).__name__)
            return
        node = self._node(position)
        late = self._clock.now() - began > PREPARED_SECONDS  # whoever asked is not there any more
        if late or self._refusal(position) is not None or node is None:
            log.info("a menu call is not placed any more: too late, or the phone is wanted or away")
            return
        leg = self._exchange.menu_leg(node, self._name, position)
        self._call = MenuCall(
            leg, played, lambda: self._may_go_on(node, position), self._clock.now, self._wall
        )
        try:
            await self._call.run()
        finally:
            self._call = None

    def _may_go_on(self, node: NodeName, position: PositionName) -> bool:
        return bool(self._exchange.ready().get(node)) and not self._wanted(position)

    def _wanted(self, name: PositionName) -> bool:
        """Return whether the floor has, or may have, something for this position, or is leaving."""
        floor = self._floor()
        position = floor.positions.get(name)
        return floor.draining or position is None or position.busy or not isinstance(position.state, OffDuty)

    def _node(self, name: PositionName) -> NodeName | None:
        position, ready = self._floor().positions.get(name), self._exchange.ready()
        return (
            None
            if position is None
            else min((one for one in position.phones if ready.get(one)), default=None)
        )

    def _refusal(self, name: PositionName) -> str | None:
        """Return why this phone is not rung now."""
        floor = self._floor()
        position = floor.positions.get(name)
        if floor.draining:
            return "ct112 serve is leaving: try again in a moment."
        if position is None or not position.listed:
            return f"There is no position {name}: choose another one."
        if not all(self._exchange.ready().values()):
            return "A node is away, a talk may be going on there: try again when it is back."
        if self._wanted(name) or any(call.record.position == name for call in floor.calls.values()):
            return f"{name} is offered callers or has a call: pause there first, or choose another position."
        if not quiet(floor.calls):
            return "Callers wait or there are many calls: try again when it is quieter."
        if self._node(name) is None:
            return f"The phone of {name} is not connected: open the page's phone, or start the softphone."
        return None


class CallersFirst:
    """The telephone, with menu calls out of the way of whatever rings a phone."""

    def __init__(self, telephone: Telephone, menu_calls: MenuCalls) -> None:
        """`telephone`: carries the commands out."""
        self._telephone, self._menu_calls = telephone, menu_calls

    def do(self, command: TelephoneCommand) -> None:
        """Start carrying the command out; a menu call at a phone that is to ring is ended before."""
        if isinstance(command, Ring | RingOperator):
            self._menu_calls.give_way(command.position)
        self._telephone.do(command)


def _no(reason: str) -> Answer:
    return Answer(accepted=False, code=AskCode.NOT_POSSIBLE, reason=reason)
