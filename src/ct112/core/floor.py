"""The floor: all live calls and operators, one event at a time. Pure; time comes in as `now`."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import assert_never

from ct112.core import (
    callbacks,
    callbacks_survey,
    deadman,
    failures,
    leaving,
    lost,
    menu,
    offering,
    reconcile,
    staff,
    survey,
    talking,
    waiting,
)
from ct112.core.board import Board, Lost
from ct112.core.callbacks import Callback
from ct112.core.calls import Arriving, Call, InMenu, Joining, Leaving, Offered, Stranded, Talking, Waiting
from ct112.core.commands import Command
from ct112.core.events import (
    CallArrived,
    CallbackAsked,
    CallDropped,
    CalleeAnswered,
    CalleeEnded,
    CallerLeft,
    CallReleased,
    CommandFailed,
    DigitPressed,
    Draining,
    Event,
    IvrPublished,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnded,
    OfferHeld,
    OfferRinging,
    PhoneSeen,
    PickedUp,
    PlayEnded,
    RosterChanged,
)
from ct112.core.ids import CallId, PositionName, call_of
from ct112.core.ivr import IvrDocument
from ct112.core.operators import Operator
from ct112.core.policy import Policy
from ct112.core.record import CallRecord

AboutCall = (
    PickedUp | CallerLeft | CallDropped | CallReleased | DigitPressed | PlayEnded | Joined | CommandFailed
)
AboutOffer = OfferRinging | OfferAnswered | OfferHeld | OfferEnded
AboutStaff = PhoneSeen | RosterChanged


class Floor:
    """The single place where calls and operators change: events and time go in, commands come out."""

    def __init__(self, policy: Policy, document: IvrDocument, remembered: Iterable[CallRecord] = ()) -> None:
        """Start with no calls and no operators; `document` is the IVR new calls run.

        `remembered`: the records that were open when an earlier process wrote them last. A survey of their
        node says which of those calls are still there; a node that is not surveyed, because it never comes
        back or is not ours any more, is lost from the start.
        """
        self._board = Board(policy, document)
        self._board.remembered = {record.call: record for record in remembered}
        self._board.lost = {record.node: Lost() for record in self._board.remembered.values()}

    @property
    def calls(self) -> Mapping[CallId, Call]:
        """The live calls, to look at."""
        return self._board.calls.view

    @property
    def operators(self) -> Mapping[PositionName, Operator]:
        """The positions with their operators and phones, to look at."""
        return MappingProxyType(self._board.operators)

    @property
    def call_backs(self) -> Mapping[CallId, Callback]:
        """The call-backs under way, to look at."""
        return MappingProxyType(self._board.callbacks)

    @property
    def draining(self) -> bool:
        """Whether new calls go to the fallback."""
        return self._board.draining

    def empty(self) -> bool:
        """Return whether there is no live call."""
        return not self._board.calls

    def handle(self, event: Event, now: float, wall: float | None = None) -> list[Command]:
        """Take in an event at `now` (epoch seconds, never going back); return what to do, in order.

        `wall`: what the machine's clock says, for what is written down, if that is another time.
        """
        self._board.now, self._board.wall = now, now if wall is None else wall
        self._take(event)
        return self._settled()

    def due(self, now: float, wall: float | None = None) -> list[Command]:
        """Do what is due at `now`; return what to do. Afterwards `next_deadline()` lies after `now`."""
        board = self._board
        board.now, board.wall = now, now if wall is None else wall
        while (pause := board.operators.first_due()) is not None and pause[0] <= now:
            pause[1].due(now)
        callbacks.due(board)
        lost.due(board)
        while (call := board.calls.first_due()) is not None and call[0] <= now:
            self._call_due(call[1])
        return self._settled()

    def next_deadline(self) -> float | None:
        """Return when `due` must be called at the latest (epoch seconds); None when nothing is awaited."""
        board = self._board
        at = board.switch_at
        for first in (board.calls.first_due(), board.operators.first_due()):
            if first is not None and (at is None or first[0] < at):
                at = first[0]
        for back in board.callbacks.values():
            if back.deadline is not None and (at is None or back.deadline < at):
                at = back.deadline
        for node in board.lost.values():
            if at is None or node.look_at < at:
                at = node.look_at
        return at

    def _settled(self) -> list[Command]:
        offering.settle(self._board)
        deadman.keep(self._board)
        return self._board.taken()

    def _call_due(self, call: Call) -> None:
        board, state = self._board, call.state
        match state:
            case Arriving():
                waiting.enter_failed(board, call)
            case InMenu():
                menu.due(board, call, state)
            case Waiting():
                waiting.due(board, call, state)
            case Offered():
                offering.due(board, call, state)
            case Joining():
                talking.join_due(board, call, state)
            case Leaving():
                leaving.due(board, call, state)
            case Stranded():
                leaving.dropped(board, call)  # `lost` has done so, if its node is still lost
            case Talking():
                pass
            case _:
                assert_never(state)

    def _take(self, event: Event) -> None:
        match event:
            case CallArrived():
                self._arrived(event)
            case PickedUp() | CallerLeft() | CallDropped() | CallReleased() | DigitPressed():
                self._about_call(event)
            case PlayEnded() | Joined() | CommandFailed():
                self._about_call(event)
            case OfferRinging() | OfferAnswered() | OfferHeld() | OfferEnded():
                self._about_offer(event)
            case PhoneSeen() | RosterChanged():
                self._about_staff(event)
            case IvrPublished():
                self._board.document = event.document
            case NodeSurveyed():
                self._surveyed(event)
            case NodeLost():
                lost.lose(self._board, event.node)
            case CallbackAsked():
                callbacks.asked(self._board, event)
            case CalleeAnswered() | CalleeEnded():
                callbacks.about_callee(self._board, event)
            case Draining():
                self._drain()
            case _:
                assert_never(event)

    def _arrived(self, event: CallArrived) -> None:
        call = self._board.calls.get(event.call)
        if call is not None:
            self._board.unexpected(event, call)
        elif event.call not in self._board.ended:
            menu.arrived(self._board, event)

    def _about_call(self, event: AboutCall) -> None:
        call = self._board.calls.get(event.call)
        if call is None:
            back = self._board.callbacks.get(event.call)
            if back is not None and isinstance(event, CommandFailed):
                callbacks.failed(self._board, back, event)
            elif back is not None and isinstance(event, Joined):
                callbacks.joined(back, event)
            return  # over already, or never ours
        match event:
            case PickedUp():
                menu.picked_up(self._board, call)
            case CallerLeft():
                leaving.caller_left(self._board, call)
            case CallDropped():
                leaving.dropped(self._board, call)
            case CallReleased():
                leaving.released(self._board, call)
            case DigitPressed():
                self._digit(call, event)
            case PlayEnded():
                failures.play_ended(self._board, call, event)
            case Joined():
                talking.joined(self._board, call, event)
            case CommandFailed():
                failures.failed(self._board, call, event)
            case _:
                assert_never(event)

    def _digit(self, call: Call, event: DigitPressed) -> None:
        if isinstance(call.state, InMenu):
            menu.pressed(self._board, call, call.state, event)
        elif isinstance(call.state, Arriving):
            self._board.unexpected(event, call)
        # Elsewhere keys mean nothing to us, and may be said to the operator: not written down.

    def _about_offer(self, event: AboutOffer) -> None:
        back = self._board.callbacks.get(call_of(event.offer))
        if back is not None:
            callbacks.about_operator(self._board, back, event)
            return
        call = self._board.live(event.offer)
        if call is None:
            if isinstance(event, OfferAnswered):
                self._board.end_offer(event.offer)  # picked up a call that is no longer theirs
            elif isinstance(event, OfferEnded):
                lost.operator_left(self._board, event)
            return
        match event:
            case OfferRinging():
                offering.ringing(self._board, call, event)
            case OfferAnswered():
                offering.answered(self._board, call, event)
            case OfferHeld():
                talking.held(self._board, call, event)
            case OfferEnded():
                offering.ended(self._board, call, event)
            case _:
                assert_never(event)

    def _about_staff(self, event: AboutStaff) -> None:
        match event:
            case PhoneSeen():
                staff.phone_seen(self._board, event)
            case RosterChanged():
                staff.roster_changed(self._board, event)
            case _:
                assert_never(event)

    def _drain(self) -> None:
        self._board.draining = True
        callbacks.drain(self._board)
        for call in list(self._board.calls.values()):
            leaving.drain(self._board, call)

    def _surveyed(self, event: NodeSurveyed) -> None:
        board = self._board
        board.lost.pop(event.node, None)
        known = {call.id: call for call in board.calls.values() if call.node == event.node}
        for finding in reconcile.reconcile(known, event, board.wall):
            match finding:
                case reconcile.AdoptWaiting():
                    survey.adopt_waiting(board, event, finding.found)
                case reconcile.AdoptTalking():
                    survey.adopt_talking(board, event, finding.found, finding.offer)
                case reconcile.Resume():
                    survey.resume(board, finding.call)
                case reconcile.Stray():
                    board.end_offer(finding.offer)
                case _:
                    self._take(finding)
        survey.close_missing(board, event)
        if event.up_since is not None:
            board.started[event.node] = event.up_since
        callbacks_survey.surveyed(board, event)
