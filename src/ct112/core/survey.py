"""Doing what a survey of a node says: telling the missed events, adopting calls, asking again."""

from dataclasses import replace
from typing import assert_never

from ct112.core import agency_operators, callbacks, deadman, facts, leaving, talking, waiting
from ct112.core.board import Board, first_seq, record_of
from ct112.core.calls import (
    RINGING_NAMES,
    Armed,
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
    Way,
)
from ct112.core.commands import PickUp, StopPlay
from ct112.core.events import FoundCall, FoundOffer, NodeSurveyed
from ct112.core.facts import Reason
from ct112.core.ids import CallId, OfferId, OperatorName, call_of, play_id
from ct112.core.positions import OnCall, Position, Ringing
from ct112.core.reconcile import is_older
from ct112.core.record import EndedBy, Outcome


def resume(board: Board, call_id: CallId) -> None:
    """Ask again for what the call's state waits for; commands given in the gap may be lost."""
    call = board.calls.get(call_id)
    if call is None:
        return
    state = call.state
    if isinstance(state, Armed):
        deadman.push(board, call)
    match state:
        case Arriving():
            board.do(PickUp(call.id))
            call.state = Arriving(board.now + board.policy.pick_up_seconds)
        case Waiting() | Kept() | Offered():
            if state.hearing.play is None or state.hearing.plain:
                waiting.say_again(board, call, state)
        case Joining():
            deadman.push(board, call)
            talking.ask_to_join(board, call, state)
        case Leaving():
            leaving.ask_again(board, call, replace(state, tries=0))
        case Stranded():
            waiting.come_back(board, call, state.place, Reason.OPERATOR_LOST)
        case InMenu() | Talking():
            pass
        case _:
            assert_never(state)


def adopt_waiting(board: Board, surveyed: NodeSurveyed, caller: FoundCall) -> None:
    """Take over a caller who is with nobody: in the old place; without one an emergency, by arrival.

    Whose operator had ended the talk is asked to leave once more.
    """
    ended = board.ended.get(caller.call)
    call = _stranger(board, surveyed, caller)
    if ended is not None and ended.record.ended_by is EndedBy.OPERATOR:
        leaving.ask_again(board, call, Leaving(Way.HANG_UP, 0.0, tries=0))
        return
    if call.record.service_class is not None:
        waiting.found_again(board, call, _waits_since(board, call, surveyed, caller))
        return
    deadman.push(board, call)
    waiting.enter_failed(board, call, since=_waits_since(board, call, surveyed, caller))


def adopt_talking(board: Board, surveyed: NodeSurveyed, caller: FoundCall, offer: FoundOffer) -> None:
    """Take over a talk as it is. If its operator is with another call, the leg ends and the caller waits."""
    live = board.calls.get(caller.call)
    position = board.position(offer.position)
    if isinstance(position.state, Ringing):
        withdraw(board, position.state.offer)
    if isinstance(position.state, OnCall):
        board.end_offer(offer.offer)
        if live is None:
            adopt_waiting(board, surveyed, caller)
        else:
            resume(board, live.id)
        return
    call = live or _stranger(board, surveyed, caller)
    board.hush(call)
    position.pick_up(call.id, offer.offer, board.now)
    place = call.place or waiting.place_of(call, _waits_since(board, call, surveyed, caller))
    who = _who_talks(call, offer, position)
    call.state = Talking(place, offer.offer, offer.position, who, talking.pick_up_at(board, call))
    call.answered = True
    since = {"answered_at": board.stamp(call)} if was_waiting(call) else {}
    board.save(call, position=offer.position, operator=who, **since)
    board.note(call, facts.Adopted(offer.offer, offer.position, who))
    deadman.disarm(board, call)


def _who_talks(call: Call, offer: FoundOffer, position: Position) -> OperatorName | None:
    """Return who is on this leg: in a talk that a lost node had, whoever it was, though they have left since.

    Whose log-in we have lost, the record may know.
    """
    if isinstance(call.state, Stranded) and call.state.offer == offer.offer:
        return call.record.operator
    there = call.record.operator if call.record.position == offer.position else None
    return position.operator or there


def close_missing(board: Board, surveyed: NodeSurveyed) -> None:
    """Write the end of the calls of before a restart that are not there any more."""
    for record in [record for record in board.remembered.values() if record.node == surveyed.node]:
        if record.call in surveyed.elsewhere:
            board.close_remembered(record, Outcome.FALLBACK, EndedBy.SYSTEM)
        elif is_older(record, surveyed, board.wall):
            board.close_remembered(record, Outcome.DROPPED, EndedBy.SYSTEM)
        elif record.answered_at is not None:
            board.close_remembered(record, Outcome.ANSWERED, EndedBy.SYSTEM)
        else:  # should the fallback have had this call, its own record says so later
            board.close_remembered(record, Outcome.ABANDONED, EndedBy.CALLER)


def was_waiting(call: Call) -> bool:
    """Return whether we know that nobody had answered when the record was written last."""
    return call.record.queued_at is not None and call.record.answered_at is None


def withdraw(board: Board, offer: OfferId) -> None:
    """Stop ringing an operator who turned out to be talking; that call looks for another."""
    back = board.callbacks.get(call_of(offer))
    if back is not None:
        callbacks.withdraw(board, back)
        board.position(back.position).let_go(board.now)
    agency = board.agency_calls.get(call_of(offer))
    if agency is not None:
        agency_operators.let_go(board, agency)
    call = board.live(offer)
    if call is not None and isinstance(call.state, Offered):
        leaving.free_operator(board, call)
        call.state = Waiting(call.state.place, call.state.hearing)


def _stranger(board: Board, surveyed: NodeSurveyed, caller: FoundCall) -> Call:
    """Make a call of a leg we do not have; its names and facts must not meet those given before."""
    ended = board.ended.pop(caller.call, None)
    remembered = board.remembered.pop(caller.call, None)
    age = _age(board, surveyed, caller)
    new = record_of(caller, surveyed.node, board.wall - age, surveyed.up_since)
    record = ended.record if ended else remembered or new
    seq = first_seq(record, age)
    names = max(RINGING_NAMES + seq, ended.names if ended else 0)
    call = Call(
        record=record.changed(node_up_since=surveyed.up_since),
        born_at=board.now - seq / 1000,
        began=Arriving(board.now + board.policy.pick_up_seconds),
        document=board.document,
        language=board.document.language,
        trunk=caller.trunk,
        picked_up=caller.picked_up,
        answered=record.answered_at is not None,
        offers=names,
        plays=names,
        last_seq=ended.last_seq if ended else -1,
    )
    board.calls.add(call)
    if ended is not None:
        _reopen(board, call)
    board.note(call, facts.Found(surveyed.node))
    for number in range(1, RINGING_NAMES + 1):
        board.do(StopPlay(call.id, play_id(call.id, number)))
    return call


def _age(board: Board, surveyed: NodeSurveyed, caller: FoundCall) -> float:
    """Return how long ago the leg came, in seconds: by the clock of its node, if that is known."""
    present = board.wall if surveyed.node_now is None else surveyed.node_now
    return max(0.0, present - caller.arrived_at)


def _waits_since(board: Board, call: Call, surveyed: NodeSurveyed, caller: FoundCall) -> float:
    """Return since when the call counts as waiting, by the floor's `now`; without a place, since it came."""
    arrived = board.now - _age(board, surveyed, caller)
    if call.record.queued_at is None:
        return arrived
    return min(board.now, arrived + call.record.queued_at - call.record.arrived_at)


def _reopen(board: Board, call: Call) -> None:
    """The record said that the call is over, and its leg is in our hands: it is a live call again."""
    was = call.record
    board.save(call, ended_at=None, outcome=None, ended_by=None)
    board.note(call, facts.Reopened(was.outcome))
