"""Hypothesis strategies: people who log in and out, move and pause, and lists of who there is."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ct112.core.asks import Ask, Leave, SetState, Sit, Summon, SummonsState
from ct112.core.events import PeopleChanged
from ct112.core.ids import OperatorName, PositionName
from ct112.core.stays import People
from tests.core.floor_world import POS_1, POS_2, POS_3, operator_of

STRANGER = OperatorName("stranger")
POSITIONS = (POS_1, POS_2, POS_3)
PEOPLE = tuple(operator_of(position) for position in POSITIONS)
REASONS = ("meal", "break")


@dataclass(frozen=True)
class Everybody:
    """All there is to be is there, and the first two sit at their own positions, ready."""


positions = st.sampled_from([POS_1, POS_1, POS_2, POS_2, POS_3, PositionName("nowhere")])
operators = st.sampled_from([*PEOPLE, STRANGER])
reasons = st.sampled_from([*REASONS, None, "no reason"])
people_changed = st.builds(
    lambda positions, operators: PeopleChanged(
        People(positions=positions, operators=operators, reasons=frozenset(REASONS))
    ),
    st.frozensets(st.sampled_from(POSITIONS), min_size=1),
    st.frozensets(st.sampled_from([*PEOPLE, STRANGER]), min_size=1),
)
seat_asks: st.SearchStrategy[Ask] = st.one_of(
    st.builds(Sit, positions, operators, st.sampled_from([None, True, False]), reasons),
    st.builds(Leave, position=positions),
    st.builds(Leave, operator=operators),
    st.builds(SetState, operators, st.booleans(), reasons),
    st.builds(Summon, positions, st.sampled_from(SummonsState)),
)
