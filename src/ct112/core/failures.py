"""What follows from a command that did not work. A leg that no longer exists is normal, not an error."""

from ct112.core import deadman, leaving, menu, offering, talking, waiting
from ct112.core.board import Board
from ct112.core.calls import (
    Armed,
    Arriving,
    Call,
    InMenu,
    Joining,
    Kept,
    Leaving,
    Offered,
    Queued,
    Talking,
    Waiting,
    Way,
)
from ct112.core.commands import (
    EndOffer,
    ExtendDeadman,
    HangUp,
    Join,
    PickUp,
    Play,
    Ring,
    SendToFallback,
    StopPlay,
)
from ct112.core.events import CallerLeft, CommandFailed, OfferEnd, OfferEnded, PlayEnded
from ct112.core.facts import Reason

ABOUT_THE_CALLER = PickUp | Play | ExtendDeadman | SendToFallback | HangUp
"""Commands whose leg is the caller's. (`StopPlay` is left out: what is over needs no stopping.)"""


def failed(board: Board, call: Call, event: CommandFailed) -> None:
    """Find what follows from the failure, by what it was about.

    That a leg is gone is believed of a node we hear of; of a lost one only the survey can say so.
    """
    if event.gone and isinstance(event.command, ABOUT_THE_CALLER) and call.node not in board.lost:
        leaving.caller_left(board, call, CallerLeft(call.id))
        return
    match event.command:
        case PickUp():
            _pick_up(board, call)
        case Play(play=play):
            play_ended(board, call, PlayEnded(call.id, play, ok=False))
        case Ring() | EndOffer() | Join():
            _offer(board, call, event, event.command)
        case SendToFallback() | HangUp():
            _leave(board, call, event)
        case ExtendDeadman():
            _push(board, call)
        case StopPlay():
            pass
        case _:
            board.unexpected(event, call)


def _pick_up(board: Board, call: Call) -> None:
    """Not picked up: into the queue; from there it is asked again. Elsewhere that try was one of those."""
    if isinstance(call.state, Arriving):
        waiting.enter_failed(board, call)


def play_ended(board: Board, call: Call, event: PlayEnded) -> None:
    """A playback is over, in whatever way; it matters in the IVR and in the queue."""
    match call.state:
        case InMenu():
            menu.play_ended(board, call, call.state, event)
        case Waiting() | Kept() | Offered():
            waiting.play_ended(board, call, call.state, event)
        case _:
            pass  # the end of one we stopped


def _offer(board: Board, call: Call, event: CommandFailed, command: Ring | EndOffer | Join) -> None:
    """News of an offer that is over means nothing; of the current one, it is over now."""
    if call.offer != command.offer:
        return
    if isinstance(call.state, Joining) and isinstance(command, Join):
        # Perhaps it is the caller's leg that is gone; then that is told as well.
        talking.not_joined(board, call, call.state, Reason.JOIN_FAILED)
    elif isinstance(call.state, Offered) and isinstance(command, Ring):
        offering.ended(board, call, OfferEnded(command.offer, OfferEnd.UNREACHABLE))
    else:
        board.unexpected(event, call)
        if isinstance(call.state, Talking) and isinstance(command, Join):
            deadman.disarm(board, call)  # a second join that failed must not leave it armed


def _push(board: Board, call: Call) -> None:
    """A push did not arrive: it is repeated soon, or before the next prompt.

    While a prompt plays Asterisk carries no push out, and what was left of the switch may end within it: a
    long one is stopped, which costs its caller some words, and not the place with us.
    """
    call.held_until = 0.0
    left = call.speaking_until - board.now
    if left <= board.policy.switch_every_seconds or call.node in board.lost:
        return
    board.hush(call)
    call.speaking_until = board.now
    if isinstance(call.state, Armed):
        deadman.push(board, call)
    if isinstance(call.state, Queued):
        waiting.only_ring(board, call, call.state)


def _leave(board: Board, call: Call, event: CommandFailed) -> None:
    """The leg would not leave: a caller for the fallback waits with us again; others are asked again."""
    if not isinstance(call.state, Leaving):
        board.unexpected(event, call)
    elif call.state.way is Way.FALLBACK and isinstance(event.command, SendToFallback):
        waiting.not_released(board, call, call.state)
