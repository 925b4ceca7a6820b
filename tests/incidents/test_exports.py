"""An incident as CAP, EIDO, GeoJSON: whatever was typed, the document is one, and the caller is in none."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ct112.incidents.cap import CATEGORIES, cap
from ct112.incidents.eido import eido
from ct112.incidents.geojson import feature
from ct112.incidents.incident import Content, Place
from ct112.incidents.states import Status
from ct112.incidents.view import DispatchView, IncidentView
from tests.incidents.cap_rules import checked, text
from tests.incidents.test_spoken import NOW, VIEW

SENDER = "112@kota.example"
SENT = DispatchView(
    id=UUID(int=2), agency="damkar", status="en_route", asked_at=NOW, changed_at=NOW, what="two engines"
)
KNOWN = replace(
    VIEW,
    content=replace(VIEW.content, place=replace(VIEW.content.place, latitude=-6.888, longitude=109.675)),
    dispatches=(SENT,),
)
words = st.text(max_size=200)
some_words = st.none() | words


@st.composite
def views(draw: st.DrawFn) -> IncidentView:
    """Give an incident of whatever people type."""
    coordinates = draw(st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)))
    place = Place(
        kelurahan=draw(some_words),
        landmark=draw(some_words),
        place_text=draw(some_words),
        latitude=None if coordinates is None else coordinates[0],
        longitude=None if coordinates is None else coordinates[1],
    )
    content = Content(
        category=draw(st.sampled_from([*sorted(CATEGORIES), "new_one"])),
        priority=draw(st.integers(1, 4)),
        place=place,
        description=draw(some_words),
        people_in_danger=draw(st.none() | st.integers(0, 99)),
        caller_name="Siti Aminah",
        caller_number="081211112222",
    )
    return replace(
        VIEW,
        version=draw(st.integers(1, 9)),
        status=draw(st.sampled_from(Status)),
        category_name=draw(words.filter(bool)),
        content=content,
        dispatches=draw(st.sampled_from([(), (SENT,)])),
    )


def test_a_fire_as_cap() -> None:
    alert = checked(cap(KNOWN, SENDER))
    assert [text(alert, name) for name in ("msgType", "scope", "sent", "incidents")] == [
        "Alert", "Restricted", "2026-11-26T02:00:00-00:00", "2026-1126-14",
    ]  # fmt: skip
    assert [text(alert, f"info/{name}") for name in ("category", "urgency", "severity", "certainty")] == [
        "Fire", "Immediate", "Extreme", "Likely",
    ]  # fmt: skip
    assert text(alert, "info/area/areaDesc") == "Pasar Banjarsari, Jl. Melati No. 5 RT 03/RW 05, Medono"
    assert text(alert, "info/area/circle") == "-6.888000,109.675000 0"
    assert text(alert, "info/area/geocode/value") == "33.75.01.1003"
    assert b"<value>two engines</value>" in cap(KNOWN, SENDER)
    assert eido(KNOWN, SENDER)["dispatchComponent"][0]["dispatchRequestInternalText"] == "two engines"


def test_a_change_refers_to_the_first_message_and_a_merged_one_is_cancelled() -> None:
    first = checked(cap(KNOWN, SENDER))
    later = replace(KNOWN, version=3, changed_at=NOW + timedelta(minutes=5))
    alert = checked(cap(later, SENDER))
    names = ("sender", "identifier", "sent")
    assert text(alert, "references") == ",".join(text(first, name) for name in names)
    assert text(alert, "identifier") != text(first, "identifier")
    merged = replace(later, status=Status.MERGED)
    assert text(checked(cap(merged, SENDER)), "msgType") == "Cancel"
    assert text(checked(cap(replace(later, status=Status.CLOSED), SENDER)), "info/urgency") == "Past"
    seen = replace(KNOWN, dispatches=(replace(SENT, status="on_scene"),))
    assert text(checked(cap(seen, SENDER)), "info/certainty") == "Observed"


@settings(deadline=None, max_examples=60)
@given(views(), st.text(min_size=1, max_size=50))
def test_whatever_was_typed_it_is_cap_and_the_caller_is_in_none(view: IncidentView, sender: str) -> None:
    document = cap(view, sender)
    checked(document)
    others = json.dumps([eido(view, sender), feature(view)])
    for secret in ("Siti", "081211112222"):
        assert secret not in document.decode()
        assert secret not in others


def test_a_fire_as_geojson() -> None:
    found = feature(KNOWN)
    assert found["geometry"] == {"type": "Point", "coordinates": [109.675, -6.888]}
    assert found["properties"]["dispatches"][0]["agency"] == "damkar"
    assert feature(VIEW)["geometry"] is None


def test_a_fire_as_eido() -> None:
    found = eido(KNOWN, "112.kota.example")
    assert found["incidentTrackingIdentifier"] == "urn:emergency:uid:incidentid:2026-1126-14:112.kota.example"
    assert [each["organizationIdentification"] for each in found["agencyComponent"]] == [
        "112.kota.example", "damkar",
    ]  # fmt: skip
    (dispatch,) = found["dispatchComponent"]
    assert dispatch["dispatchStatusInternalText"] == "en_route"
    ids = [each["$id"] for parts in found.values() if isinstance(parts, list) for each in parts]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_reason(status: Status) -> None:
    assert eido(replace(KNOWN, status=status), SENDER)["reasonForIssueRegistryText"]
