"""Who works where: the roster, and the softphones that are registered."""

from ct112.core import lost
from ct112.core.board import Board
from ct112.core.events import PhoneSeen, RosterChanged


def phone_seen(board: Board, event: PhoneSeen) -> None:
    """A softphone came or went at a node; what it is doing just now goes on either way."""
    operator = board.operator(event.position)
    operator.touch()
    if event.registered:
        operator.phones.add(event.node)
        lost.look_again(board)
    else:
        operator.phones.discard(event.node)
    _forget_unused(board)


def roster_changed(board: Board, event: RosterChanged) -> None:
    """The whole roster, replacing the one before; whoever is not on it any more is off duty."""
    listed = {row.position: row for row in event.staff}
    for row in listed.values():
        board.operator(row.position).seat(row.operator, row.ready, board.now)
    for operator in board.operators.values():
        if operator.position not in listed:
            operator.seat(None, ready=False, now=board.now)
    _forget_unused(board)


def _forget_unused(board: Board) -> None:
    for operator in [one for one in board.operators.values() if one.unused]:
        board.operators.forget(operator)
