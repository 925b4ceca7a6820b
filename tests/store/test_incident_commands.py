"""`ct112 incidents …` as it is typed when the screens are away, with the database."""

import asyncio
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ct112.store import Store, audit, categories, deliveries, dispatches, incidents_reading
from tests.store.terminal import Terminal

CALL = "018f6f1e-0000-7000-8000-000000000007"
ZONE = ZoneInfo("Asia/Jakarta")
TODAY = f"{datetime.now(ZONE):%m%d}"


def opened(terminal: Terminal, *words: str) -> str:
    """Open an incident; return its number as it is said."""
    said = terminal.incident("open", "kebakaran", *words)
    found = re.match(r"incident (\d{4}-(\d{4}-\d+)) is open\n", said)
    assert found, said
    return found[2]


def test_from_opening_to_closing_and_open_again(terminal: Terminal) -> None:
    assert terminal.incident("list") == "no incident is open\n"
    number = opened(
        terminal, "--landmark", "Pasar Banjarsari", "--people", "3", "--caller", "0812", "--call", CALL
    )
    header, line = terminal.incident("list").splitlines()
    assert header.split()[:4] == ["number", "status", "priority", "category"]
    assert re.search(r"open +1 +kebakaran +Pasar Banjarsari", line)

    said = terminal.incident("show", number)
    assert "people in danger: 3" in said
    assert CALL in said
    assert "opened by cli:" in said

    assert "is closed" in terminal.incident("close", number, "--reason", "put out")
    assert terminal.incident("list") == "no incident is open\n"
    assert "closed" in terminal.incident("list", "--status", "closed")
    assert "reopen it first" in terminal.incident("close", number, "--reason", "again", code=1)
    assert "open again" in terminal.incident("reopen", number, "--reason", "flames")
    assert re.search(r"reopened by cli:\S+  reason: flames", terminal.incident("show", number))


def test_what_no_rule_fits_is_said_and_the_incident_is_open_all_the_same(terminal: Terminal) -> None:
    assert "the rules propose" in terminal.incident("open", "kebakaran", "--kelurahan", "no such place")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("open", "fire"), "there is no category 'fire': use one of "),
        (("open", "Kebakaran"), "is no category"),
        (("open", "kebakaran", "--landmark", "a\nb"), "no control characters"),
        (("open", "kebakaran", "--description", "\x1b[2J"), "no control characters"),
        (("open", "kebakaran", "--description", "x" * 4001), "4000 characters at most"),
        (("show", f"{TODAY}-77"), "there is no incident"),
        (("show", "nonsense"), "is said like 1126-14"),
        (("show", "\udcff"), "is said like 1126-14"),
        (("close", f"{TODAY}-77", "--reason", "over"), "there is no incident"),
        (("close", f"{TODAY}-77", "--reason", "  "), "is not empty"),
        (("list", "--after", "nonsense"), "is no cursor"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(terminal: Terminal, words: tuple[str, ...], why: str) -> None:
    said = terminal.incident(*words, code=1)
    assert why in said
    assert said.count("\n") == 1
    assert said.startswith("ct112: ")


def test_words_of_a_caller_move_no_cursor(terminal: Terminal) -> None:
    number = opened(terminal, "--description", "two\nlines\u009b2J")
    said = terminal.incident("show", number)
    assert "two lines 2J" in said
    assert "\u009b" not in said


async def test_closed_at_the_command_line_agencies_stand_down(database_url: str, terminal: Terminal) -> None:
    number = await asyncio.to_thread(opened, terminal)
    store = await Store.create(database_url)
    try:
        async with store.transaction() as connection:
            (view,) = (await incidents_reading.page(connection)).items
            await dispatches.ask(connection, view.id, ["damkar"], by="x", zone=ZONE)
        assert "damkar sent" in await asyncio.to_thread(terminal.incident, "show", number)
        await asyncio.to_thread(terminal.incident, "close", number, "--reason", "put out")
        async with store.transaction() as connection:
            (dispatch,) = (await incidents_reading.get(connection, view.id)).dispatches
            told = await deliveries.of_dispatch(connection, dispatch.id)
    finally:
        await store.close()
    assert dispatch.status == "cancelled"
    assert [row["telling"] for row in told if row["due_at"]] == ["stand_down"]


async def test_a_retired_category_opens_nothing(database_url: str, terminal: Terminal) -> None:
    store = await Store.create(database_url)
    try:
        async with store.transaction() as connection:
            await categories.change(connection, "miras", 1, retired=True)
    finally:
        await store.close()
    said = await asyncio.to_thread(terminal.incident, "open", "miras", code=1)
    assert said == "ct112: the category miras is retired: choose another one\n"


async def test_reading_and_changing_are_in_the_audit(database_url: str, terminal: Terminal) -> None:
    number = await asyncio.to_thread(opened, terminal)
    await asyncio.to_thread(terminal.incident, "show", number)
    store = await Store.create(database_url)
    try:
        async with store.transaction() as connection:
            rows = await audit.page(connection)
    finally:
        await store.close()
    assert [row.action for row in rows.items] == ["incident.read", "incident.open"]
