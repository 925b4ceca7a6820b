"""Which call is in which bridge, and taking away those of no use: Asterisk keeps them for ever."""

from collections.abc import Callable, Iterable

from ct112.asterisk import names
from ct112.core.commands import Join, JoinCallee
from ct112.core.events import NodeSurveyed
from ct112.core.ids import CallId, OfferId, call_of, is_outgoing


class Bridging:
    """One node's bridges; `destroy` is told the ids of those to take away."""

    def __init__(self, destroy: Callable[[Iterable[str]], None]) -> None:
        """Know of none."""
        self._joined: dict[CallId, OfferId] = {}
        self._destroy = destroy

    def surveyed(self, found: NodeSurveyed, useless: Iterable[str]) -> None:
        """Know what a survey found, and take away what nobody talks in."""
        self._joined = {call.call: call.joined for call in found.calls if call.joined is not None}
        self._joined |= {
            call_of(leg.offer): leg.offer for leg in found.offers if is_outgoing(call_of(leg.offer))
        }
        self._destroy(useless)

    def joining(self, command: Join | JoinCallee) -> None:
        """The two legs are about to meet."""
        self._joined[command.call] = command.offer

    def not_joined(self, command: Join | JoinCallee) -> None:
        """A join did not work: its bridge is of no use, whichever leg was missing."""
        if self._joined.get(command.call) == command.offer:
            del self._joined[command.call]
        self._destroy([names.bridge_of(command.offer)])

    def operator_ended(self, offer: OfferId) -> None:
        """The operator's leg of a joined call is gone; that of an earlier offer means nothing."""
        if self._joined.get(call_of(offer)) == offer:
            self.part(call_of(offer))

    def part(self, call: CallId) -> None:
        """Take the call's bridge away, so that the caller can be played to again."""
        offer = self._joined.pop(call, None)
        if offer is not None:
            self._destroy([names.bridge_of(offer)])
