"""`ct112 callback …` as an operator or an administrator runs it, with the database."""

import asyncio
import re

from ct112.core.callback_rules import CallbackResult
from tests.store.once import Once
from tests.store.terminal import Terminal
from tests.store.test_callbacks import call


async def test_the_list_is_whole_whatever_the_terminal_and_says_when(store: Once, database_url: str) -> None:
    await store.write([call(1, ani="081234567890123"), call(2, ani=None, at=5), call(3, ani="0899")], [])
    number = (await store.tasks())[0].id
    await store.take_callback(number, "siti")
    await store.finish_callback(number, CallbackResult.NO_ANSWER)
    said = await asyncio.to_thread(Terminal(database_url, COLUMNS="40").callback, "list")
    header, *lines = said.splitlines()
    assert header.split()[:4] == ["id", "class", "number", "since"]
    tried = next(line for line in lines if line.startswith(f"{number} "))
    assert "081234567890123" in said
    assert re.search(r"\d\d-\d\d \d\d:\d\d [A-Z]{3,5} ", tried)
    assert "no_answer" in tried
    assert re.search(r"\d\d-\d\d \d\d:\d\d \S+$", tried)  # the pause, and when it is over
    assert next(line for line in lines if "0899" in line).endswith("  now")


async def test_a_long_list_has_pages_and_a_total(store: Once, database_url: str) -> None:
    await store.write([call(one, ani=f"08123{one:04d}", at=one) for one in range(1, 8)], [])
    terminal = Terminal(database_url)
    first = (await asyncio.to_thread(terminal.callback, "list", "--limit", "5")).splitlines()
    assert len(first) == 7
    more = re.fullmatch(r"7 in all; more: ct112 callback list --after (\S+)", first[-1])
    assert more
    rest = await asyncio.to_thread(terminal.callback, "list", "--after", more[1])
    assert len(rest.splitlines()) == 3


async def test_what_nobody_dials_says_why(store: Once, database_url: str) -> None:
    await store.write([call(1, ani="*21*0812#")], [])
    assert "not dialled: code" in await asyncio.to_thread(Terminal(database_url).callback, "list")


def test_a_result_for_what_is_not_there_is_a_sentence(terminal: Terminal) -> None:
    said = terminal.callback("result", "7", "reached", code=1)
    assert said == "ct112: there is no call-back 7: see ct112 callback list\n"
    assert "ID" in terminal.callback("take", "081234567x", "--operator", "siti", code=2)
