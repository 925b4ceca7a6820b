"""`ct112 pause-reason` and barring an operator: what serve is told of afterwards."""

import asyncio
import re

import pytest

from ct112.serve.sources import StoreSource
from ct112.store import PeopleError, Store, audit, operators, pause_reasons
from tests.store.terminal import Terminal

WORDS = ("--indonesian", "Rapat", "--english", "Meeting")


async def offered(store: Store) -> list[str]:
    """Return the codes serve offers, in their order."""
    return [reason.code for reason in (await StoreSource(store).known()).reasons]


async def run(terminal: Terminal, *words: str, code: int = 0) -> str:
    """Run `ct112 pause-reason`, which has an event loop of its own."""
    return await asyncio.to_thread(terminal.pause_reason, *words, code=code)


async def test_a_reason_lives_its_life(terminal: Terminal, store: Store) -> None:
    before = await offered(store)
    await run(terminal, "add", "dentist", *WORDS)
    assert await offered(store) == [*before, "dentist"]
    await run(terminal, "rename", "dentist", "--english", "Briefing", "--place", "1")
    listed = await run(terminal, "list")
    assert re.search(r"^1 +dentist +Rapat +Briefing$", listed, re.M)
    await run(terminal, "retire", "dentist")
    assert await offered(store) == before
    assert "dentist" not in await run(terminal, "list")
    assert re.search(r"dentist +Rapat +Briefing +retired", await run(terminal, "list", "--retired"))
    await run(terminal, "add", "dentist", *WORDS)
    assert (await offered(store))[-1] == "dentist"
    async with store.transaction() as connection:
        noted = [(row.action, row.object_id) for row in (await audit.page(connection)).items]
    assert noted == [
        ("pause_reason.add", "dentist"),
        ("pause_reason.retire", "dentist"),
        ("pause_reason.rename", "dentist"),
        ("pause_reason.add", "dentist"),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "meal", *WORDS), "there is a pause reason meal already: ct112 pause-reason rename meal"),
        (("add", "Meal", *WORDS), "'Meal' is no name"),
        (("add", "new", "--indonesian", " ", "--english", "x"), "the indonesian words have 1 to 60"),
        (("add", "new", "--indonesian", "x", "--english", "x" * 61), "the english words have 1 to 60"),
        (("add", "new", "--indonesian", "x", "--english", "a\x1b[2J"), "the english words have 1 to 60"),
        (("rename", "meal"), "say what changes: --indonesian, --english or --place"),
        (("rename", "nobody", "--english", "x"), "there is no pause reason 'nobody'; there is: "),
        (("retire", "nobody"), "there is no pause reason 'nobody'; there is: "),
    ],
)
async def test_what_cannot_be_is_one_sentence_and_changes_nothing(
    terminal: Terminal, store: Store, words: tuple[str, ...], said: str
) -> None:
    before = (await StoreSource(store).known()).reasons
    output = await run(terminal, *words, code=1)
    assert said in output
    assert len(output.strip().splitlines()) == 1
    assert (await StoreSource(store).known()).reasons == before


async def test_the_last_reason_stays_whoever_retires_at_once(store: Store) -> None:
    async def retire(code: str) -> None:
        async with store.transaction() as connection:
            await pause_reasons.retire(connection, code)

    codes = await offered(store)
    done = await asyncio.gather(*map(retire, codes), return_exceptions=True)
    (left,) = await offered(store)
    (refused,) = [one for one in done if one is not None]
    assert isinstance(refused, PeopleError)
    assert f"{left} is the only pause reason" in str(refused)


async def test_a_barred_operator_is_none_serve_knows_until_unbarred(terminal: Terminal, store: Store) -> None:
    async with store.transaction() as connection:
        await operators.add(connection, "siti", full_name="Siti Aminah")

    async def known() -> list[str]:
        return [operator.name for operator in (await StoreSource(store).known()).operators]

    assert await known() == ["siti"]
    assert "may not log in" in await asyncio.to_thread(terminal.operator, "bar", "siti")
    assert await known() == []
    assert re.search(r"siti\W+–\W+barred: may not log in", await asyncio.to_thread(terminal.operator, "list"))
    assert "ct112 operator sit siti" in await asyncio.to_thread(terminal.operator, "unbar", "siti")
    assert await known() == ["siti"]
    said = await asyncio.to_thread(terminal.operator, "bar", "nobody", code=1)
    assert "there is no operator 'nobody'; there is: siti" in said
    async with store.transaction() as connection:
        noted = [row.action for row in (await audit.page(connection)).items]
    assert [action for action in noted if action != "operator.list"] == ["operator.unbar", "operator.bar"]
