"""Locations as values: what SIP and telephones say, which is the best, and that nothing said breaks it."""

import hmac
import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.incidents import aml
from ct112.incidents.locations import Location, Source, best_first, distance_m, from_sip

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
KEY = b"a key of sixteen bytes"


def sip(raw: str) -> Location:
    found = from_sip(raw, NOW)
    assert found is not None
    return found


def test_a_point_a_circle_a_polygon_and_an_address() -> None:
    point = sip('shape="Point",crs="2d",pos="-6.8886 109.6753"')
    assert (point.latitude, point.longitude, point.uncertainty_m) == (-6.8886, 109.6753, None)
    circle = sip('shape="Circle",crs="2d",pos="-6.8886 109.6753",radius="250",radiusUom="m"')
    assert circle.uncertainty_m == 250
    ellipse = sip('shape="Ellipse",crs="2d",pos="-6.8 109.6",semiMajorAxis="80",semiMinorAxis="10"')
    assert ellipse.uncertainty_m == 80
    corners = ["-6.90 109.60", "-6.90 109.62", "-6.88 109.62", "-6.88 109.60", "-6.90 109.60"]
    polygon = sip('shape="Polygon",crs="2d",' + ",".join(f'pos="{corner}"' for corner in corners))
    assert (polygon.latitude, polygon.longitude) == (-6.89, 109.61)
    assert polygon.uncertainty_m == pytest.approx(distance_m((-6.89, 109.61), (-6.90, 109.60)), abs=1)
    listed = sip(f'shape="Polygon",posList="{" ".join(corners)}"')
    assert (listed.latitude, listed.uncertainty_m) == (polygon.latitude, polygon.uncertainty_m)
    civic = sip('country="ID",A1="Jawa Tengah",A3="Kota Contoh",RD="Jalan Melati Raya",HNO="12",LMK="Pasar"')
    assert (civic.latitude, civic.text) == (None, "Pasar, Jalan Melati Raya, 12, Kota Contoh, Jawa Tengah")


@pytest.mark.parametrize(
    "raw",
    ["", "x", 'pos="nan nan"', 'pos="inf 0"', 'pos="91 0"', 'pos="0 181"', 'pos="a b"', 'pos=""', 'pos="1"'],
)
def test_what_is_no_place_is_none(raw: str) -> None:
    assert from_sip(raw, NOW) is None


def test_an_altitude_is_no_latitude() -> None:
    corners = ["-6.90 109.60 0", "-6.90 109.62 0", "-6.88 109.62 0", "-6.88 109.60 0", "-6.90 109.60 0"]
    found = sip(f'shape="Polygon",crs="3d",posList="{" ".join(corners)}"')
    assert (found.latitude, found.longitude) == (-6.89, 109.61)
    assert (sip('crs="3d",pos="-6.9 109.6"').latitude, sip('crs="2d",pos="-6.9 109.6 5"').latitude) == (
        -6.9,
        -6.9,
    )


@pytest.mark.parametrize(
    "listed", ["-6.9 109.6 x -6.9 109.7", "-6.9 109.6 0 -6.9 109.7", "-6.9 109.6 -6.9 x -6.8 109.6", "5"]
)
def test_of_a_damaged_list_no_point_is_made_up(listed: str) -> None:
    assert from_sip(f'shape="Polygon",crs="2d",posList="{listed}"', NOW) is None


@given(st.text(max_size=700))
def test_any_text_of_a_carrier_is_read(raw: str) -> None:
    for text in (raw, f'shape="Circle",pos="{raw}",radius="{raw}"', f'RD="{raw}"'):
        found = from_sip(text, NOW)
        assert found is None or found.latitude is None or math.isfinite(found.latitude)


def at(source: Source, minutes: float = 0, radius: float | None = None, point: bool = True) -> Location:
    when = NOW - timedelta(minutes=minutes)
    latitude = -6.9 if point else None
    return Location(source=source, at=when, latitude=latitude, longitude=latitude, uncertainty_m=radius)


def test_the_best_is_by_hand_then_the_smallest_circle_then_words() -> None:
    old_hand, hand = at(Source.HAND, 30), at(Source.HAND, 5)
    fine, rough, unsaid = at(Source.AML, 1, 12), at(Source.SIP, 10, 1500), at(Source.SIP, 10)
    stale, words = at(Source.LINK, 600, 5), at(Source.SIP, 0, point=False)
    found = best_first([words, unsaid, stale, rough, old_hand, fine, hand])
    assert found == [hand, old_hand, fine, rough, unsaid, stale, words]
    assert best_first([]) == []


def signed(fields: dict[str, str], key: bytes = KEY) -> bytes:
    body = urlencode(fields).encode()
    return body + b"&hmac=" + hmac.new(key, body, sha256).hexdigest().encode()


def milliseconds(when: datetime) -> str:
    return str(int(when.timestamp() * 1000))


FIELDS = {
    "v": "1",
    "emergency_number": "112",
    "source": "CALL",
    "time": milliseconds(NOW - timedelta(seconds=30)),
    "location_latitude": "-6.88861",
    "location_longitude": "109.67532",
    "location_time": milliseconds(NOW - timedelta(seconds=5)),
    "location_accuracy": "12.5",
    "location_confidence": "0.68",
    "location_source": "gps",
    "device_number": "+6281234567890",
}


def taken(fields: dict[str, str]) -> aml.AmlMessage:
    return aml.read(aml.check(signed(fields), KEY), NOW)


def test_a_signed_message_is_read() -> None:
    found = taken(FIELDS)
    assert (found.latitude, found.longitude, found.accuracy_m) == (-6.88861, 109.67532, 12.5)
    assert (found.confidence, found.method, found.number) == (68, "gps", "+6281234567890")
    assert (found.at, found.clock_off) == (NOW - timedelta(seconds=5), False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hmac=",
        b"v=1",
        signed(FIELDS, b"another key of sixteen"),
        signed(FIELDS).replace(b"109.6", b"109.7"),
        signed(FIELDS) + b"&v=2",
        signed(FIELDS) + b"&hmac=" + b"0" * 64,
        signed(FIELDS)[:-1],
        b"&" + signed(FIELDS),
        signed(FIELDS).replace(b"hmac=", b"HMAC="),
        signed(FIELDS).replace(b"hmac=", b"hmac=\xff"),
    ],
)
def test_a_forged_message_is_refused(body: bytes) -> None:
    with pytest.raises(aml.NotSigned):
        aml.check(body, KEY)


@pytest.mark.parametrize(
    ("minutes", "at_minutes", "off"),
    [(-0.1, -0.1, False), (-90, -90, True), (3, 0, False), (600, 0, True)],
)
def test_a_clock_that_is_off_is_said_and_loses_nothing(minutes: float, at_minutes: float, off: bool) -> None:
    when = milliseconds(NOW + timedelta(minutes=minutes))
    found = taken(FIELDS | {"location_time": when, "time": when})
    assert (found.at, found.clock_off) == (NOW + timedelta(minutes=at_minutes), off)
    assert found.latitude is not None


@pytest.mark.parametrize("hours", [-25, 25, -24 * 365])
def test_a_message_of_another_day_is_old(hours: int) -> None:
    when = milliseconds(NOW + timedelta(hours=hours))
    with pytest.raises(aml.TooOld):
        taken(FIELDS | {"location_time": when})


@pytest.mark.parametrize(
    "damaged",
    [
        {"location_latitude": "nan"},
        {"location_latitude": "91"},
        {"location_longitude": "1e999"},
        {"location_latitude": ""},
        {"location_latitude": "0", "location_longitude": "0"},
        {"location_latitude": "9" * 5000},
    ],
)
def test_a_point_that_is_none_is_left_out_and_the_message_stays(damaged: dict[str, str]) -> None:
    found = taken(FIELDS | damaged)
    assert (found.latitude, found.longitude) == (None, None)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=60), max_size=12))
def test_any_signed_message_is_read_or_old(fields: dict[str, str]) -> None:
    body = urlencode(fields, errors="replace").encode()
    try:
        found = aml.read(body, NOW)
    except aml.TooOld:
        return
    assert found.at <= NOW


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(body: bytes) -> None:
    with pytest.raises(aml.NotSigned):
        aml.check(body, KEY)
    with suppress(aml.TooOld):
        aml.read(body, NOW)
