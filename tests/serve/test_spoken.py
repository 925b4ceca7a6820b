"""What is said to one agency: spoken by a process of its own, under a random name, gone after the call."""

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from ct112.prompts.saying import speakable
from ct112.serve import spoken
from ct112.serve.spoken import NAME, Spoken, SpokenError

URL = "http://127.0.0.1:8113/prompts"
HOSTILE = [
    "<speak><break time='9999s'/>Kebakaran</speak>",
    "[[h@l'oU]] Kebakaran $(reboot) `id` %s %n",
    "Kebakaran\x00di\x1b[2J Jalan\r\nMelati\ud83d",
    "\u202eKebakaran \U0001f525 " + "a\u0301" * 300,
    "9" * 1999,
]


class Nodes:
    """Which sounds the nodes were told to forget, and whether they have."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.away = False

    def forget(self, url: str) -> None:
        """Be told."""
        self.told.append(url)

    def forgotten(self, url: str) -> bool:
        """Return whether it is gone."""
        return url in self.told and not self.away


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


@pytest.fixture
def made(tmp_path: Path, nodes: Nodes) -> Spoken:
    return Spoken(tmp_path / "spoken", url=URL, forget=nodes.forget, forgotten=nodes.forgotten)


def sounds(folder: Path) -> list[Path]:
    return sorted((folder / "spoken").glob("*")) if (folder / "spoken").is_dir() else []


async def until(true: Callable[[], bool], what: str) -> None:
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(what)


async def test_it_is_spoken_under_a_name_nobody_can_guess(made: Spoken, tmp_path: Path) -> None:
    first, second = await asyncio.gather(made.make("Kebakaran."), made.make("Kebakaran."))
    assert first.key != second.key
    assert NAME.fullmatch(first.key)
    path = tmp_path / "spoken" / f"{first.key}.wav"
    assert path.stat().st_mode & 0o077 == 0
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() / 8000 == pytest.approx(first.seconds, abs=0.01)


async def test_it_is_gone_here_at_once_and_its_name_when_the_nodes_have_forgotten_it(
    made: Spoken, tmp_path: Path, nodes: Nodes
) -> None:
    prompt = await made.make("Kebakaran.")
    nodes.away = True
    task = asyncio.create_task(made.run(lambda: 0.0))
    made.discard(prompt)
    gone = tmp_path / "spoken" / f"{prompt.key}.gone"
    await until(lambda: sounds(tmp_path) == [gone], "the sound is gone, its name is kept")
    assert gone.stat().st_size == 0
    await until(lambda: nodes.told == [f"{URL}/{prompt.key}.wav"], "the nodes were told")
    nodes.away = False
    made.discard(prompt)  # wakes it; what is gone is no error
    await until(lambda: sounds(tmp_path) == [], "nothing is left")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_an_earlier_process_left_is_taken_away(made: Spoken, tmp_path: Path, nodes: Nodes) -> None:
    prompt = await made.make("Kebakaran.")
    other = tmp_path / "spoken" / "notes.wav"
    other.write_bytes(b"not ours")
    again = Spoken(tmp_path / "spoken", url=URL, forget=nodes.forget, forgotten=nodes.forgotten)
    await again.first()
    assert not (tmp_path / "spoken" / f"{prompt.key}.wav").exists()
    task = asyncio.create_task(again.run(lambda: 0.0))
    await until(lambda: nodes.told == [f"{URL}/{prompt.key}.wav"], "the nodes are told")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert other.read_bytes() == b"not ours"


async def test_what_outlives_every_call_is_taken_away(made: Spoken, tmp_path: Path) -> None:
    await made.make("Kebakaran.")
    task = asyncio.create_task(made.run(lambda: 4e9))
    await until(lambda: not [path for path in sounds(tmp_path) if path.suffix == ".wav"], "it is old")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_is_only_read_out(made: Spoken, text: str) -> None:
    assert 0.2 < (await made.make(text)).seconds < 1200


@pytest.mark.parametrize("text", [" ", "\x00\x01", "\u202e"])
async def test_what_cannot_be_said_says_so_and_leaves_nothing(
    made: Spoken, tmp_path: Path, text: str
) -> None:
    with pytest.raises(SpokenError):
        await made.make(text)
    assert not [path for path in sounds(tmp_path) if path.suffix == ".wav"]


async def test_a_voice_that_hangs_is_ended(
    made: Spoken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken, "SPEAK_SECONDS", 0.2)
    monkeypatch.setattr(spoken, "SAYING", ("/bin/sh", "-c", "exec sleep 60"))
    with pytest.raises(SpokenError):
        await made.make("Kebakaran.")
    assert sounds(tmp_path) == []


async def test_a_program_that_is_not_there_says_so(made: Spoken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken, "SAYING", ("/nowhere/python",))
    with pytest.raises(SpokenError, match="No such file"):
        await made.make("Kebakaran.")


def test_what_no_one_could_say_is_a_pause() -> None:
    assert speakable("a\x00b\r\nc\x1b") == "a b  c"
