"""The city: callers come, press keys, give up, talk; phones die and come back. Drives the exchange."""

from collections.abc import Callable

from ct112.core.events import CallArrived, CallerLeft, DigitPressed, OfferEnd, OfferEnded, PhoneSeen
from ct112.core.ids import PositionName, derive_call_id
from ct112.simulation import people
from ct112.simulation.asterisk import SWITCH_SECONDS, Exchange, Leg, Node, OperatorLeg
from ct112.simulation.engine import START, Engine
from ct112.simulation.scenario import Chances, Scenario
from ct112.simulation.telephone import People, SimulatedTelephone

PHONE_AWAY = (2.0, 30.0)
FALLBACK_LOOK_SECONDS = 2.0


class City(People):
    """Callers and operators. `ended` is told of every caller's leg that is over."""

    def __init__(
        self, engine: Engine, scenario: Scenario, chances: Chances, ended: Callable[[Leg], None]
    ) -> None:
        self.engine = engine
        self.scenario = scenario
        self.chances = chances
        self.exchange = Exchange(engine, scenario.nodes, scenario.operators)
        self.telephone = SimulatedTelephone(engine, self.exchange, chances, self)
        self.arrived = 0
        self._ended = ended
        self.watch: Callable[[Leg], None] = lambda _: None  # told of every switch that goes off
        self.until = START + scenario.hours * 3600
        self._next_arrival()

    # ── callers

    def _next_arrival(self) -> None:
        gap = self.engine.random.expovariate(self.scenario.calls_per_hour / 3600)
        if self.engine.time + gap < self.until:
            self.engine.after(gap, self._arrive)

    def _arrive(self) -> None:
        self._next_arrival()
        node = self.engine.random.choice(list(self.exchange.nodes.values()))
        if not node.alive:
            return  # the carrier takes the other node, or the caller hears nothing: no call of ours
        self.arrived += 1
        name = f"{node.name}-{self.arrived}"
        caller = people.caller(self.engine, self.scenario, self.chances)
        now = self.engine.time
        leg = Leg(derive_call_id(node.name, name, now), node.name, caller, now, None)
        node.legs[leg.call] = leg
        self.engine.note("caller", f"{leg.call} arrives at {node.name}")
        self.engine.after(caller.gives_up, lambda: self._gives_up(leg))
        if node.link == "down":
            leg.ours = False
            self.in_fallback(leg)
            return
        self.exchange.hold(leg, SWITCH_SECONDS, self.switch_went_off)
        for seconds, key in caller.keys:
            self.engine.after(seconds, lambda key=key: self._presses(leg, key))  # type: ignore[misc]
        arrived = CallArrived(call=leg.call, node=node.name, ani=caller.ani, dialled="112")
        self.telephone.tell(node, arrived, leg)

    def _presses(self, leg: Leg, key: str) -> None:
        if self._is_there(leg) and leg.ours and leg.up:
            self.telephone.tell(self._node(leg), DigitPressed(leg.call, key), leg)

    def _gives_up(self, leg: Leg) -> None:
        if self._is_there(leg) and leg.joined is None and not leg.heard:
            self.left(leg)

    def left(self, leg: Leg) -> None:
        """The caller's leg ended."""
        if not self._is_there(leg):
            return
        node = self._node(leg)
        del node.legs[leg.call]
        self.engine.note("caller", f"{leg.call} is gone")
        if leg.joined is not None:
            operator = node.operator_legs.get(leg.joined)
            leg.joined = None
            if operator is not None:
                operator.call = None  # the bridge is empty: the operator's leg waits for us to end it
        if leg.ours:
            self.telephone.tell(node, CallerLeft(leg.call), leg)
        self._ended(leg)

    def _is_there(self, leg: Leg) -> bool:
        return self._node(leg).legs.get(leg.call) is leg

    def _node(self, leg: Leg) -> Node:
        return self.exchange.nodes[leg.node]

    # ── without us

    def switch_went_off(self, leg: Leg) -> None:
        """The dead-man's switch ran out: the dialplan takes the caller."""
        if self._is_there(leg) and leg.ours:
            self.engine.note("switch", f"of {leg.call} went off")
            self.watch(leg)
            self.telephone.release(self._node(leg), leg)

    def in_fallback(self, leg: Leg) -> None:
        """The caller waits for any phone that is free; the dialplan's queue rings it."""
        if not self._is_there(leg) or leg.taken:
            return
        free = [one for one in self.exchange.phones.values() if one.registered and not one.busy]
        if not free:
            self.engine.after(FALLBACK_LOOK_SECONDS, lambda: self.in_fallback(leg))
            return
        phone = self.engine.random.choice(free)
        phone.busy = leg.heard = leg.taken = True

        def over() -> None:
            phone.busy = False
            self.left(leg)

        self.engine.after(leg.caller.talk, over)

    # ── talks and phones

    def talk(self, leg: Leg, operator: OperatorLeg) -> None:
        """Both hear each other, until one of them ends it or the operator's leg breaks."""
        breaks = self.engine.chance(self.chances.talk_breaks)
        seconds = leg.caller.talk * (self.engine.random.random() if breaks else 1.0)
        self.engine.after(seconds, lambda: self._talk_over(leg, operator, breaks=breaks))

    def _talk_over(self, leg: Leg, operator: OperatorLeg, *, breaks: bool) -> None:
        if leg.joined != operator.offer or not self._is_there(leg):
            return
        if leg.caller.ends_talk and not breaks:
            self.left(leg)
            return
        self.exchange.remove_operator(operator)
        reason = OfferEnd.LOST if breaks else OfferEnd.HUNG_UP
        self.telephone.tell(self._node(leg), OfferEnded(operator.offer, reason))

    def phone_dies(self, position: str) -> None:
        """The phone unregisters and comes back after a while."""
        phone = self.exchange.phones[PositionName(position)]
        if not phone.registered:
            return
        phone.registered = False
        self._seen(phone.position, registered=False)
        self.engine.after(self.engine.random.uniform(*PHONE_AWAY), lambda: self._comes_back(phone.position))

    def _comes_back(self, position: PositionName) -> None:
        self.exchange.phones[position].registered = True
        self._seen(position, registered=True)

    def _seen(self, position: PositionName, *, registered: bool) -> None:
        """Another connection tells this (AMI): in order, and once more after each gap."""
        for node in self.exchange.nodes.values():
            post = self.telephone.post
            if post is not None:
                post(PhoneSeen(position, node.name, registered))
