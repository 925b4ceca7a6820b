"""Who is rung for whom: the calls in the order of the queue, each with the longest idle it can reach."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ct112.core import offering
from ct112.core.board import Board, Lost
from ct112.core.calls import Call, Hearing, Offered, Waiting
from ct112.core.ids import CallId, NodeName, OperatorName, PositionName
from ct112.core.policy import Policy
from ct112.core.queueing import Place, queue_key
from ct112.core.record import CallRecord, ServiceClass
from tests.core.ivr_documents import usual_document

A, B = NodeName("a"), NodeName("b")
NOW = 10_000.0
DOCUMENT = usual_document()


@dataclass(frozen=True)
class Caller:
    """A waiting call."""

    name: str
    node: NodeName = A
    service_class: ServiceClass = ServiceClass.EMERGENCY
    first: bool = False
    waited: float = 10.0

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.service_class, NOW - self.waited, self.first)


@dataclass(frozen=True)
class Desk:
    """A ready operator."""

    name: str
    idle: float = 1.0
    nodes: frozenset[NodeName] = frozenset((A,))


def settled(
    callers: list[Caller], desks: list[Desk], lost: frozenset[NodeName] = frozenset()
) -> dict[str, str]:
    """Return who is rung for whom: call to position."""
    board = Board(Policy(), DOCUMENT, now=NOW, lost={node: Lost.by(Policy()) for node in lost})
    for desk in desks:
        operator = board.position(PositionName(desk.name))
        operator.phones |= desk.nodes
        operator.seat(OperatorName(desk.name), ready=True, now=NOW - desk.idle)
    for caller in callers:
        at = NOW - caller.waited
        record = CallRecord(
            call=CallId(caller.name), node=caller.node, arrived_at=at, service_class=caller.service_class
        )
        waiting = Waiting(caller.place, Hearing(None, NOW + 10))
        board.calls.add(Call(record=record, began=waiting, document=DOCUMENT, language="id"))
    offering.settle(board)
    return {call.id: call.state.position for call in board.calls.values() if isinstance(call.state, Offered)}


def by_the_book(callers: list[Caller], desks: list[Desk], lost: frozenset[NodeName]) -> dict[str, str]:
    """Return the same from the rule's own words, by sorting everybody."""
    line = sorted(
        (one for one in callers if one.node not in lost),
        key=lambda one: queue_key(one.place, one.name, NOW, Policy()),
    )
    free = sorted(desks, key=lambda one: (NOW - one.idle, one.name))
    pairs = {}
    for caller in line:
        chosen = next((desk for desk in free if caller.node in desk.nodes), None)
        if chosen is not None:
            free.remove(chosen)
            pairs[caller.name] = chosen.name
    return pairs


def test_the_longest_idle_gets_the_first_call() -> None:
    desks = [Desk("p1", 10), Desk("p2", 30), Desk("p3", 20)]
    assert settled([Caller("c1", waited=9), Caller("c2", waited=8)], desks) == {"c1": "p2", "c2": "p3"}


def test_equally_idle_operators_are_taken_by_name() -> None:
    assert settled([Caller("c1")], [Desk("p2"), Desk("p1")]) == {"c1": "p1"}


def test_a_call_nobody_can_take_does_not_hold_up_the_next() -> None:
    assert settled([Caller("c1", B, waited=99), Caller("c2")], [Desk("p1")]) == {"c2": "p1"}


def test_a_call_on_a_lost_node_is_not_offered() -> None:
    assert settled([Caller("c1")], [Desk("p1")], lost=frozenset((A,))) == {}


nodes = st.sampled_from([A, B])
callers = st.lists(
    st.builds(
        Caller,
        st.text("abc", min_size=1),
        nodes,
        st.sampled_from(ServiceClass),
        st.booleans(),
        st.sampled_from([1.0, 50.0, 179.0, 181.0, 500.0]),
    ),
    unique_by=lambda one: one.name,
)
desks = st.lists(
    st.builds(Desk, st.text("xyz", min_size=1), st.sampled_from([1.0, 2.0, 3.0]), st.frozensets(nodes)),
    unique_by=lambda one: one.name,
)


@given(callers, desks, st.frozensets(nodes, max_size=1))
def test_the_line_is_as_the_rule_says(
    waiting: list[Caller], ready: list[Desk], lost: frozenset[NodeName]
) -> None:
    assert settled(waiting, ready, lost) == by_the_book(waiting, ready, lost)
