"""Who sits where: logging in and out, moving, ready and paused. A talk is always finished first."""

from ct112.core import facts, survey
from ct112.core.arms import Arm
from ct112.core.asks import AskCode, Leave, Refusal, SetState, Sit
from ct112.core.board import Board
from ct112.core.ids import OperatorName, PositionName
from ct112.core.positions import OnCall, Position, Ringing
from ct112.core.stays import Move, Stay, StayKind, fact_of, stay_id


def settle(board: Board) -> None:
    """Carry out pending moves: everyone leaves first, so that two can swap, then takes a free position."""
    seating = board.seating
    if not seating.moves:
        return
    for move in list(seating.moves.values()):
        _leave(board, move)
    for move in list(seating.moves.values()):
        _arrive(board, move)


def _leave(board: Board, move: Move) -> None:
    """Log out an operator who moves, unless they talk; a call that rings for them is offered to another."""
    stay = board.seating.stays.get(move.operator)
    if stay is not None:
        position = board.position(stay.position)
        if isinstance(position.state, OnCall):
            return
        if isinstance(position.state, Ringing):
            _withdraw(board, position, position.state)
        if talked_before(board, stay.position):
            position.stand_by()
            return
        log_out(board, stay, move.by)
    if move.to is None:
        drop_move(board, move.operator)


def _withdraw(board: Board, position: Position, ringing: Ringing) -> None:
    """Withdraw an offer whose operator leaves; the call is offered to another."""
    call = board.live(ringing.offer)
    if call is not None:
        board.note(call, facts.Withdrawn(ringing.offer, position.name, position.operator))
    survey.withdraw(board, ringing.offer)


def talked_before(board: Board, name: PositionName) -> bool:
    """Return whether a talk from before a restart may still be going on there, at a node not surveyed yet."""
    remembered = board.remembered.values()
    return any(record.position == name and record.ended_at is None for record in remembered)


def _arrive(board: Board, move: Move) -> None:
    """Log in the operator who waits for this position, once it is free."""
    if move.to is None or move.operator in board.seating.stays:
        return
    position = board.position(move.to)
    taken = (
        position.operator is not None or isinstance(position.state, OnCall) or talked_before(board, move.to)
    )
    if not taken:
        drop_move(board, move.operator)
        _log_in(board, move, move.to)


def _log_in(board: Board, move: Move, name: PositionName) -> None:
    stay = Stay(
        id=stay_id(move.operator, name, board.wall, board.seating.revision),
        operator=move.operator,
        position=name,
        since=board.wall,
        ready=move.ready,
        reason=move.reason,
    )
    take_seat(board, stay)
    _note(board, stay, StayKind.LOGGED_IN, move.by)


def take_seat(board: Board, stay: Stay) -> None:
    """Seat an operator at an empty position."""
    board.seating.stays[stay.operator] = stay
    board.seating.revision += 1
    board.position(stay.position).seat(stay.operator, stay.ready, board.now, stay.reason)


def log_out(board: Board, stay: Stay, by: str) -> None:
    """End a stay and leave its position empty."""
    del board.seating.stays[stay.operator]
    board.seating.revision += 1
    board.position(stay.position).seat(None, ready=False, now=board.now)
    _note(board, _next(board, stay), StayKind.LOGGED_OUT, by)


def set_move(board: Board, move: Move) -> None:
    """Have an operator move as soon as they can; this replaces an earlier move."""
    board.seating.moves[move.operator] = move
    board.seating.revision += 1


def drop_move(board: Board, operator: OperatorName) -> None:
    """Cancel an operator's move; one who is still seated takes calls there again."""
    if board.seating.moves.pop(operator, None) is None:
        return
    board.seating.revision += 1
    stay = board.seating.stays.get(operator)
    if stay is not None:
        board.position(stay.position).seat(operator, stay.ready, board.now, stay.reason)


def _change(board: Board, stay: Stay, by: str, *, ready: bool, reason: str | None) -> None:
    """Make a seated operator ready or paused; a talk is not affected."""
    if (stay.ready, stay.reason) == (ready, reason):
        return
    new = _next(board, stay).changed(ready=ready, reason=reason)
    board.seating.stays[stay.operator] = new
    board.seating.revision += 1
    board.position(stay.position).seat(stay.operator, ready, board.now, reason)
    _note(board, new, StayKind.READY if ready else StayKind.PAUSED, by)


def _next(board: Board, stay: Stay) -> Stay:
    """Return the stay with its next fact's number: its age in ms, as for calls."""
    return stay.changed(seq=max(stay.seq + 1, int((board.wall - stay.since) * 1000)))


def _note(board: Board, stay: Stay, kind: StayKind, by: str) -> None:
    board.outbox.facts.append(fact_of(stay, kind, board.wall, by))


# ── what people ask


def find_position(board: Board, ask: Sit) -> Position | Refusal:
    """Return the position asked for."""
    position = board.positions.get(ask.position)
    if position is None or not position.listed:
        return Refusal(AskCode.UNKNOWN, f"There is no position {ask.position}: see ct112 position list.")
    return position


def find_person(board: Board, ask: SetState | Leave) -> Position | Refusal:
    """Return the position where the operator sits, or is about to."""
    if isinstance(ask, Leave) and ask.operator is None:
        position = board.positions.get(ask.position or PositionName(""))
        if position is None or (position.operator is None and _next_at(board, position) is None):
            return Refusal(AskCode.NOT_POSSIBLE, f"Nobody sits at {ask.position}: nothing to do.")
        return position
    operator = ask.operator or OperatorName("")
    stay, move = board.seating.stays.get(operator), board.seating.moves.get(operator)
    name = move.to if move is not None else None
    if stay is not None:
        name = stay.position
    if name is None:
        remedy = (
            "nothing to do" if isinstance(ask, Leave) else f"first ct112 operator sit {operator} POSITION"
        )
        return Refusal(AskCode.NOT_POSSIBLE, f"{operator} is not logged in: {remedy}.")
    return board.position(name)


def sit(board: Board, position: Position, ask: Sit, by: str) -> Refusal | None:
    """Log an operator in at a position; if they are in a talk elsewhere, move them when it ends."""
    people = board.seating.people
    if people is not None and ask.operator not in people.operators:
        return Refusal(
            AskCode.UNKNOWN, f"There is no active operator {ask.operator}: see ct112 operator list."
        )
    ready, reason = _as_asked(board, ask)
    refusal = _no_reason(board, ask.reason) if ask.reason is not None else None
    refusal = refusal or _taken(board, position, ask.operator)
    if refusal is not None:
        return refusal
    if position.operator == ask.operator:  # already seated here: cancel a move away
        drop_move(board, ask.operator)
        _change(board, board.seating.stays[ask.operator], by, ready=ready, reason=reason)
    else:
        set_move(board, Move(operator=ask.operator, to=ask.position, ready=ready, reason=reason, by=by))
        settle(board)
    return None


def _as_asked(board: Board, ask: Sit) -> tuple[bool, str | None]:
    """Return whether the operator will be ready, and the pause reason: as asked, else as now, else ready."""
    if ask.ready is not None:
        return ask.ready, None if ask.ready else ask.reason
    now = board.seating.moves.get(ask.operator) or board.seating.stays.get(ask.operator)
    if now is None or (isinstance(now, Move) and now.to is None):
        return True, None
    return now.ready, now.reason


def _taken(board: Board, position: Position, operator: OperatorName) -> Refusal | None:
    """Return why the position is not available; an operator about to leave it does not block it."""
    other = _next_at(board, position, but=operator)
    if (
        position.operator is not None
        and position.operator != operator
        and position.operator not in board.seating.moves
    ):
        other = position.operator
    if other is None:
        return None
    return Refusal(
        AskCode.BUSY,
        f"{position.name} is taken by {other}: choose another position, "
        f"or log {other} out first (ct112 operator leave {other}).",
    )


def _next_at(board: Board, position: Position, but: OperatorName | None = None) -> OperatorName | None:
    return board.seating.promised(position.name, but or OperatorName(""))


def leave(board: Board, position: Position, ask: Leave, by: str) -> Refusal | None:
    """Log an operator out, at once or when the talk ends."""
    operator = ask.operator or position.operator or _next_at(board, position)
    if operator is not None and operator in board.seating.stays:
        set_move(board, Move(operator=operator, to=None, by=by))
        settle(board)
    elif operator is not None:  # not seated yet: cancel the move
        drop_move(board, operator)
    return None


def set_state(board: Board, _position: Position, ask: SetState, by: str) -> Refusal | None:
    """Make an operator ready, or paused with a reason; a talk or a ringing phone is not affected."""
    reason = None if ask.ready else ask.reason
    refusal = None if ask.ready else _no_reason(board, reason)
    if refusal is not None:
        return refusal
    move = board.seating.moves.get(ask.operator)
    if move is not None and move.to is not None:
        set_move(board, move.changed(ready=ask.ready, reason=reason))
    stay = board.seating.stays.get(ask.operator)
    if stay is not None:
        _change(board, stay, by, ready=ask.ready, reason=reason)
    return None


def _no_reason(board: Board, reason: str | None) -> Refusal | None:
    """Return a refusal unless the reason is on the centre's list."""
    people = board.seating.people
    if people is None or not people.reasons or reason in people.reasons:
        return None
    listed = ", ".join(sorted(people.reasons))
    return Refusal(AskCode.NOT_POSSIBLE, f"A pause needs one of these reasons: {listed}.")


ARMS = {
    Sit: Arm(find_position, sit),
    Leave: Arm(find_person, leave),
    SetState: Arm(find_person, set_state),
}
