"""What a floor decides, as one list for tests; and the failure of any command by its name."""

from ct112.core import commands
from ct112.core.commands import AgencyCallDone, Answered, CallbackDone, TelephoneCommand, Unexpected
from ct112.core.events import CommandFailed
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, PositionName, offer_id, play_id
from ct112.core.outbox import Outbox
from ct112.core.record import CallRecord, Fact, ServiceClass

Decision = TelephoneCommand | CallRecord | Fact | CallbackDone | AgencyCallDone | Answered | Unexpected
LEG = {"node": NodeName("a"), "position": PositionName("pos-1"), "seconds": 15.0}


def decisions(outbox: Outbox) -> list[Decision]:
    """Return all that is in an outbox, the telephone first."""
    return [
        *outbox.telephone,
        *outbox.records,
        *outbox.facts,
        *outbox.results,
        *outbox.agency_results,
        *outbox.answers,
        *outbox.unexpected,
    ]


def command_of(
    name: str, call: CallId, offer: OfferId | None = None, play: PlayId | None = None
) -> TelephoneCommand:
    """Return a command of that class about a call, whatever else it says."""
    offer, play = offer or offer_id(call, 1), play or play_id(call, 3)
    rest: dict[str, dict[str, object]] = {
        "Play": {"play": play, "prompts": ()},
        "StopPlay": {"play": play},
        "Ring": {"offer": offer, **LEG, "ani": None, "service_class": ServiceClass.EMERGENCY},
        "Join": {"offer": offer},
        "ExtendDeadman": {"seconds": 12.0},
        "SendToFallback": {"reason": "draining"},
        "RingOperator": {"offer": offer, **LEG, "number": "0812"},
        "DialCallee": {"node": NodeName("a"), "number": "0812", "seconds": 45.0},
        "JoinCallee": {"offer": offer, "node": NodeName("a")},
        "EndCallee": {"node": NodeName("a")},
    }
    if name == "EndOffer":
        return commands.EndOffer(offer)
    made: TelephoneCommand = getattr(commands, name)(call=call, **rest.get(name, {}))
    return made


def failed(
    command: str,
    call: CallId,
    offer: OfferId | None = None,
    play: PlayId | None = None,
    *,
    gone: bool = False,
    reason: str = "",
) -> CommandFailed:
    """Return the failure of a command of that class."""
    return CommandFailed(command_of(command, call, offer, play), gone=gone, reason=reason)
