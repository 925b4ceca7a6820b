"""Every state met with every event: what the code does, as data, for the page and its tests."""

from collections.abc import Callable

from ct112.core import calls
from ct112.core.asks import Leave
from ct112.core.commands import Unexpected
from ct112.core.events import (
    CallerLeft,
    CallReleased,
    DigitPressed,
    Draining,
    Event,
    FoundCall,
    FoundOffer,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferHeld,
    OfferRinging,
    PickedUp,
    PlayEnded,
)
from ct112.core.ids import offer_id, play_id
from tests.core.floor_decisions import failed
from tests.core.floor_world import (
    FIRST_OFFER,
    ONE,
    POS_1,
    POS_2,
    START,
    STATES,
    A,
    B,
    Builder,
    World,
    offered,
    talking,
)

OVER = "over"

Happening = Callable[[World], object]
Edges = dict[tuple[str, str], list[str]]


def tell(event: Event) -> Happening:
    """Return the happening of one event."""
    return lambda world: world.tell(event)


def fail(command: str, *, gone: bool = False) -> Happening:
    """Return the failure of a command about call ONE as it is then."""
    return lambda world: world.tell(
        failed(
            command=command,
            call=ONE,
            offer=FIRST_OFFER if command in {"Ring", "Join", "EndOffer"} else None,
            play=world.floor.calls[ONE].play if command == "Play" else None,
            gone=gone,
        )
    )


def deadline(world: World) -> None:
    """Let the call's own deadline pass."""
    at = world.floor.calls[ONE].state.deadline
    if at is not None:
        world.wait(at - world.now)


def play_over(world: World) -> None:
    """End what the caller hears."""
    world.tell(PlayEnded(ONE, world.floor.calls[ONE].play or play_id(ONE, 3)))


def lost(world: World) -> None:
    """Lose the call's node for so long that its operator is freed: their phone is at another node as well."""
    world.staffed(POS_1, node=B)
    world.tell(NodeLost(A))
    world.wait(world.policy.lost_node_free_seconds)


def lost_for_good(world: World) -> None:
    """Lose the call's node, which does not come back."""
    world.tell(NodeLost(A))
    world.wait(world.policy.lost_node_end_seconds)


def found(*, answered_by: int | None = None, leg: bool = True) -> Happening:
    """Return a survey that finds the call: alone, or talking to its n-th offer."""
    offer = offer_id(ONE, answered_by or 1)
    call = FoundCall(
        call=ONE,
        ani=None,
        dialled="112",
        arrived_at=START,
        picked_up=True,
        joined=offer if answered_by else None,
    )
    position = POS_1 if offer == FIRST_OFFER else POS_2
    legs = (FoundOffer(offer=offer, position=position, answered=True),) if leg else ()
    return tell(NodeSurveyed(node=A, calls=(call,), offers=legs))


def logs_out(world: World) -> None:
    """Let whoever sits at position 1 log out."""
    world.tell(world.ask(Leave(position=POS_1)))


HAPPENINGS: dict[str, Happening] = {
    "PickedUp": tell(PickedUp(ONE)),
    "DigitPressed": tell(DigitPressed(ONE, "1")),
    "PlayEnded": play_over,
    "another operator is ready": lambda world: world.staffed(POS_2),
    "the operator logs out": logs_out,
    "OfferRinging": tell(OfferRinging(FIRST_OFFER)),
    "OfferAnswered": tell(OfferAnswered(FIRST_OFFER)),
    "OfferHeld": tell(OfferHeld(FIRST_OFFER, held=True)),
    "OfferEnded missed": tell(OfferEnded(FIRST_OFFER, OfferEnd.MISSED)),
    "OfferEnded declined": tell(OfferEnded(FIRST_OFFER, OfferEnd.DECLINED)),
    "OfferEnded busy": tell(OfferEnded(FIRST_OFFER, OfferEnd.BUSY)),
    "OfferEnded unreachable": tell(OfferEnded(FIRST_OFFER, OfferEnd.UNREACHABLE)),
    "OfferEnded hung up": tell(OfferEnded(FIRST_OFFER, OfferEnd.HUNG_UP)),
    "OfferEnded lost": tell(OfferEnded(FIRST_OFFER, OfferEnd.LOST)),
    "Joined": tell(Joined(ONE, FIRST_OFFER)),
    "CallerLeft": tell(CallerLeft(ONE)),
    "CallReleased": tell(CallReleased(ONE)),
    "Draining": tell(Draining()),
    "deadline": deadline,
    "PickUp failed": fail("PickUp"),
    "Play failed": fail("Play"),
    "Ring failed": fail("Ring"),
    "Join failed": fail("Join"),
    "SendToFallback failed": fail("SendToFallback"),
    "HangUp failed": fail("HangUp"),
    "caller's leg is gone": fail("Play", gone=True),
    "survey: found alone": found(leg=False),
    "survey: found, operator's leg answered": found(),
    "survey: found talking": found(answered_by=1),
    "survey: found talking to another": found(answered_by=2),
    "survey: in the dialplan": tell(NodeSurveyed(node=A, elsewhere=frozenset({ONE}))),
    "survey: gone": tell(NodeSurveyed(node=A)),
    "node lost, operator's phone elsewhere": lost,
    "node lost for good": lost_for_good,
}


def ready(world: World) -> None:
    """Put a ready operator with a phone at position 1."""
    world.staffed(POS_1)


def paused(world: World) -> None:
    """Put a paused operator at position 1."""
    ready(world)
    world.roster({POS_1: False})


def resting(world: World) -> None:
    """Let the operator decline a call."""
    offered(world)
    world.tell(OfferEnded(FIRST_OFFER, OfferEnd.DECLINED))
    world.tell(CallerLeft(ONE))


def wrapping_up(world: World) -> None:
    """Let the caller end a talk."""
    talking(world)
    world.tell(CallerLeft(ONE))


SEATS: dict[str, Builder] = {"OffDuty": paused, "Ready": ready, "Resting": resting, "WrapUp": wrapping_up}
SEAT_HAPPENINGS: dict[str, Happening] = {
    "ready again": lambda world: world.roster({POS_1: True}),
    "paused": lambda world: world.roster({POS_1: False}),
    "logs out": logs_out,
    "a call waits": lambda world: STATES["Waiting"](world),
    "pause over": lambda world: world.wait(10.0),
}


def name_of(state: calls.CallState | None) -> str:
    """Return how a call's state is called on the page."""
    if state is None:
        return OVER
    if isinstance(state, calls.Leaving):
        return f"Leaving ({state.way.value.replace('_', ' ')})"
    return type(state).__name__


def meet(start: str, happening: Happening) -> tuple[str, str, bool]:
    """Return the call's state and the operator's after a happening, and whether it was unexpected."""
    world = World()
    STATES[start](world)
    assert name_of(world.state()) == start
    happening(world)
    operator = world.floor.positions.get(POS_1)
    odd = any(isinstance(one, Unexpected) for one in world.asked)
    return name_of(world.state()), type(operator.state).__name__ if operator else "", odd


def call_edges() -> Edges:
    """Return every change of a call's state and the happenings that lead to it."""
    edges: Edges = {
        ("[*]", "Arriving"): ["CallArrived"],
        ("[*]", "Leaving (fallback)"): ["CallArrived, draining"],
    }
    for start in STATES:
        for label, happening in HAPPENINGS.items():
            after, _, _ = meet(start, happening)
            if after != start:
                edges.setdefault((start, after), []).append(label)
    return edges


def operator_edges() -> Edges:
    """Return every change of an operator's state and the happenings that lead to it."""
    edges: Edges = {}
    for seat, build in SEATS.items():
        for label, happening in SEAT_HAPPENINGS.items():
            world = World()
            build(world)
            happening(world)
            after = type(world.floor.positions[POS_1].state).__name__
            if after != seat:
                edges.setdefault((seat, after), []).append(label)
    for start, before in {"Offered": "Ringing", "Joining": "OnCall", "Talking": "OnCall"}.items():
        for label, happening in HAPPENINGS.items():
            _, after, _ = meet(start, happening)
            labels = edges.setdefault((before, after), [])
            if label not in labels:
                labels.append(label)
    return {pair: labels for pair, labels in edges.items() if pair[0] != pair[1]}
