"""How far an agency is, and what is due: nothing that was to be told is ever forgotten."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.incidents.agencies import Step, WayKind
from ct112.incidents.dispatches import BY_AGENCY, ON_THE_WAY, OVER, SEEN, TABLE, DispatchStatus, moved
from ct112.incidents.due import (
    TALK,
    Again,
    TellSupervisor,
    Try,
    after_failure,
    key,
    limit,
    look_again,
    next_step,
)
from ct112.incidents.states import IncidentRefused

S = DispatchStatus
NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)


@given(st.lists(st.sampled_from(S), max_size=12))
def test_reports_only_lead_forward_and_what_is_over_stays_over(reports: list[DispatchStatus]) -> None:
    status = S.SENT
    for to in reports:
        before = status
        if to is before or (to in (S.RECEIVED, S.ACKNOWLEDGED) and before in SEEN):
            assert not moved(before, to)
        elif (before, to) in TABLE:
            assert moved(before, to)
            status = to
        else:
            with pytest.raises(IncidentRefused):
                moved(before, to)
        if before in OVER:
            assert status is before
        elif before in ON_THE_WAY and status in ON_THE_WAY:
            assert ON_THE_WAY.index(status) >= ON_THE_WAY.index(before)


def test_an_agency_never_says_for_itself_what_is_the_centres() -> None:
    assert {S.SENT, S.CANCELLED} == set(S) - BY_AGENCY


def test_from_every_state_that_is_not_over_the_centre_can_have_it_stand_down() -> None:
    assert all((status, S.CANCELLED) in TABLE for status in S if status not in OVER)


steps = st.lists(
    st.builds(
        Step,
        way=st.sampled_from(WayKind),
        within_seconds=st.none() | st.integers(5, 3600),
        number=st.none() | st.sampled_from(["0285421", "0285422"]),
        contact=st.none() | st.builds(UUID, int=st.integers(1, 3)),
    ),
    max_size=6,
)


@given(steps, st.integers(1, 4))
def test_each_step_is_tried_once_in_order_and_then_the_supervisor(ways: list[Step], priority: int) -> None:
    tried: list[str] = []
    while isinstance(due := next_step(ways, tried, priority, NOON), Try):
        assert due.limit > NOON
        tried.append(key(due.step))
        assert len(tried) <= len(ways)
    assert isinstance(due, TellSupervisor)
    assert tried == list(dict.fromkeys(key(step) for step in ways))


def test_who_went_off_duty_meanwhile_is_passed_over_and_who_came_on_is_tried() -> None:
    first = Step(way=WayKind.PHONE, within_seconds=None, number="0285421", contact=UUID(int=1))
    second = Step(way=WayKind.PHONE, within_seconds=None, number="0285422", contact=UUID(int=2))
    assert next_step([second], [key(first)], 1, NOON) == Try(second, NOON + timedelta(seconds=60))
    assert isinstance(next_step([first], [key(first)], 1, NOON), TellSupervisor)


def test_the_ways_own_limit_goes_before_the_priorities() -> None:
    way = Step(way=WayKind.WEBHOOK, within_seconds=30, url="https://a.example/")
    assert limit(way, 1) == timedelta(seconds=30)
    assert limit(Step(way=WayKind.PAGE, within_seconds=None), 4) == timedelta(seconds=900)


def test_a_step_is_known_by_where_it_leads_and_the_mark_does_not_tell_it() -> None:
    way = Step(way=WayKind.PHONE, within_seconds=None, number="0285421")
    other = Step(way=WayKind.PHONE, within_seconds=None, number="0285422")
    assert key(way) != key(other)
    assert "0285421" not in key(way)


@given(st.integers(1, 1000), st.integers(1, 900))
def test_a_failure_is_tried_again_within_its_limit_or_the_next_step_is_due(attempts: int, left: int) -> None:
    end = NOON + timedelta(seconds=left)
    again = after_failure(attempts, end, NOON)
    if isinstance(again, Again):
        assert NOON < again.at < end
        assert again.at - NOON <= timedelta(seconds=10)
    else:
        assert end - NOON <= timedelta(seconds=10)


@given(st.floats(0.1, 30), st.integers(-900, 900), st.booleans())
def test_what_is_under_way_ends_within_its_limit_or_while_a_person_listens(
    seconds: float, left: int, listens: bool
) -> None:
    end = NOON + timedelta(seconds=left)
    again = look_again(seconds, end, NOON, listens=listens)
    if isinstance(again, Again):
        assert NOON < again.at < end + (TALK if listens else timedelta())
    else:
        assert NOON + timedelta(seconds=seconds) >= end
