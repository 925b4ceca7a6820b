"""How a place is read: short forms, spelling, what stands below a name; and no text breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.incidents.place_match import Wanted, score
from ct112.incidents.place_text import LONGEST, read


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Jl. Jend. Soedirman", "jalan jenderal soedirman"),
        ("GG.III", "gang 3"),
        ("gang tujuh", "gang 7"),
        ("Perum Tmn Seruni", "perumahan taman seruni"),
        ("jl sltn hasanudin", "jalan selatan hasanudin"),
        ("jl slt hasanudin", "jalan sultan hasanudin"),
        ("bugenvil slt", "bugenvil selatan"),
        ("alun2", "alun alun"),
        ("k.h. mas mansyur", "kyai haji mas mansyur"),
        ("sdn 02", "sekolah dasar negeri 2"),
    ],
)
def test_short_forms_are_spelt_out(said: str, words: str) -> None:
    assert " ".join(read(said).words) == words


def test_what_stands_below_a_name_is_kept_beside_it() -> None:
    found = read("Jl. Patimura No.12 RT 03/RW 05")
    assert (found.words, found.rt, found.rw, found.house) == (("jalan", "patimura"), "3", "5", "12")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jl. Soedirman", "jln sudirman"),
        ("Feteran", "veteran"),
        ("Kertowangi", "kertawangi"),
        ("Sruni", "seruni"),
    ],
)
def test_two_spellings_have_one_key(one: str, other: str) -> None:
    assert read(one).key == read(other).key


def test_a_gang_is_never_another_gang() -> None:
    wanted = Wanted.of("melati gg 3")
    right, wrong = (read(f"Jalan Melati Gang {number}").key for number in (3, 13))
    assert score(wanted, right, "alley") > score(wanted, wrong, "alley") + 0.2


@given(st.text(max_size=400))
def test_any_text_is_read(said: str) -> None:
    found = read(said)
    assert len(found.key) <= LONGEST
    assert len(found.rare) <= LONGEST
    assert -1 <= score(Wanted.of(said), found.key, "street") <= 1.1
