"""Events that fit: what a real telephone would say next, given what the floor believes."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ct112.core.callback_rules import CallbackResult
from ct112.core.callbacks import Callback, Phase
from ct112.core.calls import (
    Arriving,
    Call,
    InMenu,
    Joining,
    Kept,
    Leaving,
    Offered,
    Stranded,
    Talking,
    Waiting,
)
from ct112.core.commands import (
    DialCallee,
    HangUp,
    Join,
    JoinCallee,
    PickUp,
    Play,
    Ring,
    RingOperator,
    SendToFallback,
)
from ct112.core.events import (
    CalleeAnswered,
    CalleeEnded,
    CallerLeft,
    CallReleased,
    CommandFailed,
    DigitPressed,
    Event,
    Joined,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferRinging,
    PickedUp,
    PlayEnded,
)
from ct112.core.floor import Floor
from tests.core.floor_decisions import failed


@dataclass(frozen=True)
class Likely:
    """The `which`-th live call gets the `what`-th of the events that fit its state."""

    which: int
    what: int


likely = st.builds(Likely, st.integers(0, 2), st.integers(0, 5))


def likely_event(floor: Floor, move: Likely) -> Event | None:
    """Return the event meant; None when there is no call."""
    live: list[Call | Callback] = [*floor.calls.values(), *floor.call_backs.values()]
    if not live:
        return None
    one = live[move.which % len(live)]
    fitting = fits_back(one) if isinstance(one, Callback) else fits(one)
    return fitting[move.what % len(fitting)]


def fits_back(back: Callback) -> list[Event]:
    """Return the events that fit how far a call-back has come."""
    hung_up = OfferEnded(back.offer, OfferEnd.HUNG_UP)
    match back.phase:
        case Phase.RINGING:
            failed_ring = failed(RingOperator.__name__, back.id, offer=back.offer)
            return [OfferAnswered(back.offer), OfferEnded(back.offer, OfferEnd.MISSED), failed_ring]
        case Phase.DIALLING:
            busy = CalleeEnded(back.id, CallbackResult.BUSY)
            failed_dial = failed(DialCallee.__name__, back.id)
            return [CalleeAnswered(back.id), busy, hung_up, failed_dial]
        case Phase.TALKING:
            failed_join = failed(JoinCallee.__name__, back.id, offer=back.offer)
            joined = Joined(back.id, back.offer)
            return [CalleeEnded(back.id, CallbackResult.REACHED), hung_up, failed_join, joined]


def fits(call: Call) -> list[Event]:
    """Return the events that fit the call's state, the usual ones first; all about this very moment."""
    one = call.id
    match call.state:
        case Arriving():
            return [PickedUp(one), fails(PickUp.__name__, call), PickedUp(one)]
        case InMenu(play=play):
            ending = [PlayEnded(one, play), PlayEnded(one, play, ok=False)] if play else []
            return [*ending, DigitPressed(one, "1"), DigitPressed(one, "3"), DigitPressed(one, "7")]
        case Waiting(hearing=hearing):
            ending = [PlayEnded(one, hearing.play, ok=False)] if hearing.play else []
            return [CallerLeft(one), *ending, fails(Play.__name__, call, gone=True), DigitPressed(one, "1")]
        case Kept(hearing=hearing):
            ending = [PlayEnded(one, hearing.play, ok=False)] if hearing.play else []
            return [CallerLeft(one), *ending, fails(Play.__name__, call), DigitPressed(one, "1")]
        case Offered(offer=offer):
            ends: list[Event] = [OfferEnded(offer, OfferEnd.DECLINED), fails(Ring.__name__, call)]
            return [OfferAnswered(offer), OfferRinging(offer), *ends, OfferAnswered(offer), CallerLeft(one)]
        case Joining(offer=offer):
            return [Joined(one, offer), fails(Join.__name__, call), Joined(one, offer), CallerLeft(one)]
        case Talking(offer=offer):
            return [
                OfferEnded(offer, OfferEnd.LOST),
                OfferEnded(offer, OfferEnd.HUNG_UP),
                CallerLeft(one),
                OfferEnded(offer, OfferEnd.LOST),
                OfferEnded(offer, OfferEnd.PAGE_GONE),
                fails(HangUp.__name__, call),
            ]
        case Stranded(offer=offer):
            return [
                CallerLeft(one),
                Joined(one, offer),
                OfferEnded(offer, OfferEnd.LOST),
                DigitPressed(one, "1"),
            ]
        case Leaving():
            failures = [fails(SendToFallback.__name__, call), fails(HangUp.__name__, call)]
            return [CallReleased(one), *failures, CallerLeft(one)]


def fails(command: str, call: Call, *, gone: bool = False) -> CommandFailed:
    """Return the failure of a command about the call as it is now."""
    return failed(command, call.id, call.offer, call.play, gone=gone)
