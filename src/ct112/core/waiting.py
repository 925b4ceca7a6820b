"""The queue from the caller's side: getting in, what is heard there, and coming back to it."""

from dataclasses import replace

from ct112.core import deadman, facts, leaving
from ct112.core.board import Board
from ct112.core.calls import RINGING_NAMES, Call, Hearing, Leaving, Queued, Waiting
from ct112.core.commands import PickUp, Play
from ct112.core.events import PlayEnded
from ct112.core.facts import Reason
from ct112.core.ids import PlayId, play_id
from ct112.core.ivr import Prompt
from ct112.core.queueing import Place
from ct112.core.record import ClassSource, ServiceClass


def enter(
    board: Board,
    call: Call,
    service_class: ServiceClass,
    source: ClassSource,
    *,
    since: float | None = None,
) -> None:
    """Put the call into the queue for the first time, or to the fallback when we are leaving.

    `since`: when it began to count as waiting; now by default.
    """
    board.save(
        call, queued_at=board.stamp(call), service_class=service_class, class_source=source, **call.ran()
    )
    board.note(call, facts.Queued(service_class, source))
    rung_at_once = call.node not in board.lost and board.positions.longest_idle(call.node) is not None
    place = Place(service_class, board.now if since is None else since)
    _wait(board, call, place, message_later=rung_at_once)


def enter_failed(board: Board, call: Call, *, since: float | None = None) -> None:
    """Something of ours went wrong before the caller had a class: an emergency."""
    enter(board, call, ServiceClass.EMERGENCY, ClassSource.FAILURE, since=since)


def come_back(board: Board, call: Call, place: Place, reason: Reason) -> None:
    """Put a call whose operator is gone back into its old place, in front of its class.

    Joining may have disarmed the switch, so it is pushed at once.
    """
    deadman.push(board, call)
    if call.record.service_class is None:
        board.save(call, service_class=ServiceClass.EMERGENCY, class_source=ClassSource.FAILURE)
    board.note(call, facts.Requeued(reason))
    _wait(board, call, replace(place, first=True))


def found_again(board: Board, call: Call, since: float) -> None:
    """Put a call that had a class and a place before we were away back into that place."""
    deadman.push(board, call)
    board.note(call, facts.Requeued(Reason.FOUND))
    _wait(board, call, place_of(call, since))


def place_of(call: Call, since: float) -> Place:
    """Return the place of a call that has waited since then: in front, if it has had a person."""
    return Place(call.record.service_class or ServiceClass.EMERGENCY, since, first=call.answered)


def _wait(board: Board, call: Call, place: Place, *, message_later: bool = False) -> None:
    if board.draining:
        leaving.to_fallback(board, call, Reason.DRAINING, place)
    else:
        call.state = Waiting(place, start_hearing(board, call, message_later=message_later))


def start_hearing(board: Board, call: Call, *, message_later: bool = False) -> Hearing:
    """Play the waiting message and then ringing; return what the caller hears from now on.

    `message_later`: somebody is rung at once, so only ringing, and the message if it takes longer.
    """
    board.hush(call)
    if not call.picked_up:
        board.do(PickUp(call.id))
    play = _ring_tone(board, call, () if message_later else _message(call))
    policy = board.policy
    seconds = policy.message_after_seconds if message_later else policy.repeat_seconds
    return Hearing(play, board.now + seconds, plain=message_later)


def play_ended(board: Board, call: Call, state: Queued, event: PlayEnded) -> None:
    """The endless ringing ended by itself: ring without the message; if that fails too, wait in silence."""
    if event.play != state.hearing.play:
        return
    if state.hearing.plain:
        call.stay(replace(state, hearing=replace(state.hearing, play=None)))
    else:
        only_ring(board, call, state)


def only_ring(board: Board, call: Call, state: Queued) -> None:
    """Let the caller hear ringing and no message, until it is time for the next."""
    play = _ring_tone(board, call, ())
    call.stay(replace(state, hearing=replace(state.hearing, play=play, plain=True)))


def say_again(board: Board, call: Call, state: Queued) -> None:
    """Say the waiting message again; on a lost node only keep the time."""
    repeat_at = board.now + board.policy.repeat_seconds
    if call.node in board.lost:
        call.stay(replace(state, hearing=replace(state.hearing, repeat_at=repeat_at)))
    else:
        call.stay(replace(state, hearing=start_hearing(board, call)))


def due(board: Board, call: Call, state: Waiting) -> None:
    """The waiting caller's deadline: the message again, or the next try to leave."""
    if board.draining:
        leaving.to_fallback(board, call, Reason.DRAINING, state.place)
    else:
        say_again(board, call, state)


def not_released(board: Board, call: Call, state: Leaving) -> None:
    """The fallback did not take the call: it waits with us again, as an emergency if it never did before."""
    place = state.place or Place(ServiceClass.EMERGENCY, board.now)
    if state.place is None:
        source, at = ClassSource.FAILURE, board.stamp(call)
        board.save(call, queued_at=at, service_class=ServiceClass.EMERGENCY, class_source=source)
    board.note(call, facts.Requeued(Reason.FALLBACK_FAILED))
    deadman.push(board, call)
    hearing = start_hearing(board, call)
    call.state = Waiting(place, replace(hearing, repeat_at=board.now + board.policy.release_seconds))


def _message(call: Call) -> tuple[Prompt, ...]:
    spoken = call.document.waiting
    return spoken.get(call.language) or spoken.get(call.document.language) or ()


def _ring_tone(board: Board, call: Call, prompts: tuple[Prompt, ...]) -> PlayId:
    """Start prompts and ringing under the name not used last time."""
    play = play_id(call.id, call.ringings % RINGING_NAMES + 1)
    call.ringings += 1
    deadman.before_speaking(board, call, prompts)
    board.do(Play(call.id, play, prompts, ringing_after=True))
    return play
