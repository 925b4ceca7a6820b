"""The order of the queue."""

from hypothesis import given
from hypothesis import strategies as st

from ct112.core.queueing import Key, queue_key
from ct112.core.record import ServiceClass

EMERGENCY, URGENT, INFORMATION = ServiceClass
NOW, PATIENCE = 10_000.0, 180.0


def key(service_class: ServiceClass | None, waited: float, *, first: bool = False, name: str = "x") -> Key:
    """Return the key of a call that has waited so long."""
    return queue_key(
        service_class, first=first, queued_at=NOW - waited, name=name, now=NOW, patience_seconds=PATIENCE
    )


def test_emergency_before_urgent_before_information() -> None:
    assert key(EMERGENCY, 0) < key(URGENT, 100) < key(INFORMATION, 170)


def test_the_oldest_of_a_class_is_first() -> None:
    assert key(URGENT, 20) < key(URGENT, 10)


def test_a_call_that_lost_its_operator_is_first_in_its_class_and_no_further() -> None:
    assert key(EMERGENCY, 500) < key(URGENT, 1, first=True) < key(URGENT, 500)


def test_a_call_without_a_class_is_an_emergency() -> None:
    assert key(None, 5) < key(EMERGENCY, 4)


def test_an_impatient_information_call_goes_before_younger_urgent_ones() -> None:
    assert key(INFORMATION, PATIENCE) < key(URGENT, PATIENCE - 1)
    assert key(INFORMATION, PATIENCE - 1) > key(URGENT, 0)


@given(st.sampled_from([URGENT, INFORMATION]), st.floats(0, 1e6), st.floats(0, 1e6), st.booleans())
def test_nothing_ever_goes_before_an_emergency(
    other: ServiceClass, waited: float, emergency: float, first: bool
) -> None:
    assert key(EMERGENCY, emergency) < key(other, waited, first=first)
