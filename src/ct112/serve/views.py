"""What the feed shows of the floor: each thing as a value of `control.feed`."""

import re
from datetime import UTC, datetime
from typing import Any

from ct112.control.feed import LiveCall, LiveCallback, LiveCallOut, LiveOperator, LivePosition
from ct112.core.call_outs import CallOut
from ct112.core.callbacks import Callback
from ct112.core.calls import Call, InMenu, Joining, Kept, Offered, Queued, Stranded, Talking, Waiting
from ct112.core.floor import Floor
from ct112.core.ids import OperatorName
from ct112.core.positions import OnCall, Position, Resting, Ringing, WrapUp
from ct112.core.record import Fact
from ct112.core.stays import Move

Person = tuple[Position | None, Move | None]
"""Where somebody sits, and where they are about to sit."""

WORDS = re.compile(r"(?<!^)(?=[A-Z])")
_names: dict[type, str] = {}  # bounded: one for each state


def state_name(state: object) -> str:
    """Return the state's name as it is shown: `InMenu` is `in_menu`."""
    kind = type(state)
    if kind not in _names:
        _names[kind] = WORDS.sub("_", kind.__name__).lower()
    return _names[kind]


def live_call(call: Call, floor: Floor) -> LiveCall:
    """Return the call as it is now."""
    record, state = call.record, call.state
    position = state.position if isinstance(state, Kept | Offered | Joining | Talking | Stranded) else None
    return LiveCall(
        id=record.call,
        node=record.node,
        state=state_name(state),
        revision=call.revision,
        ani=record.ani,
        dialled=record.dialled,
        service_class=record.service_class,
        class_source=record.class_source,
        first=isinstance(state, Queued) and state.place.first,
        arrived_at=datetime.fromtimestamp(record.arrived_at, UTC),
        picked_up_at=moment(record.picked_up_at),
        queued_at=moment(record.queued_at),
        answered_at=moment(record.answered_at),
        position=position,
        operator=_who(call, floor),
        location=record.location,
    )


def live_position(operator: Position, refused_by: tuple[str, ...]) -> LivePosition:
    """Return the position as it is now."""
    state = operator.state
    return LivePosition(
        position=operator.name,
        revision=operator.revision,
        operator=operator.operator,
        state=state_name(state),
        ready=operator.ready,
        reason=operator.reason,
        call=state.call if isinstance(state, Ringing | OnCall) else None,
        since=datetime.fromtimestamp(operator.since, UTC),
        until=moment(state.until) if isinstance(state, WrapUp | Resting) else None,
        summoned_at=moment(operator.summoned_at),
        coming=operator.coming,
        call_out=_call_out(operator.call_out),
        registered_at=tuple(sorted(operator.phones)),
        pages=tuple(sorted({*operator.pages.values()} - {""})),
        refused_by=refused_by,
    )


def _call_out(call_out: CallOut | None) -> LiveCallOut | None:
    if call_out is None:
        return None
    return LiveCallOut(
        id=call_out.id,
        agency=call_out.agency,
        contact=call_out.contact,
        phase=call_out.phase,
        result=call_out.result,
    )


def people(floor: Floor) -> dict[OperatorName, Person]:
    """Return where each person sits who sits somewhere, and where they are about to sit."""
    moves = floor.seating.moves
    found: dict[OperatorName, Person] = {name: (None, move) for name, move in moves.items()}
    for place in floor.positions.values():
        if place.operator is not None:
            found[place.operator] = (place, moves.get(place.operator))
    return found


def person_stamp(person: Person) -> tuple[Position | None, int, Move | None]:
    """Return what differs when the person looks different."""
    place, move = person
    return place, 0 if place is None else place.revision, move


def live_operator(person: Person) -> LiveOperator:
    """Return the person as they are now."""
    place, move = person
    name = move.operator if move is not None else place.operator if place is not None else None
    assert name is not None, "whoever is shown sits somewhere, or moves"
    return LiveOperator(
        operator=name,
        position=None if place is None else place.name,
        state="moving" if place is None else state_name(place.state),
        ready=False if place is None else place.ready,
        reason=None if place is None else place.reason,
        moving_to=None if move is None else move.to,
        leaving=move is not None and move.to is None,
    )


def live_callback(back: Callback) -> LiveCallback:
    """Return the call-back as it is now."""
    assert back.task is not None, "a call-out is shown at its position"
    return LiveCallback(
        id=back.id, task=back.task, number=back.number, position=back.position, phase=back.phase
    )


def fact(seen: Fact) -> dict[str, Any]:
    """Return what happened, as the feed tells it."""
    return {
        "call": seen.call,
        "seq": seen.seq,
        "at": datetime.fromtimestamp(seen.at, UTC),
        "kind": seen.kind,
        "data": seen.data,
    }


def moment(seconds: float | None) -> datetime | None:
    """Return epoch seconds as a time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def call_stamp(call: Call, floor: Floor) -> tuple[Call, int, OperatorName | None]:
    """Return what differs when the call looks different; who sits where it rings is not in its revision."""
    return call, call.revision, _who(call, floor)


def _who(call: Call, floor: Floor) -> OperatorName | None:
    """Return who has the call, or where it rings: who sits there now."""
    state = call.state
    if isinstance(state, Waiting | Kept | InMenu):
        return None
    if isinstance(state, Talking):
        return state.operator
    if isinstance(state, Stranded):
        return call.record.operator
    operator = floor.positions.get(state.position) if isinstance(state, Offered | Joining) else None
    return None if operator is None else operator.operator
