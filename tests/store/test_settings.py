"""Settings in PostgreSQL: a row a version, made on the version that was read; `ct112 setting` over them."""

import asyncio
import re
from typing import Any

import asyncpg
import pytest

from ct112.core.policy import Policy
from ct112.core.settings import SettingError
from ct112.serve.known import LiveSettings
from ct112.serve.sources import StoreSource
from ct112.store import Stale, Store, audit, settings
from tests.store.terminal import Terminal

BASE = Policy(ring_seconds=20.0)


async def change(store: Store, changes: dict[str, float | None], **more: Any) -> settings.StoredSettings:
    """Change settings in a transaction of its own."""
    async with store.transaction() as connection:
        return await settings.change(connection, changes, "a test", by="siti", base=BASE, **more)


async def test_each_change_is_a_version_with_all_that_is_set(store: Store) -> None:
    async with store.transaction() as connection:
        assert await settings.current(connection) == settings.StoredSettings(values={})
    assert await StoreSource(store).known() == await StoreSource(store).known()
    assert (await StoreSource(store).known()).settings is None
    await change(store, {"ring_seconds": 40.0})
    await change(store, {"wrap_up_seconds": 5.5, "rest_seconds": 2})
    now = await change(store, {"ring_seconds": None})
    assert (now.version, now.values) == (3, {"wrap_up_seconds": 5.5, "rest_seconds": 2})
    assert (now.note, now.changed_by) == ("a test", "siti")
    assert (await StoreSource(store).known()).settings == LiveSettings(3, now.values)
    async with store.transaction() as connection:
        page = await settings.page(connection, limit=2)
        rest = await settings.page(connection, limit=2, after=page.next)
    assert [one.version for one in (*page.items, *rest.items)] == [3, 2, 1]
    assert (page.total, rest.next) == (3, None)


async def test_what_is_so_already_makes_no_version(store: Store) -> None:
    await change(store, {"ring_seconds": 40})
    assert (await change(store, {"ring_seconds": 40.0})).version == 1
    assert (await change(store, {"wrap_up_seconds": None})).version == 1


async def test_of_many_changes_on_one_version_one_is_made(store: Store) -> None:
    tries = [change(store, {"ring_seconds": 30.0 + number}, expected=0) for number in range(5)]
    made = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["Stale"] * 4 + ["StoredSettings"]
    with pytest.raises(Stale):
        await change(store, {"ring_seconds": 59}, expected=0)


async def test_what_cannot_be_is_not_stored(store: Store) -> None:
    for bad in ({"ring_seconds": 1.0}, {"switch_seconds": 12.0}, {"lost_node_end_seconds": 5.0}):
        with pytest.raises(SettingError):
            await change(store, dict(bad))
    await change(store, {"lost_node_free_seconds": 50})
    with pytest.raises(SettingError, match="lost_node_end_seconds"):
        await change(store, {"lost_node_end_seconds": 40})
    assert (await change(store, {})).version == 1


async def test_a_row_written_by_hand_is_corrected_by_the_next_change(store: Store, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    write = "INSERT INTO setting_version VALUES ($1, $2, '', 'hand')"
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(write, 1, "[1]")
    await connection.execute(write, 1, '{"ring_seconds": 900, "of another version": true}')
    for sql in ("UPDATE setting_version SET note = 'x'", "DELETE FROM setting_version"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(sql)
    await connection.close()
    with pytest.raises(SettingError, match="ring_seconds"):
        await change(store, {"wrap_up_seconds": 5})
    now = await change(store, {"ring_seconds": 30})
    assert (now.version, now.values) == (2, {"ring_seconds": 30})


def test_the_commands_list_show_set_and_remember(terminal: Terminal) -> None:
    listed = terminal.setting("list")
    assert re.search(r"ring_seconds +– +15 +5 to 60 s", listed)
    assert "nothing was ever set" in listed
    assert "nothing was ever set" in terminal.setting("history")
    said = terminal.setting("set", "ring_seconds=40", "wrap_up_seconds=0", "--note", "a busy evening")
    assert said.startswith("version 1: ")
    assert "says so already" in terminal.setting("set", "ring_seconds=40")
    assert "set to 40 s" in terminal.setting("show", "ring_seconds")
    assert "3 s, as ct112 is started" in terminal.setting("show", "rest_seconds")
    terminal.setting("set", "ring_seconds=default")
    history = terminal.setting("history").splitlines()
    assert re.search(r"^2 .*cli:\S+ +wrap_up_seconds=0$", history[1])
    assert re.search(r"^1 .*ring_seconds=40, wrap_up_seconds=0 +a busy evening$", history[2])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "ring_seconds"), "NAME=SECONDS"),
        (("set", "ring_seconds=4"), "set seconds from 5 to 60"),
        (("set", "ring_seconds=nan"), "set seconds from 5 to 60"),
        (("set", "ring_seconds=soon"), "is no number: set seconds from 5 to 60, or default"),
        (("set", "ring_seconds="), "is no number"),
        (("set", "switch_seconds=30"), "there is no setting 'switch_seconds'; there is ring_seconds"),
        (("set", "ring_seconds=40", "--note", "two\nlines"), "a note is one line"),
        (("set", "lost_node_free_seconds=60", "lost_node_end_seconds=60"), "set more than lost_node_free"),
        (("show", "rings"), "there is no setting 'rings'"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    terminal: Terminal, words: tuple[str, ...], said: str
) -> None:
    output = terminal.setting(*words, code=1)
    assert said in output
    assert len(output.strip().splitlines()) == 1
    assert "nothing was ever set" in terminal.setting("history")


async def test_a_change_on_the_machine_is_in_the_audit(terminal: Terminal, store: Store) -> None:
    await asyncio.to_thread(terminal.setting, "set", "ring_seconds=40")
    async with store.transaction() as connection:
        (row,) = (await audit.page(connection)).items
    assert (row.action, row.role, row.object_kind) == ("setting.change", "machine", "setting")
    assert row.detail == {"fields": ["ring_seconds"]}
