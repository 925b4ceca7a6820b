"""Operators' softphones and the telephones of those called back: who lives at the end of a dialled leg."""

from collections.abc import Callable

from ct112.core import browser_phone
from ct112.simulation.channels import (
    BUSY,
    DECLINED,
    NO_ANSWER,
    NO_CONTACT,
    NO_USER,
    NORMAL,
    PAGE_GONE,
    Channel,
)
from ct112.simulation.engine import Engine
from ct112.simulation.node import Node
from ct112.simulation.people import Reaction

AWAY = (2.0, 60.0)  # a phone that died is there again after so many seconds, from another port
DEAF_SECONDS = 30.0  # Asterisk's RTP time-out: then it ends the leg of a phone that died in a talk
DEAF_PAGE_SECONDS = 5.0  # the same of a page, which sends sound all the time
OLD_CONTACT = (0.01, 0.9)  # a page that has gone looks registered so long
NOTICES = (0.2, 3.0)  # seconds until a phone's owner hears that an Asterisk is gone
WAY = (0.01, 0.15)


class Phone:
    """A position's phone: one account, one person, one call at a time. `page`: it is a page in a browser."""

    def __init__(self, engine: Engine, position: str, nodes: list[Node], *, page: bool = False) -> None:
        """Not registered yet: see `come_up`."""
        self.position = position
        self.account = browser_phone.account(position) if page else position
        self._deaf_seconds = DEAF_PAGE_SECONDS if page else DEAF_SECONDS
        self.channel: Channel | None = None  # what it rings for, or talks on
        self.alive = False
        self.uri = ""
        self._engine = engine
        self._nodes = nodes
        self._ports = 0
        self.idle_since = 0.0  # neither rings nor talks
        self.since = 0.0  # registered, and nothing about it changed
        self.reacts: Callable[[], Reaction] = lambda: Reaction("answer", 1.0)
        self.over: Callable[[Channel], None] = lambda _: None
        self.leaves: Callable[[Node, Channel], None] = lambda _node, _channel: None

    @property
    def busy(self) -> bool:
        """Whether it rings or talks."""
        return self.channel is not None

    def come_up(self) -> None:
        """Start, or start again: it registers everywhere from a port it did not have before."""
        if self.alive:
            return
        self._ports += 1
        self.alive, self.since = True, self._engine.time
        self.uri = f"sip:{self.position}@10.0.0.9:{40000 + self._ports}"
        for node in self._nodes:
            self._register(node, self.uri)

    def _register(self, node: Node, uri: str) -> None:
        """Register, or try again: a node that is away is asked again and again."""
        if self.uri != uri or not self.alive or node.lost_for_good:
            return
        if node.alive:
            node.registrar.register(self.account, uri)
        else:
            self._engine.after(2.0, lambda: self._register(node, uri))

    def die(self) -> None:
        """Lose its power: nobody is told, and a talk is silent until Asterisk finds out."""
        if not self.alive:
            return
        self._engine.note("phone", f"{self.position} dies")
        channel, self.channel, self.alive = self.channel, None, False
        for node in self._nodes:
            node.registrar.died(self.account, self.uri)
            if channel is not None and node.channels.get(channel.id) is channel and channel.state == "Up":
                self._engine.after(self._deaf_seconds, lambda node=node: node.lose_leg(channel))  # type: ignore[misc]
        self._engine.after(self._engine.between(AWAY), self.come_up)

    def unregister(self) -> None:
        """Go in good order; a call under way is ended."""
        if not self.alive:
            return
        self._engine.note("phone", f"{self.position} unregisters")
        self.alive = False
        for node in self._nodes:
            if node.alive:
                node.registrar.unregister(self.account, self.uri)
            if self.channel is not None and node.channels.get(self.channel.id) is self.channel:
                self.leaves(node, self.channel)
                node.hang_up(self.channel, NORMAL if self.channel.state == "Up" else DECLINED)
        self._engine.after(self._engine.between(AWAY), self.come_up)

    @property
    def talks(self) -> bool:
        """Whether somebody talks into it."""
        return self.alive and self.channel is not None and self.channel.state == "Up"

    def page_goes(self, seconds: float) -> None:
        """Be loaded again, or closed: it says that it goes, and is back after so long, from another port."""
        self._engine.note("phone", f"the page of {self.position} goes for {seconds:.1f} s")
        channel, uri, self.alive = self.channel, self.uri, False
        for node in self._nodes:
            self._engine.after(self._engine.between(OLD_CONTACT), lambda node=node: self._closed(node, uri))  # type: ignore[misc]
            if channel is not None and node.channels.get(channel.id) is channel:
                node.hang_up(channel, PAGE_GONE)
        self._engine.after(seconds, self.come_up)

    def _closed(self, node: Node, uri: str) -> None:
        if node.alive:
            node.registrar.unregister(self.account, uri)

    def ring(self, node: Node, channel: Channel) -> None:
        """An INVITE for this position goes out."""
        contact = node.registrar.contact(self.account)
        if contact is None:
            node.later(0.001, channel, lambda: node.hang_up(channel, NO_CONTACT))
        elif contact == self.uri and self.alive:
            node.later(self._engine.between(WAY), channel, lambda: self._invited(node, channel))

    def _invited(self, node: Node, channel: Channel) -> None:
        if not self.alive or contact_is_old(self, node):
            return
        if self.busy:
            node.hang_up(channel, BUSY)
            return
        self.channel, channel.party = channel, self
        node.set_state(channel, "Ringing")
        does = self.reacts()
        node.later(does.seconds, channel, lambda: self._react(node, channel, does.how))

    def _react(self, node: Node, channel: Channel, how: str) -> None:
        if self.channel is not channel:
            return
        match how:
            case "answer":
                answer(node, channel)
            case "decline":
                node.hang_up(channel, DECLINED)
            case "dies":
                self.die()

    def ended(self, channel: Channel, *, crashed: bool) -> None:
        """The leg is gone; that of an Asterisk that ended is noticed after a moment."""
        if self.channel is channel:
            if crashed:
                self._engine.after(self._engine.between(NOTICES), lambda: self._free(channel))
            else:
                self._free(channel)
        self.over(channel)

    def _free(self, channel: Channel) -> None:
        if self.channel is channel:
            self.channel, self.idle_since = None, self._engine.time


class Callee:
    """Somebody who is called back."""

    def __init__(self, node: Node, channel: Channel, does: Reaction) -> None:
        """Let the telephone ring."""
        channel.party = self
        node.later(does.seconds * 0.1, channel, lambda: node.set_state(channel, "Ringing"))
        node.later(does.seconds, channel, lambda: self._react(node, channel, does.how))

    def _react(self, node: Node, channel: Channel, how: str) -> None:
        causes = {"decline": BUSY, "dies": NO_ANSWER}
        if how == "answer":
            answer(node, channel)
        elif how in causes:
            node.hang_up(channel, causes[how])

    def ended(self, _channel: Channel, *, crashed: bool) -> None:
        """The call back is over."""


def contact_is_old(phone: Phone, node: Node) -> bool:
    """Return whether the node calls a port the phone no longer has."""
    return node.registrar.contact(phone.account) != phone.uri


def answer(node: Node, channel: Channel) -> None:
    """Pick up; a leg that was originated comes into its application only now."""
    node.set_state(channel, "Up")
    application, line, args = channel.args.partition("\n")
    if line:
        node.into_stasis(channel, application, args)


def ring_for(node: Node, channel: Channel, seconds: float) -> None:
    """End the ringing after `seconds`."""

    def give_up() -> None:
        if channel.state != "Up":
            node.hang_up(channel, NO_ANSWER if channel.state == "Ringing" else NO_USER)

    node.later(seconds, channel, give_up)
