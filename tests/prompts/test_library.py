"""Prompts on disk: made once, named by content; a recording wins over speech; nothing half written."""

import threading
import wave
from pathlib import Path

import numpy as np
import pytest

from ct112.prompts.audio import TARGET_DBFS, loudness, read_wav, write_wav
from ct112.prompts.library import Piece, PromptError, PromptLibrary
from ct112.prompts.speaker import SPEAKER
from tests.prompts.test_sound import tone, wav


@pytest.fixture
def library(tmp_path: Path) -> PromptLibrary:
    """A library with a place for recordings."""
    (tmp_path / "recordings" / "id").mkdir(parents=True)
    return PromptLibrary(tmp_path / "prompts", tmp_path / "recordings")


def record(tmp_path: Path, name: str, hz: float = 440.0, seconds: float = 1.0) -> Path:
    """Put a recording there."""
    path = tmp_path / "recordings" / "id" / f"{name}.wav"
    path.write_bytes(write_wav(tone(hz, seconds)))
    return path


def test_a_text_is_spoken_for_the_telephone(library: PromptLibrary) -> None:
    made = library.make(Piece(text="Mohon tunggu, petugas segera menjawab."), "id")
    path = library.path(made.prompt.key)
    assert path is not None
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() / 8000 == pytest.approx(made.prompt.seconds, abs=0.001)
    samples, _ = read_wav(path.read_bytes())
    assert loudness(samples) == pytest.approx(TARGET_DBFS, abs=0.5)
    assert 1.0 < made.prompt.seconds < 6.0


def test_the_same_text_is_made_once(library: PromptLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    first = library.make(Piece(text="Satu satu dua."), "id")

    def never(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(SPEAKER, "speak", never)
    assert library.make(Piece(text="Satu satu dua."), "id") == first
    assert library.keys() == [first.prompt.key]


def test_text_language_and_voice_each_make_another_prompt(library: PromptLibrary) -> None:
    pieces = [("satu", "id"), ("dua", "id"), ("satu", "en")]
    assert len({library.make(Piece(text=text), language).prompt.key for text, language in pieces}) == 3


def test_a_recording_wins_over_its_text(library: PromptLibrary, tmp_path: Path) -> None:
    record(tmp_path, "hello")
    made = library.make(Piece(text="Halo.", recording="hello"), "id")
    path = library.path(made.prompt.key)
    assert made.warning == ""
    assert path is not None
    samples, _ = read_wav(path.read_bytes())
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * 8000 / len(samples) == pytest.approx(440, abs=3)


def test_a_changed_recording_is_another_prompt(library: PromptLibrary, tmp_path: Path) -> None:
    record(tmp_path, "hello", 440)
    before = library.make(Piece(recording="hello"), "id").prompt.key
    record(tmp_path, "hello", 880)
    assert library.make(Piece(recording="hello"), "id").prompt.key != before


@pytest.mark.parametrize("spoilt", [None, b"not audio", wav(b"\0\0" * 8000)])
def test_a_recording_that_will_not_do_gives_way_to_its_text(
    library: PromptLibrary, tmp_path: Path, spoilt: bytes | None
) -> None:
    if spoilt is not None:
        record(tmp_path, "hello").write_bytes(spoilt)
    made = library.make(Piece(text="Halo.", recording="hello"), "id")
    assert "id/hello.wav" in made.warning
    assert made.prompt == library.make(Piece(text="Halo."), "id").prompt


def test_without_a_text_in_reserve_it_says_where_to_put_the_recording(library: PromptLibrary) -> None:
    with pytest.raises(PromptError, match=r"id/hello\.wav is not there: put it into .*recordings/id"):
        library.make(Piece(recording="hello"), "id")


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "Ümlaut", "a" * 70])
def test_a_recordings_name_never_leaves_its_folder(library: PromptLibrary, tmp_path: Path, name: str) -> None:
    (tmp_path / "recordings" / "secret.wav").write_bytes(write_wav(tone(440)))
    with pytest.raises(PromptError, match="small letters"):
        library.make(Piece(recording=name), "id")


@pytest.mark.parametrize(("text", "language"), [("Halo.", "qqq"), ("…", "id")])
def test_what_cannot_be_spoken_is_an_error_not_a_crash(
    library: PromptLibrary, text: str, language: str
) -> None:
    with pytest.raises(PromptError):
        library.make(Piece(text=text), language)


@pytest.mark.parametrize("damage", ["cut", "empty", "gone"])
def test_a_damaged_prompt_is_made_again(library: PromptLibrary, damage: str) -> None:
    made = library.make(Piece(text="Satu satu dua."), "id")
    path = library.path(made.prompt.key)
    assert path is not None
    whole = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(whole[:-1000])
        case "empty":
            path.write_bytes(b"")
        case _:
            path.unlink()
    again = library.make(Piece(text="Satu satu dua."), "id")
    assert again.prompt.key == made.prompt.key
    assert again.prompt.seconds == pytest.approx(made.prompt.seconds, abs=0.05)  # eSpeak varies by a sample
    samples, _ = read_wav(path.read_bytes())
    assert len(samples) / 8000 == pytest.approx(again.prompt.seconds, abs=0.001)


def test_a_full_disk_leaves_nothing_behind(
    library: PromptLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(PromptError, match="No space left"):
        library.make(Piece(text="Satu."), "id")
    assert list((tmp_path / "prompts").iterdir()) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "0" * 31, "G" * 32, "0" * 32])
def test_a_path_is_only_given_for_a_prompt_that_is_there(library: PromptLibrary, key: str) -> None:
    assert library.path(key) is None


def test_many_threads_at_once_make_the_same_prompts(library: PromptLibrary) -> None:
    texts = ["satu", "dua", "tiga", "empat"]
    found: list[str] = []

    def make_all() -> None:
        found.extend(library.make(Piece(text=text), "id").prompt.key for text in texts)

    threads = [threading.Thread(target=make_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert library.keys() == sorted(set(found))
    assert len(set(found)) == 4
