"""What may happen to an incident, over every state and step, and what a change of it is."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.incidents.incident import FIELDS, Content, Place, changed, content, is_material
from ct112.incidents.likeness import AS_OLD_AS, Sketch, likely_same, metres
from ct112.incidents.numbering import heard, number, spoken
from ct112.incidents.states import LIVE, TABLE, IncidentRefused, Status, Step, after
from tests.incidents import draw_states

NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)
HERE = UUID(int=1)


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_whatever_is_tried_an_incident_stands_somewhere_and_what_is_over_is_not_sent_anywhere(
    steps: list[Step],
) -> None:
    status = Status.OPEN
    for step in steps:
        before = status
        if (before, step) in TABLE:
            status = after(before, step)
            assert before in LIVE or step in (Step.REOPENED, Step.CALL_JOINED)
        else:
            with pytest.raises(IncidentRefused, match="it"):
                after(before, step)
    assert status in Status


def test_nothing_leads_out_of_a_merged_incident() -> None:
    for step in Step:
        with pytest.raises(IncidentRefused, match="use that one"):
            after(Status.MERGED, step)


def test_from_every_other_state_an_incident_can_be_live_again() -> None:
    leading = {status for (status, _), then in TABLE.items() if then in LIVE}
    assert leading == set(Status) - {Status.MERGED}


texts = st.none() | st.text(max_size=20)
contents = st.builds(
    Content,
    category=st.sampled_from(["kebakaran", "banjir"]),
    priority=st.integers(1, 4),
    place=st.builds(
        Place,
        landmark=texts,
        kelurahan=st.sampled_from([None, "33.75.01.1003"]),
        latitude=st.just(-6.9),
        longitude=st.floats(-180, 180),
    ),
    description=texts,
    people_in_danger=st.none() | st.integers(0, 50),
    caller_name=texts,
)


@given(contents, contents)
def test_what_differs_is_what_leads_from_one_to_the_other(old: Content, new: Content) -> None:
    difference = changed(old, new)
    then = content(old.flat() | {name: now for name, (_, now) in difference.items()})
    assert then == new
    assert all(was != now for was, now in difference.values())
    assert set(difference) <= set(FIELDS)


def test_who_called_is_nothing_an_agency_has_to_be_told_again() -> None:
    old = Content(category="kebakaran", priority=1)
    new = Content(category="kebakaran", priority=1, caller_name="Siti", caller_withheld=True)
    assert not is_material(changed(old, new))
    assert is_material(changed(old, Content(category="kebakaran", priority=2)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"priority": 0},
        {"priority": 5},
        {"people_in_danger": -1},
        {"people_in_danger": 10**9},
        {"latitude": -6.9},
        {"latitude": 91.0, "longitude": 0.0},
        {"latitude": float("nan"), "longitude": 0.0},
        {"latitude": 0.0, "longitude": float("inf")},
    ],
)
def test_what_no_incident_can_have_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"priority|people|latitude"):
        content({"category": "kebakaran", "priority": 1, **wrong})


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.integers(1, 999_999))
def test_a_number_says_its_day_and_is_said_without_the_year(day: date, serial: int) -> None:
    found = number(day, serial)
    assert found.startswith(f"{day.year}-")
    assert spoken(found) == f"{day:%m%d}-{serial}"


@pytest.mark.parametrize(
    "wrong", ["", "2026-1126-0", "2026-1126-01", "26-1126-1", "2026-1126-1\n", "2026-1126-٣"]
)
def test_what_is_no_number_is_not_spoken(wrong: str) -> None:
    with pytest.raises(ValueError, match="2026-1126-14"):
        spoken(wrong)


def sketch(id_: int, **more: object) -> Sketch:
    known = {"category": "kebakaran", "opened_at": NOON, "latitude": -6.8886, "longitude": 109.6753}
    return Sketch(id=UUID(int=id_), **{**known, **more})  # type: ignore[arg-type]


def test_the_nearest_fire_is_the_likeliest() -> None:
    near, far = sketch(2, latitude=-6.8890), sketch(3, latitude=-6.8920)
    found = likely_same(sketch(1), [far, near, sketch(4, latitude=-7.1)], NOON)
    assert [likeness.id.int for likeness in found] == [2, 3]
    assert found[0].metres == pytest.approx(44.5, abs=1)
    assert found[0].why == "44 m away"


@pytest.mark.parametrize(
    "other",
    [
        sketch(2, category="sarang_tawon"),
        sketch(2, opened_at=NOON - AS_OLD_AS - timedelta(seconds=1)),
        sketch(2, latitude=None, longitude=None),
        sketch(1),
    ],
    ids=["another category", "too old", "nowhere", "itself"],
)
def test_what_is_no_likeness(other: Sketch) -> None:
    assert likely_same(sketch(1), [other], NOON) == ()


def test_without_coordinates_a_landmark_or_the_kelurahan_tells() -> None:
    nowhere = {"latitude": None, "longitude": None}
    new = sketch(1, landmark="Pasar  Induk", kelurahan="33.75.01.1003", **nowhere)
    by_landmark = sketch(2, landmark="pasar induk", **nowhere)
    by_area = sketch(3, category="ambulans", kelurahan="33.75.01.1003", **nowhere)
    found = likely_same(new, [by_area, by_landmark], NOON)
    assert [(likeness.id.int, likeness.why) for likeness in found] == [
        (2, "the same landmark"),
        (3, "the same kelurahan"),
    ]


coordinates = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(coordinates, coordinates)
def test_a_distance_is_the_same_from_both_ends_and_no_longer_than_half_the_earth(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    first = sketch(1, latitude=one[0], longitude=one[1])
    second = sketch(2, latitude=other[0], longitude=other[1])
    there, back = metres(first, second), metres(second, first)
    assert there is not None
    assert there == pytest.approx(back, abs=0.01)
    assert 0 <= there <= 20_016_000


def test_the_page_has_the_states_of_the_code() -> None:
    text = draw_states.PAGE.read_text("utf-8")
    assert text == draw_states.page(text), "PYTHONPATH=src:. python -m tests.incidents.draw_states"


@given(
    st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 1, 1)),
    st.integers(1, 99_999),
    st.integers(0, 360),
)
def test_what_is_said_within_a_year_is_heard_as_the_number(day: date, serial: int, later: int) -> None:
    whole, today = number(day, serial), day + timedelta(days=later)
    assert heard(whole, today) == heard(spoken(whole), today) == whole


@pytest.mark.parametrize(
    ("said", "today", "meant"),
    [
        ("1231-2", date(2027, 1, 1), "2026-1231-2"),
        ("0229-1", date(2027, 6, 1), "2024-0229-1"),
        ("0229-1", date(2103, 6, 1), "2096-0229-1"),
    ],
)
def test_a_day_that_is_still_to_come_is_last_years(said: str, today: date, meant: str) -> None:
    assert heard(said, today) == meant


@pytest.mark.parametrize(
    "wrong", ["", "14", "1126-0", "0230-1", "1300-1", "1126-14\n", "１１26-1", "x" * 100_000]
)
def test_what_is_no_number_is_not_heard(wrong: str) -> None:
    with pytest.raises(ValueError, match="like 1126-14"):
        heard(wrong, date(2026, 11, 26))
