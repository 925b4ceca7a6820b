"""A node whose link is lost: its operators are freed for other nodes, after a while its calls have an end.

Nobody knows what becomes of its calls meanwhile: a talk may well go on. So both steps are what is best for
those who wait elsewhere, and for callers who were cut off; should the node come back, its survey puts them
right.
"""

from ct112.core import agency_calls, agency_operators, callbacks, facts, leaving
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.board import Board, Lost
from ct112.core.calls import Call, Joining, Leaving, Offered, Stranded, Talking, Waiting, Way
from ct112.core.events import CallDropped, NodeLost, OfferEnd, OfferEnded
from ct112.core.ids import NodeName, call_of
from ct112.core.positions import Position
from ct112.core.record import EndedBy, Outcome


def lose(board: Board, event: NodeLost) -> None:
    """The link broke: the node's calls stay as they are for a few seconds."""
    if event.node not in board.lost:
        node = board.lost[event.node] = Lost.by(board.policy)
        node.since, node.look_at = board.now, board.now + node.free_seconds


def due(board: Board) -> None:
    """Look after the lost nodes whose time has come."""
    for node, lost in board.lost.items():
        if lost.look_at <= board.now:
            _look(board, node, lost)


def look_again(board: Board) -> None:
    """A phone turned up: whoever is kept by a lost node may be rung there now."""
    for node in board.lost.values():
        if node.since is not None:
            earliest = node.since + node.free_seconds
            node.look_at = min(node.look_at, max(board.now, earliest))


def operator_left(board: Board, event: OfferEnded) -> None:
    """The link tells how a leg ended just before the survey: who hung up a stranded talk has ended it."""
    call = board.calls.get(call_of(event.offer))
    if call is None or not isinstance(call.state, Stranded) or call.state.offer != event.offer:
        return
    if call.answered and event.reason is OfferEnd.HUNG_UP:
        leaving.hang_up(board, call)


def _look(board: Board, node: NodeName, lost: Lost) -> None:
    """Free operators every few seconds: a phone may turn up elsewhere later. In the end give the node up."""
    if lost.since is None:
        lost.since = board.now
    end_at = lost.since + lost.end_seconds
    if end_at <= board.now:
        _give_up(board, node)
        lost.look_at = board.now + lost.end_seconds
        return
    if lost.since + lost.free_seconds <= board.now:
        _free_operators(board, node, end_at)
    lost.look_at = min(board.now + lost.free_seconds, end_at)


def _free_operators(board: Board, node: NodeName, end_at: float) -> None:
    """Free the operators of a node's calls whose phones other nodes can ring."""
    for call in _calls(board, node):
        position = board.position_of(call)
        if position is not None and _elsewhere(board, position):
            _strand(board, call, position, end_at)
    for back in callbacks.at_node(board, node):
        position = board.position(back.position)
        if _elsewhere(board, position):
            callbacks.lost(board, back)
            position.let_go(board.now)
    for agency, state in agency_operators.with_operator(board, node):
        position = board.position(state.position)
        if _elsewhere(board, position):
            agency_operators.part_from(board, agency)
            position.let_go(board.now)


def _strand(board: Board, call: Call, position: Position, end_at: float) -> None:
    """Part a call from its operator: one not picked up waits again, a talk may go on as far as we know."""
    state = call.state
    if isinstance(state, Offered):
        call.state = Waiting(state.place, state.hearing)
    elif isinstance(state, Joining | Talking):
        board.note(call, facts.Stranded(state.offer, state.position, position.operator, call.node))
        call.state = Stranded(state.place, state.offer, state.position, end_at)
    position.let_go(board.now)


def _give_up(board: Board, node: NodeName) -> None:
    """Close what is still open of a node: as far as anybody knows, its callers were cut off."""
    for call in _calls(board, node):
        board.note(call, facts.GivenUp(node))
        if isinstance(call.state, Leaving) and call.state.way is Way.HANG_UP:
            leaving.close(board, call, Outcome.ANSWERED, EndedBy.OPERATOR)
        else:
            leaving.dropped(board, call, CallDropped(call.id))
    for record in [record for record in board.remembered.values() if record.node == node]:
        board.close_remembered(record, Outcome.DROPPED, EndedBy.SYSTEM)
    for back in callbacks.at_node(board, node):
        callbacks.lost(board, back)
        board.position(back.position).let_go(board.now)
    for agency, state in agency_operators.with_operator(board, node):
        agency_operators.part_from(board, agency)
        board.position(state.position).let_go(board.now)
    for agency in [agency for agency in board.agency_calls.values() if agency.node == node]:
        agency_calls.over(board, agency, AgencyOutcome.LOST)


def _calls(board: Board, node: NodeName) -> list[Call]:
    return [call for call in board.calls.values() if call.node == node]


def _elsewhere(board: Board, position: Position) -> bool:
    """Return whether a node we can act on rings the operator's phone."""
    return any(node not in board.lost for node in position.phones)
