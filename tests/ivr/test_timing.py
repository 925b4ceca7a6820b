"""How long an emergency waits at worst, and what a simulated caller lives through: both by the same times."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ct112.core.ivr import Announce, Information, IvrDocument, Menu, Node, Prompt, Spoken
from ct112.core.record import ServiceClass
from ct112.ivr import check, compile_document, default_text, load, simulate, ways_to_emergency
from ct112.prompts.library import PromptLibrary
from tests.ivr.documents import SMALL, draft, library, line_of

MONDAY_NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC).timestamp()  # 12:00 in Jakarta
SUNDAY_NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC).timestamp()


def lasting(document: IvrDocument, seconds: dict[str, float]) -> IvrDocument:
    """The document with prompts of known lengths."""

    def of(name: str, say: Spoken) -> Spoken:
        return {language: (Prompt(f"{name} {language}", seconds[name]),) for language in say}

    nodes: dict[str, Node] = {}
    for name, node in document.nodes.items():
        nodes[name] = node
        if isinstance(node, Menu | Announce | Information):
            nodes[name] = replace(node, say=of(name, node.say))
    return replace(document, nodes=nodes)


@pytest.fixture
def small(tmp_path: Path) -> IvrDocument:
    """The small document: the menu lasts 4 s, the information 3 s."""
    compiled = compile_document(draft(), 1, library(tmp_path))
    assert compiled.problems == ()
    return lasting(compiled.document, {"main": 4.0, "about": 3.0})


def test_the_worst_times_are_those_worked_out_by_hand(small: IvrDocument) -> None:
    ways = {way.caller: way.seconds for way in ways_to_emergency(small)}
    assert ways == {
        "silent caller": pytest.approx(4 + 2),  # the menu, the wait
        "caller with wrong keys": pytest.approx(4 + 2 + 4 + 2),  # each key at the last moment
    }


def test_what_happens_after_a_choice_is_not_counted_from_pick_up(tmp_path: Path) -> None:
    text = SMALL.replace("    closed: question", "    closed: emergency").replace(
        "    wait: 1\n    next: question", "    wait: 1\n    next: emergency"
    )
    document = lasting(
        compile_document(load(text, name="x"), 1, library(tmp_path)).document, {"main": 4.0, "about": 30.0}
    )
    worst = ways_to_emergency(document)[0]
    assert worst.since == "'2' in main"
    assert worst.seconds == pytest.approx(31)


def test_a_document_too_slow_is_refused_with_the_line_that_takes_longest(tmp_path: Path) -> None:
    slow = SMALL.replace("Darurat tekan 1, informasi 2.", "Selamat datang. " * 20)
    report = check(load(slow, name="menu.yaml"), library(tmp_path), limit=15)
    assert not report.ok
    (problem,) = {str(one) for one in report.problems if "silent caller" in one.message}
    assert f"line {line_of(slow, '  main:')}:" in problem
    assert "the limit is 15 s" in problem
    assert "shorten" in problem


def test_the_limit_is_the_admins(tmp_path: Path) -> None:
    assert check(draft(), library(tmp_path), limit=60).ok
    assert not check(draft(), library(tmp_path), limit=3).ok


def test_the_default_document_is_within_the_limits(tmp_path: Path) -> None:
    report = check(load(default_text(), name="default"), library(tmp_path), limit=15)
    assert report.ok, report.problems
    silent = [way for way in report.ways if way.caller == "silent caller" and way.since == "pick-up"]
    assert silent[0].seconds <= 12.0 - 1.0  # a second for the telephone


@pytest.mark.parametrize(
    ("digits", "now", "end", "at"),
    [
        ("", MONDAY_NOON, "waits for an operator as emergency (by silence)", 6.0),
        ("1", MONDAY_NOON, "waits for an operator as emergency (by digit)", 1.0),
        ("77", MONDAY_NOON, "waits for an operator as emergency (by invalid)", 2.0),
        ("-", MONDAY_NOON, "waits for an operator as emergency (by silence)", 6.0),
        ("2", MONDAY_NOON, "waits for an operator as information (by digit)", 1 + 3 + 1.0),
        ("20-", MONDAY_NOON, "waits for an operator as information (by digit)", 1 + 1 + 3 + 1.0),
        ("2", SUNDAY_NOON, "waits for an operator as information (by digit)", 1.0),
    ],
)
def test_a_simulated_caller_ends_where_and_when_a_real_one_would(
    small: IvrDocument, digits: str, now: float, end: str, at: float
) -> None:
    last = simulate(small, digits, 60, now=now)[-1]
    assert last.what == end
    assert last.at == pytest.approx(at, abs=0.01)


def test_a_simulated_caller_hangs_up_when_the_time_is_over(small: IvrDocument) -> None:
    last = simulate(small, "", 5.0, now=MONDAY_NOON)[-1]
    assert (last.at, last.what) == (5.0, "the caller hangs up, not queued yet")


def test_nobody_simulated_waits_longer_than_the_check_says(small: IvrDocument) -> None:
    for document in (small, replace(small, language="id")):
        worst = max(way.seconds for way in ways_to_emergency(document))
        for digits in ("", "7", "77", "-7", "*", "##"):
            moments = simulate(document, digits, 60, now=MONDAY_NOON)
            assert "emergency" in moments[-1].what
            assert moments[-1].at <= worst + 0.001


def test_a_text_that_cannot_be_spoken_is_a_problem_and_a_gap_not_a_stop(tmp_path: Path) -> None:
    text = SMALL.replace("languages: [id]", "languages: [qqq]").replace(" id: ", " qqq: ")
    compiled = compile_document(load(text, name="menu.yaml"), 3, library(tmp_path))
    assert len(compiled.problems) == 3
    assert all(problem.fatal for problem in compiled.problems)
    assert compiled.problems[0].line is not None
    assert compiled.document.version == 3
    last = simulate(compiled.document, "", 60, now=MONDAY_NOON)[-1]
    assert last.what == "waits for an operator as emergency (by silence)"


def test_a_recording_replaces_the_voice(tmp_path: Path) -> None:
    text = SMALL.replace("id: Kantor buka.", "id: {recording: open, text: Kantor buka.}")
    (tmp_path / "recordings" / "id").mkdir(parents=True)
    spoken = library(tmp_path)
    made = compile_document(load(text, name="x"), 1, spoken)
    assert [problem.fatal for problem in made.problems] == [False]
    recorded = PromptLibrary(tmp_path / "prompts", tmp_path / "recordings")
    found = spoken.path(next(iter(made.document.prompt_keys())))
    assert found is not None
    (tmp_path / "recordings" / "id" / "open.wav").write_bytes(found.read_bytes())
    again = compile_document(load(text, name="x"), 1, recorded)
    assert again.problems == ()
    assert again.document.prompt_keys() != made.document.prompt_keys()


def test_hours_over_midnight_are_open_on_both_days(tmp_path: Path) -> None:
    text = SMALL.replace("[mon, tue, wed, thu, fri]", "[fri]").replace("08:00", "22:00")
    text = text.replace("16:00", "06:00")
    document = compile_document(load(text, name="x"), 1, library(tmp_path)).document

    def heard(day: int, hour: int) -> bool:
        now = datetime(2026, 11, day, hour, tzinfo=UTC).timestamp() - 7 * 3600
        return any("enters about" in moment.what for moment in simulate(document, "2", 60, now=now))

    friday, saturday = 27, 28
    assert [heard(friday, 21), heard(friday, 23)] == [False, True]
    assert [heard(saturday, 5), heard(saturday, 7), heard(saturday, 23)] == [True, False, False]


def test_the_classes_of_the_default_menu(tmp_path: Path) -> None:
    document = compile_document(load(default_text(), name="x"), 1, library(tmp_path)).document
    for digits, wanted in (("1", "emergency"), ("2", "urgent"), ("3", "information"), ("92", "urgent")):
        last = simulate(document, digits, 60, now=MONDAY_NOON)[-1]
        assert last.what == f"waits for an operator as {ServiceClass(wanted)} (by digit)"
