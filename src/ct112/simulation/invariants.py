"""What must hold after every step, whatever broke. Each has a name; docs/invariants.md says what it means."""

from collections.abc import Sequence

from ct112.core.calls import Armed, Call, Talking, Waiting, WithOffer
from ct112.core.commands import Ring, TelephoneCommand
from ct112.core.floor import Floor
from ct112.core.ids import CallId
from ct112.core.operators import OnCall, Ringing
from ct112.core.policy import Policy
from ct112.core.record import CallRecord, Outcome, ServiceClass
from ct112.simulation.asterisk import SWITCH_SECONDS, Exchange, Leg
from ct112.simulation.centre import Centre
from ct112.simulation.city import City
from ct112.simulation.engine import Broken, Engine

ALONE_SECONDS = 30.0  # a caller whose operator's leg broke, until the floor has noticed over a bad link
SLACK_SECONDS = 2.0
RANK = {None: 0, ServiceClass.EMERGENCY: 0, ServiceClass.URGENT: 1, ServiceClass.INFORMATION: 2}


class Invariants:
    """Looks at the floor, the exchange and the disk after every step. Raises Broken."""

    def __init__(self, city: City, centre: Centre, policy: Policy, queue_seconds: float) -> None:
        """`queue_seconds`: a caller in our hands is in the queue, or with someone, by then."""
        self._engine: Engine = city.engine
        self._exchange: Exchange = city.exchange
        self._centre = centre
        self._policy = policy
        self._queue_seconds = queue_seconds
        self._ended: set[CallId] = set()
        centre.disk.written = self.record
        city.watch = self.went_off

    def callers(self) -> None:
        """Check what must hold for every caller, after every step."""
        for node in self._exchange.nodes.values():
            for leg in node.legs.values():
                self._nobody_alone(leg)

    def floor(self, floor: Floor) -> None:
        """Check what must hold on the floor, after every turn of ct112."""
        held = 0
        for call in floor.calls.values():
            state = call.state
            if not isinstance(state, Talking):
                self._has_deadline(call)
            if isinstance(state, WithOffer):
                held += 1
                operator = floor.operators[state.position]
                if not isinstance(operator.state, Ringing | OnCall) or operator.state.call != call.id:
                    self._broken("no double booking", f"{state.position} does not know of {call.id}")
        busy = sum(isinstance(one.state, Ringing | OnCall) for one in floor.operators.values())
        if busy != held:
            self._broken("no double booking", f"{busy} busy operators, {held} calls with one")

    def ringing(self, command: TelephoneCommand, floor: Floor) -> None:
        """Check that whoever is served now is the one to be served."""
        if not isinstance(command, Ring):
            return
        served = floor.calls.get(command.call)
        if served is None:
            return
        for other in floor.calls.values():
            if isinstance(other.state, Waiting) and other.node == served.node and self._before(other, served):
                self._broken("queue order", f"{other.id} should be served before {served.id}")

    def at_the_end(self, seen: Sequence[Leg]) -> None:
        """Check that every call has its record and nothing is left over."""
        for leg in seen:
            if leg.known:
                self._has_record(leg)
        for record in self._centre.disk.open_records():
            self._broken("one record", f"{record.call} has a record without an end")
        for node in self._exchange.nodes.values():
            if node.legs or node.operator_legs:
                self._broken("no leaks", f"legs left at {node.name}: {[*node.legs, *node.operator_legs]}")
        floor = self._centre.floor
        if floor is None or floor.calls:
            self._broken("no leaks", "calls left on the floor")
        elif any(isinstance(one.state, Ringing | OnCall) for one in floor.operators.values()):
            self._broken("no leaks", "an operator is kept by a call that is over")

    def record(self, record: CallRecord) -> None:
        """Check a record that was written: a legal timeline, and nothing after the end."""
        if record.call in self._ended:
            self._broken("one record", f"{record.call} is written after its end")
        for way in (  # a pick-up that fails is tried on in the queue
            (record.arrived_at, record.picked_up_at, record.ended_at),
            (record.arrived_at, record.queued_at, record.answered_at, record.ended_at),
        ):
            known = [time for time in way if time is not None]
            if known != sorted(known):
                self._broken("legal timeline", str(record))
        if record.ended_at is None:
            return
        self._ended.add(record.call)
        leg = self._exchange.leg(record.call)
        if record.outcome in (Outcome.ABANDONED, Outcome.DROPPED) and leg is not None and leg.ours:
            self._broken("a true record", f"{record.call} is {record.outcome}, and the caller is there")
        answered = record.outcome is Outcome.ANSWERED
        if record.outcome is None or record.ended_by is None or (answered and record.answered_at is None):
            self._broken("legal timeline", f"an end that does not fit: {record}")

    # ── the floor

    def _has_deadline(self, call: Call) -> None:
        deadline = call.state.deadline
        if deadline is None:
            self._broken("a deadline or a person", f"{call.id} has neither: {call.state}")
        elif deadline < self._engine.time - 1e-6:
            self._broken("a deadline or a person", f"the deadline of {call.id} is over: {call.state}")

    def _before(self, other: Call, served: Call) -> bool:
        """Return whether `other` is certainly before `served`; calls put in front again are not judged."""
        assert isinstance(other.state, Waiting)
        ranks = [self._rank(call) for call in (other, served)]
        if ranks[0] != ranks[1]:
            return ranks[0] < ranks[1]
        first = getattr(served.state, "first", False) or other.state.first
        return not first and other.queued_at < served.queued_at

    def _rank(self, call: Call) -> int:
        rank = RANK[call.record.service_class]
        waited = self._engine.time - call.queued_at
        return 1 if rank == 2 and waited >= self._policy.patience_seconds else rank

    # ── the callers

    def went_off(self, leg: Leg) -> None:
        """Check that a switch goes off only when we were away: a living ct112 pushes it in time."""
        floor, node = self._centre.floor, self._exchange.nodes[leg.node]
        call = None if floor is None else floor.calls.get(leg.call)
        linked = node.link == "up" and self._engine.time - node.linked_since > SWITCH_SECONDS + SLACK_SECONDS
        if call is not None and linked and isinstance(call.state, Armed) and not leg.push_failed:
            self._broken("the switch is for our death", f"{leg.call} was taken from us: {call.state}")

    def _nobody_alone(self, leg: Leg) -> None:
        """A caller in our hands has a person, or a running switch that brings one."""
        now = self._engine.time
        if not leg.ours or leg.joined is not None or leg.switch_at is not None:
            leg.alone_since = None
        elif leg.alone_since is None:
            leg.alone_since = now
        elif now - leg.alone_since > ALONE_SECONDS and self._linked(leg):
            self._broken("nobody alone", f"{leg.call} has neither a person nor a running switch")
        if leg.ours and not leg.heard and leg.switch_at is not None and leg.switch_at < now - 1e-3:
            self._broken("nobody alone", f"the switch of {leg.call} is over and did nothing")
        if leg.ours and not leg.heard and now - leg.arrived_at > self._queue_seconds:
            self._queued(leg)

    def _linked(self, leg: Leg) -> bool:
        """Return whether a living ct112 has had the time to do something about this caller."""
        if self._centre.floor is None or self._exchange.nodes[leg.node].link != "up":
            leg.alone_since = self._engine.time
            return False
        return True

    def _queued(self, leg: Leg) -> None:
        floor = self._centre.floor
        call = None if floor is None else floor.calls.get(leg.call)
        if call is not None and call.record.queued_at is None and self._linked(leg):
            self._broken(
                "in the queue in time", f"{leg.call} is not after {self._queue_seconds} s: {call.state}"
            )

    def _has_record(self, leg: Leg) -> None:
        record = self._centre.disk.records.get(leg.call)
        if record is None:
            self._broken("one record", f"{leg.call} has no record")
        elif record.ended_at is None:
            self._broken("one record", f"{leg.call} has a record without an end")

    def _broken(self, name: str, why: str) -> None:
        raise Broken(f"{name}: {why}")
