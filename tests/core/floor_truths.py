"""What must hold of a floor at any time, whatever has happened; checked after every step."""

from dataclasses import dataclass, field

from ct112.core.agency_states import AgencyCall, RingingOperator, WithOperator
from ct112.core.callbacks import Callback
from ct112.core.calls import Armed, Call, Joining, Offered, Talking, Waiting, WithOffer
from ct112.core.commands import (
    AgencyCallDone,
    Answered,
    CallbackDone,
    EndOffer,
    ExtendDeadman,
    Join,
    PickUp,
    Play,
    Ring,
    Unexpected,
)
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OfferId, PositionName, call_of
from ct112.core.positions import OnCall, Position, Ready, Ringing
from ct112.core.record import CallRecord, Fact
from tests.core.floor_decisions import Decision
from tests.core.floor_policies import END_SECONDS, FREE_SECONDS
from tests.core.floor_world import World

WRITTEN = CallRecord | Fact | CallbackDone | AgencyCallDone | Answered | Unexpected


@dataclass
class Truths:
    """Watches one world; keeps what it needs to remember of the commands seen so far."""

    world: World
    ever: set[CallId] = field(default_factory=set)
    closed: dict[CallId, int] = field(default_factory=dict)
    revisions: dict[CallId, int] = field(default_factory=dict)
    numbers: dict[CallId, int] = field(default_factory=dict)
    pushed: dict[CallId, float] = field(default_factory=dict)
    joined: set[CallId] = field(default_factory=set)
    kept: dict[PositionName, float] = field(default_factory=dict)
    seen: dict[CallId, float] = field(default_factory=dict)
    called: set[CallId] = field(default_factory=set)  # agencies whose call is over
    looks: dict[str, tuple[int, object]] = field(default_factory=dict)

    def check(self, commands: list[Decision], *, after_due: bool = False) -> None:
        """Check everything; `after_due`: nothing may be left that is due."""
        found = {one.call for one in commands if isinstance(one, Fact) and one.kind == "reopened"}
        for command in commands:
            self._about_ended(command, found)
            self._about_record(command, found)
        begun = [one.call for one in commands if isinstance(one, Ring | Join | Play | PickUp)]
        assert self.closed.keys().isdisjoint(begun)
        self._pushes(commands)
        self._calls(after_due=after_due)
        self._operators()
        self._seats()
        if after_due:
            self._no_call_for_ever()
        self._nobody_waits_for_nothing()
        self._records()
        self._revisions()

    def _about_record(self, command: Decision, found: set[CallId]) -> None:
        """A record is closed once; only a survey that finds the leg opens it again, and says so."""
        if isinstance(command, CallRecord):
            record = command
            assert record.revision > self.revisions.get(record.call, -1)
            self.revisions[record.call] = record.revision
            self.ever.add(record.call)
            self._timeline(record)
            if record.call in self.closed:
                assert record.ended_at is None
                assert record.call in found
                del self.closed[record.call]
            if record.ended_at is not None:
                assert record.outcome is not None
                assert record.ended_by is not None
                self.closed[record.call] = self.closed.get(record.call, 0) + 1
        if isinstance(command, Fact):
            fact = command
            assert fact.seq > self.numbers.get(fact.call, -1)
            self.numbers[fact.call] = fact.seq

    def _timeline(self, record: CallRecord) -> None:
        """No time lies before an earlier one, whatever the clocks say; a pick-up may come in the queue."""
        for way in (
            (record.arrived_at, record.picked_up_at, record.ended_at),
            (record.arrived_at, record.queued_at, record.answered_at, record.ended_at),
        ):
            times = [time for time in way if time is not None]
            assert times == sorted(times), record

    def _about_ended(self, command: Decision, found: set[CallId]) -> None:
        """After the final record only an operator's leg is still to be ended."""
        if isinstance(command, AgencyCallDone):
            assert command.call not in self.called, "an outcome is told once"
            self.called.add(command.call)
        if isinstance(command, WRITTEN | EndOffer):
            return
        assert command.call not in self.closed or command.call in found, command
        if isinstance(command, Ring):
            assert call_of(command.offer) == command.call
            assert self.world.floor.positions[command.position].operator is not None

    def _pushes(self, commands: list[Decision]) -> None:
        """A push after a join would cut a talk off; a missing one would lose a waiting caller to the net."""
        armed: set[CallId] = set()  # pushed after a join, and neither joined again nor disarmed since
        for command in commands:
            if isinstance(command, Join):
                self.joined.add(command.call)
                armed.discard(command.call)
            if isinstance(command, ExtendDeadman):
                self.pushed[command.call] = self.world.now
                if not command.seconds:
                    armed.discard(command.call)
                elif command.call in self.joined:
                    armed.add(command.call)
        calls = self.world.floor.calls.values()
        self.joined &= {call.id for call in calls if isinstance(call.state, Joining | Talking)}
        assert not armed & self.joined

    def _calls(self, *, after_due: bool) -> None:
        floor, now, policy = self.world.floor, self.world.now, self.world.policy
        for call in floor.calls.values():
            if isinstance(call.state, Waiting | Offered):
                assert call.state.place.service_class == call.record.service_class
            if isinstance(call.state, Talking):
                continue
            assert call.state.deadline is not None
            if after_due:
                assert call.state.deadline > now
            if after_due and isinstance(call.state, Armed) and call.node not in self.lost:
                silent = max(now, call.speaking_until) - call.speaking_until
                armed_at = self.pushed.get(call.id, call.born_at)  # first by the dialplan
                unpushed = min(now - armed_at, silent)
                assert unpushed <= policy.switch_every_seconds + 1e-3
        begun = {call.id for call in floor.agency_calls.values() if call.outcome is None}
        assert begun.isdisjoint(self.called)
        if after_due:
            at = floor.next_deadline()
            assert at is None or at > now

    @property
    def lost(self) -> set[str]:
        """The nodes without a link."""
        return {*self.world.floor._board.lost}

    def _operators(self) -> None:
        """Calls and operators belong together one to one."""
        floor = self.world.floor
        held: dict[OfferId | None, Call | Callback | AgencyCall] = {
            call.offer: call for call in floor.calls.values() if isinstance(call.state, WithOffer)
        }
        held |= {back.offer: back for back in floor.call_backs.values()}
        for agency in floor.agency_calls.values():
            if isinstance(agency.state, WithOperator):
                held[agency.state.offer] = agency
        busy = [one for one in floor.positions.values() if isinstance(one.state, Ringing | OnCall)]
        assert len(held) == len(busy)
        for operator in busy:
            assert isinstance(operator.state, Ringing | OnCall)
            call = held[operator.state.offer]
            assert call.id == operator.state.call
            place = call if isinstance(call, Callback) else call.state
            assert isinstance(place, WithOffer | Callback | WithOperator)
            assert place.position == operator.name
            self._not_kept(operator, call.node)

    def _seats(self) -> None:
        """One person is at one position, one position has one person, and both agree."""
        floor, seating = self.world.floor, self.world.floor.seating
        seated = {one.name: one for one in floor.positions.values() if one.operator is not None}
        assert {stay.position for stay in seating.stays.values()} == set(seated)
        for name, stay in seating.stays.items():
            place = seated[stay.position]
            assert (place.operator, place.ready, place.reason) == (name, stay.ready, stay.reason)
            assert not (stay.ready and stay.reason)
        promised = [move.to for move in seating.moves.values() if move.to is not None]
        assert len(promised) == len(set(promised))
        for name, move in seating.moves.items():
            moving = seating.stays.get(name)
            if moving is None:  # stands beside a position somebody is about to leave, or talks at
                assert move.to is not None
                place = floor.positions[move.to]
                talks = isinstance(place.state, OnCall) or floor._board.remembered
                assert place.operator in seating.moves or (place.operator is None and talks)
            else:
                assert isinstance(seated[moving.position].state, OnCall) or floor._board.remembered

    def _not_kept(self, operator: Position, node: NodeName) -> None:
        """A lost node keeps no operator whose phone another node can ring: a look comes every few seconds."""
        name, world = operator.name, self.world
        lost = world.floor._board.lost
        if node not in lost or all(one in lost for one in operator.phones):
            self.kept.pop(name, None)
            return
        since = self.kept.setdefault(name, world.now)
        assert world.now - since <= 2 * FREE_SECONDS

    def _no_call_for_ever(self) -> None:
        """The calls of a lost node have an end."""
        world = self.world
        lost = world.floor._board.lost
        for call in world.floor.calls.values():
            if call.node in lost:
                since = max(lost[call.node].since or world.now, self.seen.setdefault(call.id, world.now))
                assert world.now - since <= 2 * END_SECONDS
            else:
                self.seen.pop(call.id, None)

    def _nobody_waits_for_nothing(self) -> None:
        floor = self.world.floor
        if floor.draining:
            return
        reachable = {
            node for one in floor.positions.values() if isinstance(one.state, Ready) for node in one.phones
        }
        stuck = [
            call
            for call in floor.calls.values()
            if isinstance(call.state, Waiting) and call.node in reachable - self.lost
        ]
        assert not stuck
        self._no_agency_before_a_caller()

    def _no_agency_before_a_caller(self) -> None:
        """No operator is rung for an agency while a caller waits whom they could be rung for."""
        floor = self.world.floor
        waiting = {call.node for call in floor.calls.values() if isinstance(call.state, Waiting)} - self.lost
        for agency in floor.agency_calls.values():
            if isinstance(agency.state, RingingOperator):
                position = floor.positions[agency.state.position]
                assert not position.ready or not position.phones & waiting

    def _revisions(self) -> None:
        """Nothing changes to the eye without another revision and without being named; none comes back."""
        before, self.looks = self.looks, looks(self.world.floor)
        named, self.world.changed = self.world.changed, set()
        assert {
            name for name in before.keys() | self.looks if before.get(name) != self.looks.get(name)
        } <= named
        for name, (revision, look) in self.looks.items():
            old, seen = before.get(name, (-1, None))
            assert revision >= old
            assert revision > old or look == seen, name

    def _records(self) -> None:
        live = set(self.world.floor.calls)
        assert all(count == 1 for count in self.closed.values())
        assert live.isdisjoint(self.closed)
        assert live | set(self.closed) == self.ever


def looks(floor: Floor) -> dict[str, tuple[int, object]]:
    """Return what can be seen of each call and position from outside, with its revision."""
    seen: dict[str, tuple[int, object]] = {}
    for call in floor.calls.values():
        state = call.state
        queue = call.place if isinstance(state, Waiting | Offered) else None
        seen[call.id] = call.revision, (type(state), call.offer, queue, call.record.changed(revision=0))
    for operator in floor.positions.values():
        who = (operator.operator, operator.ready, operator.reason, operator.listed)
        look = (who, operator.state, frozenset(operator.phones), operator.call_out)
        seen[operator.name] = operator.revision, look
    for back in floor.call_backs.values():
        seen[back.id] = 0, None
    return seen
