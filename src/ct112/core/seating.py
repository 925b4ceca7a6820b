"""Who sits where, by asks. Not carried out yet."""

from typing import Any

from ct112.core.arms import Arm
from ct112.core.asks import AskCode, Leave, Refusal, SetState, Sit
from ct112.core.board import Board
from ct112.core.operators import Operator


def _position(board: Board, ask: Sit | Leave) -> Operator | None:
    return board.operators.get(ask.position)


def _operator(board: Board, ask: SetState) -> Operator | None:
    return next((operator for operator in board.operators.values() if operator.name == ask.operator), None)


def _not_yet(_board: Board, _operator: Operator, _ask: Any, _by: str) -> Refusal | None:
    return Refusal(AskCode.NOT_POSSIBLE, "Change the roster instead: ct112 operator --help.")


ARMS = {Sit: Arm(_position, _not_yet), Leave: Arm(_position, _not_yet), SetState: Arm(_operator, _not_yet)}
