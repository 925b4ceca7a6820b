"""Texts of strangers spoken: whatever they are, the process lives on."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.prompts.speech import LONGEST_PIECE, LONGEST_TEXT, pieces

SPEAK = "import sys; from ct112.prompts import speech; speech.speak(sys.stdin.read(), sys.argv[1])"


@pytest.mark.parametrize("row", ["a.", "a.b.", "\u00e9.", "a .", "\u706b.", "a.a. "])
def test_a_row_of_letters_and_dots_does_not_end_the_process(row: str) -> None:
    """eSpeak NG wrote past its buffers: serve, which speaks a menu's texts, would have gone with it."""
    text = (row * LONGEST_TEXT)[:LONGEST_TEXT]
    done = subprocess.run([sys.executable, "-c", SPEAK, "id"], input=text.encode(), check=False, timeout=60)
    assert done.returncode == 0


def test_a_sentence_is_spoken_whole_and_a_long_text_parted_where_one_ends() -> None:
    sentence = "Ini pusat panggilan darurat satu satu dua, Laporan nomor 12."
    assert pieces(sentence) == [sentence]
    assert pieces(" ".join([sentence] * 4)) == [f"{sentence} {sentence}"] * 2


@given(st.text(max_size=1000))
def test_nothing_is_left_out_but_space(text: str) -> None:
    found = pieces(text)
    assert all(0 < len(piece) <= LONGEST_PIECE for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())
