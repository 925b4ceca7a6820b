"""What follows from a command of a call to an agency that did not work."""

from ct112.core import agency_calls, agency_operators, agency_steps
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.agency_states import AgencyCall, Dialling, RingingOperator
from ct112.core.board import Board
from ct112.core.commands import DialCallee, JoinCallee, Play, RingOperator
from ct112.core.events import CommandFailed, OfferEnd, OfferEnded, PlayEnded


def failed(board: Board, call: AgencyCall, event: CommandFailed) -> None:
    """Find what follows, by what it was about. Of a lost node only the survey can tell."""
    if call.node in board.lost:
        return
    match event.command:
        case DialCallee() if isinstance(call.state, Dialling):
            _not_dialled(board, call)
        case Play(play=play):
            agency_steps.play_ended(board, call, PlayEnded(call.id, play, ok=False))
        case RingOperator(offer=offer) if isinstance(call.state, RingingOperator):
            agency_operators.about_operator(board, call, OfferEnded(offer, OfferEnd.UNREACHABLE))
        case JoinCallee(offer=offer):
            agency_operators.not_joined(board, call, offer)
        case _:
            pass  # what was to end is gone already


def _not_dialled(board: Board, call: AgencyCall) -> None:
    """It was no fault of the agency's: by another trunk, or whoever asked goes another way."""
    if not agency_calls.dial(board, call):
        agency_calls.conclude(board, call, AgencyOutcome.UNAVAILABLE)
        agency_calls.end(board, call)
