"""The ways an agency is told: each kind has one, and a person on the line may listen to the end."""

from ct112.core import agency_states as states
from ct112.incidents.agencies import WayKind
from ct112.incidents.outcomes import Pending
from ct112.serve.views import state_name
from ct112.worker.agency_phone import Progress
from ct112.worker.ways import OF_PHONE, PICKED_UP, WAYS

NOBODY_THERE = {states.Sought, states.Dialling, states.Ending}
ON_THE_LINE = {
    *(states.Silent, states.Speaking, states.Listening, states.Wanting),
    *(states.RingingOperator, states.TalkingToOperator, states.Parting),
}


def test_every_kind_of_way_leads_somewhere() -> None:
    assert set(WayKind) == set(WAYS)


def test_every_state_of_a_call_says_whether_a_person_is_on_the_line() -> None:
    """A state that is new has to be put into one of the two."""
    there = {
        one for one in vars(states).values() if isinstance(one, type) and one.__module__ == states.__name__
    }
    assert there - {states.AgencyCall} == NOBODY_THERE | ON_THE_LINE
    assert {state_name(object.__new__(one)) for one in ON_THE_LINE} == PICKED_UP


def test_who_listens_may_listen_to_the_end() -> None:
    going_on = OF_PHONE[Progress.PENDING]
    assert going_on("speaking") == Pending(2.0, "speaking", listens=True)
    assert going_on("dialling") == Pending(2.0, "dialling")
