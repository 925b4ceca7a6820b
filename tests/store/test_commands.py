"""`ct112 position`, `operator`, `roster` and `db` as an administrator runs them."""

import asyncio
import re
from datetime import datetime, timedelta

import asyncpg
import pytest

from ct112.store import migrate, pins
from lab.throwaway import Server
from tests.store.terminal import Terminal


def test_the_password_is_shown_once_and_never_listed(terminal: Terminal) -> None:
    said = terminal.position("add", "pos-1")
    found = re.search(r"SIP password: (\S{20,})", said)
    assert found
    assert "SIP user name: pos-1" in said
    assert "ct112 operator sit NAME pos-1" in said
    listed = terminal.position("list")
    assert re.search(r"pos-1\W+–\W+empty", listed)
    assert found[1] not in listed


def test_a_password_from_stdin_is_not_repeated(terminal: Terminal) -> None:
    said = terminal.position("add", "pos-1", "--password-stdin", stdin="chosen-by-hand-1\n")
    assert "chosen-by-hand-1" not in said
    said = terminal.position("password", "pos-1", "--password-stdin", stdin="chosen-again-22\n")
    assert "chosen" not in said


def test_a_new_password_is_shown(terminal: Terminal) -> None:
    terminal.position("add", "pos-1")
    assert re.search(r"SIP password: \S{20,}", terminal.position("password", "pos-1"))


def test_people_are_made_listed_and_removed(terminal: Terminal) -> None:
    assert "ct112 operator sit siti POSITION" in terminal.operator(
        "add", "siti", "--full-name", "Siti Aminah"
    )
    assert re.search(r"siti\W+–\W+not logged in\W+Siti Aminah", terminal.operator("list"))
    assert terminal.operator("remove", "siti") == "siti is removed\n"
    terminal.position("add", "pos-1")
    assert terminal.position("remove", "pos-1") == "position pos-1 is removed\n"


def test_a_pin_is_kept_as_a_hash_and_never_shown(terminal: Terminal, database_url: str) -> None:
    terminal.operator("add", "siti", "--pin-stdin", stdin="4711\n")
    assert "4711" not in terminal.operator("list")
    assert terminal.operator("pin", "siti", "--pin-stdin", stdin="8265\n") == "the PIN of siti is changed\n"
    assert pins.fits("8265", asyncio.run(hash_of(database_url)))
    assert terminal.operator("pin", "siti", "--none") == "siti has no PIN now\n"
    assert asyncio.run(hash_of(database_url)) is None


async def hash_of(database_url: str) -> str | None:
    connection = await asyncpg.connect(database_url)
    try:
        found: str | None = await connection.fetchval("SELECT pin_hash FROM operator WHERE name = 'siti'")
        return found
    finally:
        await connection.close()


def test_empty_lists_say_what_to_do(terminal: Terminal) -> None:
    assert "ct112 operator add" in terminal.operator("list")
    assert "ct112 position add" in terminal.position("list")
    assert "ct112 roster plan" in terminal.roster("show")


def test_a_month_is_planned_with_one_command_and_shown(terminal: Terminal) -> None:
    for name in ("siti", "budi"):
        terminal.operator("add", name)
    begins = f"{datetime.now() + timedelta(hours=1):%Y-%m-%d %H:%M}"  # noqa: DTZ005 (the wall clock is meant)
    plan = ("plan", "siti", "budi", "--from", begins, "--days", "30")
    assert terminal.roster(*plan) == "60 duties are planned, 0 were already\n"
    assert terminal.roster(*plan) == "0 duties are planned, 60 were already\n"
    assert "1 duties" in terminal.roster("plan", "--people", "3", "--from", begins)
    lines = terminal.roster("show", "--days", "2").splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["budi", "siti", "people", "budi", "siti"]
    number = lines[1].split()[0]
    assert terminal.roster("cancel", number) == f"duty {number} is off the roster\n"


BEGINS = "2030-01-01 07:00"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("operator remove budi", "there is no operator 'budi'; there is: siti"),
        ("operator add siti", "operator siti is there already"),
        ("operator add Budi!", "'Budi!' is no name"),
        ("operator add budi --position pos-2", "ct112 operator sit budi pos-2"),
        ("operator password siti", "ct112 position password"),
        ("operator pin budi --none", "there is no operator 'budi'"),
        ("operator pin siti --pin-stdin", "a PIN is 4 to 12 digits"),
        ("position add pos-1", "position pos-1 is there already"),
        ("position add from-trunk", "is a name Asterisk's configuration uses: choose"),
        ("position add fallback", "is a name Asterisk's configuration uses"),
        ("position remove pos-9", "there is no position 'pos-9'; there is: pos-1"),
        ("position password pos-9", "there is no position 'pos-9'"),
        (f"roster plan tina --from {BEGINS}", "there is no operator 'tina': see ct112 operator list"),
        (f"roster plan --from {BEGINS}", "say who (names) or how many (--people)"),
        (f"roster plan siti --people 2 --from {BEGINS}", "one of the two"),
        (f"roster plan siti --hours 48 --days 366 --from {BEGINS}", ""),
        ("roster cancel 99", "ct112 roster show has the numbers"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(terminal: Terminal, words: str, reason: str) -> None:
    terminal.operator("add", "siti")
    terminal.position("add", "pos-1")
    group, *rest = words.replace(BEGINS, "BEGINS").split()
    rest = [BEGINS if word == "BEGINS" else word for word in rest]
    said = getattr(terminal, group)(*rest, code=1 if reason else 0)
    assert said.startswith("ct112: ") or not reason
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
    said = terminal.position("add", "telkom", code=1)
    assert "CT112_TRUNK_ENDPOINT" in said
    assert "no positions yet" in terminal.position("list")
