"""Trying a menu key by key: the same machine as real calls, the same again with one key more."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112 import ivr
from ct112.ivr import Press, Turn
from ct112.prompts.library import PromptLibrary

NOW = 1_795_000_000.0


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> ivr.Compiled:
    library = PromptLibrary(tmp_path_factory.mktemp("prompts"))
    return ivr.compile_document(ivr.load(ivr.default_text(), name="it"), 1, library)


def tried(compiled: ivr.Compiled, *presses: Press) -> list[Turn]:
    return ivr.try_out(compiled.document, presses, compiled.texts, now=NOW)


def test_whoever_presses_nothing_hears_the_menu_and_is_an_emergency(compiled: ivr.Compiled) -> None:
    turns = tried(compiled)
    assert [turn.node for turn in turns if turn.kind == "enters"] == ["greeting", "main", "emergency"]
    assert turns[1].texts == ("Satu satu dua Pekalongan.",)
    assert [turn.kind for turn in turns][-3:] == ["silence", "enters", "queued"]
    (worst, *_) = ivr.ways_to_emergency(compiled.document)
    assert turns[-1].at <= worst.seconds


def test_a_key_counts_at_its_moment_and_what_came_before_stays_as_it_was(compiled: ivr.Compiled) -> None:
    before = tried(compiled, Press(0.5, "9"))
    after = tried(compiled, Press(0.5, "9"), Press(2.0, "2"))
    cut = next(number for number, turn in enumerate(after) if turn.key == "2")
    assert after[:cut] == before[:cut]
    assert [(turn.at, turn.node) for turn in after if turn.kind == "queued"] == [(2.0, "urgent")]
    assert any(text.startswith("Emergency, press 1") for turn in after for text in turn.texts)


@given(st.lists(st.tuples(st.floats(0, 60), st.sampled_from("0123456789*#")), max_size=60))
def test_whatever_is_pressed_a_person_answers(
    compiled: ivr.Compiled, presses: list[tuple[float, str]]
) -> None:
    turns = tried(compiled, *(Press(at, key) for at, key in presses))
    assert turns[-1].queued is not None
    times = [turn.at for turn in turns]
    assert times == sorted(times)


def test_the_documents_folder_is_not_needed(tmp_path: Path) -> None:
    """A prompt that could not be made is a gap: the way goes on."""
    source = ivr.default_text().replace("Satu satu dua Pekalongan.", "{ recording: none }")
    problems, report = ivr.every_problem(source, PromptLibrary(tmp_path), name="it")
    assert report is not None
    assert any(problem.fatal for problem in problems)
    turns = ivr.try_out(report.compiled.document, [], report.compiled.texts, now=NOW)
    assert turns[-1].node == "emergency"
