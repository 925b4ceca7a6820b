"""Bugs put in on purpose into who sits where, and into settings that change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ct112.core import seating
from ct112.core import settings as core_settings
from ct112.core.board import Board
from ct112.core.policy import Policy
from ct112.core.positions import Position
from ct112.core.stays import Move
from ct112.serve import settings as serve_settings
from ct112.serve.seating import SeatingFile
from tests.simulation.mutations import Bug, Patch, nothing


def a_log_out_does_not_wait(patch: Patch) -> None:
    """Who logs out in a talk is gone at once, and somebody else sits there while they talk."""

    def leave(board: Board, move: Move) -> None:
        stay = board.seating.stays.get(move.operator)
        if stay is not None:
            seating.log_out(board, stay, move.by)
        if move.to is None:
            seating.drop_move(board, move.operator)

    patch(seating, "_leave", leave)


def two_may_sit_at_a_position(patch: Patch) -> None:
    """A position that is taken is given to the next one all the same."""

    def arrive(board: Board, move: Move) -> None:
        if move.to is not None and move.operator not in board.seating.stays:
            seating.drop_move(board, move.operator)
            seating._log_in(board, move, move.to)

    patch(seating, "_taken", nothing)
    patch(seating, "_arrive", arrive)


def a_pause_is_forgotten(patch: Patch) -> None:
    """A pause is written down, and the phone rings on."""
    seat = Position.seat

    def ready(self: Position, name: Any, ready: bool, now: float, reason: Any = None) -> None:
        seat(self, name, ready or name is not None, now, reason)

    patch(Position, "seat", ready)


SHIFTS = {
    "a log-out does not wait for the talk": Bug(a_log_out_does_not_wait, 1, "records name who was there"),
    "two sit at one position": Bug(two_may_sit_at_a_position, 1, "one person, one position"),
    "who left is rung on": Bug(lambda patch: patch(seating, "_withdraw", nothing), 8, "nobody is rung"),
    "who pauses is rung": Bug(a_pause_is_forgotten, 2, "who pauses is not rung"),
    "nothing is kept on the disk": Bug(lambda patch: patch(SeatingFile, "save", nothing), 1),
}


def nonsense_is_taken(patch: Patch) -> None:
    """Whatever number the database has is in force."""

    def applied(base: Policy, values: Mapping[str, Any]) -> Policy:
        numbers = {name: value for name, value in values.items() if isinstance(value, float)}
        return replace(base, **{name: value for name, value in numbers.items() if hasattr(base, name)})

    patch(serve_settings, "applied", applied)


SETTINGS = {
    "changed settings do not reach the floor": Bug(
        lambda patch: patch(core_settings, "taken_over", lambda now, _: now), 4, "settings in force"
    ),
    "nonsense is in force": Bug(nonsense_is_taken, 9, "settings in force"),
}
