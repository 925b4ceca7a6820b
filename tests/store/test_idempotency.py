"""A request sent twice is done once: side by side, after a kill, and after a day."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE

import asyncpg
import pytest

from ct112.shipped import migrations
from ct112.store import StoreUnavailable, operators
from ct112.store.idempotency import KeptAnswer, KeyBusy, KeyReused, claim, keep
from ct112.worker.answers import forget_old
from tests.store.once import Once

OWNER, KEY = "siti", "a-key"
DIGEST = b"the digest of a request"
ANSWER = KeptAnswer(status=201, headers={"ETag": '"1"'}, body='{"name": "büdi"}')


async def add(
    store: Once, name: str = "budi", *, owner: str = OWNER, key: str = KEY, digest: bytes = DIGEST
) -> KeptAnswer:
    """Do what a request does: add an operator, once."""
    async with store.transaction() as connection:
        kept = await claim(connection, owner, key, digest)
        if kept is not None:
            return kept
        await operators.add(connection, name)
        await keep(connection, owner, key, ANSWER)
        return ANSWER


async def names(store: Once) -> list[str]:
    async with store.transaction() as connection:
        return [one.name for one in await operators.operators(connection)]


async def test_the_same_request_again_gets_the_same_answer_and_changes_nothing(store: Once) -> None:
    assert [await add(store) for _ in range(3)] == [ANSWER] * 3
    assert await names(store) == ["budi"]


async def test_another_request_with_the_same_key_is_refused(store: Once) -> None:
    await add(store)
    with pytest.raises(KeyReused, match="another request"):
        await add(store, "wati", digest=b"another")
    assert await names(store) == ["budi"]


@pytest.mark.parametrize(("owner", "key"), [("tina", KEY), (OWNER, "b"), ("a\0", "\ud800")])
async def test_a_key_belongs_to_its_owner(store: Once, owner: str, key: str) -> None:
    for _ in range(2):
        await add(store)
        await add(store, "wati", owner=owner, key=key)
    assert await names(store) == ["budi", "wati"]


async def test_of_many_at_once_one_is_done_and_all_get_its_answer(store: Once) -> None:
    assert await asyncio.gather(*(add(store) for _ in range(20))) == [ANSWER] * 20
    assert await names(store) == ["budi"]


async def test_what_failed_may_be_tried_again_with_its_key(store: Once) -> None:
    async def fail() -> None:
        async with store.transaction() as connection:
            assert await claim(connection, OWNER, KEY, DIGEST) is None
            await operators.add(connection, "budi")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await names(store) == []
    assert await add(store) == ANSWER


async def test_whose_connection_is_cut_before_the_end_has_done_nothing(
    store: Once, database_url: str
) -> None:
    async def cut() -> None:
        async with store.transaction() as connection:
            assert await claim(connection, OWNER, KEY, DIGEST) is None
            await operators.add(connection, "budi")
            await keep(connection, OWNER, KEY, ANSWER)
            await end_the_others(database_url)

    with pytest.raises(StoreUnavailable):
        await cut()
    assert await names(store) == []
    assert await add(store) == ANSWER


async def end_the_others(database_url: str) -> None:
    """End all other connections of the database from its side."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    await connection.close()


KILLED = """
import asyncio, sys
from ct112.store import Store, operators
from ct112.store.idempotency import claim, keep
from tests.store.test_idempotency import ANSWER, DIGEST, KEY, OWNER

async def main():
    store = await Store.create(sys.argv[1])
    async with store.transaction() as connection:
        assert await claim(connection, OWNER, KEY, DIGEST) is None
        await operators.add(connection, "budi")
        await keep(connection, OWNER, KEY, ANSWER)
        print("written", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_process_killed_between_change_and_commit_has_done_nothing(
    store: Once, database_url: str
) -> None:
    root = migrations().parent
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, database_url, stdout=PIPE, env=environment
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"written\n"
    with pytest.raises(KeyBusy, match="again in a second"):
        await add(store)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with asyncio.timeout(20):
        while True:  # the server learns of it in its own time
            try:
                assert await add(store) == ANSWER
                break
            except KeyBusy:
                await asyncio.sleep(0.05)
    assert await names(store) == ["budi"]


async def test_an_answer_is_forgotten_after_a_day(store: Once, database_url: str) -> None:
    await add(store)
    await make_old(database_url)
    await add(store, "wati", digest=b"another")  # expired: the key is free, and its row is replaced
    assert await names(store) == ["budi", "wati"]
    assert await add(store, digest=b"another") == ANSWER
    await forget_old(store)
    assert await add(store, digest=b"another") == ANSWER
    await make_old(database_url)
    await forget_old(store)
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM idempotency_key") == 0
    await connection.close()


async def make_old(database_url: str) -> None:
    """Let a day pass."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE idempotency_key SET at = now() - interval '25 hours'")
    await connection.close()
