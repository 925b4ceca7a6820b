"""`ct112 neighbour` as an administrator runs it."""

import asyncio
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from ct112.cli.main import app
from ct112.incidents.spoken import Telling
from ct112.store import neighbour_offers
from ct112.store.neighbour_offers import Offered
from tests.store.once import Once
from tests.store.test_statistics_commands import run

SECRETS = "the-secret-of-both\nour-account-there-1\n"
ADD = ("neighbour", "add", "kota_kita", "--name", "112 Kota Kita", "--url", "https://112.example.id")


async def typed(database_url: str, *words: str, stdin: str, code: int = 0) -> str:
    environment = {"CT112_DATABASE_URL": database_url, "CT112_ENV_FILE": None}
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words), stdin, environment)
    assert result.exit_code == code, result.output
    assert "the-secret" not in result.output
    return str(result.output)


async def test_added_changed_listed_and_what_they_offer(store: Once, database_url: str) -> None:
    await typed(database_url, *ADD, stdin=SECRETS)
    assert "there is a neighbour" in await typed(database_url, *ADD, stdin=SECRETS, code=1)
    told = {"category": "kebakaran"}
    offered = Offered(
        key=uuid4(),
        telling=Telling.NEW,
        dispatch=uuid4(),
        number="1126-7",
        versions=(1, 1),
        came_by=(),
        told=told,
    )
    async with store.transaction() as connection:
        await neighbour_offers.take(connection, "kota_kita", offered)
    line = (await run(database_url, "neighbour", "offers")).splitlines()[1]
    assert line.split()[2:6] == ["kota_kita", "1126-7", "offered", "kebakaran"]
    await run(database_url, "neighbour", "change", "kota_kita", "--inactive")
    assert (await run(database_url, "neighbour", "list")).splitlines()[1].split()[-1] == "inactive"
    async with store.transaction() as connection:
        found = await connection.exec_driver_sql("SELECT action FROM audit ORDER BY id")
        assert [row[0] for row in found] == ["neighbour.add", "neighbour.change"]


@pytest.mark.parametrize(
    ("words", "stdin", "why"),
    [
        (ADD, "short\nour-account-there-1\n", "16 to 200"),
        (ADD, "", "16 to 200"),
        ((*ADD[:-1], "http://127.0.0.1/"), SECRETS, "the URL"),
        (("neighbour", "change", "none", "--inactive"), "", "no such neighbour"),
        (("neighbour", "change", "none"), "", "say what changes"),
        (("neighbour", "change", "N%", "--inactive"), "", "a neighbour's code"),
        (("neighbour", "change", "a", "--name", "two\nlines"), "", "one line"),
    ],
)
async def test_what_cannot_be_is_a_sentence(
    database_url: str, words: tuple[str, ...], stdin: str, why: str
) -> None:
    assert why in await typed(database_url, *words, stdin=stdin, code=1)
