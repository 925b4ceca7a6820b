"""ARI events become the core's events. Little state: which leg is which call, and which were asked to end."""

from collections.abc import Callable
from dataclasses import dataclass

from ct112.asterisk import dialling, names
from ct112.asterisk.ari.models import (
    AnyEvent,
    ApplicationReplaced,
    Channel,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHangupRequest,
    ChannelHold,
    ChannelStateChange,
    ChannelTalkingStarted,
    ChannelUnhold,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
)
from ct112.asterisk.location import parse_location
from ct112.core.callback_rules import CallbackResult
from ct112.core.events import (
    CallArrived,
    CalleeAnswered,
    CalleeEnded,
    CallerLeft,
    CallReleased,
    DigitPressed,
    Event,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferHeld,
    OfferRinging,
    PlayEnded,
)
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, call_of, delivery_of

RINGING, UP = "Ringing", "Up"  # states of a channel
NORMAL_CLEARING = 16
BEFORE_ANSWER = {
    17: OfferEnd.BUSY,  # 486
    21: OfferEnd.DECLINED,  # 603
    1: OfferEnd.UNREACHABLE,  # 404
    3: OfferEnd.UNREACHABLE,
    18: OfferEnd.UNREACHABLE,  # 408: the phone did not react
    20: OfferEnd.UNREACHABLE,  # no registered contact
    27: OfferEnd.UNREACHABLE,
    38: OfferEnd.UNREACHABLE,
    58: OfferEnd.UNREACHABLE,  # 488: no codec in common
}
"""Q.850 causes of an operator's leg that was not answered; any other means nobody picked up."""


UNREACHED = {
    17: CallbackResult.BUSY,  # 486
    16: CallbackResult.NO_ANSWER,  # we gave up
    18: CallbackResult.NO_ANSWER,  # 408
    19: CallbackResult.NO_ANSWER,  # 480
    20: CallbackResult.NO_ANSWER,  # 480 in other words: the telephone is off
    21: CallbackResult.BUSY,  # 603: declined
    127: CallbackResult.NO_ANSWER,
    34: CallbackResult.UNAVAILABLE,  # 503: the carrier has no line for it now
    38: CallbackResult.UNAVAILABLE,  # 500: the carrier is broken, or away
    41: CallbackResult.UNAVAILABLE,
    42: CallbackResult.UNAVAILABLE,
}
"""Q.850 causes of a dialled leg nobody picked up; any other means the trunk did not get there."""
THE_CALLEES = frozenset({1, 16, 17, 18, 19, 20, 21, 22, 28, 127})
"""Causes that say something of the number or of who has it: another trunk gets no further."""
THE_TRUNKS = frozenset({401, 403, 407})
"""SIP's answers that say something of us at this trunk, whatever they are in Q.850."""
SILENCE = 408  # the carrier's own, or Asterisk's when nobody answers


@dataclass(frozen=True, slots=True)
class Doubt:
    """A leg found by a survey left Stasis: was it hung up before we listened, or does it go on elsewhere?"""

    call: CallId
    channel: str


class Inbound:
    """Translates one node's events; `forget` is told the calls that left us."""

    def __init__(self, node: NodeName, forget: Callable[[CallId], None]) -> None:
        """Know no legs yet."""
        self._node = node
        self._forget = forget
        self._callers: dict[str, CallId] = {}
        self._channels: dict[CallId, str] = {}
        self._ending: set[str] = set()
        self._answered: set[OfferId] = set()
        self._picked_up: set[CallId] = set()
        self._ringing: set[CallId] = set()  # a telephone of whoever we call
        self._found: set[str] = set()  # callers' channels that a survey found
        self._agencies: dict[CallId, str] = {}  # legs of calls to agencies

    def channel_of(self, call: CallId) -> str | None:
        """Return the channel of a caller, or of an agency that is called, if it is in our hands."""
        return self._channels.get(call) or self._agencies.get(call)

    def legs(self) -> frozenset[str]:
        """Return the callers' legs in our hands."""
        return frozenset(self._callers)

    def adopt(self, channel: Channel, call: CallId) -> None:
        """Take a caller's leg into our hands that was found by a survey."""
        self._take(channel, call)
        self._found.add(channel.id)

    def adopt_offer(self, offer: OfferId, answered: bool) -> None:
        """Know of an operator's leg that was found by a survey."""
        if answered:
            self._answered.add(offer)

    def adopt_callee(self, call: CallId, answered: bool) -> None:
        """Know of the leg of somebody we called that was found by a survey."""
        self._know_agency(call)
        if answered:
            self._picked_up.add(call)

    def clear(self) -> None:
        """Forget all legs: after a gap the survey says which there are."""
        self._callers.clear()
        self._channels.clear()
        self._ending.clear()
        self._answered.clear()
        self._picked_up.clear()
        self._ringing.clear()
        self._found.clear()
        self._agencies.clear()

    def translate(self, event: AnyEvent) -> Event | Doubt | None:
        """Return what the event means to the core; None when it means nothing (any more)."""
        match event:
            case StasisStart(channel=channel):
                return self._started(channel, event.args)
            case ChannelStateChange(channel=channel):
                return self._changed(channel)
            case ChannelHold(channel=channel) | ChannelUnhold(channel=channel):
                offer = names.offer_of(channel.id)
                return None if offer is None else OfferHeld(offer, isinstance(event, ChannelHold))
            case ChannelHangupRequest(channel=channel):
                if channel.id in self._callers:
                    self._ending.add(channel.id)
                return None
            case StasisEnd(channel=channel):
                return self._left_stasis(channel)
            case ChannelDestroyed(channel=channel):
                return self._destroyed(channel, event.cause, event.tech_cause)
            case ChannelDtmfReceived(channel=channel):
                call = self._callers.get(channel.id) or self._agency_of(channel.id)
                return None if call is None else DigitPressed(call, event.digit[:1])
            case PlaybackFinished(playback=playback):
                play = PlayId(playback.id)
                if names.is_ringing(play):
                    return None  # only the message is over; the ringing goes on
                return PlayEnded(call_of(play), play, playback.state != "failed")
            case ApplicationReplaced() | ChannelTalkingStarted():
                return None

    def _started(self, channel: Channel, args: list[str]) -> Event | None:
        """A caller's leg is a call; one of ours has only been created."""
        if args[:1] != [dialling.CALL] or names.is_ours(channel):
            callee = names.callee_of(channel.id)
            if callee is not None:
                self._know_agency(callee)
            return None
        call = names.call_of_channel(self._node, channel)
        self._take(channel, call)
        return CallArrived(
            call=call,
            node=self._node,
            ani=names.ani_of(channel),
            dialled=names.dialled_of(channel),
            sip_call_id=names.sip_call_id(channel.protocol_id),
            location=parse_location(names.variable(channel, "CT112_LOCATION")),
            trunk=names.trunk_of(channel),
            trial=names.is_trial(channel),
        )

    def _changed(self, channel: Channel) -> Event | None:
        """One of our legs rings, or was answered: told once, and not again what a survey has said."""
        offer, callee = names.offer_of(channel.id), names.callee_of(channel.id)
        if offer is not None and offer not in self._answered:
            if channel.state == UP:
                self._answered.add(offer)
                return OfferAnswered(offer)
            return OfferRinging(offer) if channel.state == RINGING else None
        if callee is not None and channel.state == RINGING:
            self._ringing.add(callee)
        if callee is not None and callee not in self._picked_up and channel.state == UP:
            self._picked_up.add(callee)
            return CalleeAnswered(callee)
        return None

    def _left_stasis(self, channel: Channel) -> Event | Doubt | None:
        """A leg that nobody asked to end goes on in the dialplan: the fallback has it."""
        found = channel.id in self._found
        call = self._drop(channel)
        if call is None:
            return None
        ended = channel.id in self._ending
        self._ending.discard(channel.id)
        if ended:
            return CallerLeft(call)
        return Doubt(call, channel.id) if found else CallReleased(call)

    def _destroyed(self, channel: Channel, cause: int, sip_cause: int) -> Event | None:
        self._ending.discard(channel.id)
        offer = names.offer_of(channel.id)
        if offer is not None:
            return OfferEnded(offer, self._why(offer, cause, page=names.is_page(channel)))
        callee = names.callee_of(channel.id)
        if callee is not None:
            rang = callee in self._ringing or callee in self._picked_up
            self._ringing.discard(callee)
            self._agencies.pop(callee, None)
            return CalleeEnded(callee, self._how(callee, cause), not rang and _by_trunk(cause, sip_cause))
        call = self._drop(channel)
        return None if call is None else CallerLeft(call)

    def _know_agency(self, callee: CallId) -> None:
        """Have this leg where commands about it find it, if it is an agency's."""
        if delivery_of(callee) is not None:
            self._agencies[callee] = names.callee_channel(callee)

    def _agency_of(self, channel: str) -> CallId | None:
        callee = names.callee_of(channel)
        return callee if callee in self._agencies else None

    def _how(self, callee: CallId, cause: int) -> CallbackResult:
        """Return how the try went; once picked up, the person was reached."""
        if callee in self._picked_up:
            self._picked_up.discard(callee)
            return CallbackResult.REACHED
        return UNREACHED.get(cause, CallbackResult.FAILED)

    def _why(self, offer: OfferId, cause: int, *, page: bool) -> OfferEnd:
        if offer in self._answered:
            self._answered.discard(offer)
            if cause == NORMAL_CLEARING:
                return OfferEnd.HUNG_UP
            return OfferEnd.PAGE_GONE if page else OfferEnd.LOST
        return BEFORE_ANSWER.get(cause, OfferEnd.MISSED)

    def _take(self, channel: Channel, call: CallId) -> None:
        self._callers[channel.id] = call
        self._channels[call] = channel.id

    def _drop(self, channel: Channel) -> CallId | None:
        self._found.discard(channel.id)
        call = self._callers.pop(channel.id, None)
        if call is not None:
            self._channels.pop(call, None)
            self._forget(call)
        return call


def _by_trunk(cause: int, sip_cause: int) -> bool:
    """Return whether it was the trunk that failed; told of a leg at which no telephone has rung."""
    return cause not in THE_CALLEES or sip_cause in THE_TRUNKS or sip_cause == SILENCE
