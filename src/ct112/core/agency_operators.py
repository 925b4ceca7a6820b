"""Who answers at an agency and wants an operator: put through behind every caller, never instead of one."""

from collections.abc import Iterator
from dataclasses import replace

from ct112.core import agency_calls, facts
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.agency_states import AgencyCall, RingingOperator, TalkingToOperator, Wanting
from ct112.core.board import Board
from ct112.core.calls import RINGING_NAMES
from ct112.core.commands import JoinCallee, Play, RingOperator
from ct112.core.events import Joined, OfferAnswered, OfferEnded, OfferHeld, OfferRinging
from ct112.core.ids import NodeName, OfferId, PlayId, offer_id, play_id
from ct112.core.positions import Position


def want(board: Board, call: AgencyCall) -> None:
    """Let the person hear ringing until an operator is free whom no caller needs."""
    agency_calls.note(board, call, facts.AgencyWaits(call.node))
    until = board.now + board.policy.agency_operator_seconds
    call.state = Wanting(board.now, _tone(board, call, said=True), until)


def offer(board: Board) -> None:
    """Ring free operators for who wants one; no caller waits whom they could have been rung for.

    Called when every caller that could be offered has been.
    """
    for wanting, call in sorted(_wanting(board), key=lambda pair: (pair[0].since, pair[1].id)):
        position = None if call.node in board.lost else board.positions.longest_idle(call.node)
        if position is not None:
            _ring(board, call, wanting, position)


def _ring(board: Board, call: AgencyCall, wanting: Wanting, position: Position) -> None:
    call.offers += 1
    name, seconds = offer_id(call.id, call.offers), board.policy.ring_seconds
    position.ring(call.id, name, board.now)
    call.state = RingingOperator(
        wanting=wanting,
        offer=name,
        position=position.name,
        deadline=board.now + seconds + board.policy.ring_grace_seconds,
    )
    board.do(
        RingOperator(
            call=call.id,
            offer=name,
            node=call.node,
            position=position.name,
            seconds=seconds,
            number=call.number,
            agency=call.agency,
        )
    )


def make_way(board: Board) -> bool:
    """Stop ringing one operator for an agency if a waiting caller could have them; return whether one was."""
    ringing = [call for call in board.agency_calls.values() if isinstance(call.state, RingingOperator)]
    if not ringing:
        return False
    for caller in board.calls.heads(board.now, board.policy):
        if caller.node in board.lost:
            continue
        for call in ringing:
            assert isinstance(call.state, RingingOperator)
            position = board.position(call.state.position)
            if position.ready and caller.node in position.phones:
                withdraw(board, call)
                position.spare(board.now)
                return True
    return False


def again(board: Board, state: RingingOperator) -> Wanting:
    """Return the wait it comes back to when nothing came of the ringing; it does not end at once."""
    until = max(state.wanting.deadline, board.now + board.policy.rest_seconds)
    return replace(state.wanting, deadline=until)


def withdraw(board: Board, call: AgencyCall) -> None:
    """Stop ringing the operator; who is at the agency goes on waiting. Says nothing to the position."""
    if isinstance(call.state, RingingOperator):
        board.end_offer(call.state.offer)
        call.state = again(board, call.state)


def part_from(board: Board, call: AgencyCall) -> None:
    """The node is lost: its operator is needed elsewhere. A talk may go on as far as we know, and is over."""
    if isinstance(call.state, RingingOperator):
        call.state = again(board, call.state)
    else:
        agency_calls.over(board, call, AgencyOutcome.LOST)


def about_operator(
    board: Board, call: AgencyCall, event: OfferRinging | OfferAnswered | OfferHeld | OfferEnded
) -> None:
    """News of the operator's leg; of one that is over it means nothing."""
    state = call.state
    if not isinstance(state, RingingOperator | TalkingToOperator) or state.offer != event.offer:
        if isinstance(event, OfferAnswered):
            board.end_offer(event.offer)
        return
    match event:
        case OfferAnswered() if isinstance(state, RingingOperator):
            _picked_up(board, call, state)
        case OfferEnded() if isinstance(state, RingingOperator):
            board.position(state.position).rest(board.now + board.policy.rest_seconds)
            call.state = again(board, state)
        case OfferEnded() if isinstance(state, TalkingToOperator):
            left(board, call, state)
        case _:
            pass


def not_picked_up(board: Board, call: AgencyCall, state: RingingOperator) -> None:
    """Nothing came of the ringing in time, or the person has waited long enough."""
    board.end_offer(state.offer)
    board.position(state.position).rest(board.now + board.policy.rest_seconds)
    call.state = again(board, state)


def left(board: Board, call: AgencyCall, state: TalkingToOperator) -> None:
    """The operator's leg is gone: the talk is over; who was not heard yet waits for another."""
    position = board.position(state.position)
    position.wrap_up(board.now + board.policy.wrap_up_seconds)
    if state.joined:
        agency_calls.end(board, call)
    elif call.words is None:
        agency_calls.conclude(board, call, AgencyOutcome.NOT_ACKNOWLEDGED)
        agency_calls.end(board, call)
    else:
        want(board, call)


def let_go(board: Board, call: AgencyCall) -> None:
    """Free the operator whose phone rings: they are not needed any more."""
    if isinstance(call.state, RingingOperator):
        position = board.position(call.state.position)
        withdraw(board, call)
        position.spare(board.now)


def join(board: Board, call: AgencyCall, state: TalkingToOperator) -> None:
    """Let both hear each other."""
    call.state = state
    board.do(JoinCallee(call.id, state.offer, call.node))


def joined(board: Board, call: AgencyCall, event: Joined) -> None:
    """Both hear each other: that is how it went, whatever they say."""
    state = call.state
    if isinstance(state, TalkingToOperator) and state.offer == event.offer and not state.joined:
        call.state = replace(state, joined=True)
        who = board.position(state.position).operator
        agency_calls.note(board, call, facts.AgencyJoined(state.offer, state.position, who))
        agency_calls.conclude(board, call, AgencyOutcome.PUT_THROUGH)


def not_joined(board: Board, call: AgencyCall, name: OfferId) -> None:
    """They could not be joined: the operator's leg ends, and another is looked for."""
    state = call.state
    if isinstance(state, TalkingToOperator) and state.offer == name and not state.joined:
        board.end_offer(state.offer)
        left(board, call, state)


def tone(board: Board, call: AgencyCall, state: Wanting) -> Wanting:
    """Return the same with the ringing begun again: after a gap nobody knows what is heard."""
    return replace(state, play=_tone(board, call, said=False))


def _picked_up(board: Board, call: AgencyCall, state: RingingOperator) -> None:
    agency_calls.hush(board, call)
    board.position(state.position).pick_up(call.id, state.offer, board.now)
    join(board, call, TalkingToOperator(offer=state.offer, position=state.position))


def _wanting(board: Board) -> Iterator[tuple[Wanting, AgencyCall]]:
    for call in board.agency_calls.values():
        if isinstance(call.state, Wanting):
            yield call.state, call


def _tone(board: Board, call: AgencyCall, *, said: bool) -> PlayId:
    """Say that an operator is being called, and ring, under the name not used last time."""
    play = play_id(call.id, call.ringings % RINGING_NAMES + 1)
    call.ringings += 1
    prompts = call.words.wait if said and call.words is not None else ()
    board.do(Play(call.id, play, prompts, ringing_after=True))
    return play


def with_operator(
    board: Board, node: NodeName
) -> Iterator[tuple[AgencyCall, RingingOperator | TalkingToOperator]]:
    """Return the calls at a node to which an operator belongs."""
    for call in list(board.agency_calls.values()):
        if call.node == node and isinstance(call.state, RingingOperator | TalkingToOperator):
            yield call, call.state
