"""A stay: one operator at one position, from log-in to log-out; and the facts it is made of."""

import hashlib
import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from ct112.core import facts
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.record import Fact
from ct112.core.value import Changeable, value


class StayKind(StrEnum):
    """What may happen in a stay."""

    LOGGED_IN = "logged_in"
    READY = "operator_ready"
    PAUSED = "operator_paused"
    LOGGED_OUT = "logged_out"


KINDS: dict[StayKind, type[facts.OfStay]] = {
    StayKind.LOGGED_IN: facts.LoggedIn,
    StayKind.READY: facts.OperatorReady,
    StayKind.PAUSED: facts.OperatorPaused,
    StayKind.LOGGED_OUT: facts.LoggedOut,
}


@value(frozen=True, kw_only=True)
class Stay(Changeable):
    """Who sits where, and how: `ready` for calls, or paused for a `reason`. `since`: epoch seconds UTC.

    `id` names the stay in facts as a call's id names a call; `seq` is the number of its last fact.
    """

    id: CallId
    operator: OperatorName
    position: PositionName
    since: float
    ready: bool
    reason: str | None = None
    seq: int = 0


@value(frozen=True, kw_only=True)
class Move(Changeable):
    """Where an operator will be once the talk under way is over; `to` None: nowhere, they log out.

    Who leaves a position stands beside the next one until that is free.
    """

    operator: OperatorName
    to: PositionName | None
    ready: bool = False
    reason: str | None = None
    by: str


@value(frozen=True, slots=True, kw_only=True)
class People:
    """The positions and operators there are, and the codes of the reasons for a pause."""

    positions: frozenset[PositionName] = frozenset()
    operators: frozenset[OperatorName] = frozenset()
    reasons: frozenset[str] = frozenset()


@dataclass(slots=True)
class Seating:
    """Who sits where, and who is about to move. `people` is None until the first is known.

    `revision` counts the changes: whoever keeps a copy compares it.
    """

    people: People | None = None
    stays: dict[OperatorName, Stay] = field(default_factory=dict)
    moves: dict[OperatorName, Move] = field(default_factory=dict)
    revision: int = 0

    def promised(self, position: PositionName, but: OperatorName) -> OperatorName | None:
        """Return who will sit at a position, if that is somebody else."""
        for move in self.moves.values():
            if move.to == position and move.operator != but:
                return move.operator
        return None


def stay_id(operator: OperatorName, position: PositionName, since: float, number: int = 0) -> CallId:
    """Return the id of a stay that begins at `since`: a UUID version 7 (RFC 9562), the same every time.

    `number` tells stays apart that begin at one moment by a clock that was set back.
    """
    digest = hashlib.sha256(f"{operator}|{position}|{since!r}|{number}".encode()).digest()
    random = int.from_bytes(digest[:10], "big")
    milliseconds = int(since * 1000) & ((1 << 48) - 1)
    low = random & ((1 << 62) - 1)
    number = (milliseconds << 80) | (0x7 << 76) | ((random >> 62 & 0xFFF) << 64) | (0b10 << 62) | low
    return CallId(str(uuid.UUID(int=number)))


def fact_of(stay: Stay, kind: StayKind, at: float, by: str) -> Fact:
    """Return the fact that tells what `stay` is from `at` on; it names the whole of it each time."""
    what = KINDS[kind](stay.operator, stay.position, stay.since, stay.ready, stay.reason, by)
    return facts.fact_of(stay.id, stay.seq, at, what)
