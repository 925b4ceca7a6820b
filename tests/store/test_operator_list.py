"""`ct112 operator list` tells how operators and phones are now, or says that it does not know."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.store.terminal import Terminal

Live = Callable[..., None]


def seat(position: str, state: str, *at: str, refused: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the running ct112 says of a position."""
    return {
        "position": position, "operator": "x", "state": state, "registered_at": at, "refused_by": refused
    }  # fmt: skip


@pytest.fixture
def live(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Live:
    """Have three operators, and a ct112 that answers what is given."""
    for number, name in enumerate(("siti", "budi", "tina"), 1):
        terminal.operator("add", name, "--position", f"pos-{number}")

    def answer(*seats: dict[str, Any], status: int = 200) -> None:
        body = {"positions": list(seats), "detail": "use the value of CT112_API_TOKEN"}
        monkeypatch.setattr("ct112.cli.live.ask", lambda *_: (status, body))

    return answer


def rows(terminal: Terminal) -> dict[str, str]:
    """Return the lines by their first word."""
    return {line.split()[0]: line for line in terminal.operator("list").splitlines()}


def test_talks_and_phones_are_told(terminal: Terminal, live: Live) -> None:
    live(
        seat("pos-1", "on_call", "a", "b"),
        seat("pos-2", "ready"),
        seat("pos-3", "ready", refused=("a",)),
    )
    found = rows(terminal)
    assert found["pos-1"].endswith("in a call  registered (a, b)")
    assert found["pos-2"].endswith("ready      not registered: no calls")
    assert "no account: refused by Asterisk a" in found["pos-3"]


def test_what_was_just_changed_is_not_shown_as_it_was(terminal: Terminal, live: Live) -> None:
    terminal.operator("pause", "siti")
    live(seat("pos-1", "ready", "a"), seat("pos-2", "off_duty", "a"), seat("pos-3", "resting", "a"))
    found = rows(terminal)
    assert "paused" in found["pos-1"]
    assert "ready" in found["pos-2"]
    assert "did not take a call" in found["pos-3"]


def test_a_ct112_that_refuses_is_named(terminal: Terminal, live: Live) -> None:
    live(status=401)
    said = terminal.operator("list")
    assert "not known: ct112 answers 401: use the value of CT112_API_TOKEN" in said
    assert "siti" in said


def test_without_ct112_it_is_the_roster_alone(terminal: Terminal, live: Live) -> None:
    said = terminal.operator("list")  # no token is set
    assert "the roster alone; phones and talks are not known: CT112_API_TOKEN is not set" in said
    assert "not known" in said.splitlines()[1]
