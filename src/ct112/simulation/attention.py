"""Who waits and who is free: compared by what phones really do, with ct112 and without."""

from ct112.core.browser_phone import position_of
from ct112.core.calls import Call, Joining, Offered, Talking, Waiting
from ct112.core.floor import Floor
from ct112.core.ids import CallId
from ct112.simulation.centre import Centre
from ct112.simulation.city import City
from ct112.simulation.engine import broken
from ct112.simulation.node import Node
from ct112.simulation.on_exchange import OnExchange
from ct112.simulation.phones import Phone

FREE_SECONDS = 60.0  # for which both somebody waits and somebody is free, and nothing gets in the way
PAUSED_SECONDS = 20.0  # a pause is known by then


class Attention:
    """Looks at who waits and who is free at each node. Raises Broken."""

    def __init__(self, city: City, centre: Centre, exchange: OnExchange) -> None:
        self._city = city
        self._engine = city.engine
        self._centre = centre
        self._exchange = exchange
        self._waits_since: dict[CallId, float] = {}
        self._front: set[CallId] = set()  # calls that had an operator

    def begun(self) -> None:
        """Another ct112 begins: what it knows of before is checked elsewhere."""
        self._front.clear()

    def place(self, call: Call) -> None:
        """Check that a call which comes back from an operator is in front until it is served."""
        if isinstance(call.state, Waiting | Offered):
            if call.id in self._front and not call.state.place.first:
                broken("a place is kept", f"{call.id} had an operator, and is not in front: {call.state}")
        elif isinstance(call.state, Joining | Talking):
            self._front.add(call.id)
        else:
            self._front.discard(call.id)  # should it come back from there, it does so in another way

    def look(self, floor: Floor) -> None:
        """Check every node."""
        self._see_who_waits(floor)
        for node in self._city.nodes.values():
            free = [phone.position for phone in self._city.phones.values() if self._is_free(phone, node)]
            if not free or not node.alive:
                continue
            self._on_duty(node)
            if not floor.draining and self._exchange.linked(node.name) > FREE_SECONDS:
                self._with_us(node, free)
            self._in_fallback(node, free)

    def _on_duty(self, node: Node) -> None:
        """Check that the fallback rings those who are on duty; everybody when nobody is."""
        now, seats, outage = self._engine.time, self._centre.seats, self._centre.outage
        listening = self._exchange.ami_since.get(node.name)
        if listening is None or outage.how:
            return
        since = max(listening, outage.over_at, *seats.since.values(), self._centre.began)
        if now - since > PAUSED_SECONDS and set(map(position_of, node.members)) != (
            set(seats.ready) or set(seats.positions)
        ):
            broken("the fallback rings who is on duty", f"{node.name} has {sorted(node.members)}")

    def _see_who_waits(self, floor: Floor) -> None:
        now, seen = self._engine.time, self._waits_since
        self._waits_since = {
            call.id: seen.get(call.id, now)
            for call in floor.calls.values()
            if isinstance(call.state, Waiting)
        }

    def _is_free(self, phone: Phone, node: Node) -> bool:
        """Return whether the phone could have been rung at this node all the while."""
        now, seats, outage = self._engine.time, self._centre.seats, self._centre.outage
        listening = self._exchange.ami_since.get(node.name)
        if listening is None or outage.how or phone.position not in seats.ready:
            return False
        since = max(
            listening,
            outage.over_at,
            seats.since[phone.position],
            phone.since,
            phone.idle_since,
            node.up_since,
        )
        undisturbed = node.stalled_until < now - FREE_SECONDS
        registered = phone.alive and node.registrar.contact(phone.account) == phone.uri
        return registered and not phone.busy and undisturbed and now - since > FREE_SECONDS

    def _with_us(self, node: Node, free: list[str]) -> None:
        floor = self._centre.floor
        for call, since in self._waits_since.items():
            known = None if floor is None else floor.calls.get(call)
            if known is not None and known.node == node.name and self._engine.time - since > FREE_SECONDS:
                broken(
                    "nobody waits while somebody is free", f"{call} waits at {node.name}, and {free} are free"
                )

    def _in_fallback(self, node: Node, free: list[str]) -> None:
        for visit in self._city.present.values():
            since = visit.fallback_since
            waits = visit.node is node and since is not None and not visit.heard_fallback
            if waits and self._engine.time - (since or 0.0) > FREE_SECONDS:
                told = f"{visit.sip_call_id} is in the fallback of {node.name}, and {free} are free"
                broken("nobody waits while somebody is free", told)
