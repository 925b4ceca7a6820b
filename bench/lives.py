"""What one call writes down, from its arrival to its end: taken from the floor itself, not made up."""

from ct112.core.commands import Ring, TelephoneCommand
from ct112.core.events import (
    CallArrived,
    CallerLeft,
    DigitPressed,
    Event,
    Joined,
    OfferAnswered,
    OfferRinging,
    PhoneSeen,
    PickedUp,
    SeatingRestored,
)
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OperatorName, PositionName, derive_call_id
from ct112.core.policy import Policy
from ct112.core.record import CallRecord, Fact
from ct112.core.stays import Stay
from ct112.simulation.scenario import menu

NODE = NodeName("a")
POSITION = PositionName("pos-1")
STAY = Stay(
    id=CallId("stay-1"), operator=OperatorName("operator-1"), position=POSITION, since=0.0, ready=True
)


def written(number: int, at: float) -> list[CallRecord | Fact]:
    """Return the records and facts of one answered call that arrives at `at` (epoch seconds), in order."""
    floor = Floor(Policy(), menu())
    commands: list[TelephoneCommand] = []
    kept: list[CallRecord | Fact] = []

    def tell(event: Event, after: float) -> None:
        outbox = floor.handle(event, at + after)
        commands.extend(outbox.telephone)
        kept.extend([*outbox.records, *outbox.facts])

    call = derive_call_id(NODE, str(number), at)
    tell(SeatingRestored((STAY,)), 0)
    tell(PhoneSeen(POSITION, NODE, registered=True), 0)
    tell(CallArrived(call=call, node=NODE, ani=f"08{number:010d}", dialled="112", sip_call_id=call), 0)
    tell(PickedUp(call), 0.01)
    tell(DigitPressed(call, "1"), 4)
    offer = next(command.offer for command in commands if isinstance(command, Ring))
    tell(OfferRinging(offer), 4.1)
    tell(OfferAnswered(offer), 8)
    tell(Joined(call, offer), 8.01)
    tell(CallerLeft(call), 60)
    return kept
