"""Legs that come into our hands. Ours are created first and dialled now; a caller's is one of the trunk's.

A leg of ours is never originated: a 302 of its phone would be followed, to any technology and number. A leg
that was created and dialled follows nothing (decision 11).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from ct112 import logs, metrics
from ct112.asterisk import names
from ct112.asterisk.ari import Answer, Answered, AriError, Disconnected, NotFound, Request, channels
from ct112.asterisk.ari.models import Channel, StasisStart
from ct112.asterisk.listing import Listing
from ct112.core.ids import NodeName

log = logs.get("dialling")
Send = Callable[[Sequence[Request], Answered], None]

SWITCH = "TIMEOUT(absolute)"
CALL, OFFER, OUT = "call", "offer", "out"
FORMATS = "alaw,ulaw"
LABEL = "CONNECTEDLINE(all,i)"  # what the phone shows: who is on the other side of this leg


def arguments(kind: str, name: str, seconds: float) -> str:
    """Return what the leg says of itself when it comes into our hands: how long to dial is kept there."""
    return f"{kind},{name},{max(1, round(seconds))}"


def dial(event: StasisStart) -> Request | None:
    """Return the request that dials this leg, if it is one of ours that was just created."""
    ours = names.offer_of(event.channel.id) is not None or names.callee_of(event.channel.id) is not None
    if not ours or len(event.args) != 3 or not event.args[2].isdecimal():
        return None
    return channels.dial(event.channel.id, int(event.args[2]))


def is_stranger(event: StasisStart, trunk: str) -> bool:
    """Return whether this leg came by the callers' way in and is neither the carrier's nor a test's."""
    leg = event.channel
    return event.args[:1] == [CALL] and not names.from_trunk(leg, trunk) and not names.is_trial(leg)


def left_over(found: Iterable[Channel], trunk: str) -> list[Channel]:
    """Return the legs nobody will ever look after; they are to be hung up.

    Ours that do not ring: who was to dial them is gone. Callers that are no citizens, a test call too. A menu
    call: whoever played it has lost it.
    """
    return [
        leg
        for leg in found
        if (names.is_ours(leg) and leg.state == "Down")
        or (names.is_caller(leg) and not names.from_trunk(leg, trunk))
        or names.menu_call_of(leg.id) is not None
    ]


class Dialler:
    """Dials the legs we made as soon as they are in our hands, and shows strangers out. `send`: a link's."""

    def __init__(self, node: NodeName, trunk: str, send: Send) -> None:
        self._node = node
        self._trunk = trunk
        self._send = send

    def started(self, event: StasisStart) -> bool:
        """A leg came into our hands: dial it if we made it; return whether it may stay."""
        leg = event.channel.id
        if is_stranger(event, self._trunk):
            self._show_out(leg)
            return False
        request = dial(event)
        if request is not None:
            self._send((request,), partial(self._dialled, leg))
        return True

    def keep_ours(self, found: Listing) -> Listing:
        """Return what a survey found without the legs nobody will look after; those are hung up."""
        strays = left_over(found.channels, self._trunk)
        for leg in strays:
            stranger = names.is_caller(leg) and not names.is_trial(leg)
            self._show_out(leg.id) if stranger else self._end(leg.id)
        kept = tuple(leg for leg in found.channels if leg not in strays)
        return replace(found, channels=kept)

    def _show_out(self, leg: str) -> None:
        metrics.strange_legs.labels(node=self._node).inc()
        log.warning("a leg that is no citizen's was hung up", node=self._node, leg=leg)
        self._end(leg)

    def _dialled(self, leg: str, answers: list[Answer]) -> None:
        """A leg that cannot be dialled is ended; its end says so to whoever waits for it."""
        if _failed(answers):
            log.warning("a leg was not dialled", node=self._node, leg=leg)
            self._end(leg)

    def _end(self, leg: str) -> None:
        self._send((channels.hang_up(leg),), partial(self._ended, leg))

    def _ended(self, leg: str, answers: list[Answer]) -> None:
        if _failed(answers):
            log.warning("a leg was not hung up", node=self._node, leg=leg)


def _failed(answers: list[Answer]) -> bool:
    """Return whether something went wrong; a leg that is gone is what was wanted in the end."""
    return any(isinstance(one, AriError) and not isinstance(one, NotFound | Disconnected) for one in answers)
