"""The dialplan's own queue: rings its members for callers without any help from ct112."""

from typing import TYPE_CHECKING

from ct112.core.browser_phone import position_of
from ct112.simulation.channels import DECLINED, NO_ANSWER, NORMAL, Bridge, Channel
from ct112.simulation.node import Node
from ct112.simulation.notes import Notes

if TYPE_CHECKING:
    from ct112.simulation.city import City, Visit

LOOK_SECONDS = 2.0
RING_SECONDS = 15.0


class FallbackQueue:
    """Callers in the fallback of all nodes."""

    def __init__(self, city: "City", notes: Notes) -> None:
        self._city = city
        self._engine = city.engine
        self._notes = notes

    def enter(self, node: Node, channel: Channel, visit: "Visit") -> None:
        """A caller comes into the queue."""
        if not visit.in_fallback:
            visit.in_fallback, visit.fallback_since = True, self._engine.time
            self._notes.write(node, channel, "entered")
        visit.before_start = node.clock.now() < node.started
        node.later(0.05, channel, lambda: self._look(node, channel, visit))

    def left(self, node: Node, channel: Channel, by: str) -> None:
        """The caller's leg ended while the fallback had it: the extension `h`."""
        self._notes.write(node, channel, "ended", by=by)

    def _look(self, node: Node, channel: Channel, visit: "Visit") -> None:
        """Ring whoever is free, one after another, until somebody takes the call."""
        free = [
            phone
            for phone in self._city.phones.values()
            if phone.account in node.members and node.registrar.contact(phone.account) and not phone.busy
        ]
        if not free:
            node.later(LOOK_SECONDS, channel, lambda: self._look(node, channel, visit))
            return
        phone = self._engine.random.choice(free)
        leg = node.new_channel("", phone.account, None)
        leg.app, leg.context = "AppQueue", "fallback"
        phone.ring(node, leg)
        self._watch(node, channel, visit, leg)

    def _watch(self, node: Node, channel: Channel, visit: "Visit", leg: Channel) -> None:
        """See what comes of the ringing."""
        until = self._engine.time + RING_SECONDS

        def look() -> None:
            if channel.gone:
                node.hang_up(leg, NORMAL)
            elif leg.gone:
                node.later(LOOK_SECONDS, channel, lambda: self._look(node, channel, visit))
            elif leg.state == "Up":
                self._connect(node, channel, visit, leg)
            elif self._engine.time >= until:
                node.hang_up(leg, NO_ANSWER if leg.state == "Ringing" else DECLINED)
                self._engine.after(0.1, look)
            else:
                self._engine.after(0.1, look)

        self._engine.after(0.1, look)

    def _connect(self, node: Node, channel: Channel, visit: "Visit", leg: Channel) -> None:
        """Let both talk."""
        device = leg.name.rpartition("-")[0]
        visit.heard_fallback = True
        visit.positions.add(position_of(device.partition("/")[2]))
        self._engine.note("fallback", f"{channel.id} talks with {device}")
        bridge = node.bridges[f"basic-{leg.id}"] = Bridge(f"basic-{leg.id}", kind="basic")
        for one in (channel, leg):
            bridge.channels.append(one)
            one.bridge = bridge.id
        self._notes.write(node, channel, "answered", member=device)
        self._engine.after(visit.plan.talk, lambda: self._over(node, channel, visit, leg))
        self._follow(node, channel, visit, leg)

    def _follow(self, node: Node, channel: Channel, visit: "Visit", leg: Channel) -> None:
        """A phone that dies costs the caller that operator: the queue rings somebody else."""
        if leg.gone:
            visit.heard_fallback, visit.fallback_since = False, self._engine.time
            self._notes.take_back(node, channel)
            node.later(1.0, channel, lambda: self._look(node, channel, visit))
        else:
            node.later(1.0, channel, lambda: self._follow(node, channel, visit, leg))

    def _over(self, node: Node, channel: Channel, visit: "Visit", leg: Channel) -> None:
        if channel.gone or leg.gone:
            return
        by_caller = visit.plan.ends_talk
        visit.ended_by = "caller" if by_caller else "operator"
        node.hang_up(leg, NORMAL)
        node.hang_up(channel, NORMAL)
