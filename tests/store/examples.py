"""Records and facts to write."""

import uuid
from typing import Any

from ct112.core.ids import CallId, NodeName
from ct112.core.record import CallRecord, Fact

NODE = NodeName("a")
ARRIVED = 1_790_000_000.0


def call_id(number: int) -> CallId:
    """Return the id of the example call with this number."""
    return CallId(str(uuid.UUID(int=(0x7 << 76) | (0b10 << 62) | number)))


def record(number: int = 1, revision: int = 1, **known: Any) -> CallRecord:
    """Return a record; calls with a higher number arrived later, a second apart."""
    values: dict[str, Any] = {"arrived_at": ARRIVED + number, "node": NODE, "dialled": "112"} | known
    return CallRecord(call=call_id(number), revision=revision, **values)


def fact(number: int = 1, seq: int = 1, kind: str = "arrived", **data: Any) -> Fact:
    """Return a fact."""
    return Fact(call=call_id(number), seq=seq, at=ARRIVED + number + seq / 1000, kind=kind, data=data)
