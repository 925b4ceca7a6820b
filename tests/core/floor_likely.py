"""Events that fit: what a real telephone would say next, given what the floor believes."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ct112.core.calls import Arriving, Call, InMenu, Joining, Leaving, Offered, Stranded, Talking, Waiting
from ct112.core.commands import HangUp, Join, PickUp, Play, Ring, SendToFallback
from ct112.core.events import (
    CallerLeft,
    CallReleased,
    CommandFailed,
    DigitPressed,
    Event,
    FoundCall,
    FoundOffer,
    Joined,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferRinging,
    PickedUp,
    PlayEnded,
)
from ct112.core.floor import Floor
from ct112.core.ids import NodeName, OfferId, PositionName


@dataclass(frozen=True)
class Likely:
    """The `which`-th live call gets the `what`-th of the events that fit its state."""

    which: int
    what: int


@dataclass(frozen=True)
class Gap:
    """A survey of a node that finds its calls nearly as believed; each number says how one of them is."""

    node: NodeName
    how: tuple[int, ...]


likely = st.builds(Likely, st.integers(0, 2), st.integers(0, 5))
gaps = st.builds(
    Gap,
    st.sampled_from([NodeName("a"), NodeName("a"), NodeName("b")]),
    st.lists(st.integers(0, 6), min_size=4, max_size=4).map(tuple),
)


def likely_event(floor: Floor, move: Likely) -> Event | None:
    """Return the event meant; None when there is no call."""
    live = list(floor.calls.values())
    if not live:
        return None
    fitting = fits(live[move.which % len(live)])
    return fitting[move.what % len(fitting)]


def fits(call: Call) -> list[Event]:
    """Return the events that fit the call's state, the usual ones first; all about this very moment."""
    one = call.id
    match call.state:
        case Arriving():
            return [PickedUp(one), failed(PickUp.__name__, call), PickedUp(one)]
        case InMenu(play=play):
            ending = [PlayEnded(one, play), PlayEnded(one, play, ok=False)] if play else []
            return [*ending, DigitPressed(one, "1"), DigitPressed(one, "3"), DigitPressed(one, "7")]
        case Waiting(hearing=hearing):
            ending = [PlayEnded(one, hearing.play, ok=False)] if hearing.play else []
            return [CallerLeft(one), *ending, failed(Play.__name__, call, gone=True), DigitPressed(one, "1")]
        case Offered(offer=offer):
            ends: list[Event] = [OfferEnded(offer, OfferEnd.DECLINED), failed(Ring.__name__, call)]
            return [OfferAnswered(offer), OfferRinging(offer), *ends, OfferAnswered(offer), CallerLeft(one)]
        case Joining(offer=offer):
            return [Joined(one, offer), failed(Join.__name__, call), Joined(one, offer), CallerLeft(one)]
        case Talking(offer=offer):
            return [
                OfferEnded(offer, OfferEnd.LOST),
                OfferEnded(offer, OfferEnd.HUNG_UP),
                CallerLeft(one),
                OfferEnded(offer, OfferEnd.LOST),
                failed(HangUp.__name__, call),
            ]
        case Stranded(offer=offer):
            return [
                CallerLeft(one),
                Joined(one, offer),
                OfferEnded(offer, OfferEnd.LOST),
                DigitPressed(one, "1"),
            ]
        case Leaving():
            failures = [failed(SendToFallback.__name__, call), failed(HangUp.__name__, call)]
            return [CallReleased(one), *failures, CallerLeft(one)]


def failed(command: str, call: Call, *, gone: bool = False) -> CommandFailed:
    """Return the failure of a command about the call as it is now."""
    return CommandFailed(command=command, call=call.id, offer=call.offer, play=call.play, gone=gone)


def survey(floor: Floor, move: Gap) -> NodeSurveyed:
    """Return what is found: 0, 1 as believed, 2 gone, 3 elsewhere, 4 without operator, 5 and 6 with."""
    calls, offers, elsewhere = [], [], set()
    there = [call for call in floor.calls.values() if call.node == move.node]
    for call, how in zip(there, move.how, strict=False):
        position, believed = _operators_leg(call)
        if how == 3:
            elsewhere.add(call.id)
        if how in (2, 3):
            continue
        joined = believed if isinstance(call.state, Talking | Stranded) or how == 5 else None
        if how == 6:
            joined, position = OfferId(f"{call.id}.77"), PositionName("pos-2")
        calls.append(_found(call, None if how == 4 else joined))
        if position is not None and how != 4:
            leg = joined or believed
            assert leg is not None
            offers.append(FoundOffer(offer=leg, position=position, answered=how > 0))
    return NodeSurveyed(
        node=move.node, calls=tuple(calls), offers=tuple(offers), elsewhere=frozenset(elsewhere)
    )


def _operators_leg(call: Call) -> tuple[PositionName | None, OfferId | None]:
    """Return where the operator's leg rings and its name, if there is one as far as we know."""
    if isinstance(call.state, Offered | Joining | Talking | Stranded):
        return call.state.position, call.state.offer
    return None, None


def _found(call: Call, joined: OfferId | None) -> FoundCall:
    return FoundCall(
        call=call.id,
        ani=None,
        dialled="112",
        arrived_at=call.record.arrived_at,
        picked_up=True,
        joined=joined,
    )
