"""What an agency hears of an incident: all it needs, nothing of the caller, nothing that breaks a voice."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.control.asks import CallAgency
from ct112.core.record import ServiceClass
from ct112.incidents import spoken, written
from ct112.incidents.incident import Content, Place
from ct112.incidents.spoken import KEYS, LONGEST, Telling
from ct112.incidents.states import Status
from ct112.incidents.view import IncidentView

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
PLACE = Place(
    place_text="Jl. Melati No. 5 RT 03/RW 05", landmark="Pasar Banjarsari", kelurahan="33.75.01.1003"
)
VIEW = IncidentView(
    id=UUID(int=1),
    number="2026-1126-14",
    version=1,
    status=next(iter(Status)),
    content=Content(
        category="kebakaran",
        priority=1,
        place=PLACE,
        description="api besar di lantai 2",
        people_in_danger=3,
        caller_name="Siti Aminah",
        caller_number="081211112222",
    ),
    category_name="Kebakaran",
    service_class=ServiceClass.EMERGENCY,
    kelurahan_name="Medono",
    opened_at=NOW,
    opened_by="operator-1",
    changed_at=NOW,
)
texts = st.text(max_size=3000)


def test_what_an_agency_hears() -> None:
    assert spoken.text(VIEW) == (
        "Ini pusat panggilan darurat satu satu dua. Laporan nomor 1126, 14. Kebakaran. Nyawa terancam. "
        "Lokasi: Jalan Melati nomor 5 er te 03 er we 05, dekat Pasar Banjarsari, kelurahan Medono. "
        f"3 orang dalam bahaya. Keterangan: api besar di lantai 2. {KEYS}"
    )


def test_what_is_to_be_sent_is_said_and_written() -> None:
    said = spoken.text(VIEW, Telling.CHANGE, "dua mobil + tangga")
    assert "Nyawa terancam. Yang diminta: dua mobil, ditambah tangga. Lokasi:" in said
    assert "Yang diminta: dua mobil + tangga\nLokasi:" in written.text(
        VIEW, Telling.NEW, "dua mobil + tangga"
    )
    assert "diminta" not in spoken.text(VIEW, Telling.STAND_DOWN, "dua mobil")
    assert "diminta" not in written.text(VIEW, Telling.STAND_DOWN, "dua mobil")


@pytest.mark.parametrize("telling", Telling)
def test_nothing_of_the_caller_is_said(telling: Telling) -> None:
    said = spoken.text(VIEW, telling)
    assert "Siti" not in said
    assert "0812" not in said
    assert said.endswith(KEYS)


def test_a_stand_down_sends_nobody_anywhere() -> None:
    said = spoken.text(VIEW, Telling.STAND_DOWN)
    assert "dibatalkan" in said
    assert "Melati" not in said


def test_where_is_not_known_says_so() -> None:
    view = replace(VIEW, kelurahan_name=None, content=replace(VIEW.content, place=Place()))
    assert "Lokasi belum diketahui" in spoken.text(view)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Jl Sriwijaya 12", "Jalan Sriwijaya 12"),
        ("jln. Diponegoro gg. 3", "Jalan Diponegoro Gang 3"),
        ("Komp. Buaran Indah", "Kompleks Buaran Indah"),
        ("R.T. 3 R.W. 5", "er te 3 er we 5"),
        ("Artis RTH Notaris", "Artis RTH Notaris"),
        ("<break time='9s'/> & $(x)", "break time '9s' (x)"),
    ],
)
def test_abbreviations_are_said_in_full(typed: str, said: str) -> None:
    assert spoken.full(typed) == said


@given(texts, texts, texts, st.sampled_from(Telling))
def test_whatever_was_typed_can_be_asked_for_and_ends_with_the_keys(
    place: str, description: str, kelurahan: str, telling: Telling
) -> None:
    content = replace(VIEW.content, place=Place(place_text=place), description=description)
    said = spoken.text(replace(VIEW, content=content, kelurahan_name=kelurahan), telling)
    assert said.endswith(KEYS)
    assert len(said) <= LONGEST
    assert all(sign.isprintable() or sign == "\n" for sign in said)
    assert CallAgency(delivery=UUID(int=1), agency="pmi", number="0285421", text=said).text == said


@pytest.mark.parametrize("typed", ["...", "!?", " , ", "-"])
def test_a_place_of_signs_alone_is_no_place(typed: str) -> None:
    content = replace(VIEW.content, place=Place(place_text=typed))
    said = spoken.text(replace(VIEW, content=content, kelurahan_name=None))
    assert "Lokasi belum diketahui, tekan tiga untuk bertanya." in said
