"""A stay: one operator at one position, from log-in to log-out; and the facts it is made of."""

import hashlib
import uuid
from enum import StrEnum

from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.record import Fact
from ct112.core.value import Changeable, value


class StayKind(StrEnum):
    """What may happen in a stay."""

    LOGGED_IN = "logged_in"
    READY = "operator_ready"
    PAUSED = "operator_paused"
    LOGGED_OUT = "logged_out"


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


def stay_id(operator: OperatorName, position: PositionName, since: float) -> CallId:
    """Return the id of a stay that begins at `since`: a UUID version 7 (RFC 9562), the same every time."""
    digest = hashlib.sha256(f"{operator}|{position}|{since!r}".encode()).digest()
    random = int.from_bytes(digest[:10], "big")
    milliseconds = int(since * 1000) & ((1 << 48) - 1)
    low = random & ((1 << 62) - 1)
    number = (milliseconds << 80) | (0x7 << 76) | ((random >> 62 & 0xFFF) << 64) | (0b10 << 62) | low
    return CallId(str(uuid.UUID(int=number)))


def fact_of(stay: Stay, kind: StayKind, at: float, by: str) -> Fact:
    """Return the fact that tells what `stay` is from `at` on; it names the whole of it each time."""
    data = {
        "operator": stay.operator,
        "position": stay.position,
        "since": stay.since,
        "ready": stay.ready,
        "reason": stay.reason,
        "by": by,
    }
    return Fact(call=stay.id, seq=stay.seq, at=at, kind=kind.value, data=data)
