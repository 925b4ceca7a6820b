"""The floor: all live calls and operators, one event at a time. Pure; time comes in as `now`."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import assert_never

from ct112.core import (
    agency_steps,
    callbacks,
    deadman,
    handlers,
    kept,
    leaving,
    lost,
    menu,
    offering,
    seating,
    talking,
    waiting,
)
from ct112.core.agency_states import AgencyCall
from ct112.core.board import Board, Lost
from ct112.core.callbacks import Callback
from ct112.core.calls import (
    Arriving,
    Call,
    InMenu,
    Joining,
    Kept,
    Leaving,
    Offered,
    Stranded,
    Talking,
    Waiting,
)
from ct112.core.events import CallDropped, Event
from ct112.core.ids import CallId, PositionName
from ct112.core.ivr import IvrDocument
from ct112.core.outbox import Outbox
from ct112.core.policy import Policy
from ct112.core.positions import Position
from ct112.core.record import CallRecord
from ct112.core.stays import Seating
from ct112.core.trunks import Trunk, free, room


class Floor:
    """The single place where calls and operators change: events and time go in, outboxes come out."""

    def __init__(
        self,
        policy: Policy,
        document: IvrDocument,
        remembered: Iterable[CallRecord] = (),
        trunks: Sequence[Trunk] = (),
    ) -> None:
        """Start with no calls and no operators; `document` is the IVR new calls run.

        `trunks`: in the order calls we make try them; none: the usual one, whose lines nobody counts.
        `remembered`: the records that were open when an earlier process wrote them last. A survey of their
        node says which of those calls are still there; a node that is not surveyed, because it never comes
        back or is not ours any more, is lost from the start.
        """
        self._board = Board(policy, document)
        if trunks:
            self._board.trunks = tuple(trunks)
        self._board.remembered = {record.call: record for record in remembered}
        self._board.lost = {record.node: Lost.by(policy) for record in self._board.remembered.values()}

    @property
    def calls(self) -> Mapping[CallId, Call]:
        """The live calls, to look at."""
        return self._board.calls.view

    @property
    def may_dial(self) -> bool:
        """Whether a call we make would find a line that is not kept for callers."""
        return free(self._board) is not None

    @property
    def room(self) -> int | None:
        """How many calls we make would find a line that is not kept for callers; None: any number."""
        return room(self._board)

    @property
    def positions(self) -> Mapping[PositionName, Position]:
        """The positions with their operators and phones, to look at."""
        return MappingProxyType(self._board.positions)

    @property
    def seating(self) -> Seating:
        """Who sits where, and who is about to move, to look at."""
        return self._board.seating

    @property
    def call_backs(self) -> Mapping[CallId, Callback]:
        """The call-backs under way, to look at."""
        return MappingProxyType(self._board.callbacks)

    @property
    def agency_calls(self) -> Mapping[CallId, AgencyCall]:
        """The telephone calls to agencies under way, to look at."""
        return MappingProxyType(self._board.agency_calls)

    @property
    def draining(self) -> bool:
        """Whether new calls go to the fallback."""
        return self._board.draining

    def empty(self) -> bool:
        """Return whether there is no live call."""
        return not self._board.calls

    def handle(self, event: Event, now: float, wall: float | None = None) -> Outbox:
        """Take in an event at `now` (epoch seconds, never going back); return what to do, in order.

        `wall`: what the machine's clock says, for what is written down, if that is another time.
        """
        board = self._board
        board.now, board.wall = now, now if wall is None else wall
        handlers.handle(board, event)
        return self._settled()

    def due(self, now: float, wall: float | None = None) -> Outbox:
        """Do what is due at `now`; return what to do. Afterwards `next_deadline()` lies after `now`."""
        board = self._board
        board.now, board.wall = now, now if wall is None else wall
        callbacks.due(board)
        if board.agency_calls:
            agency_steps.due(board)
        lost.due(board)
        while (call := board.calls.first_due()) is not None and call[0] <= now:
            self._call_due(call[1])
        while (pause := board.positions.first_due()) is not None and pause[0] <= now:
            pause[1].due(now)  # last: what was due may have begun a pause of no length
        return self._settled()

    def next_deadline(self) -> float | None:
        """Return when `due` must be called at the latest (epoch seconds); None when nothing is awaited."""
        board = self._board
        at = board.switch_at
        for first in (board.calls.first_due(), board.positions.first_due()):
            if first is not None and (at is None or first[0] < at):
                at = first[0]
        if board.callbacks or board.lost:
            others = [back.deadline for back in board.callbacks.values() if back.deadline is not None]
            others += [node.look_at for node in board.lost.values()]
            at = min(others if at is None else [*others, at], default=None)
        if board.agency_calls and (other := agency_steps.next_deadline(board)) is not None:
            at = other if at is None else min(at, other)
        return at

    def _settled(self) -> Outbox:
        board = self._board
        if board.seating.moves:
            seating.settle(board)
        offering.settle(board)
        deadman.keep(board)
        return board.end_step()

    def _call_due(self, call: Call) -> None:
        board, state = self._board, call.state
        match state:
            case Arriving():
                waiting.enter_failed(board, call)
            case InMenu():
                menu.due(board, call, state)
            case Waiting():
                waiting.due(board, call, state)
            case Kept():
                kept.due(board, call, state)
            case Offered():
                offering.due(board, call, state)
            case Joining():
                talking.join_due(board, call, state)
            case Leaving():
                leaving.due(board, call, state)
            case Stranded():
                leaving.dropped(
                    board, call, CallDropped(call.id)
                )  # `lost` has done so, if its node is still lost
            case Talking():
                talking.due(board, call, state)
            case _:
                assert_never(state)
