"""`ct112 camera` as an administrator runs it."""

import asyncio

import pytest

from tests.store.once import Once
from tests.store.test_statistics_commands import run

PLACE = ("--latitude", "-6.8886", "--longitude", "109.6753")
STREAM = "rtsp://10.0.0.5:554/1"


async def test_added_changed_and_listed(store: Once, database_url: str) -> None:
    add = ("camera", "add", "alun-alun", "--name", "Alun-alun", *PLACE, "--stream", STREAM)
    await run(database_url, *add)
    assert "there is a camera" in await run(database_url, *add, code=1)
    await run(database_url, "camera", "change", "alun-alun", "--inactive")
    line = (await run(database_url, "camera", "list")).splitlines()[1]
    assert line.split() == ["alun-alun", "Alun-alun", "-6.888600", "109.675300", STREAM, "inactive"]
    async with store.transaction() as connection:
        found = await connection.exec_driver_sql("SELECT action FROM audit ORDER BY id")
        assert [row[0] for row in found] == ["camera.add", "camera.change"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("change", "none", "--inactive"), "no such camera"),
        (("change", "none"), "say what changes"),
        (("change", "N%", "--inactive"), "a camera's code"),
        (("change", "a", "--stream", "rtsp://user:secret@a/"), "without a password"),
        (("change", "a", "--name", "two\nlines"), "one line"),
    ],
)
async def test_what_cannot_be_is_a_sentence(database_url: str, words: tuple[str, ...], why: str) -> None:
    said = await asyncio.wait_for(run(database_url, "camera", *words, code=1), 30)
    assert why in said
    assert "secret" not in said
