"""Agencies that are called by telephone: who picks up there, which keys they press, what came of it."""

import random
import uuid
from dataclasses import dataclass, field

from ct112.control.asks import CallAgency
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.ids import CallId, delivery_of
from ct112.simulation.channels import NORMAL, Bridge, Channel
from ct112.simulation.engine import Engine, broken
from ct112.simulation.node import Node
from ct112.simulation.people import Reaction
from ct112.simulation.phones import Callee, Phone
from ct112.simulation.scenario import Chances

KEYS = ("1", "1", "1", "21", "3", "31", "9", "91", "")  # what is pressed, key by key; "" nothing
THINKS = (1.0, 12.0)  # seconds before a key
HANGS_UP = 0.15
OUTCOMES = frozenset(AgencyOutcome)


@dataclass(slots=True, eq=False)
class Delivery:
    """One delivery as it really was. `told`: every final outcome anybody heard of it."""

    ask: CallAgency
    dialled: int = 0
    pressed: str = ""  # keys that reached the exchange while somebody was on the line
    talked: bool = False  # an operator and the agency heard each other
    asked: bool = False
    told: set[str] = field(default_factory=set)


class Agencies:
    """All deliveries of a night, and the telephones at their other ends. A chance of its own decides."""

    def __init__(self, engine: Engine, chances: Chances) -> None:
        self._engine = engine
        self._chances = chances
        self.random = random.Random(engine.seed + 7)  # noqa: S311 - it has to be the same every time
        self.deliveries: dict[str, Delivery] = {}

    def another(self) -> Delivery:
        """Return a new delivery."""
        name = uuid.UUID(int=self.random.getrandbits(128), version=4)
        number = f"0285{self.random.randrange(10**6):06d}"
        ask = CallAgency(delivery=name, agency="pmi", number=number, text="Kebakaran.", seconds=30.0)
        found = self.deliveries[str(name)] = Delivery(ask)
        return found

    def ring(self, node: Node, channel: Channel, number: str) -> None:
        """A number was dialled for a delivery. Raises Broken when it was before, or is another's."""
        delivery = self._of(channel)
        delivery.dialled += 1
        if delivery.dialled > 1:
            broken("an agency is called once", f"{channel.id} is dialled again")
        if number != delivery.ask.number:
            broken("an agency is called once", f"{number} is dialled, not {delivery.ask.number}")
        _Telephone(self, node, channel, delivery)

    def talk(self, channel: Channel, bridge: Bridge, node: Node) -> None:
        """An operator and the agency hear each other, and one of them ends it after a while."""
        self._of(channel).talked = True
        operator = next(one for one in bridge.channels if isinstance(one.party, Phone))
        ends = self.random.choice((channel, operator))
        node.later(self.random.uniform(3.0, 40.0), ends, lambda: node.hang_up(ends, NORMAL))

    def hear(self, delivery: Delivery, state: str | None) -> None:
        """Somebody asked how far a delivery is. Raises Broken when an outcome was another before."""
        if state in OUTCOMES:
            delivery.told.add(str(state))
            if len(delivery.told) > 1:
                broken("one outcome for each", f"{delivery.ask.delivery} has {sorted(delivery.told)}")
            self._true(delivery, AgencyOutcome(state))

    def at_the_end(self, *, faults: bool) -> None:
        """Check every delivery that was asked for when the night is over. Raises Broken."""
        for delivery in self.deliveries.values():
            if delivery.asked and not delivery.told:
                broken("one outcome for each", f"{delivery.ask.delivery} has none")
            accepted = "1" in delivery.pressed and not delivery.talked
            if accepted and not faults and delivery.told != {"accepted"}:
                broken("a true outcome", f"{delivery.ask.delivery} was accepted, and is {delivery.told}")

    def _true(self, delivery: Delivery, outcome: AgencyOutcome) -> None:
        pressed = "1" in delivery.pressed
        if outcome is AgencyOutcome.ACCEPTED and not pressed:
            broken("a true outcome", f"{delivery.ask.delivery} is accepted, and nobody pressed 1")
        if outcome is AgencyOutcome.PUT_THROUGH and not delivery.talked:
            broken("a true outcome", f"{delivery.ask.delivery} is put through, and nobody talked")

    def _of(self, channel: Channel) -> Delivery:
        return self.deliveries[delivery_of(CallId(channel.id.removeprefix("out-"))) or ""]

    def reaction(self) -> Reaction:
        """Draw whether somebody picks up."""
        if not self._chances.declines:
            return Reaction("answer", self.random.uniform(1.0, 8.0))
        how = self.random.choice(("answer", "answer", "answer", "answer", "decline", "never", "dies"))
        return Reaction(how, self.random.uniform(1.0, 20.0))


class _Telephone(Callee):
    """An agency's telephone, and whoever picks up there."""

    def __init__(self, agencies: Agencies, node: Node, channel: Channel, delivery: Delivery) -> None:
        self._draw = agencies.random
        self._delivery = delivery
        super().__init__(node, channel, agencies.reaction())

    def _react(self, node: Node, channel: Channel, how: str) -> None:
        super()._react(node, channel, how)
        if how != "answer":
            return
        seconds = 0.0
        for key in self._draw.choice(KEYS):
            seconds += self._draw.uniform(*THINKS)
            node.later(seconds, channel, lambda key=key: self._press(node, channel, key))  # type: ignore[misc]
        if self._draw.random() < HANGS_UP:
            node.later(self._draw.uniform(*THINKS), channel, lambda: node.hang_up(channel, NORMAL))

    def _press(self, node: Node, channel: Channel, key: str) -> None:
        if not node.with_whom(channel):  # in a talk nobody presses keys
            self._delivery.pressed += key
            node.say("ChannelDtmfReceived", channel, digit=key, duration_ms=100)
