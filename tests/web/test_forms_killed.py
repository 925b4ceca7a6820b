"""A form is sent while web and PostgreSQL are killed: however often it is sent, there is one incident.

The commit of what is sent is made to last, by a trigger of the test's, so that the kill falls into it: the
one moment in which nobody can know whether it was done.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import uuid4

import pytest

from lab.deliveries.house import TOKEN, House
from lab.insistent import Insistent, insistent
from lab.world import eventually

pytestmark = pytest.mark.timeout(120)
WITHIN = 30.0
FORM = {"category": "kebakaran", "place": {"text": "Jalan Melati"}, "people_in_danger": 2}
NEW = {"If-None-Match": "*"}
AGENCIES = ["damkar", "pmi"]
STORM, RATE = 40, 20.0  # forms, and how many a second
SLOW = """CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END $$"""
COMMITTING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
INCIDENTS = """SELECT i.number, (SELECT count(*) FROM incident_change c WHERE c.incident_id = i.id AND
    c.kind = 'opened') AS opened, (SELECT count(*) FROM incident_change c WHERE c.incident_id = i.id AND
    c.kind = 'dispatched') AS dispatched FROM incident i"""
DISPATCHES = """SELECT d.agency, (SELECT count(*) FROM delivery v WHERE v.dispatch_id = d.id) AS deliveries
    FROM dispatch d WHERE d.incident_id = $1 ORDER BY d.agency"""
Kill = Callable[[House], Awaitable[None]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a PostgreSQL and a web of our own, to be killed."""
    house = House(tmp_path_factory.mktemp("house"))
    try:
        house.begin()
        house.start("web")
        yield house
    finally:
        house.remove()


@pytest.fixture
async def console(house: House) -> AsyncIterator[Insistent]:
    """Give a console that sends again until there is an answer."""
    async with insistent(house.url, {"console": TOKEN}) as console:
        await console.ask("console", "GET", "/categories")
        yield console


async def kill_web(house: House) -> None:
    """Kill web, and start it again."""
    await asyncio.to_thread(house.kill, "web")
    house.start("web")


async def kill_postgres(house: House) -> None:
    """Kill PostgreSQL, and start it again."""
    await asyncio.to_thread(house.kill_postgres, 0.1)


async def kill_both(house: House) -> None:
    """Kill web, then PostgreSQL, and start them again."""
    await asyncio.to_thread(house.kill, "web")
    await kill_postgres(house)
    house.start("web")


async def in_its_commit(house: House, table: str, sent: Awaitable[tuple[int, object]], kill: Kill) -> int:
    """Send something that inserts into this table, kill in its commit; return the status in the end."""
    await house.run(
        f"CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION slow()"
    )
    sending = asyncio.ensure_future(sent)
    try:
        count = lambda: house.run(COMMITTING)  # noqa: E731
        await eventually(count, lambda rows: rows[0][0] == 1, WITHIN, "it is in its commit")
        await kill(house)
        return (await sending)[0]
    finally:
        sending.cancel()
        await house.run(f"DROP TRIGGER slow ON {table}")


@pytest.mark.parametrize(
    ("kill", "found"), [(kill_web, 200), (kill_postgres, 201)], ids=["web", "postgresql"]
)
async def test_killed_in_the_commit_of_a_form_there_is_one_incident(
    house: House, console: Insistent, kill: Kill, found: int
) -> None:
    """Web killed: it was opened all the same, and the form sent again finds it."""
    await house.run("DROP FUNCTION IF EXISTS slow")
    await house.run(SLOW)
    id_ = uuid4()
    put = console.answer("console", "PUT", f"/incidents/{id_}", FORM, NEW)
    assert await in_its_commit(house, "incident", put, kill) == found
    (row,) = await house.run(f"{INCIDENTS} WHERE i.id = $1", id_)
    assert (row["opened"], row["dispatched"]) == (1, 0)

    path = f"/incidents/{id_}/dispatches"
    asked = console.answer("console", "POST", path, {"agencies": AGENCIES})
    await in_its_commit(house, "dispatch", asked, kill)
    assert [tuple(row) for row in await house.run(DISPATCHES, id_)] == [(code, 1) for code in AGENCIES]
    (row,) = await house.run(f"{INCIDENTS} WHERE i.id = $1", id_)
    assert (row["opened"], row["dispatched"]) == (1, 1)


async def test_forms_sent_all_the_time_while_both_are_killed_are_one_incident_each(
    house: House, console: Insistent
) -> None:
    before = len(await house.run("SELECT id FROM incident"))
    ids = [uuid4() for _ in range(STORM)]

    async def send(at: int) -> None:
        await asyncio.sleep(at / RATE)
        path = f"/incidents/{ids[at]}"
        opened = await console.ask("console", "PUT", path, {**FORM, "description": f"form {at}"}, NEW)
        again = await console.ask("console", "PUT", path, {**FORM, "description": f"form {at}"}, NEW)
        assert opened["number"] == again["number"]
        await console.ask("console", "POST", f"{path}/dispatches", {"agencies": AGENCIES})

    async def kills() -> None:
        for kill in (kill_web, kill_both, kill_postgres):
            await asyncio.sleep(STORM / RATE / 4)
            await kill(house)

    async with asyncio.TaskGroup() as storm:
        storm.create_task(kills())
        for at in range(STORM):
            storm.create_task(send(at))
    rows = await house.run(INCIDENTS)
    assert len(rows) == len({row["number"] for row in rows}) == before + STORM
    assert {(row["opened"], row["dispatched"]) for row in rows} == {(1, 1)}
    for id_ in ids:
        assert [tuple(row) for row in await house.run(DISPATCHES, id_)] == [(code, 1) for code in AGENCIES]
