"""Bugs put in on purpose: those an attack from outside once found in the program, and older ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ct112.asterisk import survey as listed
from ct112.asterisk.ari.models import StasisStart
from ct112.asterisk.bridging import Bridging
from ct112.asterisk.contacts import USABLE, Contacts
from ct112.asterisk.link import Link
from ct112.asterisk.telephone import AsteriskTelephone
from ct112.core import (
    agency_failures,
    callbacks,
    callbacks_survey,
    deadman,
    failures,
    fallback,
    handlers,
    leaving,
    lost,
    survey,
)
from ct112.core.board import Board
from ct112.core.callbacks import Callback, Phase
from ct112.core.calls import Call, Waiting
from ct112.core.commands import DialCallee, EndCallee, EndOffer, JoinCallee, RingOperator
from ct112.core.events import CallerLeft, CommandFailed, FoundOffer, NodeSurveyed
from ct112.core.floor import Floor
from ct112.core.ids import call_of, task_of
from ct112.core.live import LiveCalls
from ct112.simulation import storable
from ct112.simulation import tables as fake_tables
from ct112.simulation.queue_oracle import waited
from ct112.store import RowRefused

Patch = Callable[[Any, str, Any], None]
"""`monkeypatch.setattr`."""
INT4 = range(-(2**31), 2**31)


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing where something has to be done."""


def the_last_contact_counts(patch: Patch) -> None:
    """A phone is what the newest event about any of its contacts says."""

    def take(self: Any, event: Mapping[str, str]) -> str:
        if self._heard is not None:
            self._heard.append(event)
        name = event.get("endpointname", "")
        self._usable[name] = {"": event.get("contactstatus", "") in USABLE}
        self.in_doubt = False
        return name

    patch(Contacts, "take", take)


def an_age_is_an_int4(patch: Patch) -> None:
    """The number of a fact is cast to an integer of 4 bytes, and a wrong clock makes it larger."""
    check = storable.check

    def narrower(row: Mapping[str, Any]) -> None:
        check(row)
        if "seq" in row and row["seq"] not in INT4:
            raise RowRefused("22003")

    patch(fake_tables, "check", narrower)
    patch(fallback, "in_order", lambda found, _begun: found)


def gone_before_the_survey(patch: Patch) -> None:
    """Until the survey is done every leg is said to be gone."""
    do = AsteriskTelephone.do

    def hasty(self: Any, command: Any) -> None:
        elsewhere = isinstance(command, EndOffer | RingOperator | DialCallee | JoinCallee | EndCallee)
        if elsewhere or any(link.ready and link.has(command.call) for link in self._links):
            do(self, command)
        else:
            self._post(CommandFailed(command, gone=True, reason="no node has this call"))

    believed = failures.failed

    def credulous(board: Board, call: Call, event: CommandFailed) -> None:
        if event.gone and isinstance(event.command, failures.ABOUT_THE_CALLER):
            leaving.caller_left(board, call, CallerLeft(call.id))
        else:
            believed(board, call, event)

    patch(AsteriskTelephone, "do", hasty)
    failed = handlers.about_any(credulous, callbacks.failed, agency_failures.failed)
    patch(handlers, "HANDLERS", {**handlers.HANDLERS, CommandFailed: failed})


def a_lost_node_has_no_end(patch: Patch) -> None:
    """A node that never returns keeps its calls and their operators."""
    patch(lost, "due", nothing)
    patch(Floor, "next_deadline", _without_lost(Floor.next_deadline))


def _without_lost(next_deadline: Callable[[Floor], float | None]) -> Callable[[Any], float | None]:
    def without(self: Any) -> float | None:
        board = self._board
        held, board.lost = board.lost, {}
        try:
            return next_deadline(self)
        finally:
            board.lost = held

    return without


def a_call_back_found_is_a_talk(patch: Patch) -> None:
    """After a restart the operator's leg of a call-back alone is taken for a talk."""

    def surveyed(board: Board, event: NodeSurveyed) -> None:
        for leg in event.offers:
            if callbacks_survey.is_back(leg.offer) and call_of(leg.offer) not in board.callbacks:
                _adopt(board, event, leg)

    def _adopt(board: Board, event: NodeSurveyed, leg: FoundOffer) -> None:
        call, operator = call_of(leg.offer), board.position(leg.position)
        task = task_of(call)
        if not leg.answered or task is None or operator.busy:
            board.end_offer(leg.offer)
            return
        operator.pick_up(call, leg.offer, board.now)
        board.callbacks[call] = Callback(
            id=call,
            task=task,
            number="",
            node=event.node,
            position=leg.position,
            offer=leg.offer,
            phase=Phase.TALKING,
            deadline=None,
        )

    patch(callbacks_survey, "surveyed", surveyed)


def events_of_a_survey_are_dropped(patch: Patch) -> None:
    """What happened while a node was asked is not looked at."""
    take_over = Link._take_over

    def forgetful(self: Any, found: Any) -> None:
        self._held = [event for event in self._held or [] if isinstance(event, StasisStart)]
        take_over(self, found)

    patch(Link, "_take_over", forgetful)


def bridges_stay(patch: Patch) -> None:
    """Bridges found without a talk are left alone, as are those whose talk ended."""
    patch(listed, "useless", lambda _bridges: [])


def ends_twice(patch: Patch) -> None:
    """One more record is written after the last one."""
    close = leaving.close

    def twice(board: Board, call: Call, *rest: Any) -> None:
        close(board, call, *rest)
        board.save(call)

    patch(leaving, "close", twice)


def newest_first(patch: Patch) -> None:
    """The queue is served from its end."""

    def heads(calls: LiveCalls, *_: Any) -> list[Call]:
        waiting = [call for call in calls.values() if isinstance(call.state, Waiting)]
        return sorted(waiting, key=lambda call: waited(call, 0.0))

    patch(LiveCalls, "heads", heads)


def a_join_leaves_its_bridge(patch: Patch) -> None:
    """The bridge of a talk that ended is not taken away."""
    patch(Bridging, "part", nothing)


@dataclass(frozen=True)
class Bug:
    """Something put in on purpose. `found_by`: a seed that finds it; `broken`: the invariant that says so."""

    put_in: Callable[[Patch], None]
    found_by: int
    broken: str = ""


ATTACKS = {
    "a phone is what its last contact says": Bug(the_last_contact_counts, 2, "phones are known"),
    "an age of a month does not fit": Bug(an_age_is_an_int4, 15),
    "gone before the survey": Bug(gone_before_the_survey, 2, "a true record"),
    "a lost node has no end": Bug(a_lost_node_has_no_end, 12),
    "a call-back found is a talk": Bug(a_call_back_found_is_a_talk, 2),
    "events of a survey are dropped": Bug(events_of_a_survey_are_dropped, 23, "no bridge without a talk"),
    "bridges stay": Bug(bridges_stay, 3, "no bridge without a talk"),
}
OTHERS = {
    "a deadline is never armed": Bug(lambda patch: patch(Floor, "next_deadline", nothing), 1),
    "the switch is not pushed": Bug(
        lambda patch: patch(deadman, "keep", nothing), 1, "the switch is for our death"
    ),
    "the switch is not armed again": Bug(lambda patch: patch(deadman, "push", nothing), 1),
    "the operator is not freed": Bug(
        lambda patch: patch(leaving, "free_operator", nothing), 1, "no double booking"
    ),
    "a record after the last": Bug(ends_twice, 1, "one record"),
    "the queue from its end": Bug(newest_first, 3, "queue order"),
    "the bridge of a talk stays": Bug(a_join_leaves_its_bridge, 1, "no bridge without a talk"),
    "callers found after a restart are left": Bug(lambda patch: patch(survey, "adopt_waiting", nothing), 1),
}
