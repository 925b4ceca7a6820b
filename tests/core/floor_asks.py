"""Asks as people would make them, on what they see or saw."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ct112.core.asks import Ask, AskId, CallContact, Leave, SetClass, SetPriority, SetState, Sit, Summon
from ct112.core.events import Asked
from ct112.core.ids import PositionName
from ct112.core.record import ServiceClass
from tests.core.floor_people import operators, seat_asks
from tests.core.floor_world import ONE, THREE, TWO, World


@dataclass(frozen=True)
class AskFor:
    """Somebody asks; `age`: so many changes ago they looked, None when they did not say."""

    ask: Ask
    id: int
    age: int | None

    def event(self, world: World) -> Asked:
        """Return the ask, made on the revision meant."""
        revision = None if self.age is None else seen(world, self.ask) - self.age
        return Asked(AskId(f"ask-{self.id}"), "sari", revision, self.ask)


def seen(world: World, ask: Ask) -> int:
    """Return the revision of what an ask is about, as a page would show it."""
    floor = world.floor
    match ask:
        case SetClass() | SetPriority():
            call = floor.calls.get(ask.call)
            return call.revision if call is not None else 0
        case (
            SetState(operator=operator)
            | CallContact(operator=operator)
            | Leave(operator=operator, position=None)
        ):
            stay = floor.seating.stays.get(operator) if operator else None
            return floor.positions[stay.position].revision if stay is not None else 0
        case Sit(position=position) | Leave(position=position) | Summon(position=position):
            pass
    place = floor.positions.get(position or PositionName(""))
    return place.revision if place is not None else 0


call_ids = st.sampled_from([ONE, TWO, THREE])
asks: st.SearchStrategy[Ask] = st.builds(SetClass, call_ids, st.sampled_from(ServiceClass)) | st.builds(
    SetPriority, call_ids, st.booleans()
)
called_out = st.builds(CallContact, operators, st.just("pmi"), st.just("c-1"), st.just("0812"))
asked = st.builds(
    AskFor, asks | seat_asks | called_out, st.integers(1, 30), st.sampled_from([None, 0, 0, 0, 1, -1])
)
