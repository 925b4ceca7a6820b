"""An operator calls a contact of the agency book: their own phone rings first, as for a call-back.

No line kept for callers is taken. While it lasts the operator is offered nobody; afterwards they are as
before: ready in their old place, paused, or in what is left of their wrap-up.
"""

from ct112.core import callbacks, facts, purposes, seating
from ct112.core.arms import Arm
from ct112.core.asks import AskCode, CallContact, Refusal, SetState
from ct112.core.board import Board
from ct112.core.ids import CallId, begun_at, call_out_id
from ct112.core.positions import Position
from ct112.core.purposes import Purpose
from ct112.core.trunks import free


def find(board: Board, ask: CallContact) -> Position | Refusal | None:
    """Return the position at which the operator sits."""
    return seating.find_person(board, SetState(ask.operator, ready=True))


def call(board: Board, position: Position, ask: CallContact, by: str) -> Refusal | None:
    """Ring the operator's own phone; the contact is dialled when they pick up."""
    refusal = _refusal(board, position, ask)
    node = callbacks.node_of(board, position)
    if refusal is not None:
        return refusal
    if node is None:
        return _not_possible(
            f"The phone of {position.name} is not connected: open the page's phone, or start the softphone."
        )
    if free(board, node=node) is None:
        return _not_possible("Every line is in use but those kept for callers: try again in a moment.")
    name = call_out_id(node, position.name, position.revision, board.now)
    purpose = Purpose(
        agency=ask.agency, contact=ask.contact, born_at=board.now, until=purposes.pause_of(position)
    )
    begun = facts.CallOutBegun(node, position.name, position.operator, ask.agency, ask.contact, by)
    purposes.note(board, name, purpose, begun)
    callbacks.ring(board, position, name, node, ask.number, purpose=purpose)
    return None


def found(board: Board, name: CallId) -> Purpose:
    """Return the purpose of a call-out that was found after a gap: whom it is to, its facts say."""
    began = begun_at(name)
    purpose = Purpose(agency="", contact="", born_at=board.now if began is None else began)
    purpose.last_seq = max(0, int((board.now - purpose.born_at) * 1000)) + purposes.FOUND_MS
    return purpose


def _refusal(board: Board, position: Position, ask: CallContact) -> Refusal | None:
    if position.operator != ask.operator:
        return Refusal(AskCode.BUSY, f"{ask.operator} is on the way to {position.name}: wait until they sit.")
    if position.busy:
        return Refusal(AskCode.BUSY, f"{ask.operator} has a call now: call when it is over.")
    if board.calls.keeps(position.name):
        return Refusal(AskCode.BUSY, f"A caller waits for {ask.operator} to come back: call when it is over.")
    if board.draining:
        return _not_possible("ct112 serve is leaving: try again in a moment.")
    if seating.talked_before(board, position.name):
        return _not_possible("A talk of before a restart may still be going on: try again in a moment.")
    return None


def _not_possible(reason: str) -> Refusal:
    return Refusal(AskCode.NOT_POSSIBLE, reason)


ARMS: dict[type, Arm] = {CallContact: Arm(find, call)}
