"""Names of things. They are chosen by us, or derived, before the thing is asked for."""

import hashlib
import uuid
from typing import NewType

CallId = NewType("CallId", str)
"""A call: the text of a UUID version 7, and the primary key of its `call_record`."""
OfferId = NewType("OfferId", str)
"""One ringing of one position for one call: `<call>.<n>`; the operator's leg carries it."""
PlayId = NewType("PlayId", str)
"""One playback to a caller: `<call>.p<n>`."""
NodeName = NewType("NodeName", str)
"""An Asterisk node, as named in the settings."""
PositionName = NewType("PositionName", str)
"""A workstation with a softphone; also its SIP user name."""
OperatorName = NewType("OperatorName", str)
"""A person who takes calls."""


BACK = "back-"
CALL_OUT = "callout-"
AGENCY = "agency-"


def derive_call_id(node: NodeName, leg: str, created_at: float) -> CallId:
    """Return the id of the call whose caller leg is `leg`, created at `created_at` (epoch seconds).

    A UUID v7 (RFC 9562) whose random part is a digest of node and leg: after a restart the same leg
    gives the same id, so a call found again finds its own record again.
    """
    milliseconds = int(created_at * 1000) & ((1 << 48) - 1)
    digest = int.from_bytes(hashlib.sha256(f"{node}|{leg}".encode()).digest()[:10], "big")
    rand_a = (digest >> 62) & 0xFFF
    rand_b = digest & ((1 << 62) - 1)
    value = (milliseconds << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b
    return CallId(str(uuid.UUID(int=value)))


def offer_id(call: CallId, number: int) -> OfferId:
    """Return the name of the `number`-th offer of this call."""
    return OfferId(f"{call}.{number}")


def play_id(call: CallId, number: int) -> PlayId:
    """Return the name of the `number`-th playback of this call."""
    return PlayId(f"{call}.p{number}")


def callback_id(task: int, now: float) -> CallId:
    """Return the name of a call-back for this task begun at `now`: no UUID, so never a caller's call."""
    return CallId(f"{BACK}{task}-{int(now * 1000)}")


def call_out_id(node: NodeName, position: PositionName, revision: int, now: float) -> CallId:
    """Return the name of a call-out begun at `now`, when the position had this revision."""
    return CallId(CALL_OUT + derive_call_id(node, f"{position}.{revision}", now))


def fact_id_of(call: CallId) -> CallId:
    """Return under which id the facts of a call-out are: the UUID in its name."""
    return CallId(call.removeprefix(CALL_OUT))


def begun_at(call: CallId) -> float | None:
    """Return when a call-out was begun, as its name says, in epoch seconds; None of a strange name."""
    try:
        return (uuid.UUID(fact_id_of(call)).int >> 80) / 1000
    except ValueError:
        return None


def task_of(call: CallId) -> int | None:
    """Return the task a call-back is for; None for a caller's call."""
    number = call.removeprefix(BACK).partition("-")[0]
    return int(number) if call.startswith(BACK) and number.isdigit() else None


def agency_call_id(delivery: str) -> CallId:
    """Return the name of the telephone call of this delivery to an agency: always the same one."""
    return CallId(f"{AGENCY}{delivery}")


def delivery_of(call: CallId) -> str | None:
    """Return the delivery a call to an agency is for; None for any other call."""
    return call.removeprefix(AGENCY) if call.startswith(AGENCY) else None


def is_outgoing(call: CallId) -> bool:
    """Return whether this is a call we make: a call-back, a call-out, or one to an agency."""
    return call.startswith((BACK, CALL_OUT, AGENCY))


def call_of(name: OfferId | PlayId) -> CallId:
    """Return the call an offer or a playback belongs to."""
    return CallId(name.rpartition(".")[0])
