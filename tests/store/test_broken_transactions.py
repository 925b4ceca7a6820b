"""The database breaks in the middle of a change: nothing is changed by half, and it can be done again.

Each change of the repositories meets a connection cut after each of its statements, a table somebody holds,
a server that hangs, and another transaction that wants the same rows the other way round.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from ct112.core.callback_rules import CallbackResult
from ct112.core.fallback import FallbackCall
from ct112.core.record import EndedBy, Outcome
from ct112.store import (
    Connection,
    StoreUnavailable,
    accounts,
    audit,
    callbacks,
    calls,
    engine,
    fallback,
    idempotency,
    ivr_publications,
    operators,
    positions,
)
from ct112.store.roles import Role
from lab.throwaway import Server
from tests.store.examples import ARRIVED, NODE, fact, record
from tests.store.once import Once

ENDED: dict[str, Any] = {"ended_at": ARRIVED + 9, "outcome": Outcome.ABANDONED, "ended_by": EndedBy.CALLER}
FALLBACK = FallbackCall(
    node=NODE,
    leg="a-1790000001.7",
    ended_by=EndedBy.CALLER,
    entered_at=ARRIVED + 11,
    ended_at=ARRIVED + 40,
    sip_call_id="abc",
    ani="081234567890",
)
KEPT = idempotency.KeptAnswer(status=201, headers={}, body="{}")
Change = Callable[[Connection], Awaitable[Any]]


async def write(connection: Connection) -> None:
    """Records and facts, and a call-back that follows."""
    await calls.write(connection, [record(7, ani="0812345678", **ENDED)], [fact(7), fact(7, 2, "ended")])


async def publish(connection: Connection) -> None:
    """A version of the menu, live."""
    number = await ivr_publications.add(connection, {"start": "b"}, "start: b\n", "")
    await ivr_publications.publish(connection, number, "", by="siti")


async def answer_once(connection: Connection) -> None:
    """A request with a key, noted in the audit."""
    await idempotency.claim(connection, "siti", "a-key", b"digest")
    await operators.add(connection, "wati")
    await audit.note(connection, actor="siti", role="admin", action="operator.add", object_kind="operator")
    await idempotency.keep(connection, "siti", "a-key", KEPT)


CHANGES: dict[str, Change] = {
    "records and facts": write,
    "a call of the fallback": lambda connection: fallback.take_in(connection, FALLBACK),
    "open records closed": lambda connection: calls.close_open(connection, NODE, [], ARRIVED + 1000),
    "a call-back taken": lambda connection: callbacks.take(connection, 1, "siti"),
    "a call-back's result": lambda connection: callbacks.finish(connection, 1, CallbackResult.REACHED),
    "a menu published": publish,
    "a position added": lambda connection: positions.add(connection, "pos-9"),
    "a SIP password": lambda connection: positions.change_password(connection, "pos-1"),
    "an operator added": lambda connection: operators.add(connection, "wati"),
    "an operator changed": lambda connection: operators.set_full_name(connection, "siti", "Siti A."),
    "an account": lambda connection: accounts.add(connection, "siti", Role.ADMIN),
    "a request with a key": answer_once,
}


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest) -> Change:
    """Give each change in turn."""
    return CHANGES[request.param]


@pytest.fixture
async def filled(store: Once) -> Once:
    """Give a store with a little of everything."""
    async with store.transaction() as connection:
        await positions.add(connection, "pos-1")
        await operators.add(connection, "siti")
        await calls.write(connection, [record(1, ani="0811", **ENDED), record(2)], [fact(1), fact(2)])
    return store


async def everything(database_url: str) -> dict[str, str]:
    """Return what is in each table."""
    connection = await asyncpg.connect(database_url)
    try:
        names = await connection.fetch("SELECT relname FROM pg_stat_user_tables ORDER BY relname")
        queries = {
            row["relname"]: f"SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {row['relname']} AS t"
            for row in names
        }
        return {name: await connection.fetchval(query) or "" for name, query in queries.items()}
    finally:
        await connection.close()


class Doomed:
    """A connection that the server ends after so many statements."""

    def __init__(self, connection: Connection, left: int, database_url: str) -> None:
        self._connection = connection
        self._left = left
        self._url = database_url

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def execute(self, *arguments: Any, **named: Any) -> Any:
        await self._counted()
        return await self._connection.execute(*arguments, **named)

    async def scalar(self, *arguments: Any, **named: Any) -> Any:
        await self._counted()
        return await self._connection.scalar(*arguments, **named)

    async def scalars(self, *arguments: Any, **named: Any) -> Any:
        await self._counted()
        return await self._connection.scalars(*arguments, **named)

    async def _counted(self) -> None:
        if self._left == 0:
            await self.end()
        self._left -= 1

    async def end(self) -> None:
        """Have the server end it, and wait until it has."""
        mine = await self._connection.scalar(text("SELECT pg_backend_pid()"))
        other = await asyncpg.connect(self._url)
        await other.execute("SELECT pg_terminate_backend($1, 5000)", mine)
        await other.close()

    @property
    def outlived(self) -> bool:
        """Whether it was not ended: fewer statements came."""
        return self._left >= 0


async def test_a_connection_cut_after_any_statement_changes_nothing(
    filled: Once, database_url: str, change: Change
) -> None:
    before = await everything(database_url)
    cut = 0
    while not await outlives(filled, database_url, change, cut):
        assert await everything(database_url) == before
        cut += 1
    assert cut > 0
    await done(filled, change)
    assert await everything(database_url) != before


async def outlives(store: Once, database_url: str, change: Change, statements: int) -> bool:
    """Do the change on a connection that ends after so many statements; return whether fewer came.

    Then it ends before the commit.
    """
    doomed: list[Doomed] = []

    async def cut() -> None:
        async with store.transaction() as connection:
            doomed.append(Doomed(connection, statements, database_url))
            await change(doomed[0])  # type: ignore[arg-type]
            outlived.append(doomed[0].outlived)
            await doomed[0].end()

    outlived = list[bool]()
    with pytest.raises(StoreUnavailable) as refusal:
        await cut()
    assert not refusal.value.refused
    return outlived == [True]


async def done(store: Once, change: Change) -> None:
    """Do the change in a transaction of its own."""
    async with store.transaction() as connection:
        await change(connection)


async def test_a_table_somebody_holds_is_waited_for_and_then_given_up(
    database_url: str, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "STATEMENT_SECONDS", 1)
    store = await Once.create(database_url)
    async with store.transaction() as connection:
        await positions.add(connection, "pos-1")
        await operators.add(connection, "siti")
        await calls.write(connection, [record(1, ani="0811", **ENDED), record(2)], [fact(1)])
    before = await everything(database_url)
    holder = await asyncpg.connect(database_url)
    tables = ", ".join(name for name in before if name != "alembic_version")
    async with holder.transaction():
        await holder.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable):
            await done(store, change)
    await holder.close()
    assert await everything(database_url) == before
    await done(store, change)
    assert await everything(database_url) != before
    await store.close()


async def test_a_server_that_hangs_is_given_up_in_time(
    filled: Once, server: Server, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "TRANSACTION_SECONDS", 1)
    before = await everything(database_url)
    began = asyncio.get_running_loop().time()

    async def hang(connection: Connection) -> None:
        await write(connection)
        server.freeze()
        await write(connection)

    try:
        with pytest.raises(StoreUnavailable, match="in time") as refusal:
            await done(filled, hang)
    finally:
        server.thaw()
    assert refusal.value.slow
    assert asyncio.get_running_loop().time() - began < 10
    assert await everything(database_url) == before
    await done(filled, write)


async def test_of_two_that_wait_for_each_other_one_is_refused_and_done_again(filled: Once) -> None:
    async with filled.transaction() as connection:
        await operators.add(connection, "budi")
    met = asyncio.Barrier(2)

    async def rename(first: str, second: str) -> None:
        async with filled.transaction() as connection:
            await operators.set_full_name(connection, first, f"{first} of {second}")
            await met.wait()
            await operators.set_full_name(connection, second, f"{second} of {first}")

    results = await asyncio.gather(rename("siti", "budi"), rename("budi", "siti"), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "StoreUnavailable"]
    (refused,) = [result for result in results if result is not None]
    assert "40P01" in str(refused)
    assert isinstance(refused, StoreUnavailable)
    assert refused.refused
    async with filled.transaction() as connection:
        names = {one.name: one.full_name for one in await operators.operators(connection)}
    assert names == {"siti": "siti of budi", "budi": "budi of siti"}
