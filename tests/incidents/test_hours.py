"""Hours of a week: nights over midnight and over the week's end, and days when the clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ct112.incidents import hours
from ct112.incidents.hours import ALWAYS, DAYS, Hours

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")


def some(days: str, start: str, end: str) -> Hours:
    """Return hours from words: "mon tue", "22:00", "06:00"."""
    minutes = [int(text[:2]) * 60 + int(text[3:]) for text in (start, end)]
    return Hours(days=frozenset(DAYS.index(day) for day in days.split()), start=minutes[0], end=minutes[1])


def at(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    """Return a UTC moment on the clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(zone)


@pytest.mark.parametrize(
    ("moment", "within"),
    [
        ("2026-11-27 14:59", False),  # Friday 21:59 in Jakarta
        ("2026-11-27 15:00", True),  # 22:00
        ("2026-11-27 22:59", True),  # Saturday 05:59 belongs to Friday night
        ("2026-11-27 23:00", False),  # 06:00
        ("2026-11-28 15:00", False),  # Saturday 22:00 is another night
        ("2026-11-26 22:30", False),  # Friday 05:30 was Thursday night
    ],
)
def test_a_night_belongs_to_the_day_it_begins_on(moment: str, within: bool) -> None:
    friday = some("fri", "22:00", "06:00")
    assert hours.holds(friday.mask(), at(moment)) is within


def test_sunday_night_ends_on_monday() -> None:
    mask = some("sun", "22:00", "06:00").mask()
    assert hours.holds(mask, at("2026-11-29 15:00"))  # Sunday 22:00
    assert hours.holds(mask, at("2026-11-29 22:59"))  # Monday 05:59
    assert not hours.holds(mask, at("2026-11-29 23:00"))
    assert mask.bit_count() == 8 * 60


def test_from_seven_to_seven_is_a_day_and_a_night_and_to_24_00_is_the_days_end() -> None:
    assert some(" ".join(DAYS), "07:00", "07:00").mask() == ALWAYS
    assert some(" ".join(DAYS), "00:00", "24:00").mask() == ALWAYS
    assert some("mon", "00:00", "24:00").mask() == (1 << 1440) - 1
    assert some("mon", "00:00", "00:00").mask() == (1 << 1440) - 1
    assert hours.mask(()) == ALWAYS


def test_days_when_the_clocks_change_go_by_the_clock_on_the_wall() -> None:
    small = some("sun", "02:00", "03:00").mask()
    before, after = at("2026-03-29 00:59", BERLIN), at("2026-03-29 01:00", BERLIN)
    assert (before.hour, after.hour) == (1, 3)  # two o'clock never comes
    assert not hours.holds(small, before)
    assert not hours.holds(small, after)
    twice = [at("2026-10-25 00:30", BERLIN), at("2026-10-25 01:30", BERLIN)]
    assert [moment.hour for moment in twice] == [2, 2]
    assert all(hours.holds(small, moment) for moment in twice)


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        hours.minute_of_week(datetime(2026, 11, 27, 22, 0))  # noqa: DTZ001 (what is tried)


def test_the_first_gap_is_said_in_words() -> None:
    mask = some("tue", "08:00", "16:00").mask()
    start, end = hours.first_span(mask)
    assert (hours.spoken(start), end - start) == ("tue 08:00", 480)
    assert hours.first_span(ALWAYS) == (0, hours.WEEK)
    assert hours.first_span(1 << (hours.WEEK - 1)) == (hours.WEEK - 1, hours.WEEK)
