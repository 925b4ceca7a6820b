"""The process that speaks: what ends it ends nothing else."""

import sys
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from ct112.prompts import speaker, speech
from ct112.prompts.speaker import Speaker
from ct112.prompts.speech import SpeechError

BREAKS = (sys.executable, "-c", "import os; input(); os.abort()")
HALF = (sys.executable, "-c", 'input(); print(\'{"rate": 22050, "bytes": 100}\', flush=True)')
SILENT = (sys.executable, "-c", "import time; input(); time.sleep(600)")
TEXT = "Satu satu dua."


@pytest.fixture
def ours() -> Iterator[Speaker]:
    """Give one of our own; its process ends with the test."""
    found = Speaker()
    yield found
    found.close()


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_it_says_what_the_engine_says(ours: Speaker) -> None:
    said, rate = ours.speak(TEXT, "id")
    expected = speech.speak(TEXT, "id")
    assert rate == expected[1]
    assert np.array_equal(said, expected[0])
    assert ours.version() == speech.engine_version()


def test_a_refused_text_is_refused_and_the_next_is_spoken(ours: Speaker) -> None:
    with pytest.raises(SpeechError, match="no voice for the language 'xx'"):
        ours.speak(TEXT, "xx")
    assert len(ours.speak(TEXT, "id")[0]) > 0


@pytest.mark.parametrize("broken", [BREAKS, HALF, ("/no/such/program",)])
def test_a_process_that_breaks_costs_its_text_alone(broken: tuple[str, ...], ours: Speaker) -> None:
    bad = Speaker(broken)
    for _ in range(2):
        with pytest.raises(SpeechError, match="process"):
            bad.speak(TEXT, "id")
    assert len(ours.speak(TEXT, "id")[0]) > 0


def test_one_that_says_nothing_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "ANSWER_SECONDS", 0.5)
    before = children()
    with pytest.raises(SpeechError, match="other words"):
        Speaker(SILENT).speak(TEXT, "id")
    assert children() <= before


def test_a_process_killed_between_two_texts_is_started_again(ours: Speaker) -> None:
    before = children()
    ours.speak(TEXT, "id")
    (child,) = children() - before
    psutil.Process(child).kill()
    assert len(ours.speak(TEXT, "id")[0]) > 0


def test_it_ends_when_there_is_nothing_to_say(monkeypatch: pytest.MonkeyPatch, ours: Speaker) -> None:
    monkeypatch.setattr(speaker, "IDLE_SECONDS", 0.2)
    before = children()
    ours.speak(TEXT, "id")
    (child,) = (psutil.Process(pid) for pid in children() - before)
    child.wait(20)
    assert children() <= before
    assert len(ours.speak(TEXT, "id")[0]) > 0
