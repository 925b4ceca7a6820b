"""Who is reached, and in which order: nobody who is off duty, whatever the ways say."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ct112.incidents.agencies import (
    Agency,
    Contact,
    DutyException,
    Shift,
    Way,
    WayKind,
    on_duty,
    steps,
    troubles,
)
from ct112.incidents.hours import Hours

JAKARTA = ZoneInfo("Asia/Jakarta")
MORNING = datetime(2026, 11, 26, 2, 0, tzinfo=UTC).astimezone(JAKARTA)  # Thursday 09:00
NIGHT = datetime(2026, 11, 26, 17, 0, tzinfo=UTC).astimezone(JAKARTA)  # Friday 00:00
EVERY_DAY = frozenset(range(7))
BY_DAY = Shift(hours=Hours(days=EVERY_DAY, start=7 * 60, end=19 * 60))
BY_NIGHT = Shift(hours=Hours(days=EVERY_DAY, start=19 * 60, end=7 * 60))


def contact(*shifts: Shift, number: str | None = "0285421000", email: str | None = None) -> Contact:
    return Contact(id=uuid.uuid4(), name="Regu", number=number, email=email, shifts=shifts)


def agency(*ways: Way, contacts: tuple[Contact, ...] = (), active: bool = True) -> Agency:
    return Agency(code="damkar", name="Damkar", ways=ways, contacts=contacts, active=active)


def test_a_way_without_a_number_of_its_own_rings_each_contact_on_duty_in_order() -> None:
    first, asleep, second = contact(BY_DAY), contact(BY_NIGHT), contact(BY_DAY, number="0285421001")
    here = agency(
        Way(kind=WayKind.PAGE), Way(kind=WayKind.PHONE, within_seconds=40), contacts=(first, asleep, second)
    )
    found = steps(here, MORNING)
    assert [(step.way, step.contact) for step in found] == [
        (WayKind.PAGE, None), (WayKind.PHONE, first.id), (WayKind.PHONE, second.id),
    ]  # fmt: skip
    assert [step.number for step in found] == [None, "0285421000", "0285421001"]
    assert found[1].within_seconds == 40
    assert [step.contact for step in steps(here, NIGHT)] == [None, asleep.id]


def test_who_has_no_shift_is_never_on_duty_and_a_way_with_its_own_number_needs_nobody() -> None:
    nobody = contact()
    desk = Way(kind=WayKind.PHONE, number="0285421111")
    assert steps(agency(Way(kind=WayKind.PHONE), contacts=(nobody,)), MORNING) == ()
    (step,) = steps(agency(desk, contacts=(nobody,)), MORNING)
    assert (step.number, step.contact) == ("0285421111", None)


def test_an_exception_counts_before_the_shifts_and_being_off_counts_before_being_on() -> None:
    hour = timedelta(hours=1)
    off = DutyException(start=MORNING - hour, end=MORNING + hour, on_duty=False)
    on = DutyException(start=NIGHT - hour, end=NIGHT + hour, on_duty=True)
    person = Contact(id=uuid.uuid4(), name="A", shifts=(BY_DAY,), exceptions=(off, on))
    assert not person.on_duty(MORNING)
    assert person.on_duty(MORNING + hour)  # until before its end
    assert person.on_duty(NIGHT)
    both = Contact(id=uuid.uuid4(), name="A", shifts=(BY_DAY,), exceptions=(off, on, DutyException(
        start=NIGHT, end=NIGHT + hour, on_duty=False)))  # fmt: skip
    assert not both.on_duty(NIGHT)
    assert both.on_duty(NIGHT - timedelta(minutes=1))


def test_an_agency_that_does_not_act_any_more_is_not_reached() -> None:
    assert steps(agency(Way(kind=WayKind.PAGE), active=False), MORNING) == ()
    assert troubles(agency(active=False), MORNING) == ()


def test_what_keeps_an_agency_from_being_reached_is_said() -> None:
    page = Way(kind=WayKind.PAGE)
    assert troubles(agency(page), MORNING) == ("no way but its page: nothing rings there",)
    assert "no contacts are filled in" in troubles(agency(page, Way(kind=WayKind.PHONE)), MORNING)
    by_night = agency(Way(kind=WayKind.PHONE), contacts=(contact(BY_NIGHT),))
    assert troubles(by_night, MORNING) == ("nobody is on duty now", "nobody can be reached now")
    assert troubles(by_night, NIGHT) == ()


def test_nothing_secret_or_personal_is_in_a_text() -> None:
    way = Way(kind=WayKind.WEBHOOK, url="https://a.example", secret="s" * 20)
    person = contact(BY_DAY, email="siti@example.org")
    here = agency(way, Way(kind=WayKind.EMAIL), contacts=(person,))
    said = f"{here!r} {here} {steps(here, MORNING)!r}"
    for hidden in ("s" * 20, "a.example", "siti", "0285421000", "Regu"):
        assert hidden not in said


@given(
    st.lists(st.tuples(st.sets(st.integers(0, 6), min_size=1), st.integers(0, 1439), st.integers(0, 1440))),
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)),  # noqa: DTZ001
)
def test_every_contact_in_the_steps_is_on_duty_by_a_reckoning_of_its_own(
    given_shifts: list[tuple[set[int], int, int]], when: datetime
) -> None:
    at = when.replace(tzinfo=UTC).astimezone(JAKARTA)
    shifts = tuple(
        Shift(hours=Hours(days=frozenset(days), start=start, end=end)) for days, start, end in given_shifts
    )
    person = contact(*shifts)
    here = agency(Way(kind=WayKind.PHONE), contacts=(person,))
    expected = any(_within(days, start, end, at) for days, start, end in given_shifts)
    assert bool(steps(here, at)) is expected
    assert bool(on_duty(here, at)) is expected


def _within(days: set[int], start: int, end: int, at: datetime) -> bool:
    """Return whether a moment lies in a shift that began today or yesterday, written the long way."""
    for ago in (0, 1):
        midnight = (at - timedelta(days=ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        begins = midnight + timedelta(minutes=start)
        ends = midnight + timedelta(minutes=end) + (timedelta() if end > start else timedelta(days=1))
        if midnight.weekday() in days and begins <= at < ends:
            return True
    return False
