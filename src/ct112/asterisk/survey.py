"""What is true on a node, asked for after a gap: channels and bridges become one `NodeSurveyed`."""

from collections.abc import Mapping, Sequence

from ct112.asterisk import names
from ct112.asterisk.ari.models import AnyEvent, Bridge, Channel, ChannelDestroyed
from ct112.asterisk.listing import Listing, in_our_hands
from ct112.asterisk.location import parse_location
from ct112.core.events import FoundCall, FoundCallee, FoundOffer, NodeSurveyed
from ct112.core.ids import CallId, NodeName, OfferId


def survey(
    node: NodeName,
    application: str,
    found: Listing,
) -> NodeSurveyed:
    """Return what was found; callers' legs outside our application are `elsewhere`."""
    channels, bridges = found.channels, found.bridges
    callers = [channel for channel in channels if names.is_caller(channel)]
    ours = [channel for channel in callers if in_our_hands(channel, application)]
    offers = {offer: leg for leg in channels if (offer := names.offer_of(leg.id)) and leg.state != "Down"}
    return NodeSurveyed(
        node=node,
        calls=tuple(_found_call(node, channel, bridges) for channel in ours),
        offers=tuple(_found_offer(offer, leg) for offer, leg in offers.items()),
        callees=tuple(
            _found_callee(call, leg, found)
            for leg in channels
            if (call := names.callee_of(leg.id)) is not None
        ),
        elsewhere=frozenset(names.call_of_channel(node, one) for one in callers if one not in ours),
        up_since=found.up_since,
        node_now=found.now,
    )


def legs(node: NodeName, application: str, channels: Sequence[Channel]) -> Mapping[CallId, Channel]:
    """Return the callers' legs in our hands, by call."""
    return {
        names.call_of_channel(node, channel): channel
        for channel in channels
        if names.is_caller(channel) and in_our_hands(channel, application)
    }


def ended(events: Sequence[AnyEvent], found: Listing) -> set[str]:
    """Return the legs we made that ended while the node was asked, and are not among what was found."""
    there = {leg.id for leg in found.channels}
    gone = [event.channel for event in events if isinstance(event, ChannelDestroyed)]
    return {leg.id for leg in gone if names.is_ours(leg) and leg.id not in there}


def useless(bridges: Sequence[Bridge]) -> list[str]:
    """Return our bridges in which nobody talks to anybody: Asterisk keeps them for ever."""
    return [one.id for one in bridges if one.id.startswith(names.BRIDGE) and len(one.channels) < 2]


def _found_call(node: NodeName, channel: Channel, bridges: Sequence[Bridge]) -> FoundCall:
    return FoundCall(
        call=names.call_of_channel(node, channel),
        ani=names.ani_of(channel),
        dialled=names.dialled_of(channel),
        arrived_at=channel.creationtime.timestamp(),
        picked_up=channel.state == "Up",
        sip_call_id=names.sip_call_id(channel.protocol_id),
        location=parse_location(names.variable(channel, "CT112_LOCATION")),
        joined=_joined(channel, bridges),
        trunk=names.trunk_of(channel),
    )


def _joined(channel: Channel, bridges: Sequence[Bridge]) -> OfferId | None:
    """Return the operator's leg in the same bridge."""
    for bridge in bridges:
        if channel.id in bridge.channels:
            return next((offer for one in bridge.channels if (offer := names.offer_of(one))), None)
    return None


def _found_offer(offer: OfferId, leg: Channel) -> FoundOffer:
    return FoundOffer(offer=offer, position=names.position_of(leg), answered=leg.state == "Up")


def _found_callee(call: CallId, leg: Channel, found: Listing) -> FoundCallee:
    joined = _joined(leg, found.bridges) is not None
    return FoundCallee(call=call, answered=leg.state == "Up", joined=joined, trunk=names.trunk_of(leg))
