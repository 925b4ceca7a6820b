"""What makes a call an operator makes a call-out: whom it is to, what of it is written down and shown."""

from dataclasses import dataclass

from ct112.core import facts
from ct112.core.board import Board
from ct112.core.call_outs import CallOut, CallOutPhase, CallOutResult
from ct112.core.callback_rules import CallbackResult
from ct112.core.facts import OfCallOut, fact_of
from ct112.core.ids import CallId, PositionName, fact_id_of
from ct112.core.positions import Position, WrapUp

FOUND_MS = 1000
"""Facts of a call-out found after a gap are numbered so much further on."""
RESULTS = {
    CallbackResult.REACHED: CallOutResult.TALKED,
    CallbackResult.BUSY: CallOutResult.BUSY,
    CallbackResult.NO_ANSWER: CallOutResult.NO_ANSWER,
    CallbackResult.UNAVAILABLE: CallOutResult.UNAVAILABLE,
    CallbackResult.CANCELLED: CallOutResult.CANCELLED,
}
"""Any other way means that the number cannot be reached."""


@dataclass(slots=True, kw_only=True)
class Purpose:
    """Whom a call-out is to. `until`: when the operator's wrap-up ends in which they began it.

    `born_at`: when it was begun, by the floor's `now`: its facts are numbered from there.
    """

    agency: str
    contact: str
    born_at: float
    until: float | None = None
    last_seq: int = -1


def pause_of(position: Position) -> float | None:
    """Return when the pause after a talk ends that the operator is in; None: they are in none."""
    return position.state.until if isinstance(position.state, WrapUp) else None


def show(
    board: Board,
    name: PositionName,
    call: CallId,
    purpose: Purpose,
    phase: str,
    result: CallOutResult | None = None,
) -> None:
    """Show at the position how far it is."""
    board.position(name).show_call_out(
        CallOut(
            id=call, agency=purpose.agency, contact=purpose.contact, phase=CallOutPhase(phase), result=result
        )
    )


def dialled(board: Board, call: CallId, purpose: Purpose, trunk: str) -> None:
    """Write that the contact is dialled."""
    note(board, call, purpose, facts.CallOutDialled(trunk))


def joined(board: Board, call: CallId, purpose: Purpose) -> None:
    """Write that both hear each other."""
    note(board, call, purpose, facts.CallOutJoined())


def over(
    board: Board, name: PositionName, call: CallId, purpose: Purpose, phase: str, result: CallbackResult
) -> None:
    """Write and show how it ended; while the operator's own phone rang, nobody was dialled."""
    how = RESULTS.get(result, CallOutResult.FAILED)
    if phase == CallOutPhase.RINGING and how is not CallOutResult.UNAVAILABLE:
        how = CallOutResult.NOT_PICKED_UP
    show(board, name, call, purpose, CallOutPhase.ENDED, how)
    note(board, call, purpose, facts.CallOutEnded(how))


def note(board: Board, call: CallId, purpose: Purpose, what: OfCallOut) -> None:
    """Write a fact. Its number is the call-out's age in ms, as any call's."""
    purpose.last_seq = max(purpose.last_seq + 1, int((board.now - purpose.born_at) * 1000))
    board.outbox.facts.append(fact_of(fact_id_of(call), purpose.last_seq, board.wall, what))
