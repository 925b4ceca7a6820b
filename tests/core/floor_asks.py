"""Asks as people would make them, on what they see or saw."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ct112.core.asks import Ask, AskId, SetClass, SetPriority
from ct112.core.events import Asked
from ct112.core.record import ServiceClass
from tests.core.floor_world import ONE, THREE, TWO, World


@dataclass(frozen=True)
class AskFor:
    """Somebody asks; `age`: so many changes ago they looked, None when they did not say."""

    ask: Ask
    id: int
    age: int | None

    def event(self, world: World) -> Asked:
        """Return the ask, made on the revision meant."""
        call = world.floor.calls.get(self.ask.call) if isinstance(self.ask, SetClass | SetPriority) else None
        now = call.revision if call is not None else 0
        revision = None if self.age is None else now - self.age
        return Asked(AskId(f"ask-{self.id}"), "sari", revision, self.ask)


call_ids = st.sampled_from([ONE, TWO, THREE])
asks: st.SearchStrategy[Ask] = st.builds(SetClass, call_ids, st.sampled_from(ServiceClass)) | st.builds(
    SetPriority, call_ids, st.booleans()
)
asked = st.builds(AskFor, asks, st.integers(1, 30), st.sampled_from([None, 0, 0, 0, 1, -1]))
