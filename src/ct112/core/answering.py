"""Asks come in, answers go out: each id is answered once, and a stale ask changes nothing."""

from ct112.core import calling_out, reorder, seating, summons
from ct112.core.arms import Arm
from ct112.core.asks import AskCode, Refusal
from ct112.core.board import Board
from ct112.core.commands import Answered
from ct112.core.events import Asked

REMEMBERED = 4096
"""So many answers are remembered; a client that asks again does so within seconds."""

ARMS: dict[type, Arm] = {**reorder.ARMS, **seating.ARMS, **summons.ARMS, **calling_out.ARMS}
"""What to do with each kind of ask."""


def asked(board: Board, event: Asked) -> None:
    """Answer an ask: the first time by doing or refusing it, afterwards by saying the same again."""
    past = board.answers.get(event.id)
    if past is None:
        answer = _answer(event, _refusal(board, event))
        _remember(board, event, answer)
    elif past[0] == event:
        answer = past[1]
    else:
        text = "This id was used for another ask: use a new id for each ask."
        answer = _answer(event, Refusal(AskCode.REPEATED_DIFFERS, text))
    board.answer(answer)


def _refusal(board: Board, event: Asked) -> Refusal | None:
    """Carry the ask out, or return why not."""
    arm = ARMS[type(event.ask)]
    thing = arm.find(board, event.ask)
    if thing is None:
        return Refusal(
            AskCode.UNKNOWN, "There is no such call, position or operator now: load the page again."
        )
    if isinstance(thing, Refusal):
        return thing
    if event.revision is not None and event.revision != thing.revision:
        return Refusal(AskCode.STALE, "It has changed since you looked: look again and repeat.")
    return arm.do(board, thing, event.ask, event.by)


def _answer(event: Asked, refusal: Refusal | None) -> Answered:
    if refusal is None:
        return Answered(event.id, accepted=True)
    return Answered(event.id, accepted=False, code=refusal.code, reason=refusal.reason)


def _remember(board: Board, event: Asked, answer: Answered) -> None:
    board.answers[event.id] = (event, answer)
    if len(board.answers) > REMEMBERED:
        del board.answers[next(iter(board.answers))]
