"""A simulated Asterisk: legs, phones, the dead-man's switch, the fallback, as the real one was seen to be."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ct112.core.calls import RINGING_NAMES
from ct112.core.events import FoundCall, FoundOffer, NodeSurveyed
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, PositionName
from ct112.simulation.engine import Engine
from ct112.simulation.people import Caller

SWITCH_SECONDS = 12.0


@dataclass(slots=True)
class Leg:
    """A caller's leg. `ours`: in our application; else the dialplan has it."""

    call: CallId
    node: NodeName
    caller: Caller
    arrived_at: float
    switch_at: float | None
    ours: bool = True
    up: bool = False
    play: PlayId | None = None
    joined: OfferId | None = None
    heard: bool = False  # a person ever spoke with the caller
    alone_since: float | None = None  # ours, with neither a person nor a running switch
    taken: bool = False  # by a phone the dialplan's own queue rang
    known: bool = False  # ct112 was told of it and lived on: there has to be a record
    push_failed: bool = False  # the newest push of the switch did not arrive
    last_event: float = 0.0
    last_command: float = 0.0


@dataclass(slots=True)
class OperatorLeg:
    """An operator's leg."""

    offer: OfferId
    node: NodeName
    position: PositionName
    up: bool = False
    call: CallId | None = None


@dataclass(slots=True)
class Phone:
    """A position's softphone. `busy`: rings or talks, for whomever."""

    position: PositionName
    registered: bool = True
    busy: bool = False


@dataclass(slots=True)
class Node:
    """One Asterisk. `link`: up; silent (nobody noticed yet); down."""

    name: NodeName
    up_since: float
    alive: bool = True
    link: str = "down"
    linked_since: float = 0.0
    epoch: int = 0  # of the link: what is under way when it breaks is lost
    legs: dict[CallId, Leg] = field(default_factory=dict)
    operator_legs: dict[OfferId, OperatorLeg] = field(default_factory=dict)


class Exchange:
    """All nodes and phones, and what may be done to them. It knows nothing of ct112."""

    def __init__(self, engine: Engine, nodes: int, positions: int) -> None:
        """Start with no calls and all phones registered."""
        self.engine = engine
        self.nodes = {name: Node(name, engine.time) for name in map(NodeName, "abcd"[:nodes])}
        names = [PositionName(f"pos-{number}") for number in range(1, positions + 1)]
        self.phones = {name: Phone(name) for name in names}

    def leg(self, call: CallId) -> Leg | None:
        """Return the caller's leg, wherever it is."""
        for node in self.nodes.values():
            if (found := node.legs.get(call)) is not None:
                return found
        return None

    def operator_leg(self, offer: OfferId) -> OperatorLeg | None:
        """Return an operator's leg."""
        for node in self.nodes.values():
            if (found := node.operator_legs.get(offer)) is not None:
                return found
        return None

    def hold(self, leg: Leg, seconds: float, went_off: Callable[[Leg], None]) -> None:
        """Set the switch, 0 takes it off; `went_off` is called when it runs out."""
        leg.switch_at = self.engine.time + seconds if seconds else None
        if seconds:
            due = leg.switch_at
            self.engine.after(seconds, lambda: went_off(leg) if leg.switch_at == due else None)

    def remove_operator(self, leg: OperatorLeg) -> None:
        """End an operator's leg; the caller stays where the caller is."""
        self.nodes[leg.node].operator_legs.pop(leg.offer, None)
        self.phones[leg.position].busy = False
        caller = self.leg(leg.call) if leg.call is not None else None
        if caller is not None and caller.joined == leg.offer:
            caller.joined = None

    def survey(self, node: Node) -> NodeSurveyed:
        """Return what is true on a node."""
        ours = [leg for leg in node.legs.values() if leg.ours]
        return NodeSurveyed(
            node=node.name,
            calls=tuple(_found(leg) for leg in ours),
            offers=tuple(
                FoundOffer(offer=o.offer, position=o.position, answered=o.up)
                for o in node.operator_legs.values()
            ),
            elsewhere=frozenset(leg.call for leg in node.legs.values() if not leg.ours),
            up_since=node.up_since,
        )


def _found(leg: Leg) -> FoundCall:
    return FoundCall(
        call=leg.call,
        ani=leg.caller.ani,
        dialled="112",
        arrived_at=leg.arrived_at,
        picked_up=leg.up,
        joined=leg.joined,
    )


def rings_after(play: PlayId) -> bool:
    """Return whether this playback ends only when stopped."""
    number = play.rpartition(".p")[2]
    return number.isdigit() and int(number) <= RINGING_NAMES
