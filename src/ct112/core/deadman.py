"""The dead-man's switch: pushed while we live and no operator has the call, so our death is noticed.

It is pushed in the states `Armed`. Not Joining: `Join` disarms it, and a push that came after would cut the
talk off later; it gets one push just before. Not Talking: a talk must outlive us. Not Leaving: if the leg is
not taken away, the switch shall do it.
"""

from ct112.core.board import Board
from ct112.core.calls import Call
from ct112.core.commands import ExtendDeadman
from ct112.core.ivr import Prompt

ENOUGH = 1.5
"""Times `switch_every_seconds`: so much of a switch is left when a prompt is over and pushing goes on."""


def push(board: Board, call: Call) -> None:
    """Push this call's switch now, beyond the end of what it hears."""
    policy = board.policy
    speaking = max(0.0, call.speaking_until - board.now)
    seconds = max(policy.switch_seconds, speaking + 2 * policy.switch_every_seconds)
    call.held_until = board.now + seconds
    board.do(ExtendDeadman(call.id, seconds))


def before_speaking(board: Board, call: Call, prompts: tuple[Prompt, ...]) -> None:
    """Push the switch for the time of these prompts, about to be played, unless it lasts long enough.

    While a leg plays, Asterisk answers a push only after the prompt, and every other call's requests wait
    behind it (measured: up to 5 s). So nothing is pushed meanwhile.
    """
    seconds = sum(prompt.seconds for prompt in prompts)
    call.speaking_until = board.now + seconds
    if seconds and call.held_until < call.speaking_until + ENOUGH * board.policy.switch_every_seconds:
        push(board, call)


def disarm(board: Board, call: Call) -> None:
    """Take the switch off: a person has the call."""
    board.do(ExtendDeadman(call.id, 0.0))


def keep(board: Board) -> None:
    """Push every armed switch when it is time, and set or clear the time of the next push."""
    armed = board.calls.armed
    if not armed:
        board.switch_at = None
        return
    if board.switch_at is not None and board.switch_at > board.now:
        return
    if board.switch_at is not None:
        for call in armed.values():
            if call.node not in board.lost and call.speaking_until <= board.now:
                push(board, call)
    board.switch_at = board.now + board.policy.switch_every_seconds
