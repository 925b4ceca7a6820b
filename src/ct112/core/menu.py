"""From the arrival through the IVR to the queue."""

from collections.abc import Callable

from ct112.core import deadman, facts, ivr_run, leaving, waiting
from ct112.core.board import Board, record_of
from ct112.core.calls import Arriving, Call, InMenu
from ct112.core.commands import PickUp, Play
from ct112.core.events import CallArrived, DigitPressed, IvrPublished, PickedUp, PlayEnded
from ct112.core.facts import Reason
from ct112.core.ids import PlayId, play_id
from ct112.core.ivr import IvrDocument, Prompt, Queue

MOST_KEYS = 64
"""So many keys are written down; some phones send one for as long as it is held."""


def arrived(board: Board, event: CallArrived) -> None:
    """A caller is at the door: write it down and pick up. While leaving: to the fallback."""
    call = board.calls.get(event.call)
    if call is not None:
        board.unexpected(event, call)
    elif event.call not in board.ended:
        _begin_call(board, event)


def published(board: Board, event: IvrPublished) -> None:
    """New calls run this document."""
    board.document = event.document


def _begin_call(board: Board, event: CallArrived) -> None:
    deadline = board.now + board.policy.pick_up_seconds
    call = Call(
        record=record_of(event, event.node, board.wall, board.started.get(event.node)),
        born_at=board.now,
        began=Arriving(deadline),
        document=board.document,
        language=board.document.language,
        trunk=event.trunk,
    )
    board.calls.add(call)
    board.save(call)
    board.note(call, facts.Arrived(event.node))
    if board.draining:
        leaving.to_fallback(board, call, Reason.DRAINING)
    elif _says_nothing(call.document):
        _begin(board, call)  # somebody is rung for while the caller is picked up
    else:
        board.do(PickUp(call.id))  # the dialplan has just armed the switch


def picked_up(board: Board, call: Call, _event: PickedUp) -> None:
    """The leg is answered: the IVR begins. One that was late, and waits already, just goes on waiting."""
    if not call.picked_up:
        call.picked_up = True
        board.save(call, picked_up_at=board.stamp(call))
        board.note(call, facts.PickedUp())
    if isinstance(call.state, Arriving):
        _begin(board, call)


def _says_nothing(document: IvrDocument) -> bool:
    """Return whether callers are queued at once: a line without a menu, or a document that is broken."""
    try:
        return isinstance(document.nodes.get(document.start), Queue)
    except Exception:  # noqa: BLE001 - as in `_go_on`
        return True


def _begin(board: Board, call: Call) -> None:
    limit_at = board.now + board.policy.ivr_limit_seconds
    _go_on(board, call, lambda: ivr_run.begin(call.document, board.now, board.wall), None, limit_at)


def pressed(board: Board, call: Call, event: DigitPressed) -> None:
    """A key, perhaps while the prompt still plays.

    Outside the menu keys mean nothing to us, and may be meant for the operator: not written down.
    """
    if isinstance(call.state, InMenu):
        _pressed(board, call, call.state, event)
    elif isinstance(call.state, Arriving):
        board.unexpected(event, call)


def _pressed(board: Board, call: Call, state: InMenu, event: DigitPressed) -> None:
    call.keys = (call.keys + event.digit)[:MOST_KEYS]
    board.note(call, facts.KeyPressed())
    _go_on(
        board, call, lambda: ivr_run.pressed(state.run, event.digit, board.now), state.play, state.limit_at
    )


def play_ended(board: Board, call: Call, state: InMenu, event: PlayEnded) -> None:
    """The prompt is over, or failed, which must stop nobody. News of an older prompt means nothing."""
    if event.play == state.play:
        _go_on(board, call, lambda: ivr_run.said(state.run, board.now), None, state.limit_at)


def due(board: Board, call: Call, state: InMenu) -> None:
    """The IVR's own deadline, or its limit: too long in there is our failure, and an emergency."""
    if state.limit_at <= board.now:
        board.note(call, facts.IvrFailed("limit"))
        waiting.enter_failed(board, call)
    else:
        _go_on(board, call, lambda: ivr_run.due(state.run, board.now), state.play, state.limit_at)


def _go_on(
    board: Board, call: Call, step: Callable[[], ivr_run.Step], play: PlayId | None, limit_at: float
) -> None:
    """Take one step of the IVR; if it raises, or would never end, the caller is an emergency."""
    try:
        taken = step()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the IVR, the caller gets a person
        _failed(board, call, type(error).__name__)
        return
    if taken.enqueue is None and not taken.run.deadline > board.now:
        _failed(board, call, "no deadline")
        return
    _follow(board, call, taken, play, limit_at)


def _failed(board: Board, call: Call, reason: str) -> None:
    board.note(call, facts.IvrFailed(reason))
    waiting.enter_failed(board, call)


def _follow(board: Board, call: Call, step: ivr_run.Step, play: PlayId | None, limit_at: float) -> None:
    """Do what the step says: stop, queue, or speak and wait."""
    call.language = step.run.language
    call.state = InMenu(step.run, play, limit_at)
    if step.enqueue is not None:
        waiting.enter(board, call, step.enqueue.service_class, step.enqueue.source)
        return
    if step.hush or step.say:
        board.hush(call)
        play = None
    if step.say:
        play = _say(board, call, step.run.node, step.say)
    call.state = InMenu(step.run, play, limit_at)


def _say(board: Board, call: Call, node: str, prompts: tuple[Prompt, ...]) -> PlayId:
    call.plays += 1
    play = play_id(call.id, call.plays)
    board.note(call, facts.Said(node, call.language))
    deadman.before_speaking(board, call, prompts)
    board.do(Play(call.id, play, prompts))
    return play
