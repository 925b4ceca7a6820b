"""The lists tell how operators and phones are now, or say that they do not know."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ct112.store import Store
from lab import people
from tests.store.terminal import Terminal

Live = Callable[..., None]


def seat(
    position: str,
    operator: str | None,
    state: str,
    *at: str,
    refused: tuple[str, ...] = (),
    reason: str | None = None,
) -> dict[str, Any]:
    """What the running ct112 says of a position."""
    return {
        "position": position, "operator": operator, "state": state, "reason": reason,
        "registered_at": at, "refused_by": refused,
    }  # fmt: skip


@pytest.fixture
def live(terminal: Terminal, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Live:
    """Have three operators at three positions, and a ct112 that answers what is given."""
    asyncio.run(seated(database_url))

    def answer(*seats: dict[str, Any], status: int = 200) -> None:
        body = {"positions": list(seats), "detail": "use the value of CT112_API_TOKEN"}
        monkeypatch.setattr("ct112.cli.live.ask", lambda *_: (status, body))

    return answer


async def seated(database_url: str) -> None:
    store = await Store.create(database_url)
    names = enumerate(("siti", "budi", "tina"), 1)
    await people.man(store, ((f"pos-{number}", name, "generated-1234") for number, name in names))
    await store.close()


def rows(said: str) -> dict[str, str]:
    """Return the lines by their first word."""
    return {line.split()[0]: line.rstrip() for line in said.splitlines()}


def test_talks_and_phones_are_told(terminal: Terminal, live: Live) -> None:
    live(
        seat("pos-1", "siti", "on_call", "a", "b"),
        seat("pos-2", None, "off_duty"),
        seat("pos-3", "budi", "ready", refused=("a",)),
    )
    found = rows(terminal.position("list"))
    assert found["pos-1"].endswith("siti      in a call  registered (a, b)")
    assert "–         empty" in found["pos-2"]
    assert "budi" in found["pos-3"]
    assert "no account: refused by Asterisk a" in found["pos-3"]
    found = rows(terminal.operator("list"))
    assert "pos-3" in found["budi"]  # where the floor says, whatever was written last
    assert "not logged in" in found["tina"]


def test_why_somebody_pauses_is_told(terminal: Terminal, live: Live) -> None:
    live(seat("pos-1", "siti", "off_duty", "a", reason="meal"), seat("pos-2", "budi", "resting", "a"))
    found = rows(terminal.operator("list"))
    assert "paused: meal" in found["siti"]
    assert "did not take a call" in found["budi"]


def test_a_ct112_that_refuses_is_named(terminal: Terminal, live: Live) -> None:
    live(status=401)
    said = terminal.operator("list")
    assert "not known: ct112 answers 401: use the value of CT112_API_TOKEN" in said
    assert "pos-1" in rows(said)["siti"]


@pytest.mark.usefixtures("live")
def test_without_ct112_it_is_what_was_written_last(terminal: Terminal) -> None:
    for said in (terminal.operator("list"), terminal.position("list")):  # no token is set
        assert "as last written; phones and talks are not known: CT112_API_TOKEN is not set" in said
        assert "not known" in said.splitlines()[1]
        assert "ready" in said
