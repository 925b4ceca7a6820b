"""A floor on virtual time, for tests: say what happens, look at what it asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ct112.core import calls
from ct112.core.asks import Ask, AskId, SetState, Sit
from ct112.core.callbacks import Callback
from ct112.core.commands import Play, Ring
from ct112.core.events import (
    Asked,
    CallArrived,
    CallerLeft,
    Draining,
    Event,
    Joined,
    NodeLost,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PeopleChanged,
    PhoneSeen,
    PickedUp,
    PlayEnded,
)
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OfferId, OperatorName, PlayId, PositionName, offer_id
from ct112.core.ivr import IvrDocument
from ct112.core.outbox import Outbox
from ct112.core.policy import Policy
from ct112.core.positions import Position
from ct112.core.record import CallRecord, Fact
from ct112.core.stays import People
from tests.core.floor_decisions import Decision, decisions
from tests.core.ivr_documents import usual_document

START = 1_760_000_000.0
A, B = NodeName("a"), NodeName("b")
ONE, TWO, THREE = CallId("call-1"), CallId("call-2"), CallId("call-3")
POS_1, POS_2, POS_3 = PositionName("pos-1"), PositionName("pos-2"), PositionName("pos-3")

C = TypeVar("C")


@dataclass
class World:
    """A floor, its clock, and everything it asked for since `asked` was last cleared.

    `changed`: what looks different since a test looked last.
    `ahead`: what the machine's clock on the wall is ahead of the floor's `now`.
    """

    policy: Policy = field(default_factory=Policy)
    document: IvrDocument = field(default_factory=usual_document)
    now: float = START
    ahead: float = 0.0
    asked: list[Decision] = field(default_factory=list)
    log: list[Decision] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    asks: int = 0

    def __post_init__(self) -> None:
        """Open the floor."""
        self.floor = Floor(self.policy, self.document)

    def tell(self, *events: Event) -> list[Decision]:
        """Let events happen now; return what was asked for."""
        self.asked = [command for event in events for command in self._handle(event)]
        self.log += self.asked
        return self.asked

    def wait(self, seconds: float) -> list[Decision]:
        """Let time pass, calling `due` whenever it is asked for; return what was asked for."""
        end, self.asked = self.now + seconds, []
        while (at := self.floor.next_deadline()) is not None and at <= end:
            self.now = max(self.now, at)
            self.asked += self.due()
        self.now = end
        self.log += self.asked
        return self.asked

    @property
    def wall(self) -> float:
        """What is written down as the time."""
        return self.now + self.ahead

    def due(self) -> list[Decision]:
        """Let the floor do what is due."""
        return self.decided(self.floor.due(self.now, self.wall))

    def decided(self, outbox: Outbox) -> list[Decision]:
        """Keep what has changed; return the rest as one list."""
        self.changed |= {name_of(thing) for thing in outbox.changed}
        return decisions(outbox)

    def _handle(self, event: Event) -> list[Decision]:
        return self.decided(self.floor.handle(event, self.now, self.wall))

    def staffed(self, *positions: PositionName, node: NodeName = A) -> None:
        """Put a ready operator with a registered phone at each of these positions."""
        for position in positions:
            self.tell(PhoneSeen(position, node, registered=True))
        listed = {*self.floor.positions, *positions}
        self.roster(dict.fromkeys(listed, True))

    def roster(self, ready: Mapping[PositionName, bool]) -> list[Decision]:
        """Have an operator at each of these positions and nowhere else: position → ready."""
        people = People(
            positions=frozenset(ready), operators=frozenset(operator_of(position) for position in ready)
        )
        asks: list[Sit | SetState] = []
        for position, is_ready in sorted(ready.items()):
            asks.append(Sit(position, operator_of(position)))
            asks.append(SetState(operator_of(position), is_ready))
        return self.tell(PeopleChanged(people), *(self.ask(ask) for ask in asks))

    def ask(self, ask: Ask) -> Asked:
        """Return the event that asks for something, under an id of its own."""
        self.asks += 1
        return Asked(AskId(f"ask-{self.asks}"), "admin", None, ask)

    def state(self, call: CallId = ONE) -> calls.CallState | None:
        """Return the state of a call, None when it is over."""
        found = self.floor.calls.get(call)
        return found.state if found else None

    def asked_for(self, kind: type[C]) -> list[C]:
        """Return the commands of this kind in what was asked for last."""
        return [command for command in self.asked if isinstance(command, kind)]

    def play(self, call: CallId = ONE) -> PlayId:
        """Return the newest playback of a call."""
        return [one for one in self.log if isinstance(one, Play) and one.call == call][-1].play

    def offer(self, call: CallId = ONE) -> OfferId:
        """Return the newest offer of a call."""
        return [one for one in self.log if isinstance(one, Ring) and one.call == call][-1].offer

    def record(self, call: CallId = ONE) -> CallRecord:
        """Return the record of a call as last saved."""
        return [one for one in self.log if isinstance(one, CallRecord) and one.call == call][-1]

    def facts(self, call: CallId = ONE) -> list[Fact]:
        """Return all facts of a call."""
        return [one for one in self.log if isinstance(one, Fact) and one.call == call]

    def kinds(self, call: CallId = ONE) -> list[str]:
        """Return the kinds of all facts of a call, in order."""
        return [fact.kind for fact in self.facts(call)]


def operator_of(position: PositionName) -> OperatorName:
    """Return who usually sits at a position."""
    return OperatorName(f"op-of-{position}")


def arrival(call: CallId = ONE, node: NodeName = A) -> CallArrived:
    """Return a usual arrival."""
    return CallArrived(call=call, node=node, ani="+62811", dialled="112", sip_call_id=f"sip-{call}")


def arriving(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call to the door."""
    world.tell(arrival(call, node))


def in_menu(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call to where the menu waits for a key."""
    arriving(world, call, node)
    world.tell(PickedUp(call))
    for _ in range(2):  # greeting, menu
        world.tell(PlayEnded(call, world.play(call)))


def waiting(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a silent call into the queue (offered at once if an operator is ready)."""
    in_menu(world, call, node)
    world.wait(2.0)


def offered(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call to where an operator's phone rings for it."""
    world.staffed(POS_1, node=node)
    waiting(world, call, node)


def joining(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call to where an operator has picked up."""
    offered(world, call, node)
    world.tell(OfferAnswered(world.offer(call)))


def talking(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call into a talk."""
    joining(world, call, node)
    world.tell(Joined(call, world.offer(call)))


def kept(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call to where its operator's page went in the talk."""
    talking(world, call, node)
    world.tell(OfferEnded(world.offer(call), OfferEnd.PAGE_GONE))


def hanging_up(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call to where the operator has ended the talk."""
    talking(world, call, node)
    world.tell(OfferEnded(world.offer(call), OfferEnd.HUNG_UP))


def releasing(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call to where it was asked to go to the fallback."""
    waiting(world, call, node)
    world.tell(Draining())


def over(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call to its end."""
    arriving(world, call, node)
    world.tell(CallerLeft(call))


def stranded(world: World, call: CallId = ONE, node: NodeName = A) -> None:
    """Bring a call into a talk, and lose its node while the operator's phone is registered at another too."""
    talking(world, call, node)
    world.staffed(POS_1, node=B if node == A else A)
    world.tell(NodeLost(node))
    world.wait(world.policy.lost_node_free_seconds)


Builder = Callable[[World], None]

STATES: dict[str, Builder] = {
    "Arriving": arriving,
    "InMenu": in_menu,
    "Waiting": waiting,
    "Kept": kept,
    "Offered": offered,
    "Joining": joining,
    "Talking": talking,
    "Stranded": stranded,
    "Leaving (fallback)": releasing,
    "Leaving (hang up)": hanging_up,
}
"""How to bring call ONE into each state."""

FIRST_OFFER = offer_id(ONE, 1)


def queued_at(call: calls.Call) -> float:
    """Return since when a call counts as waiting; it has a place."""
    assert call.place is not None
    return call.place.queued_at


def talks_to(world: World) -> tuple[OfferId, PositionName, OperatorName | None]:
    """Return whom call ONE talks to."""
    state = world.state()
    assert isinstance(state, calls.Talking)
    return state.offer, state.position, state.operator


def name_of(thing: calls.Call | Position | Callback) -> str:
    """Return how a thing of the floor is called."""
    return thing.name if isinstance(thing, Position) else thing.id
