"""The city: callers come, press keys, give up, talk; operators pick up and hang up. It knows the truth."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ct112.core import browser_phone
from ct112.core.ids import CallId, OfferId, PlayId, call_of, delivery_of, task_of
from ct112.simulation import people
from ct112.simulation.agencies import Agencies
from ct112.simulation.channels import NORMAL, Bridge, Channel, call_at
from ct112.simulation.engine import Engine, broken
from ct112.simulation.fallback_queue import FallbackQueue
from ct112.simulation.node import Node
from ct112.simulation.notes import Notes
from ct112.simulation.phones import Callee, Phone, ring_for
from ct112.simulation.scenario import Chances, Scenario

NODES = "abcd"
OPERATOR, CALLEE = "operator", "callee"


@dataclass(slots=True, eq=False)
class Visit:
    """One caller's contact as it really was. Times are true ones."""

    plan: people.Caller
    node: Node
    arrived: float
    sip_call_id: str
    city: "City"
    channel: Channel | None = None
    heard: bool = False  # spoke with an operator in our hands
    heard_fallback: bool = False
    in_fallback: bool = False  # was in the dialplan's queue
    fallback_since: float | None = None
    positions: set[str] = field(default_factory=set)  # whom the caller spoke with
    before_start: bool = False  # by its node's clock, set back, the fallback had it before Asterisk began
    told: bool = False  # ct112 knew of it, and lived long enough to write that down
    ended: float | None = None
    crashed: bool = False  # its Asterisk ended under it
    talking_at_end: bool = False
    ended_by: str = "caller"
    talks: int = field(default=0)
    let_go: bool = False  # whoever the caller spoke with last has hung up

    def over(self, *, crashed: bool) -> None:
        """The leg is gone."""
        self.ended, self.crashed = self.city.engine.time, crashed
        self.city.left(self)


class Leg:
    """The caller's end of a channel, as a node knows it."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def ended(self, _channel: Channel, *, crashed: bool) -> None:
        """The channel is gone."""
        self.visit.over(crashed=crashed)


class City:
    """Nodes, phones and callers, and who does what when."""

    def __init__(self, engine: Engine, scenario: Scenario, chances: Chances, folder: Path) -> None:
        """`folder`: where the nodes' fallback writes. Call `begin` when somebody is there to hear it."""
        self.engine = engine
        self.scenario = scenario
        self.chances = chances
        self.nodes = {name: self._node(name, folder) for name in NODES[: scenario.nodes]}
        names = [f"pos-{number}" for number in range(1, scenario.operators + 1)]
        self.phones = {
            name: Phone(engine, name, list(self.nodes.values()), page=scenario.pages) for name in names
        }
        self.queue = FallbackQueue(self, Notes(engine, chances))
        self.visits: list[Visit] = []
        self.present: dict[str, Visit] = {}  # by SIP Call-ID
        self.both_talked: set[int] = set()  # call-back tasks
        self.dialled: list[tuple[int, str]] = []  # for which task which number
        self.agencies = Agencies(engine, chances)
        self.until = scenario.hours * 3600
        self.expired: Callable[[Node, Channel], None] = lambda _node, _channel: None
        for phone in self.phones.values():
            phone.reacts = lambda: people.reaction(engine, scenario, chances)
            phone.over = self._operator_left
            phone.leaves = self._let_go
            phone.come_up()

    def _node(self, name: str, folder: Path) -> Node:
        place = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder))
        wrong = people.wrong_clock(self.engine) if self.engine.chance(self.chances.wrong_clock) else 0.0
        return Node(name, self.engine, self, place, wrong)

    def begin(self) -> None:
        """Let callers come."""
        self._next_arrival()

    # ── callers

    def _next_arrival(self) -> None:
        gap = self.engine.random.expovariate(self.scenario.calls_per_hour / 3600)
        if self.engine.time + gap < self.until:
            self.engine.after(gap, self._arrive)

    def _arrive(self) -> None:
        self._next_arrival()
        there = [node for node in self.nodes.values() if node.alive]
        if not there:
            return  # the caller hears nothing: no call of ours
        node = self.engine.random.choice(there)
        plan = people.caller(self.engine, self.scenario, self.chances)
        name = f"{len(self.visits) + 1}@carrier"
        visit = Visit(plan, node, self.engine.time, name, self)
        self.visits.append(visit)
        self.present[name] = visit
        self.engine.note("caller", f"{name} arrives at {node.name}")
        visit.channel = node.incoming(
            Leg(visit),
            number=plan.ani or "anonymous",
            sip_call_id=name,
            location=plan.location,
            unreadable=plan.unreadable,
        )
        for seconds, key in plan.keys:
            self.engine.after(seconds, lambda key=key: self._press(visit, key))  # type: ignore[misc]
        self._patience(visit, plan.gives_up)

    def _press(self, visit: Visit, key: str) -> None:
        channel = visit.channel
        if channel is not None and channel.ours and channel.state == "Up":
            visit.node.say("ChannelDtmfReceived", channel, digit=key, duration_ms=100)

    def _patience(self, visit: Visit, seconds: float) -> None:
        """Give up after `seconds` without a person."""
        talks = visit.talks

        def give_up() -> None:
            channel = visit.channel
            if channel is not None and not channel.gone and visit.talks == talks and not visit.heard_fallback:
                self.engine.note("caller", f"{visit.sip_call_id} gives up")
                visit.node.hang_up(channel, NORMAL)

        self.engine.after(seconds, give_up)

    def left(self, visit: Visit) -> None:
        """A caller's leg is gone."""
        self.present.pop(visit.sip_call_id, None)
        self.engine.note("caller", f"{visit.sip_call_id} is gone{' with its node' if visit.crashed else ''}")
        if visit.in_fallback and not visit.crashed and visit.channel is not None:
            self.queue.left(visit.node, visit.channel, visit.ended_by)

    def visit_of(self, channel: Channel) -> Visit | None:
        """Return whose leg this is."""
        return channel.party.visit if isinstance(channel.party, Leg) else None

    def _let_go(self, node: Node, operator: Channel) -> None:
        """An operator hangs up; whoever is in the talk may be hung up on."""
        for other in node.with_whom(operator):
            visit = self.visit_of(other)
            if visit is not None:
                visit.let_go = True

    # ── what nodes tell

    def in_fallback(self, node: Node, channel: Channel) -> None:
        """The dialplan's queue has a caller. An operator's leg has nothing to do there: it ends."""
        visit = self.visit_of(channel)
        if visit is None:
            node.hang_up(channel, NORMAL)
        else:
            self.queue.enter(node, channel, visit)

    def hung_up_on(self, channel: Channel) -> None:
        """ct112 ends a leg: a caller's only when the operator has ended the talk."""
        visit = self.visit_of(channel)
        if visit is not None and not visit.let_go:
            broken("nobody is hung up on", f"{visit.sip_call_id} is, and no operator has hung up")

    def switch_expired(self, node: Node, channel: Channel) -> None:
        """A dead-man's switch takes a caller out of our hands."""
        self.expired(node, channel)

    def dial(self, node: Node, channel: Channel, endpoint: str, seconds: float) -> None:
        """Let a phone, or a telephone outside, ring."""
        ring_for(node, channel, seconds)
        number, at, _ = endpoint.partition("/")[2].partition("@")
        if delivery_of(CallId(channel.id.removeprefix("out-"))) is not None:
            self.agencies.ring(node, channel, number)
        elif at:
            task = task_of(CallId(channel.id.removeprefix("out-")))
            if task is not None:
                self.dialled.append((task, number))
            Callee(node, channel, people.callee_reaction(self.engine, self.chances))
        else:
            self.phones[browser_phone.position_of(number)].ring(node, channel)

    def heard(self, node: Node, bridge: Bridge) -> None:
        """Whoever is in this bridge and picked up hears the others."""
        up = [channel for channel in bridge.channels if channel.state == "Up" and bridge.kind == "stasis"]
        operators = [channel for channel in up if isinstance(channel.party, Phone)]
        if not operators:
            return
        for channel in up:
            if isinstance(channel.party, Leg):
                self._talk(node, channel.party.visit, channel, operators[0])
            elif delivery_of(CallId(channel.id.removeprefix("out-"))) is not None:
                self.agencies.talk(channel, bridge, node)
            elif isinstance(channel.party, Callee):
                self._talk_back(node, channel, operators[0])

    def _talk(self, node: Node, visit: Visit, caller: Channel, operator: Channel) -> None:
        """Caller and operator talk, until one of them ends it or the operator's phone dies."""
        if visit.channel is not caller:
            return
        visit.heard, visit.talks, visit.let_go = True, visit.talks + 1, False
        if isinstance(operator.party, Phone):
            visit.positions.add(operator.party.position)
        self.engine.note("talk", f"{visit.sip_call_id} with {operator.name}")
        dies = self.engine.chance(self.chances.talk_breaks)
        seconds = visit.plan.talk * (self.engine.random.random() if dies else 1.0)
        self.engine.after(seconds, lambda: self._talk_over(node, visit, operator, dies=dies))

    def _talk_over(self, node: Node, visit: Visit, operator: Channel, *, dies: bool) -> None:
        caller = visit.channel
        if caller is None or caller.gone or operator not in node.with_whom(caller):
            return
        if dies and isinstance(operator.party, Phone):
            operator.party.die()
        elif visit.plan.ends_talk:
            node.hang_up(caller, NORMAL)
        else:
            visit.ended_by = "operator"
            self._let_go(node, operator)
            node.hang_up(operator, NORMAL)

    def _operator_left(self, channel: Channel) -> None:
        """A caller whose operator's leg is gone waits again, for a while."""
        call = call_of(OfferId(channel.id.removeprefix("op-")))
        for visit in self.present.values():
            caller = visit.channel
            theirs = caller is not None and caller.ours and call_at(visit.node.name, caller) == call
            if visit.talks and theirs:
                self._patience(
                    visit, 30.0 + self.engine.random.expovariate(1 / self.scenario.patience_seconds)
                )

    def _talk_back(self, node: Node, callee: Channel, operator: Channel) -> None:
        """Somebody is called back and talks."""
        call = call_of(PlayId(operator.id.removeprefix("op-")))
        task = task_of(call)
        if task is not None:
            self.both_talked.add(task)
        self.engine.note("talk", f"{callee.name} called back, with {operator.name}")
        seconds = self.engine.random.expovariate(1 / self.scenario.handle_seconds)
        ends = self.engine.random.choice((callee, operator))
        node.later(seconds, ends, lambda: node.hang_up(ends, NORMAL))
