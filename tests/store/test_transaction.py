"""One transaction, opened and committed at the edge."""

import ast
import asyncio
from pathlib import Path

import pytest

import ct112.store
from ct112.store import Store, UnknownCall, calls
from tests.store.examples import call_id, fact, record

FOLDER = Path(ct112.store.__file__).parent
AT_THE_EDGE = {"engine.py", "database.py"}
ENDING = {"commit", "rollback", "begin", "close"}


async def test_all_that_is_done_in_it_is_there_or_nothing(store: Store) -> None:
    async def fail() -> None:
        async with store.transaction() as connection:
            await calls.write(connection, [record(1)], [fact(1)])
            assert (await calls.get(connection, call_id(1))).id == call_id(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.transaction() as connection:
        with pytest.raises(UnknownCall):
            await calls.get(connection, call_id(1))
        await calls.write(connection, [record(1)], [])
    async with store.transaction() as connection:
        assert (await calls.get(connection, call_id(1))).id == call_id(1)


async def test_whoever_is_cancelled_in_it_has_done_nothing(store: Store) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with store.transaction() as connection:
            await calls.write(connection, [record(1)], [])
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await written.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with store.transaction() as connection:
        assert (await calls.page(connection)).total == 0


async def test_one_within_another_is_refused_and_the_outer_goes_on(store: Store) -> None:
    async with store.transaction() as connection:
        with pytest.raises(RuntimeError, match="pass its connection on"):
            async with store.transaction():
                pass
        await calls.write(connection, [record(1)], [])
    async with store.transaction() as connection:
        assert (await calls.page(connection)).total == 1


async def test_other_tasks_have_their_own(store: Store) -> None:
    async def total() -> int:
        async with store.transaction() as connection:
            return (await calls.page(connection)).total

    async with store.transaction() as connection:
        await calls.write(connection, [record(1)], [])
        assert await asyncio.create_task(total()) == 0
    assert await total() == 1


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_no_repository_ends_a_transaction(path: Path) -> None:
    if path.name in AT_THE_EDGE:
        return
    called = [
        node.func
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    ends = [
        f"{path.name}:{call.lineno}"
        for call in called
        if call.attr in ENDING and isinstance(call.value, ast.Name) and call.value.id == "connection"
    ]
    assert ends == []
