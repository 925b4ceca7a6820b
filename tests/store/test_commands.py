"""`ct112 operator …` and `ct112 db …` as an administrator runs them."""

import re

import pytest

from ct112.store import migrate
from lab.throwaway import Server
from tests.store.terminal import Terminal


def test_the_password_is_shown_once_and_never_listed(terminal: Terminal) -> None:
    said = terminal.operator("add", "siti", "--position", "pos-1")
    found = re.search(r"SIP password: (\S{20,})", said)
    assert found
    assert "SIP user name: pos-1" in said
    listed = terminal.operator("list")
    assert re.search(r"pos-1\W+siti\W+ready", listed)
    assert found[1] not in listed


def test_a_password_from_stdin_is_not_repeated(terminal: Terminal) -> None:
    said = terminal.operator(
        "add", "siti", "--position", "pos-1", "--password-stdin", stdin="chosen-by-hand-1\n"
    )
    assert "chosen-by-hand-1" not in said
    assert "chosen" not in terminal.operator(
        "password", "siti", "--password-stdin", stdin="chosen-again-22\n"
    )


def test_pause_ready_and_remove(terminal: Terminal) -> None:
    terminal.operator("add", "siti", "--position", "pos-1", "--paused")
    assert "paused" in terminal.operator("list")
    assert terminal.operator("ready", "siti") == "siti is ready\n"
    assert "paused" not in terminal.operator("list")
    assert terminal.operator("pause", "siti") == "siti is paused\n"
    assert "paused" in terminal.operator("list")
    assert terminal.operator("remove", "siti", "--keep-position") == "siti is removed\n"
    assert re.search(r"pos-1\W+–\W+empty", terminal.operator("list"))


def test_a_new_password_is_shown(terminal: Terminal) -> None:
    terminal.operator("add", "siti", "--position", "pos-1")
    assert re.search(r"SIP password: \S{20,}", terminal.operator("password", "siti"))


def test_an_empty_list_says_what_to_do(terminal: Terminal) -> None:
    assert "ct112 operator add" in terminal.operator("list")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["remove", "budi"], "there is no operator 'budi'; there is: siti"),
        (["add", "budi", "--position", "pos-1"], "position pos-1 is taken by siti"),
        (["add", "Budi!", "--position", "pos-2"], "'Budi!' is no name"),
        (["add", "budi", "--position", "trunk"], "position 'trunk'"),
        (["add", "budi", "--position", "from-trunk"], "is a name Asterisk's configuration uses: choose"),
        (["add", "budi", "--position", "fallback"], "is a name Asterisk's configuration uses"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(terminal: Terminal, words: list[str], reason: str) -> None:
    terminal.operator("add", "siti", "--position", "pos-1")
    said = terminal.operator(*words, code=1)
    assert said.startswith("ct112: ")
    assert reason in said
    assert said.count("\n") == 1


def test_no_database_set_is_said_with_the_remedy() -> None:
    said = Terminal(None).operator("list", code=1)
    assert "CT112_DATABASE_URL=postgresql://" in said
    assert "CT112_DATABASE_URL" in Terminal(None).db("upgrade", code=1)


def test_an_address_that_is_none_is_said_without_it() -> None:
    for said in (
        Terminal("mysql://u:secret@h/d").operator("list", code=1),
        Terminal("secret").db("upgrade", 1),
    ):
        assert "has to be PostgreSQL" in said or "is not one" in said
        assert "secret" not in said


def test_a_database_that_is_away_is_said_in_one_line() -> None:
    away = Terminal("postgresql://u:secret@127.0.0.1:1/d")
    for said in (away.operator("list", code=1), away.db("upgrade", 1), away.db("status", 1)):
        assert said.startswith("ct112: ")
        assert said.count("\n") == 1
        assert "secret" not in said


def test_upgrade_can_be_repeated_and_status_agrees(terminal: Terminal, server: Server) -> None:
    assert "the newest" in terminal.db("status")
    assert terminal.db("upgrade") == f"the database is at {migrate.head()}\n"
    bare = Terminal(server.url())
    assert "run `ct112 db upgrade`" in bare.db("status", code=1)


def test_the_carriers_trunk_is_no_position_whatever_its_name(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CT112_TRUNK_ENDPOINT", "telkom")
    said = terminal.operator("add", "budi", "--position", "telkom", code=1)
    assert "CT112_TRUNK_ENDPOINT" in said
    assert "no positions yet" in terminal.operator("list")
