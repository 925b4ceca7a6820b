"""An operator calls a supervisor to their position; a supervisor says that they are coming."""

from ct112.core.arms import Arm
from ct112.core.asks import AskCode, Refusal, Summon, SummonsState
from ct112.core.board import Board
from ct112.core.positions import Position


def find(board: Board, ask: Summon) -> Position | Refusal | None:
    """Return the position, at which somebody has to sit."""
    position = board.positions.get(ask.position)
    if position is not None and position.operator is None:
        return Refusal(AskCode.NOT_POSSIBLE, f"Nobody sits at {ask.position}: nothing to do.")
    return position


def summon(board: Board, position: Position, ask: Summon, by: str) -> Refusal | None:
    """Call, answer or end; the same again changes nothing."""
    match ask.state:
        case SummonsState.ASKED:
            if position.summoned_at is None:
                position.summon(board.wall)
        case SummonsState.COMING:
            if position.summoned_at is None:
                return Refusal(AskCode.NOT_POSSIBLE, "Nobody calls from there now: nothing to do.")
            position.summon(position.summoned_at, by)
        case SummonsState.OVER:
            position.summon(None)
    return None


ARMS: dict[type, Arm] = {Summon: Arm(find, summon)}
