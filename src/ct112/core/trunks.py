"""Which trunk a call we make goes by: the first in order that answers and has a line for us. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ct112.core.ids import NodeName

if TYPE_CHECKING:
    from ct112.core.board import Board


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A way to the carrier: calls we make try them in order. `lines` 0: nobody counts them.

    `kept`: of its lines, so many stay free for callers whatever we do.
    """

    name: str
    lines: int = 0
    kept: int = 0
    outgoing: bool = True


def free(board: "Board", without: Collection[str] = (), node: NodeName | None = None) -> Trunk | None:
    """Return the trunk we dial by now; None when there is none. `without`: names not to take.

    One that does not answer `node` comes after all others, and is tried all the same: it may be there again.
    """
    usable = [
        trunk
        for trunk in board.trunks
        if trunk.outgoing and trunk.name not in without and _has_room(board, trunk)
    ]
    return min(usable, key=lambda trunk: (node, trunk.name) in board.silent_trunks, default=None)


def room(board: "Board") -> int | None:
    """Return how many calls we may make now by all trunks together; None: nobody counts the lines of one."""
    outgoing = [trunk for trunk in board.trunks if trunk.outgoing]
    if any(not trunk.lines for trunk in outgoing):
        return None
    return sum(max(0, trunk.lines - trunk.kept - used(board, trunk.name)) for trunk in outgoing)


def used(board: "Board", name: str) -> int:
    """Return how many lines of a trunk are taken; a call whose trunk is not known counts on each."""
    callers = sum(call.trunk in (name, "") for call in board.calls.view.values())
    agencies = sum(call.is_on(name) for call in board.agency_calls.values())
    return callers + agencies + sum(back.trunk == name for back in board.callbacks.values())


def _has_room(board: "Board", trunk: Trunk) -> bool:
    return not trunk.lines or used(board, trunk.name) < trunk.lines - trunk.kept
