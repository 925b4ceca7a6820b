"""The choice of operator."""

from hypothesis import given
from hypothesis import strategies as st

from ct112.core.ids import CallId, NodeName, PositionName
from ct112.core.routing import Candidate, Match, Wanting, match

A, B = NodeName("a"), NodeName("b")


def wanting(name: str, node: NodeName = A) -> Wanting:
    """Return a waiting call."""
    return Wanting(CallId(name), node)


def candidate(name: str, since: float, *nodes: NodeName) -> Candidate:
    """Return a ready operator."""
    return Candidate(PositionName(name), since, frozenset(nodes or (A,)))


def pairs(matches: list[Match]) -> list[tuple[str, str]]:
    """Return matches as call and position."""
    return [(one.call, one.position) for one in matches]


def test_the_longest_idle_gets_the_first_call() -> None:
    ready = [candidate("p1", 30), candidate("p2", 10), candidate("p3", 20)]
    assert pairs(match([wanting("c1"), wanting("c2")], ready)) == [("c1", "p2"), ("c2", "p3")]


def test_equally_idle_operators_are_taken_by_name() -> None:
    assert pairs(match([wanting("c1")], [candidate("p2", 1), candidate("p1", 1)])) == [("c1", "p1")]


def test_a_call_nobody_can_take_does_not_hold_up_the_next() -> None:
    assert pairs(match([wanting("c1", B), wanting("c2")], [candidate("p1", 1)])) == [("c2", "p1")]


nodes = st.sampled_from([A, B])
names = st.text("xyz", min_size=1).map(PositionName)
calls = st.lists(st.builds(wanting, st.text("abc", min_size=1), nodes), unique_by=lambda one: one.call)
operators = st.lists(
    st.builds(Candidate, names, st.floats(0, 9), st.frozensets(nodes)), unique_by=lambda one: one.position
)


@given(calls, operators)
def test_nobody_gets_two_and_no_pair_is_left_over(waiting: list[Wanting], ready: list[Candidate]) -> None:
    matches = match(waiting, ready)
    where = {one.call: one.node for one in waiting}
    able = {one.position: one.nodes for one in ready}
    assert len({one.call for one in matches}) == len({one.position for one in matches}) == len(matches)
    assert all(where[one.call] in able[one.position] for one in matches)
    left = set(where) - {one.call for one in matches}
    idle = set(able) - {one.position for one in matches}
    assert not [(call, position) for call in left for position in idle if where[call] in able[position]]
