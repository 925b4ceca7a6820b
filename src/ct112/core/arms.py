"""How one kind of ask is carried out: what it is about, and what it changes."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ct112.core.asks import Refusal
from ct112.core.board import Board
from ct112.core.calls import Call
from ct112.core.positions import Position

Find = Callable[[Board, Any], Call | Position | Refusal | None]
"""Returns what the ask is about, whose `revision` the client saw; None, or why: there is no such thing."""
Do = Callable[[Board, Any, Any, str], Refusal | None]
"""Takes the board, what was found, the ask, and who asks. A refusal has changed nothing."""


class Arm(NamedTuple):
    """What to do with one kind of ask."""

    find: Find
    do: Do
