"""Every mistake in a document is named with its line and with what to do, all of them at once."""

import pytest

from ct112.ivr import IvrError, default_text, load
from tests.ivr.documents import SMALL, line_of

CASES = [
    # what is written, what it becomes, the line it is told for, what is said, what is to be done
    ("type: menu", "type: meny", "type: meny", "no type 'meny'", "did you mean 'menu'?"),
    ("    type: menu\n", "", "  main:", "node 'main' has no type", "write `type:`"),
    ("    silence: emergency\n", "", "  main:", "`silence` is missing", "add `silence:`"),
    ("wait: 2", "wiat: 2", "wiat: 2", "no field `wiat`", "did you mean 'wait'?"),
    ("wait: 2", "wait: soon", "wait: soon", "`wait` does not fit", "number"),
    ("wait: 2", "wait: 99", "wait: 99", "`wait` does not fit", "less than or equal to 30"),
    ("tries: 2", "tries: 0", "tries: 0", "`tries` does not fit", "greater than or equal to 1"),
    ("1: emergency", "1: emergancy", "1: emergancy", "leads to 'emergancy'", "did you mean 'emergency'?"),
    ("start: main", "start: mian", "start: mian", "leads to 'mian'", "did you mean 'main'?"),
    ("2: hours", "22: hours", "22: hours", "22", ""),
    ("2: hours", "1: hours", "1: hours", "'1' stands twice", "remove one"),
    ("class: information", "class: questions", "class: questions", "does not fit", "'emergency'"),
    ("from: 08:00", "from: 8 am", "from: 8 am", "no time of day", "08:00"),
    ("to: 16:00", "to: 24:01", "to: 24:01", "no time of day", "00:00 to 24:00"),
    ("[mon, tue, wed, thu, fri]", "[senin]", "[senin]", "does not fit", "'mon'"),
    ("id: Kantor buka.", "id: ''", "id: ''", "the text is empty", "write what the caller shall hear"),
    ("id: Kantor buka.", "id: " + "x" * 1001, "x" * 1001, "more than 1000", "shorten it"),
    ("languages: [id]", "languages: id", "languages:", "`languages` does not fit", "[one, another]"),
    (
        "    choices:\n      1: emergency\n      2: hours\n",
        "    choices: x\n",
        "choices:",
        "`choices`",
        "below it",
    ),
    ("languages: [id]", "languages: [indonesian!]", "languages:", "no language code", "id or en"),
    ("  question:", "  Question!:", "  Question!:", "is no name", "small letters"),
    ("languages: [id]", "languages: [id", "languages:", "not YAML", "brackets [ … ] that open here"),
    ("    wait: 2", "\twait: 2", "\twait: 2", "not YAML", "a tab stands here: use spaces"),
    (
        "id: Kantor buka.",
        'id: "Kantor buka.',
        "Kantor buka.",
        "a quote opens here",
        "close it in the same line",
    ),
    ("id: Mohon tunggu.", 'id: "Mohon tunggu.', "Mohon tunggu.", "a quote opens here", "close it"),
    ("id: Mohon tunggu.", "id: Tekan 1: tunggu.", "Tekan 1", "not YAML", "has a colon into quotes"),
    ("id: Mohon tunggu.", "id: Mohon\x07 tunggu.", "Mohon", "U+0007", "remove the invisible"),
    ("start: main", "start: main\ntime_zone: Asia/Pekalongan", "time_zone", "no time zone", "Asia/Jakarta"),
    ("start: main", "start: main\ntime_zone: ../etc", "time_zone", "no time zone", "Asia/Jakarta"),
    ("1: emergency", "*: emergency", "*: emergency", "not YAML", "quotes"),
    ("waiting:\n  id: Mohon tunggu.\n", "", "languages", "`waiting` is missing", "add `waiting:`"),
]


@pytest.mark.parametrize(("was", "becomes", "line", "message", "remedy"), CASES)
def test_a_mistake_is_named_with_its_line_and_a_remedy(
    was: str, becomes: str, line: str, message: str, remedy: str
) -> None:
    assert was in SMALL
    text = SMALL.replace(was, becomes, 1)
    with pytest.raises(IvrError) as refused:
        load(text, name="menu.yaml")
    fitting = [one for one in refused.value.problems if message in one.message and remedy in one.remedy]
    assert fitting, str(refused.value)
    assert line_of(text, line) in [one.line for one in fitting], str(refused.value)
    assert f"menu.yaml: line {line_of(text, line)}: " in str(refused.value)


def test_all_mistakes_are_told_at_once_in_order() -> None:
    text = SMALL.replace("tries: 2", "tries: 0").replace("type: queue", "type: que", 1)
    text = text.replace("start: main", "start: mian")
    with pytest.raises(IvrError) as refused:
        load(text, name="menu.yaml")
    lines = [one.line for one in refused.value.problems]
    assert lines == sorted(lines, key=lambda line: line or 0)
    assert {line_of(text, "mian"), line_of(text, "tries: 0"), line_of(text, "type: que")} <= set(lines)


@pytest.mark.parametrize("text", ["", "# nothing", "[]", "just words", "nodes: 7"])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(IvrError):
        load(text, name="menu.yaml")


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("next: question", "next: about", "about"),  # an information that leads to itself
        ("silence: emergency", "silence: main", "main"),  # whoever is silent hears the menu for ever
        ("closed: question", "closed: hours", "hours"),
    ],
)
def test_a_circle_for_those_who_press_nothing_is_refused(was: str, becomes: str, message: str) -> None:
    text = SMALL.replace(was, becomes)
    with pytest.raises(IvrError) as refused:
        load(text, name="menu.yaml")
    assert message in str(refused.value)


def test_silence_and_wrong_keys_must_be_an_emergency() -> None:
    with pytest.raises(IvrError) as refused:
        load(SMALL.replace("silence: emergency", "silence: question"), name="menu.yaml")
    assert line_of(SMALL, "silence:") in [one.line for one in refused.value.problems], str(refused.value)


def test_a_node_nobody_reaches_is_a_warning() -> None:
    text = SMALL + "  lonely:\n    type: queue\n    class: urgent\n"
    (warning,) = load(text, name="menu.yaml").warnings
    assert not warning.fatal
    assert "lonely" in str(warning)


@pytest.mark.parametrize(
    "text", ["a: &a [*a]", "[" * 5000, "x: " + "{y: " * 50 + "1" + "}" * 50, "!!python/object:os.system {}"]
)
def test_a_document_made_to_harm_is_only_refused(text: str) -> None:
    with pytest.raises(IvrError):
        load(text, name="menu.yaml")


def test_a_document_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(IvrError, match="too large"):
        load("x" * 300_000, name="menu.yaml")


def test_the_default_document_is_good_and_survives_the_database() -> None:
    draft = load(default_text(), name="default")
    assert draft.warnings == ()
    assert draft.shape.languages == ["id", "en"]
    assert type(draft.shape).model_validate(draft.to_json()) is not None
