"""What must hold of the legs and bridges on the exchange while a living ct112 has its link."""

from ct112.core.agency_states import WithOperator
from ct112.core.callbacks import Phase
from ct112.core.floor import Floor
from ct112.core.ids import AGENCY, CallId, NodeName, OfferId, call_of
from ct112.simulation.centre import Centre
from ct112.simulation.channels import Bridge, Channel, call_at
from ct112.simulation.city import City
from ct112.simulation.engine import broken
from ct112.simulation.node import Node
from ct112.simulation.phones import Callee, Phone

UNKNOWN_SECONDS = 25.0  # a leg of ours that the floor does not know: it ends, or its switch ends it
OPERATOR_ALONE_SECONDS = 25.0
CALLEE_ALONE_SECONDS = 15.0
BRIDGE_SECONDS = 30.0
TWO_LEGS_SECONDS = 10.0


class OnExchange:
    """Compares each node with the floor. `linked`: how long a living ct112 has had the node."""

    def __init__(self, city: City, centre: Centre) -> None:
        self._city = city
        self._engine = city.engine
        self._centre = centre
        self._ready_since: dict[str, float] = {}
        self.ami_since: dict[str, float] = {}
        self._two_since: dict[tuple[str, str], float] = {}

    def begun(self) -> None:
        """Another ct112 begins: nothing is known of its links."""
        self._ready_since.clear()
        self.ami_since.clear()

    def linked(self, node: str) -> float:
        """Return for how many seconds the link has been surveyed without a break; 0 when it is not."""
        life = self._centre.life
        since = self._ready_since.get(node)
        if life is None or since is None or not life.telephone.ready().get(NodeName(node)):
            return 0.0
        if not life.sockets(node):  # it is broken, and ct112 does not know yet
            return 0.0
        return self._engine.time - since

    def look(self) -> None:
        """Check everything. Raises Broken."""
        self._see_links()
        floor = self._centre.floor
        if floor is None:
            return
        for node in self._city.nodes.values():
            linked = self.linked(node.name) if node.stalled_until < self._engine.time else 0.0
            for channel in node.channels.values():
                self._leg(node, channel, floor, linked)
            for bridge in node.bridges.values():
                self._bridge(node, bridge, linked)
            if linked:
                self._one_leg_each(node)

    def _see_links(self) -> None:
        life, now = self._centre.life, self._engine.time
        ready = {} if life is None else life.telephone.ready()
        for node in self._city.nodes:
            if ready.get(NodeName(node)) and life is not None and life.sockets(node):
                self._ready_since.setdefault(node, now)
            else:
                self._ready_since.pop(node, None)
            if life is not None and any(not one.lost for one in life.managers(node)):
                self.ami_since.setdefault(node, now)
            else:
                self.ami_since.pop(node, None)

    def _leg(self, node: Node, channel: Channel, floor: Floor, linked: float) -> None:
        if not linked or not (channel.ours or channel.id.startswith(("op-", "out-"))):
            channel.unknown_since = None
            if channel.role != "caller":
                channel.alone_since = None
            return
        now = self._engine.time
        if known(node, channel, floor):
            channel.unknown_since = None
        elif channel.unknown_since is None:
            channel.unknown_since = now
        elif now - channel.unknown_since > UNKNOWN_SECONDS:
            broken("no unknown legs", f"{channel.id} at {node.name} is ours, and the floor does not know it")
        if channel.role != "caller":
            self._alone(node, channel, floor)

    def _alone(self, node: Node, channel: Channel, floor: Floor) -> None:
        """An operator, or somebody called back, who picked up has somebody to talk to."""
        now = self._engine.time
        back = floor.call_backs.get(call_of(OfferId(channel.id.removeprefix("op-"))))
        dialling = back is not None and back.phase is Phase.DIALLING  # that ends by its deadline
        agency = channel.id.startswith(f"out-{AGENCY}")  # hears the message; its own switch ends it
        if channel.state != "Up" or node.with_whom(channel) or dialling or agency:
            channel.alone_since = None
            return
        if channel.alone_since is None:
            channel.alone_since = now
        limit = CALLEE_ALONE_SECONDS if isinstance(channel.party, Callee) else OPERATOR_ALONE_SECONDS
        if now - channel.alone_since > limit:
            broken("nobody picks up for nobody", f"{channel.id} at {node.name} is with nobody")

    def _bridge(self, node: Node, bridge: Bridge, linked: float) -> None:
        now = self._engine.time
        if len(bridge.channels) >= 2 or not linked or bridge.kind != "stasis":
            bridge.small_since = None
        elif bridge.small_since is None:
            bridge.small_since = now
        elif now - bridge.small_since > BRIDGE_SECONDS:
            legs = [one.id for one in bridge.channels]
            broken("no bridge without a talk", f"{bridge.id} at {node.name} has {legs}")

    def _one_leg_each(self, node: Node) -> None:
        """Nobody is rung for two things at once. A leg of a phone that died is not counted."""
        legs: dict[str, int] = {}
        for channel in node.channels.values():
            phone = channel.party
            if channel.id.startswith("op-") and (not isinstance(phone, Phone) or phone.channel is channel):
                device = channel.name.rpartition("-")[0]
                legs[device] = legs.get(device, 0) + 1
        for device, count in legs.items():
            key = (node.name, device)
            since = self._two_since.setdefault(key, self._engine.time)
            if count < 2:
                del self._two_since[key]
            elif self._engine.time - since > TWO_LEGS_SECONDS:
                broken("one leg a person", f"{device} at {node.name} has {count}")


def known(node: Node, channel: Channel, floor: Floor) -> bool:
    """Return whether the floor knows what this leg is for."""
    if channel.role == "caller":
        return call_at(node.name, channel) in floor.calls
    if channel.id.startswith("out-"):
        callee = CallId(channel.id.removeprefix("out-"))
        return callee in floor.call_backs or callee in floor.agency_calls
    offer = OfferId(channel.id.removeprefix("op-"))
    back = floor.call_backs.get(call_of(offer))
    if back is not None:
        return back.offer == offer
    agency = floor.agency_calls.get(call_of(offer))
    if agency is not None:
        return isinstance(agency.state, WithOperator) and agency.state.offer == offer
    call = floor.calls.get(call_of(offer))
    return call is not None and call.offer == offer
