"""What each event does: one flat table. A test holds it complete."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from ct112.core import (
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
from ct112.core.board import Board
from ct112.core.calls import Call
from ct112.core.events import (
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
)
from ct112.core.ids import call_of

Handler = Callable[[Board, Any], None]
E = TypeVar("E", PickedUp, CallerLeft, CallDropped, CallReleased, DigitPressed, PlayEnded)
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


def about_either(
    act: Callable[[Board, Call, Both], None], act_back: Callable[[Board, callbacks.Callback, Both], None]
) -> Callable[[Board, Both], None]:
    """Return the handler of an event about a live call or a call-back."""

    @wraps(act)
    def handler(board: Board, event: Both) -> None:
        call = board.calls.view.get(event.call)
        if call is not None:
            act(board, call, event)
        elif (back := board.callbacks.get(event.call)) is not None:
            act_back(board, back, event)

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
    DigitPressed: about_call(menu.pressed),
    PlayEnded: about_call(failures.play_ended),
    Joined: about_either(talking.joined, callbacks.joined),
    CommandFailed: about_either(failures.failed, callbacks.failed),
    OfferRinging: about_offer(offering.ringing),
    OfferAnswered: about_offer(offering.answered, offering.answered_too_late),
    OfferHeld: about_offer(talking.held),
    OfferEnded: about_offer(offering.ended, lost.operator_left),
    PhoneSeen: staff.phone_seen,
    PeopleChanged: staff.people_changed,
    SeatingRestored: staff.restored,
    IvrPublished: menu.published,
    PolicyChanged: change_policy,
    NodeSurveyed: surveyed,
    NodeLost: lost.lose,
    CallbackAsked: callbacks.asked,
    CalleeAnswered: callbacks.about_callee,
    CalleeEnded: callbacks.about_callee,
    Asked: answering.asked,
    Draining: drain,
}
