"""Telephone calls to agencies: dialled, the incident is said, and a key acknowledges it.

Kept apart from the callers' calls, as call-backs are: no line kept for callers is taken, and an operator only
while no caller waits (`agency_operators`). Each call has exactly one outcome, told once.
"""

from ct112.core import facts
from ct112.core.agency_outcomes import AgencyOutcome, AgencyWords
from ct112.core.agency_states import (
    AgencyCall,
    Dialling,
    Ending,
    Parting,
    RingingOperator,
    Silent,
    Sought,
    Speaking,
    Wanting,
    WithOperator,
)
from ct112.core.board import Board
from ct112.core.callback_rules import CallbackResult
from ct112.core.calls import RINGING_NAMES
from ct112.core.commands import AgencyCallDone, DialCallee, EndCallee, Play, StopPlay, Unexpected
from ct112.core.events import (
    AgencyCallAsked,
    AgencyCallsRestored,
    AgencyMessage,
    CalleeAnswered,
    CalleeEnded,
)
from ct112.core.facts import OfAgencyCall, fact_of
from ct112.core.ids import CallId, PlayId, delivery_of, play_id
from ct112.core.ivr import Prompt
from ct112.core.trunks import free

REMEMBERED = 1000
"""So many calls that are over are remembered: a leg of theirs that turns up is ended."""
PLAY_NAMES = range(RINGING_NAMES + 1, RINGING_NAMES + 5)
"""What is said has these names in turn: so whoever finds the leg after a restart can stop it unseen."""
UNREACHED = {
    CallbackResult.BUSY: AgencyOutcome.BUSY,
    CallbackResult.NO_ANSWER: AgencyOutcome.NO_ANSWER,
    CallbackResult.REACHED: AgencyOutcome.NOT_ACKNOWLEDGED,
    CallbackResult.UNAVAILABLE: AgencyOutcome.UNAVAILABLE,
}
"""How a call ended that nobody picked up; any other way means that the number cannot be reached."""


def asked(board: Board, event: AgencyCallAsked) -> None:
    """Dial, if there is a line that is not kept for callers. A name known already is never dialled again."""
    if event.call in board.agency_calls or event.call in board.agency_over:
        board.odd(Unexpected(event=type(event).__name__, state="known already"))
        return
    call = AgencyCall(
        id=event.call,
        node=event.node,
        state=Dialling(board.now),
        born_at=board.now,
        agency=event.agency,
        number=event.number,
        seconds=event.seconds,
        words=event.words,
    )
    board.agency_calls[call.id] = call
    if board.draining or call.node in board.lost or not dial(board, call):
        over(board, call, AgencyOutcome.UNAVAILABLE)


def dial(board: Board, call: AgencyCall) -> bool:
    """Dial by the first trunk not tried yet with a line we may take; return whether there is one."""
    trunk = free(board, call.tried, call.node)
    if trunk is None:
        return False
    call.trunk, call.tried = trunk.name, (*call.tried, trunk.name)
    rings = call.seconds + board.policy.ring_grace_seconds
    call.state = Dialling(board.now + rings)
    note(board, call, facts.AgencyDialled(call.node, trunk.name))
    board.do(
        DialCallee(
            call=call.id,
            node=call.node,
            number=call.number,
            seconds=call.seconds,
            trunk=trunk.name,
            lasts=rings + board.policy.agency_limit_seconds,
        )
    )
    return True


def restored(board: Board, event: AgencyCallsRestored) -> None:
    """Know of the calls of before a restart: which are over, and which may still be going on."""
    for call in event.over:
        _remember(board, call)
    until = board.now + board.policy.lost_node_end_seconds
    for begun in event.begun:
        born_at = board.now - max(0.0, board.wall - begun.at)
        board.agency_calls.setdefault(
            begun.call, AgencyCall(id=begun.call, node=begun.node, state=Sought(until), born_at=born_at)
        )


def message_known(board: Board, event: AgencyMessage) -> None:
    """Whoever asked brought the message again: say it to who waits for it."""
    call = board.agency_calls.get(event.call)
    if call is None or call.words is not None:
        return
    call.words = event.words
    if isinstance(call.state, Silent):
        for number in range(1, PLAY_NAMES.stop):  # of before the restart
            board.do(StopPlay(call.id, play_id(call.id, number)))
        speak(board, call, event.words)


def about_callee(board: Board, call: AgencyCall, event: CalleeAnswered | CalleeEnded) -> None:
    """News of the agency's leg."""
    if isinstance(event, CalleeAnswered):
        if isinstance(call.state, Dialling | Sought):
            answered(board, call)
        return
    dialling = isinstance(call.state, Dialling)
    if dialling and event.by_trunk and call.number and not board.draining and dial(board, call):
        return
    gone(
        board,
        call,
        UNREACHED.get(event.result, AgencyOutcome.FAILED) if dialling else AgencyOutcome.NOT_ACKNOWLEDGED,
    )


def answered(board: Board, call: AgencyCall) -> None:
    """Somebody is there: say the message, or wait for it."""
    call.limit_at = board.now + board.policy.agency_limit_seconds
    note(board, call, facts.AgencyAnswered(call.node))
    if call.words is not None:
        speak(board, call, call.words)
    else:
        call.state = Silent(board.now + board.policy.agency_message_seconds)


def speak(board: Board, call: AgencyCall, words: AgencyWords) -> None:
    """Say the message from its beginning."""
    play, deadline = _play(board, call, words.message)
    call.state = Speaking(play, deadline)
    note(board, call, facts.AgencyTold(call.node))


def hush(board: Board, call: AgencyCall) -> None:
    """Stop what is heard: a leg does nothing else while it plays."""
    match call.state:
        case Speaking(play=play) | Wanting(play=play) | RingingOperator(wanting=Wanting(play=play)):
            board.do(StopPlay(call.id, play))
        case _:
            pass


def conclude(board: Board, call: AgencyCall, outcome: AgencyOutcome) -> None:
    """Tell how it went: once, the first outcome counts."""
    if call.outcome is not None:
        return
    call.outcome = outcome
    note(board, call, facts.AgencyEnded(call.node, outcome))
    _remember(board, call.id)
    done = AgencyCallDone(call=call.id, outcome=outcome)
    board.outbox.agency_results = (*board.outbox.agency_results, done)


def over(board: Board, call: AgencyCall, outcome: AgencyOutcome) -> None:
    """Conclude, if that was not done, and forget the call. This is the only way one ends."""
    conclude(board, call, outcome)
    board.agency_calls.pop(call.id, None)


def end(board: Board, call: AgencyCall) -> None:
    """End the leg."""
    board.do(EndCallee(call.id, call.node))
    call.state = Ending(board.now + board.policy.release_seconds)


def gone(board: Board, call: AgencyCall, outcome: AgencyOutcome) -> None:
    """The leg is gone, and with it the operator's, if there was one."""
    if isinstance(call.state, WithOperator):
        position = board.position(call.state.position)
        board.end_offer(call.state.offer)
        if isinstance(call.state, RingingOperator):
            position.spare(board.now)
        else:
            position.wrap_up(board.now + board.policy.wrap_up_seconds)
    over(board, call, outcome)


def part(board: Board, call: AgencyCall, prompts: tuple[Prompt, ...]) -> None:
    """Say a last word, and end."""
    if not prompts:
        end(board, call)
        return
    call.state = Parting(*_play(board, call, prompts))


def note(board: Board, call: AgencyCall, what: OfAgencyCall) -> None:
    """Write a fact; it is of the delivery. Its number is the call's age in ms, as any call's."""
    call.last_seq = max(call.last_seq + 1, int((board.now - call.born_at) * 1000))
    delivery = CallId(delivery_of(call.id) or call.id)
    board.outbox.facts.append(fact_of(delivery, call.last_seq, board.wall, what))


def _play(board: Board, call: AgencyCall, prompts: tuple[Prompt, ...]) -> tuple[PlayId, float]:
    """Say prompts; return the playback, and when its end is believed though it was not told."""
    play = play_id(call.id, PLAY_NAMES[call.plays % len(PLAY_NAMES)])
    call.plays += 1
    board.do(Play(call.id, play, prompts))
    seconds = sum(prompt.seconds for prompt in prompts)
    return play, board.now + seconds + board.policy.agency_play_grace_seconds


def _remember(board: Board, call: CallId) -> None:
    board.agency_over[call] = None
    if len(board.agency_over) > REMEMBERED:
        del board.agency_over[next(iter(board.agency_over))]
