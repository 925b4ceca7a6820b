"""A supervisor gives a call another class, or another place in its class."""

from dataclasses import replace

from ct112.core import facts
from ct112.core.arms import Arm
from ct112.core.asks import AskCode, Refusal, SetClass, SetPriority
from ct112.core.board import Board
from ct112.core.calls import Arriving, Call, InMenu, Leaving, Offered, Waiting
from ct112.core.record import ClassSource


def find(board: Board, ask: SetClass | SetPriority) -> Call | None:
    """Return the live call the ask is about."""
    call: Call | None = board.calls.get(ask.call)
    return call


def set_class(board: Board, call: Call, ask: SetClass, by: str) -> Refusal | None:
    """Change the class of a call that has one. Who waits keeps the time of its place; a talk goes on."""
    if isinstance(call.state, Arriving | InMenu):
        return Refusal(
            AskCode.NOT_POSSIBLE, "The caller is still in the menu: wait until the call is queued."
        )
    if isinstance(call.state, Leaving):
        return Refusal(AskCode.NOT_POSSIBLE, "The call is ending: open its record instead.")
    was = call.record.service_class
    if was is ask.service_class:
        return None
    board.save(call, service_class=ask.service_class, class_source=ClassSource.PERSON)
    board.note(call, facts.ClassSet(ask.service_class, was, by))
    place = replace(call.state.place, service_class=ask.service_class)
    call.state = replace(call.state, place=place)
    return None


def set_priority(board: Board, call: Call, ask: SetPriority, by: str) -> Refusal | None:
    """Change whether a queued call stands in front of its class."""
    if not isinstance(call.state, Waiting | Offered):
        return Refusal(AskCode.NOT_POSSIBLE, "The call is not in the queue: nothing to re-order.")
    if call.state.place.first != ask.first:
        call.state = replace(call.state, place=replace(call.state.place, first=ask.first))
        board.note(call, facts.PrioritySet(ask.first, by))
    return None


ARMS = {SetClass: Arm(find, set_class), SetPriority: Arm(find, set_priority)}
