"""What must hold all the time, whatever broke. Each has a name; docs/invariants.md says what it means."""

from collections.abc import Mapping, Sequence

from ct112.core.agency_states import RingingOperator, WithOperator
from ct112.core.calls import Armed, Call, Offered, Talking, Waiting, WithOffer
from ct112.core.commands import Ring, TelephoneCommand
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, PositionName
from ct112.core.policy import Policy
from ct112.core.positions import OnCall, Position, Ringing
from ct112.core.record import CallRecord, Outcome
from ct112.simulation.attention import Attention
from ct112.simulation.centre import Centre
from ct112.simulation.channels import Channel, call_at
from ct112.simulation.city import City, Visit
from ct112.simulation.engine import Engine, broken
from ct112.simulation.kept_desks import KeptDesks
from ct112.simulation.life import Life
from ct112.simulation.node import SWITCH_SECONDS, Node
from ct112.simulation.on_exchange import OnExchange
from ct112.simulation.queue_oracle import certainly_before
from ct112.simulation.settings import SettingChanges
from ct112.store.pending import Entry

ALONE_SECONDS = 40.0  # a caller whose operator's leg broke, until the floor has noticed over a bad link
SLACK_SECONDS = 2.0
LOST_SECONDS = 15.0  # a node that is away so long keeps no operator another node could ring
PHONE_SECONDS = 15.0  # a phone that can be rung is known by then
LATE_SECONDS = 0.01  # of a deadline, for what cannot be exact
BETWEEN_LOOKS = 1.0  # what changes slowly is looked at so often


class Invariants:
    """Looks at the floor after every turn of ct112, at the exchange before time goes on. Raises Broken."""

    def __init__(self, city: City, centre: Centre, policy: Policy, queue_seconds: float) -> None:
        """`queue_seconds`: a caller in our hands is in the queue, or with someone, by then."""
        self._engine: Engine = city.engine
        self._city = city
        self._centre = centre
        self._policy = policy
        self._queue_seconds = queue_seconds
        self._ended: set[CallId] = set()
        self._known_since: dict[tuple[str, str], float] = {}
        self._looked = 0.0
        self._exchange = OnExchange(city, centre)
        self._attention = Attention(city, centre, self._exchange)
        self.kept_desks = KeptDesks(city, self._exchange)
        self.settings = SettingChanges(city.engine, centre, policy)
        centre.watch = self._begun
        city.expired = self.expired

    def _begun(self, life: Life) -> None:
        """A ct112 has begun: watch it."""
        self._exchange.begun()
        self._attention.begun()
        self.kept_desks.begun()
        self._centre.seats.begun()
        self._known_since.clear()
        switchboard = life.switchboard
        assert switchboard is not None
        step = switchboard.step

        def watched() -> None:
            step()
            if not life.dead:
                self.floor(switchboard.floor)

        def ringing(command: TelephoneCommand) -> None:
            if isinstance(command, Ring):
                if not self.kept_desks.ringing(command, switchboard.floor, life.now()):
                    self.ringing(command, switchboard.floor)
                self.settings.rung(command)
                self._centre.seats.rung(command.position, switchboard.floor)

        switchboard.step = watched  # type: ignore[method-assign]
        life.telephone.shown = ringing
        life.written = self._written

    def passing(self) -> None:
        """Check what must hold before time goes on."""
        if self._engine.time - self._looked < BETWEEN_LOOKS:
            return
        self._looked = self._engine.time
        for visit in self._city.present.values():
            self._nobody_alone(visit)
        self._exchange.look()
        floor = self._centre.floor
        if floor is not None and self._centre.life is not None:
            self._phones(floor)
            self._lost_nodes(floor)
            self._attention.look(floor)

    # ── the floor

    def floor(self, floor: Floor) -> None:
        """Check what must hold on the floor, after every turn of ct112."""
        held = 0
        self._centre.seats.see(floor)
        self.kept_desks.look(floor, self._now())
        for call in floor.calls.values():
            state = call.state
            self._attention.place(call)
            if not isinstance(state, Talking):
                self._has_deadline(call)
            if isinstance(state, WithOffer):
                held += 1
                operator = floor.positions[state.position]
                if not isinstance(operator.state, Ringing | OnCall) or operator.state.call != call.id:
                    broken("no double booking", f"{state.position} does not know of {call.id}")
        agencies = [call.state for call in floor.agency_calls.values()]
        put_through = sum(isinstance(agency, WithOperator) for agency in agencies)
        for agency in agencies:
            self._callers_first(floor, agency)
        busy = sum(isinstance(one.state, Ringing | OnCall) for one in floor.positions.values())
        if busy != held + len(floor.call_backs) + put_through:
            told = f"{busy} busy operators, {held} calls and {len(floor.call_backs)} call-backs with one"
            broken("no double booking", told)

    def _callers_first(self, floor: Floor, state: object) -> None:
        """Nobody is rung for an agency whom a waiting caller could have."""
        if not isinstance(state, RingingOperator):
            return
        position = floor.positions[state.position]
        lost = {node for node, there in self._ready().items() if not there}
        for call in floor.calls.values():
            waits = isinstance(call.state, Waiting) and call.node not in lost
            if waits and position.ready and call.node in position.phones and not floor.draining:
                broken("callers come first", f"{call.id} waits, and {state.position} is rung for an agency")

    def _ready(self) -> Mapping[NodeName, bool]:
        life = self._centre.life
        return {} if life is None else life.telephone.ready()

    def _has_deadline(self, call: Call) -> None:
        deadline = call.state.deadline
        if deadline is None:
            broken("a deadline or a person", f"{call.id} has neither: {call.state}")
        elif deadline < self._now() - LATE_SECONDS:
            broken("a deadline or a person", f"the deadline of {call.id} is over: {call.state}")

    def _now(self) -> float:
        """Return the time by the clock of the ct112 that runs."""
        life = self._centre.life
        return self._centre.clock.now() if life is None else life.now()

    def ringing(self, command: Ring, floor: Floor) -> None:
        """Check that whoever is served now is the one to be served."""
        served = floor.calls.get(command.call)
        if served is None or not isinstance(served.state, Offered):
            return
        now = self._now()
        for other in floor.calls.values():
            waits = isinstance(other.state, Waiting) and other.node == served.node
            if waits and certainly_before(other, served, now, self._policy):
                broken("queue order", f"{other.id} should be served before {served.id}")

    def _lost_nodes(self, floor: Floor) -> None:
        """An operator is not kept by a call of a node that is gone."""
        now = self._engine.time
        for node in self._city.nodes.values():
            since = max(node.down_since or now, self._centre.began)
            if node.alive or now - since < LOST_SECONDS:
                continue
            kept = [
                one.name
                for one in floor.positions.values()
                if node_of(floor, one.state) == node.name and self._wanted_elsewhere(one)
            ]
            if kept:
                broken(
                    "lost nodes keep nobody",
                    f"{kept} belong to calls of {node.name}, lost for {now - since:.0f} s",
                )

    def _wanted_elsewhere(self, operator: Position) -> bool:
        """Return whether another node has been able to ring the operator all the while."""
        return any(self._exchange.linked(node) > LOST_SECONDS for node in operator.phones)

    def _phones(self, floor: Floor) -> None:
        """A phone that can be rung is known to the floor soon."""
        now = self._engine.time
        for node in self._city.nodes.values():
            listening = self._exchange.ami_since.get(node.name)
            for phone in self._city.phones.values():
                since = max(phone.since, listening or now, node.up_since)
                reachable = node.alive and phone.alive and node.registrar.contact(phone.account) == phone.uri
                if not reachable or listening is None or now - since < PHONE_SECONDS:
                    continue
                operator = floor.positions.get(PositionName(phone.position))
                if operator is not None and NodeName(node.name) not in operator.phones:
                    broken("phones are known", f"{phone.position} is registered at {node.name}, and not rung")

    # ── what is written

    def _written(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if isinstance(entry, CallRecord):
                self.record(entry)

    def record(self, record: CallRecord) -> None:
        """Check a record that was written: a legal timeline, a true end, and nothing after it."""
        visit = self._visit(record)
        there = visit is not None and visit.channel is not None and visit.channel.ours
        if visit is not None:
            visit.told = True
        if record.call in self._ended and not (there and record.ended_at is None):
            broken("one record", f"{record.call} is written after its end")
        if record.ended_at is None:
            self._ended.discard(record.call)
            return
        self._ended.add(record.call)
        if there and (record.outcome is Outcome.ABANDONED or self._wrongly_dropped(record)):
            broken("a true record", f"{record.call} is {record.outcome}, and the caller is there")

    def _wrongly_dropped(self, record: CallRecord) -> bool:
        """Return whether a call is given up whose node is there: of a node lost for long, nobody can know."""
        return record.outcome is Outcome.DROPPED and self._exchange.linked(record.node) > 0

    def _visit(self, record: CallRecord) -> Visit | None:
        return self._city.present.get(record.sip_call_id or "")

    # ── the callers

    def expired(self, node: Node, channel: Channel) -> None:
        """Check that a switch expires only when we were away: a living ct112 pushes it in time."""
        visit = self._city.visit_of(channel)
        with_person = any(one.state == "Up" for one in node.with_whom(channel))
        linked = self._exchange.linked(node.name) > SWITCH_SECONDS + SLACK_SECONDS
        if with_person and linked and visit is not None and channel.bridge:
            broken("a talk is not cut", f"the switch of {channel.id} expires in a talk")
        floor = self._centre.floor
        call = None if floor is None else floor.calls.get(call_at(node.name, channel))
        stalled = node.stalled_until > self._engine.time - SWITCH_SECONDS
        if (
            call is not None
            and linked
            and isinstance(call.state, Armed)
            and not stalled
            and not channel.push_failed
        ):
            broken("the switch is for our death", f"{channel.id} was taken from us: {call.state}")

    def _nobody_alone(self, visit: Visit) -> None:
        """A caller in our hands has a person, or a running switch that brings one."""
        now, channel, node = self._engine.time, visit.channel, visit.node
        if channel is None or not channel.ours:
            return
        with_person = any(one.state == "Up" for one in node.with_whom(channel))
        linked = self._exchange.linked(node.name)
        if with_person or channel.switch is not None or not linked:
            channel.alone_since = None
        elif channel.alone_since is None:
            channel.alone_since = now
        elif now - channel.alone_since > ALONE_SECONDS:
            broken("nobody alone", f"{visit.sip_call_id} has neither a person nor a running switch")
        if not visit.heard and now - visit.arrived > self._queue_seconds and linked:
            self._queued(visit, node, channel, linked)

    def _queued(self, visit: Visit, node: Node, channel: Channel, linked: float) -> None:
        floor = self._centre.floor
        call = None if floor is None else floor.calls.get(call_at(node.name, channel))
        if call is not None and call.record.queued_at is None and linked > self._queue_seconds:
            broken("in the queue in time", f"{visit.sip_call_id} is not: {call.state}")


def node_of(floor: Floor, state: object) -> str | None:
    """Return the node of the call an operator belongs to."""
    if not isinstance(state, Ringing | OnCall):
        return None
    call = floor.calls.get(state.call)
    if call is not None:
        return call.node
    back = floor.call_backs.get(state.call) or floor.agency_calls.get(state.call)
    return None if back is None else back.node
