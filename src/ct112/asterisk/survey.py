"""What is true on a node, asked for after a gap: channels and bridges become one `NodeSurveyed`."""

from collections.abc import Mapping, Sequence

from ct112.asterisk import names
from ct112.asterisk.ari.models import AsteriskInfo, Bridge, Channel
from ct112.asterisk.location import parse_location
from ct112.core.events import FoundCall, FoundOffer, NodeSurveyed
from ct112.core.ids import CallId, NodeName, OfferId

IN_STASIS = "Stasis"


def in_our_hands(channel: Channel, application: str) -> bool:
    """Return whether a caller's leg is in our Stasis application now."""
    plan = channel.dialplan
    return plan.app_name == IN_STASIS and plan.app_data.partition(",")[0] == application


def survey(
    node: NodeName,
    application: str,
    channels: Sequence[Channel],
    bridges: Sequence[Bridge],
    info: AsteriskInfo,
) -> NodeSurveyed:
    """Return what was found; callers' legs outside our application are `elsewhere`."""
    callers = [channel for channel in channels if names.is_caller(channel)]
    ours = [channel for channel in callers if in_our_hands(channel, application)]
    offers = {
        offer: channel
        for channel in channels
        if (offer := names.offer_of(channel.id)) is not None and channel.state != "Down"
    }
    return NodeSurveyed(
        node=node,
        calls=tuple(_found_call(node, channel, bridges) for channel in ours),
        offers=tuple(_found_offer(offer, channel) for offer, channel in offers.items()),
        elsewhere=frozenset(names.call_of_channel(node, one) for one in callers if one not in ours),
        up_since=info.status.startup_time.timestamp() if info.status else None,
    )


def legs(node: NodeName, application: str, channels: Sequence[Channel]) -> Mapping[CallId, Channel]:
    """Return the callers' legs in our hands, by call."""
    return {
        names.call_of_channel(node, channel): channel
        for channel in channels
        if names.is_caller(channel) and in_our_hands(channel, application)
    }


def _found_call(node: NodeName, channel: Channel, bridges: Sequence[Bridge]) -> FoundCall:
    return FoundCall(
        call=names.call_of_channel(node, channel),
        ani=names.ani_of(channel),
        dialled=names.dialled_of(channel),
        arrived_at=channel.creationtime.timestamp(),
        picked_up=channel.state == "Up",
        sip_call_id=channel.protocol_id or None,
        location=parse_location(names.variable(channel, "CT112_LOCATION")),
        joined=_joined(channel, bridges),
    )


def _joined(channel: Channel, bridges: Sequence[Bridge]) -> OfferId | None:
    """Return the operator's leg in the same bridge."""
    for bridge in bridges:
        if channel.id in bridge.channels:
            return next((offer for one in bridge.channels if (offer := names.offer_of(one))), None)
    return None


def _found_offer(offer: OfferId, channel: Channel) -> FoundOffer:
    return FoundOffer(offer=offer, position=names.position_of(channel), answered=channel.state == "Up")
