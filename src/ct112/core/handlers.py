"""What each event does: one flat table. A test holds it complete."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from ct112.core import (
    agency_calls,
    agency_failures,
    agency_operators,
    agency_steps,
    agency_survey,
    answering,
    callbacks,
    callbacks_survey,
    failures,
    leaving,
    lost,
    menu,
    offering,
    reconcile,
    settings,
    staff,
    survey,
    talking,
)
from ct112.core.agency_states import AgencyCall
from ct112.core.board import Board
from ct112.core.calls import Call
from ct112.core.events import (
    AgencyCallAsked,
    AgencyCallsRestored,
    AgencyMessage,
    Asked,
    CallArrived,
    CallbackAsked,
    CallDropped,
    CalleeAnswered,
    CalleeEnded,
    CallerLeft,
    CallReleased,
    CommandFailed,
    DigitPressed,
    Draining,
    Event,
    IvrPublished,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnded,
    OfferHeld,
    OfferRinging,
    PeopleChanged,
    PhoneSeen,
    PickedUp,
    PlayEnded,
    PolicyChanged,
    SeatingRestored,
    TrunkSeen,
)
from ct112.core.ids import call_of

Handler = Callable[[Board, Any], None]
Heard = TypeVar("Heard", DigitPressed, PlayEnded)
E = TypeVar("E", PickedUp, CallerLeft, CallDropped, CallReleased)
Both = TypeVar("Both", Joined, CommandFailed)
Leg = TypeVar("Leg", OfferRinging, OfferAnswered, OfferHeld, OfferEnded)


def handle(board: Board, event: Event) -> None:
    """Let the event happen."""
    HANDLERS[type(event)](board, event)


def about_call(act: Callable[[Board, Call, E], None]) -> Callable[[Board, E], None]:
    """Return the handler of an event about a live call; of one that is over it means nothing."""

    @wraps(act)
    def handler(board: Board, event: E) -> None:
        call = board.calls.view.get(event.call)
        if call is not None:
            act(board, call, event)

    return handler


def about_call_or_agency(
    act: Callable[[Board, Call, Heard], None], act_agency: Callable[[Board, AgencyCall, Heard], None]
) -> Callable[[Board, Heard], None]:
    """Return the handler of what is heard in a live call, or in a call to an agency."""

    @wraps(act)
    def handler(board: Board, event: Heard) -> None:
        call = board.calls.view.get(event.call)
        if call is not None:
            act(board, call, event)
        elif (agency := board.agency_calls.get(event.call)) is not None:
            act_agency(board, agency, event)

    return handler


def about_callee(board: Board, event: CalleeAnswered | CalleeEnded) -> None:
    """News of a leg we dialled: of whoever is called back, or an agency's."""
    agency = board.agency_calls.get(event.call)
    if agency is not None:
        agency_calls.about_callee(board, agency, event)
    else:
        callbacks.about_callee(board, event)


def about_any(
    act: Callable[[Board, Call, Both], None],
    act_back: Callable[[Board, callbacks.Callback, Both], None],
    act_agency: Callable[[Board, AgencyCall, Both], None],
) -> Callable[[Board, Both], None]:
    """Return the handler of an event about a live call, a call-back or a call to an agency."""

    @wraps(act)
    def handler(board: Board, event: Both) -> None:
        call = board.calls.view.get(event.call)
        if call is not None:
            act(board, call, event)
        elif (back := board.callbacks.get(event.call)) is not None:
            act_back(board, back, event)
        elif (agency := board.agency_calls.get(event.call)) is not None:
            act_agency(board, agency, event)

    return handler


def about_offer(
    act: Callable[[Board, Call, Leg], None], stray: Callable[[Board, Leg], None] | None = None
) -> Callable[[Board, Leg], None]:
    """Return the handler of news of an operator's leg; `stray`: when it belongs to no live call."""

    @wraps(act)
    def handler(board: Board, event: Leg) -> None:
        back = board.callbacks.get(call_of(event.offer))
        if back is not None:
            callbacks.about_operator(board, back, event)
        elif (call := board.live(event.offer)) is not None:
            act(board, call, event)
        elif (agency := board.agency_calls.get(call_of(event.offer))) is not None:
            agency_operators.about_operator(board, agency, event)
        elif stray is not None:
            stray(board, event)

    return handler


def surveyed(board: Board, event: NodeSurveyed) -> None:
    """A node is in our hands again: do what follows from what was found there."""
    board.lost.pop(event.node, None)
    live = {call.id: call for call in board.calls.values() if call.node == event.node}
    for finding in reconcile.reconcile(live, event, board.wall):
        match finding:
            case reconcile.AdoptWaiting():
                survey.adopt_waiting(board, event, finding.caller)
            case reconcile.AdoptTalking():
                survey.adopt_talking(board, event, finding.caller, finding.offer)
            case reconcile.Resume():
                survey.resume(board, finding.call)
            case reconcile.Stray():
                board.end_offer(finding.offer)
            case _:
                handle(board, finding)
    survey.close_missing(board, event)
    if event.up_since is not None:
        board.started[event.node] = event.up_since
    callbacks_survey.surveyed(board, event)
    agency_survey.surveyed(board, event)


def change_policy(board: Board, event: PolicyChanged) -> None:
    """What begins from now on goes by these settings; what has begun keeps its times, switches above all."""
    board.policy = settings.taken_over(board.policy, event.policy)


def drain(board: Board, _event: Draining) -> None:
    """We are leaving: whoever has no operator is given away."""
    board.draining = True
    callbacks.drain(board)
    for call in list(board.calls.values()):
        leaving.drain(board, call)


HANDLERS: dict[type[Event], Handler] = {
    CallArrived: menu.arrived,
    PickedUp: about_call(menu.picked_up),
    CallerLeft: about_call(leaving.caller_left),
    CallDropped: about_call(leaving.dropped),
    CallReleased: about_call(leaving.released),
    DigitPressed: about_call_or_agency(menu.pressed, agency_steps.pressed),
    PlayEnded: about_call_or_agency(failures.play_ended, agency_steps.play_ended),
    Joined: about_any(talking.joined, callbacks.joined, agency_operators.joined),
    CommandFailed: about_any(failures.failed, callbacks.failed, agency_failures.failed),
    OfferRinging: about_offer(offering.ringing),
    OfferAnswered: about_offer(offering.answered, offering.answered_too_late),
    OfferHeld: about_offer(talking.held),
    OfferEnded: about_offer(offering.ended, lost.operator_left),
    PhoneSeen: staff.phone_seen,
    TrunkSeen: staff.trunk_seen,
    PeopleChanged: staff.people_changed,
    SeatingRestored: staff.restored,
    IvrPublished: menu.published,
    PolicyChanged: change_policy,
    NodeSurveyed: surveyed,
    NodeLost: lost.lose,
    CallbackAsked: callbacks.asked,
    AgencyCallAsked: agency_calls.asked,
    AgencyMessage: agency_calls.message_known,
    AgencyCallsRestored: agency_calls.restored,
    CalleeAnswered: about_callee,
    CalleeEnded: about_callee,
    Asked: answering.asked,
    Draining: drain,
}
