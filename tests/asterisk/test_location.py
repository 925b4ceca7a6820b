"""What a caller's network says of the location is bounded, and read in time proportional to its length."""

import time

import pytest

from ct112.asterisk.location import LONGEST, MOST_PARTS, OURS, parse_location

POINT = 'shape="Point",crs="2d",pos="-6.8886 109.6753"'


def test_a_location_is_read() -> None:
    found = parse_location(POINT)
    assert found is not None
    assert (found["latitude"], found["longitude"], found["shape"]) == (-6.8886, 109.6753, "Point")


@pytest.mark.parametrize("text", ["", "  ", None, " " * 10_000])
def test_no_location_is_none(text: str | None) -> None:
    assert parse_location(text) is None


@pytest.mark.parametrize(
    "text", ['pos="here there"', 'pos="200 500"', 'pos="1"', 'pos="nan nan"', "nonsense\x00"]
)
def test_an_unreadable_location_is_kept_as_it_came(text: str) -> None:
    found = parse_location(text)
    assert found is not None
    assert found["raw"] == text.replace("\x00", "")
    assert "latitude" not in found


def test_no_part_of_it_takes_the_place_of_what_we_say() -> None:
    found = parse_location('latitude="x",longitude="y",raw="z"')
    assert found is not None
    assert not (found.keys() - {"raw"}) & OURS
    assert found["raw"].startswith("latitude")


@pytest.mark.parametrize(
    "letters", ["a", 'a="', 'a="b', "=", '"', 'a="b",', "\x00", "a" * 39 + "=", "\ud800"], ids=ascii
)
def test_length_and_time_are_bounded(letters: str) -> None:
    text = letters * 300_000
    began = time.thread_time()
    found = parse_location(text)
    assert time.thread_time() - began < 0.01  # quadratic: 20 ms for 2,000 letters and 2 s for 20,000
    assert found is None or len(found["raw"]) <= LONGEST
    assert len(found or {}) <= MOST_PARTS + len(OURS)


def test_a_point_survives_what_is_cut_off_behind_it() -> None:
    found = parse_location(POINT + ',note="' + "x" * 5000)
    assert found is not None
    assert found["latitude"] == -6.8886
