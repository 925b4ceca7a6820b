"""Softphones, positions and operators as they come and go, and the seating restored after a restart."""

from ct112.core import lost, seating
from ct112.core.board import Board
from ct112.core.events import PeopleChanged, PhoneSeen, SeatingRestored, TrunkSeen
from ct112.core.stays import Move, People, Stay

BY = "configuration"
"""In the record: who logs out an operator who was removed, or whose position was."""


def trunk_seen(board: Board, event: TrunkSeen) -> None:
    """A trunk answers a node, or does not: calls we make try it last."""
    silent = {(event.node, trunk.name) for trunk in board.trunks if trunk.name == event.trunk}
    board.silent_trunks = board.silent_trunks - silent if event.reached else board.silent_trunks | silent


def phone_seen(board: Board, event: PhoneSeen) -> None:
    """Note that a softphone registered or unregistered at a node; a talk or a ringing phone goes on."""
    position = board.position(event.position)
    position.touch()
    if event.registered:
        position.phones.add(event.node)
        position.pages[event.node] = event.page
        lost.look_again(board)
    else:
        position.phones.discard(event.node)
        position.pages.pop(event.node, None)
    _forget_unused(board)


def people_changed(board: Board, event: PeopleChanged) -> None:
    """Replace the lists of positions and operators; anyone no longer listed is logged out after the talk."""
    people = board.seating.people = event.people
    for name in people.positions:
        board.position(name)
    for position in board.positions.values():
        position.list_(position.name in people.positions)
    for move in list(board.seating.moves.values()):
        if not _can_be(people, move):
            seating.drop_move(board, move.operator)
    for stay in board.seating.stays.values():
        gone = stay.position not in people.positions and stay.operator not in board.seating.moves
        if gone or stay.operator not in people.operators:
            seating.set_move(board, Move(operator=stay.operator, to=None, by=BY))
    seating.settle(board)
    _forget_unused(board)


def restored(board: Board, event: SeatingRestored) -> None:
    """Restore the seating as last saved; anything asked since then takes precedence."""
    for stay in event.stays:
        if _free(board, stay):
            seating.take_seat(board, stay)
    for move in event.moves:
        if move.operator not in board.seating.moves and _can_be(board.seating.people, move):
            seating.set_move(board, move)
    _forget_unused(board)


def _free(board: Board, stay: Stay) -> bool:
    """Return whether the operator is not seated elsewhere, and the position is still empty."""
    asked = {*board.seating.stays, *board.seating.moves}
    people = board.seating.people
    known = people is None or (stay.position in people.positions and stay.operator in people.operators)
    return known and stay.operator not in asked and board.position(stay.position).operator is None


def _can_be(people: People | None, move: Move) -> bool:
    """Return whether both the operator and the position of a move are still listed."""
    if people is None or move.to is None:
        return True
    return move.to in people.positions and move.operator in people.operators


def _forget_unused(board: Board) -> None:
    for position in [position for position in board.positions.values() if position.unused]:
        board.positions.forget(position)
