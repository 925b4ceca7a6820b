"""Which trunk a call we make goes by: the first in order with a line that is not kept for callers. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


def free(board: "Board", without: Collection[str] = ()) -> Trunk | None:
    """Return the first trunk we may dial by now; None when there is none. `without`: names not to take."""
    return next(
        (
            trunk
            for trunk in board.trunks
            if trunk.outgoing and trunk.name not in without and _has_room(board, trunk)
        ),
        None,
    )


def used(board: "Board", name: str) -> int:
    """Return how many lines of a trunk are taken; a call whose trunk is not known counts on each."""
    callers = sum(call.trunk in (name, "") for call in board.calls.view.values())
    agencies = sum(call.is_on(name) for call in board.agency_calls.values())
    return callers + agencies + sum(back.trunk == name for back in board.callbacks.values())


def _has_room(board: "Board", trunk: Trunk) -> bool:
    return not trunk.lines or used(board, trunk.name) < trunk.lines - trunk.kept
