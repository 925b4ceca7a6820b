"""The run machine on virtual time: what each key, silence and ending does."""

from dataclasses import replace

import pytest

from ct112.core.ivr import Announce, IvrDocument, Menu, Node, Opening, Prompt, Queue, Schedule, Spoken
from ct112.core.ivr_run import Enqueue, IvrRun, Step, begin, due, is_open, pressed, said
from ct112.core.record import ClassSource, ServiceClass
from tests.core.ivr_documents import make, speech, usual_document

NOW = 1_800_000_000.0
EMERGENCY, URGENT, INFORMATION = ServiceClass.EMERGENCY, ServiceClass.URGENT, ServiceClass.INFORMATION
DIGIT, SILENCE, INVALID = ClassSource.DIGIT, ClassSource.SILENCE, ClassSource.INVALID


def keys(step: Step) -> tuple[str, ...]:
    return tuple(prompt.key for prompt in step.say)


def at_menu() -> IvrRun:
    """Return a run whose menu is being said since NOW."""
    return said(begin(usual_document(), NOW - 2).run, NOW).run


def test_it_greets_first_and_then_says_the_menu() -> None:
    first = begin(usual_document(), NOW)
    second = said(first.run, NOW + 2)
    assert keys(first) == ("greeting-id",)
    assert first.run.deadline == NOW + 2 + 2
    assert (keys(second), second.hush) == (("main-id",), False)
    assert second.run.path == ("greeting", "main")


def test_a_silent_caller_becomes_an_emergency_when_the_wait_is_over() -> None:
    waiting = said(at_menu(), NOW + 4).run
    assert (waiting.speaking, waiting.deadline) == (False, NOW + 6)
    assert due(waiting, NOW + 5.9).enqueue is None
    assert due(waiting, NOW + 6).enqueue == Enqueue(EMERGENCY, SILENCE)


@pytest.mark.parametrize(("digit", "expected"), [("1", EMERGENCY), ("2", URGENT)])
def test_a_key_during_the_menu_chooses_at_once_and_hushes(digit: str, expected: ServiceClass) -> None:
    step = pressed(at_menu(), digit, NOW + 1)
    assert step.hush
    assert step.enqueue == Enqueue(expected, DIGIT)
    assert step.run.path == ("greeting", "main", expected.value)


def test_a_key_after_the_menu_chooses_without_hushing() -> None:
    step = pressed(said(at_menu(), NOW + 4).run, "2", NOW + 5)
    assert (step.enqueue, step.hush) == (Enqueue(URGENT, DIGIT), False)


def test_two_wrong_keys_are_an_emergency_and_one_says_the_short_menu() -> None:
    once = pressed(at_menu(), "7", NOW + 1)
    twice = pressed(once.run, "#", NOW + 2)
    assert (keys(once), once.hush, once.enqueue) == (("again-id",), True, None)
    assert twice.enqueue == Enqueue(EMERGENCY, INVALID)


def test_a_wrong_key_and_then_silence_counts_as_silence() -> None:
    waiting = said(pressed(at_menu(), "7", NOW + 1).run, NOW + 2).run
    assert due(waiting, waiting.deadline).enqueue == Enqueue(EMERGENCY, SILENCE)


def test_a_wrong_key_and_then_a_right_one_counts_as_the_right_one() -> None:
    step = pressed(pressed(at_menu(), "7", NOW + 1).run, "2", NOW + 2)
    assert step.enqueue == Enqueue(URGENT, DIGIT)


def test_a_menu_without_a_short_form_is_said_again_whole() -> None:
    menu = usual_document().nodes["main"]
    assert isinstance(menu, Menu)
    run = begin(
        make([replace(menu, again={}), Queue(name="emergency", service_class=EMERGENCY)], "main"), NOW
    )
    assert keys(pressed(run.run, "7", NOW + 1)) == ("main-id",)


def test_nine_says_the_menu_again_in_english() -> None:
    step = pressed(at_menu(), "9", NOW + 1)
    assert (keys(step), step.hush, step.run.language) == (("main-en",), True, "en")
    waiting = said(step.run, NOW + 6).run
    assert due(waiting, NOW + 8).enqueue == Enqueue(EMERGENCY, SILENCE)


def test_a_key_during_the_greeting_is_the_choice_in_the_menu_after_it() -> None:
    step = pressed(begin(usual_document(), NOW).run, "2", NOW + 1)
    assert (step.enqueue, step.hush) == (Enqueue(URGENT, DIGIT), True)
    assert step.run.path == ("greeting", "main", "urgent")


def test_a_key_the_menu_lacks_only_skips_the_greeting() -> None:
    step = pressed(begin(usual_document(), NOW).run, "7", NOW + 1)
    assert (keys(step), step.hush, step.run.wrong) == (("main-id",), True, 0)


def test_one_key_skips_one_announcement_only() -> None:
    nodes: list[Node] = [
        Announce(name="one", say=speech("one"), next="two"),
        Announce(name="two", say=speech("two"), next="end"),
        Queue(name="end", service_class=EMERGENCY),
    ]
    step = pressed(begin(make(nodes, "one"), NOW).run, "1", NOW)
    assert keys(step) == ("two-id",)
    assert pressed(step.run, "1", NOW).enqueue == Enqueue(EMERGENCY, ClassSource.LINE)


def test_information_is_said_then_the_caller_is_queued_with_the_source_of_the_choice() -> None:
    told = pressed(at_menu(), "3", NOW + 1)
    assert keys(told) == ("about-id",)
    waiting = said(told.run, NOW + 6).run
    assert due(waiting, NOW + 9).enqueue == Enqueue(INFORMATION, DIGIT)
    assert pressed(waiting, "5", NOW + 7).enqueue == Enqueue(INFORMATION, DIGIT)


def test_zero_says_the_information_again_also_while_it_is_said() -> None:
    told = pressed(at_menu(), "3", NOW + 1)
    again = pressed(told.run, "0", NOW + 2)
    assert (keys(again), again.hush) == (("about-id",), True)
    assert keys(pressed(said(again.run, NOW + 7).run, "0", NOW + 8)) == ("about-id",)


def test_a_prompt_whose_end_never_comes_is_given_up_after_its_margin() -> None:
    run = at_menu()
    step = due(run, run.deadline)
    assert run.deadline == NOW + 4 + 2
    assert (step.hush, step.run.speaking, step.run.deadline) == (True, False, run.deadline + 2)


def test_missing_prompts_leave_silence_and_the_same_choices() -> None:
    step = begin(with_menu_say({}, start="main"), NOW)
    assert (step.say, step.run.node, step.run.deadline) == ((), "main", NOW + 2)
    assert pressed(step.run, "2", NOW + 1).enqueue == Enqueue(URGENT, DIGIT)


def test_a_language_without_prompts_is_spoken_in_the_first_one() -> None:
    step = pressed(begin(with_menu_say({"id": (Prompt("only", 1.0),)}), NOW).run, "9", NOW)
    assert (keys(step), step.run.language) == (("only",), "en")


def with_menu_say(say: Spoken, start: str = "greeting") -> IvrDocument:
    """Return the usual document with these prompts in its menu."""
    document = usual_document()
    menu = document.nodes["main"]
    assert isinstance(menu, Menu)
    return replace(document, start=start, nodes={**document.nodes, "main": replace(menu, say=say)})


def test_a_document_whose_start_is_missing_is_an_emergency_by_failure() -> None:
    assert begin(make([], "nowhere"), NOW).enqueue == Enqueue(EMERGENCY, ClassSource.FAILURE)


def test_an_ending_while_nothing_is_said_changes_nothing() -> None:
    waiting = said(at_menu(), NOW + 4).run
    assert said(waiting, NOW + 5) == Step(run=waiting)


def test_what_comes_after_the_end_is_the_same_end() -> None:
    over = pressed(at_menu(), "2", NOW).run
    assert {pressed(over, "1", NOW).enqueue, said(over, NOW).enqueue, due(over, NOW).enqueue} == {
        Enqueue(URGENT, DIGIT)
    }


MONDAY_0000 = 1_767_546_000.0  # 2026-01-05 00:00 in Jakarta (UTC+7)
OFFICE = Schedule(
    name="office",
    openings=(Opening(days=frozenset({0, 4}), start_minute=8 * 60, end_minute=16 * 60),),
    open="open",
    closed="closed",
)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(0, False), (8, True), (15.99, True), (16, False), (24 + 9, False), (4 * 24 + 9, True)],
)
def test_a_schedule_is_read_in_the_documents_time_zone(hours: float, expected: bool) -> None:
    now = MONDAY_0000 + hours * 3600
    assert is_open(OFFICE, "Asia/Jakarta", now) is expected
    nodes: list[Node] = [
        OFFICE,
        Queue(name="open", service_class=URGENT),
        Queue(name="closed", service_class=EMERGENCY),
    ]
    enqueue = begin(make(nodes, "office"), now).enqueue
    assert enqueue == Enqueue(URGENT if expected else EMERGENCY, ClassSource.LINE)
