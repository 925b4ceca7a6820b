"""What happens in the world, as the floor takes it in: every event is already in our own words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ct112.core.agency_outcomes import AgencyWords
from ct112.core.asks import Ask, AskId
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import TelephoneCommand, about
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, PositionName
from ct112.core.ivr import IvrDocument
from ct112.core.policy import Policy
from ct112.core.stays import Move, People, Stay
from ct112.core.value import value


class OfferEnd(StrEnum):
    """Why an operator's leg ended."""

    MISSED = "missed"  # rang for its whole time
    DECLINED = "declined"  # the operator refused it
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # no registered phone, or the phone did not react
    HUNG_UP = "hung_up"  # after answering: the operator ended it
    LOST = "lost"  # after answering: the leg broke (network, phone died)
    PAGE_GONE = "page_gone"  # the same of a page's phone: it is back in a moment, when it was loaded again


@value(frozen=True, slots=True, kw_only=True)
class CallArrived:
    """A caller is at the door: the leg exists and nobody has picked it up yet. `trial`: a test call."""

    call: CallId
    node: NodeName
    ani: str | None
    dialled: str
    sip_call_id: str | None = None
    location: Mapping[str, Any] | None = None
    trunk: str = ""
    trial: bool = False


@value(frozen=True, slots=True)
class PickedUp:
    """The caller's leg is answered by us (`PickUp` succeeded)."""

    call: CallId


@value(frozen=True, slots=True)
class CallerLeft:
    """The caller's leg is gone."""

    call: CallId


@value(frozen=True, slots=True)
class CallDropped:
    """The caller's leg is gone because its Asterisk ended; the caller is to be called back."""

    call: CallId


@value(frozen=True, slots=True)
class CallReleased:
    """The caller's leg lives on in the dialplan, out of our hands (fallback, dead-man's switch)."""

    call: CallId


@value(frozen=True, slots=True)
class DigitPressed:
    """The caller pressed a key: one of 0-9, *, #, A-D."""

    call: CallId
    digit: str


@value(frozen=True, slots=True)
class PlayEnded:
    """A playback came to its end; `ok` is False when it failed or never started."""

    call: CallId
    play: PlayId
    ok: bool = True


@value(frozen=True, slots=True)
class OfferRinging:
    """The position's phone rings."""

    offer: OfferId


@value(frozen=True, slots=True)
class OfferAnswered:
    """The operator picked up; the two legs are not joined yet."""

    offer: OfferId


@value(frozen=True, slots=True)
class OfferHeld:
    """The operator's phone put the call on hold (the caller hears a voice and a tone) or took it back."""

    offer: OfferId
    held: bool


@value(frozen=True, slots=True)
class OfferEnded:
    """The operator's leg is gone."""

    offer: OfferId
    reason: OfferEnd


@value(frozen=True, slots=True)
class Joined:
    """Caller, or who is called back, and operator hear each other (`Join` or `JoinCallee` succeeded)."""

    call: CallId
    offer: OfferId


@value(frozen=True, slots=True)
class CommandFailed:
    """A command did not work. `gone`: the leg no longer exists."""

    command: TelephoneCommand
    gone: bool = False
    reason: str = ""

    @property
    def call(self) -> CallId:
        """The call, or the call-back, it is about."""
        return about(self.command)


@value(frozen=True, slots=True)
class PhoneSeen:
    """A position's phone is (or is no longer) registered at a node. `page`: which page is its phone there."""

    position: PositionName
    node: NodeName
    registered: bool
    page: str = ""


@value(frozen=True, slots=True)
class TrunkSeen:
    """A trunk answers a node (or does not answer it any more), as far as that node knows."""

    trunk: str
    node: NodeName
    reached: bool


@value(frozen=True, slots=True)
class PeopleChanged:
    """The positions and operators there are, replacing those before. Who sits where is asked of the floor."""

    people: People


@value(frozen=True, slots=True)
class SeatingRestored:
    """Who sat where, and who was to move, when it was written down last."""

    stays: tuple[Stay, ...]
    moves: tuple[Move, ...] = ()


@value(frozen=True, slots=True)
class IvrPublished:
    """New calls run this document; calls under way keep theirs."""

    document: IvrDocument


@value(frozen=True, slots=True)
class PolicyChanged:
    """What begins from now on goes by the settings of this policy; what is under way keeps its times."""

    policy: Policy


@value(frozen=True, slots=True, kw_only=True)
class FoundCall:
    """A caller's leg found in our hands after a gap. `joined`: it talks to this operator's leg.

    `arrived_at` is by the node's clock.
    """

    call: CallId
    ani: str | None
    dialled: str
    arrived_at: float
    picked_up: bool
    sip_call_id: str | None = None
    location: Mapping[str, Any] | None = None
    joined: OfferId | None = None
    trunk: str = ""


@value(frozen=True, slots=True, kw_only=True)
class FoundOffer:
    """An operator's leg found after a gap."""

    offer: OfferId
    position: PositionName
    answered: bool


@value(frozen=True, slots=True, kw_only=True)
class FoundCallee:
    """The leg of somebody who is called back, found after a gap. `joined`: it talks to the operator's leg."""

    call: CallId
    answered: bool
    joined: bool = False
    trunk: str = ""


@value(frozen=True, slots=True, kw_only=True)
class NodeSurveyed:
    """All that is true on a node, asked for after a gap. `elsewhere`: alive, but in the dialplan.

    `up_since`: when its Asterisk was started; no leg can be older. `node_now`: the present time there. Both
    are epoch seconds by the node's clock, to be compared with times of that node alone.
    """

    node: NodeName
    calls: tuple[FoundCall, ...] = ()
    offers: tuple[FoundOffer, ...] = ()
    callees: tuple[FoundCallee, ...] = ()
    elsewhere: frozenset[CallId] = frozenset()
    up_since: float | None = None
    node_now: float | None = None


@value(frozen=True, slots=True)
class NodeLost:
    """The link to a node broke. Its calls are still there; we cannot act on them until surveyed."""

    node: NodeName


@value(frozen=True, slots=True, kw_only=True)
class CallbackAsked:
    """The operator at a position wants to call somebody back."""

    task: int
    number: str
    position: PositionName


@value(frozen=True, slots=True, kw_only=True)
class AgencyCallAsked:
    """An agency is to be called, by a name that was never dialled. `agency`: its code."""

    call: CallId
    node: NodeName
    agency: str
    number: str
    seconds: float
    words: AgencyWords


@value(frozen=True, slots=True)
class AgencyMessage:
    """What is said in a call to an agency that was found after a restart."""

    call: CallId
    words: AgencyWords


@value(frozen=True, slots=True)
class AgencyCallBegun:
    """A call to an agency that was begun at a node, and whose outcome is not known. `at`: by our clock."""

    call: CallId
    node: NodeName
    at: float


@value(frozen=True, slots=True)
class AgencyCallsRestored:
    """The calls to agencies an earlier process has begun, and those that are over."""

    begun: tuple[AgencyCallBegun, ...] = ()
    over: tuple[CallId, ...] = ()


@value(frozen=True, slots=True)
class CalleeAnswered:
    """Whoever is called back, or an agency, picked up."""

    call: CallId


@value(frozen=True, slots=True)
class CalleeEnded:
    """The leg of whoever is called back, or of an agency, is gone; `result`: why, when nobody had picked up.

    `by_trunk`: the trunk failed before the number was reached; another may get there.
    """

    call: CallId
    result: CallbackResult
    by_trunk: bool = False


@value(frozen=True, slots=True)
class Asked:
    """A person or program asks for a change; the floor answers with `Answered`.

    `by`: the name of the account. `revision`: of what the ask is about, as the client saw it; None: whatever.
    """

    id: AskId
    by: str
    revision: int | None
    ask: Ask


@value(frozen=True, slots=True)
class Draining:
    """The service is leaving: callers without an operator go to the fallback, talks go on."""


Event = (
    CallArrived
    | PickedUp
    | CallerLeft
    | CallDropped
    | CallReleased
    | DigitPressed
    | PlayEnded
    | OfferRinging
    | OfferAnswered
    | OfferHeld
    | OfferEnded
    | Joined
    | CommandFailed
    | PhoneSeen
    | TrunkSeen
    | PeopleChanged
    | SeatingRestored
    | IvrPublished
    | PolicyChanged
    | NodeSurveyed
    | NodeLost
    | CallbackAsked
    | AgencyCallAsked
    | AgencyMessage
    | AgencyCallsRestored
    | CalleeAnswered
    | CalleeEnded
    | Asked
    | Draining
)
