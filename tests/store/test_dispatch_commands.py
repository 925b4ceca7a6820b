"""`ct112 dispatches …` as it is typed when the screens are away, with the database."""

import re

import pytest

from tests.store.terminal import Terminal
from tests.store.test_incident_commands import TODAY, opened

NOBODY = "00000000-0000-4000-8000-000000000000"


def ids(terminal: Terminal) -> dict[str, str]:
    """Return the id of each agency's dispatch."""
    return {line.split()[1]: line.split()[-1] for line in terminal.dispatch("list").splitlines()[1:]}


def test_the_alarm_is_raised_reported_on_and_stood_down(terminal: Terminal) -> None:
    assert terminal.dispatch("list") == "nobody is asked to act\n"
    number = opened(terminal, "--landmark", "Pasar Banjarsari")
    assert re.search(r"^damkar sent$", terminal.dispatch("raise", number, "1"), re.M)
    damkar = ids(terminal)["damkar"]
    assert "damkar is acknowledged" in terminal.dispatch(
        "status", damkar, "acknowledged", "--how", "radio", "--who", "Regu 2"
    )
    raised = terminal.dispatch("raise", number, "2")
    assert "damkar acknowledged: regu tambahan\n" in raised
    assert terminal.dispatch("raise", number, "2") == raised
    said = terminal.dispatch("show", damkar)
    assert "what is sent:  regu tambahan" in said
    assert "how:           radio: Regu 2" in said
    assert f"-{number}: acknowledged" in said
    assert "damkar is cancelled" in terminal.dispatch("cancel", damkar, "--reason", "a false alarm")
    assert "reason:        a false alarm" in terminal.dispatch("show", damkar)
    trail = terminal.incident("show", number)
    assert re.search(r"dispatch_raised by cli:\S+ .*what: regu tambahan", trail)
    assert re.search(r"dispatch_acknowledged by cli:\S+ .*how: radio: Regu 2", trail)


def test_an_agency_that_declines_gives_a_reason(terminal: Terminal) -> None:
    number = opened(terminal)
    terminal.dispatch("raise", number, "1")
    damkar = ids(terminal)["damkar"]
    assert "give the reason" in terminal.dispatch("status", damkar, "declined", "--how", "radio", code=1)
    words = ("status", damkar, "declined", "--how", "radio", "--reason", "no engine")
    assert "damkar is declined" in terminal.dispatch(*words)
    assert damkar in terminal.dispatch("list", "--agency", "damkar")
    assert "acknowledge first" in terminal.dispatch("status", damkar, "done", "--how", "radio", code=1)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("show", NOBODY), "there is no such dispatch"),
        (("cancel", NOBODY, "--reason", "over"), "there is no such dispatch"),
        (("cancel", NOBODY, "--reason", "  "), "is not empty"),
        (("status", NOBODY, "sent", "--how", "radio"), "an agency does not say sent"),
        (("status", NOBODY, "acknowledged", "--how", "radio", "--who", "a\nb"), "no control characters"),
        (("raise", f"{TODAY}-77", "2"), "there is no incident"),
        (("raise", "nonsense", "2"), "is said like 1126-14"),
        (("list", "--after", "nonsense"), "is no cursor"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(terminal: Terminal, words: tuple[str, ...], why: str) -> None:
    assert why in terminal.dispatch(*words, code=1)


def test_a_closed_incident_asks_nobody(terminal: Terminal) -> None:
    number = opened(terminal)
    terminal.incident("close", number, "--reason", "put out")
    assert "reopen it first" in terminal.dispatch("raise", number, "2", code=1)
