"""The order of the queue."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ct112.core.calls import Call, Hearing, Waiting
from ct112.core.ids import CallId, NodeName
from ct112.core.policy import Policy
from ct112.core.queueing import Key, Place, queue_key
from ct112.core.record import CallRecord, ServiceClass
from ct112.simulation.queue_oracle import certainly_before
from tests.core.ivr_documents import usual_document

EMERGENCY, URGENT, INFORMATION = ServiceClass
NOW, POLICY = 10_000.0, Policy()
PATIENCE = POLICY.patience_seconds


def key(service_class: ServiceClass, waited: float, *, first: bool = False, name: str = "x") -> Key:
    """Return the key of a call that has waited so long."""
    return queue_key(Place(service_class, NOW - waited, first), name, NOW, POLICY)


def test_emergency_before_urgent_before_information() -> None:
    assert key(EMERGENCY, 0) < key(URGENT, 100) < key(INFORMATION, 170)


def test_the_oldest_of_a_class_is_first() -> None:
    assert key(URGENT, 20) < key(URGENT, 10)


def test_a_call_that_lost_its_operator_is_first_in_its_class_and_no_further() -> None:
    assert key(EMERGENCY, 500) < key(URGENT, 1, first=True) < key(URGENT, 500)


def test_an_impatient_information_call_goes_before_younger_urgent_ones() -> None:
    assert key(INFORMATION, PATIENCE) < key(URGENT, PATIENCE - 1)
    assert key(INFORMATION, PATIENCE - 1) > key(URGENT, 0)


def test_an_impatient_information_call_counts_as_urgent_and_no_more() -> None:
    assert key(URGENT, PATIENCE + 1) < key(INFORMATION, PATIENCE)
    assert key(URGENT, 0, first=True) < key(INFORMATION, PATIENCE)


@given(st.sampled_from([URGENT, INFORMATION]), st.floats(0, 1e6), st.floats(0, 1e6), st.booleans())
def test_nothing_ever_goes_before_an_emergency(
    other: ServiceClass, waited: float, emergency: float, first: bool
) -> None:
    assert key(EMERGENCY, emergency) < key(other, waited, first=first)


def call(name: str, place: Place) -> Call:
    """Return a call that waits there."""
    record = CallRecord(
        call=CallId(name), node=NodeName("a"), arrived_at=0.0, service_class=place.service_class
    )
    began = Waiting(place, Hearing(None, NOW))
    return Call(record=record, began=began, document=usual_document(), language="id")


WAITS = (0.0, 1.0, PATIENCE - 1, PATIENCE, PATIENCE + 1, 1000.0)
PLACES = [
    Place(service_class, NOW - waited, first)
    for service_class in ServiceClass
    for waited in WAITS
    for first in (False, True)
]


def test_the_simulator_knows_the_same_rule() -> None:
    """What its oracle is certain of is so by the rule; and it is certain whenever nobody was put in front."""
    for one, other in product(PLACES, PLACES):
        earlier = queue_key(one, "a", NOW, POLICY) < queue_key(other, "b", NOW, POLICY)
        certain = certainly_before(call("a", one), call("b", other), NOW, POLICY)
        assert earlier or not certain, (one, other)
        if not (one.first or other.first) and one.queued_at != other.queued_at:
            assert certain == earlier, (one, other)
