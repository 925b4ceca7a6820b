"""What the floor decides. The telephone carries commands out; one that fails comes back as an event."""

from collections.abc import Mapping
from typing import Any

from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.asks import AskCode, AskId
from ct112.core.callback_rules import CallbackResult
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, PositionName, call_of
from ct112.core.ivr import Prompt
from ct112.core.record import ServiceClass
from ct112.core.value import value


@value(frozen=True, slots=True)
class PickUp:
    """Answer the caller's leg. Ends in `PickedUp` or `CommandFailed`."""

    call: CallId


@value(frozen=True, slots=True)
class Play:
    """Play prompts one after another to the caller. Ends in exactly one `PlayEnded`.

    `ringing_after`: when the prompts are over, let the caller hear a ringing tone until `StopPlay`
    (then `PlayEnded` comes only when stopped).
    """

    call: CallId
    play: PlayId
    prompts: tuple[Prompt, ...]
    ringing_after: bool = False


@value(frozen=True, slots=True)
class StopPlay:
    """Stop that playback; one that is over already is no error. `tone_only`: it rings, nothing is said."""

    call: CallId
    play: PlayId
    tone_only: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Ring:
    """Ring a position for a call, at most `seconds`. Ends in `OfferAnswered` or `OfferEnded`."""

    call: CallId
    offer: OfferId
    node: NodeName
    position: PositionName
    seconds: float
    ani: str | None
    service_class: ServiceClass


@value(frozen=True, slots=True)
class EndOffer:
    """Stop ringing, or hang the operator's leg up; `saying`: once it is said why nobody is on the line."""

    offer: OfferId
    saying: CallbackResult | None = None


@value(frozen=True, slots=True)
class Join:
    """Let caller and operator hear each other and disarm the dead-man's switch. Ends in `Joined`."""

    call: CallId
    offer: OfferId


@value(frozen=True, slots=True)
class ExtendDeadman:
    """Push the dead-man's switch `seconds` into the future; 0 disarms it."""

    call: CallId
    seconds: float


@value(frozen=True, slots=True)
class SendToFallback:
    """Give the caller to the dialplan's own queue. Ends in `CallReleased` or `CallerLeft`."""

    call: CallId
    reason: str


@value(frozen=True, slots=True)
class HangUp:
    """End the caller's leg. Ends in `CallerLeft`."""

    call: CallId


@value(frozen=True, slots=True, kw_only=True)
class RingOperator:
    """Ring a position for a call we make. Ends in `OfferAnswered` or `OfferEnded`."""

    call: CallId
    offer: OfferId
    node: NodeName
    position: PositionName
    seconds: float
    number: str
    agency: str = ""  # its code, when it is one that wants an operator


@value(frozen=True, slots=True, kw_only=True)
class DialCallee:
    """Dial the number through a trunk, at most `seconds`. Ends in `CalleeAnswered` or `CalleeEnded`.

    `lasts`: the leg ends by itself after so long unless it is joined, whatever becomes of us; 0: it does not.
    """

    call: CallId
    node: NodeName
    number: str
    seconds: float
    trunk: str = ""  # none: the only one
    lasts: float = 0.0


@value(frozen=True, slots=True)
class JoinCallee:
    """Let the operator and the one called back hear each other."""

    call: CallId
    offer: OfferId
    node: NodeName


@value(frozen=True, slots=True)
class EndCallee:
    """End the leg of the one called back."""

    call: CallId
    node: NodeName


@value(frozen=True, slots=True, kw_only=True)
class CallbackDone:
    """Note how a call-back went. `tried`: a number was dialled."""

    task: int
    result: CallbackResult
    tried: bool


@value(frozen=True, slots=True, kw_only=True)
class AgencyCallDone:
    """Tell how a call to an agency went; once for each."""

    call: CallId
    outcome: AgencyOutcome


@value(frozen=True, slots=True)
class Answered:
    """The answer to an ask. A refused one has changed nothing; `reason` says in a sentence what to do."""

    id: AskId
    accepted: bool
    code: AskCode | None = None
    reason: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Unexpected:
    """An event that does not fit the state it met: logged and counted; the call is kept."""

    event: str
    state: str
    call: CallId | None = None
    data: Mapping[str, Any] | None = None


CallerCommand = PickUp | Play | StopPlay | Ring | EndOffer | Join | ExtendDeadman | SendToFallback | HangUp
CallbackCommand = RingOperator | DialCallee | JoinCallee | EndCallee
TelephoneCommand = CallerCommand | CallbackCommand


def about(command: TelephoneCommand) -> CallId:
    """Return the call, or the call-back, a command is about."""
    return call_of(command.offer) if isinstance(command, EndOffer) else command.call
