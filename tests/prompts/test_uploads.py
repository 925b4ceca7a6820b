"""Recordings that were sent: prepared once, named by what is in them."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from ct112.prompts.audio import AudioError, write_wav
from ct112.prompts.library import Piece, PromptError, PromptLibrary
from ct112.prompts.uploads import Uploads, name_of, prepared


def tone(seconds: float) -> bytes:
    times = np.arange(int(seconds * 8000)) / 8000
    return write_wav(0.3 * np.sin(2 * np.pi * 440 * times))


def test_a_sound_is_made_as_callers_hear_it() -> None:
    sound, seconds = prepared(tone(1.0))
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnframes() / 8000) == (8000, pytest.approx(seconds, abs=0.001))
    assert prepared(tone(1.0))[0] == sound


def test_one_that_is_too_long_is_refused() -> None:
    with pytest.raises(AudioError, match="120 s at most"):
        prepared(tone(130.0))


def test_a_name_never_means_another_sound(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    one, other = tone(1.0), tone(2.0)
    text = f"say: {{ recording: {name_of(one)} }}\n# {name_of(other)}x, and once more {name_of(one)}"
    assert uploads.missing(text) == {name_of(one)}
    uploads.keep({name_of(one): other})
    assert uploads.missing(text) == {name_of(one)}
    uploads.keep({name_of(one): one})
    assert uploads.missing(text) == frozenset()
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [f"{name_of(one)}.wav"]


def test_the_library_plays_it_in_every_language_and_says_when_it_is_gone(tmp_path: Path) -> None:
    library = PromptLibrary(tmp_path / "prompts")
    name = name_of(tone(1.0))
    with pytest.raises(PromptError, match="record or upload it again"):
        library.make(Piece(recording=name), "id")
    assert "is not there" in library.make(Piece(recording=name, text="Halo"), "id").warning
    library.uploads.keep({name: tone(1.0)})
    assert library.make(Piece(recording=name), "id") == library.make(Piece(recording=name), "ms")
