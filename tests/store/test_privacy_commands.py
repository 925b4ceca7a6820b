"""`ct112 privacy …` as an administrator runs it, and what the audit has of it."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from ct112.store import audit
from ct112.worker.audit_key import make_key
from tests.store.examples import call_id
from tests.store.once import Once
from tests.store.terminal import Terminal
from tests.store.test_erasing import NUMBER, OTHER, SAME, call, close_callbacks, value

LONG_AGO, ONE_DAY = "2001-01-01", "9000-01-01"


def terminal(database_url: str, folder: Path) -> Terminal:
    make_key(folder / "key")
    return Terminal(database_url, CT112_AUDIT_KEY_FILE=str(folder / "key"), CT112_STATE_DIR=str(folder))


async def read(store: Once, call: int, actor: str) -> None:
    """Note that somebody read a call."""
    async with store.transaction() as connection:
        await audit.note(
            connection, actor=actor, role="operator", action="call.read", object_kind="call",
            object_id=call_id(call),
        )  # fmt: skip


async def test_find_shows_what_is_known_and_who_looked(
    store: Once, database_url: str, tmp_path: Path
) -> None:
    await store.write([call(1), call(2, OTHER)], [])
    await read(store, 1, "budi")
    await read(store, 2, "nosy")
    said = await asyncio.to_thread(terminal(database_url, tmp_path).privacy, "find", SAME)
    assert call_id(1) in said
    assert "budi" in said
    assert call_id(2) not in said
    assert "nosy" not in said
    rows = json.loads(
        await asyncio.to_thread(terminal(database_url, tmp_path).privacy, "find", NUMBER, "--json")
    )
    assert {row["table"] for row in rows["found"]} == {"call_record", "callback_task"}
    async with store.transaction() as connection:
        row = (await audit.page(connection)).items[0]
    assert (row.action, row.detail) == ("privacy.find", {})
    assert row.personal is not None
    assert row.personal["number"] == NUMBER


async def test_erase_says_what_went_and_what_stays(store: Once, database_url: str, tmp_path: Path) -> None:
    await store.write([call(1), call(2), call(3, ended_at=None, outcome=None, ended_by=None)], [])
    await close_callbacks(store)
    at = terminal(database_url, tmp_path)
    await asyncio.to_thread(at.privacy, "hold", "--call", call_id(1), "--reason", "court")
    said = await asyncio.to_thread(at.privacy, "erase", NUMBER, "--reason", "letter 7")
    assert "erased in 1 rows" in said
    assert "2 rows are on legal hold" in said
    assert "1 rows are in use" in said
    assert NUMBER not in said
    assert await value(store, "SELECT count(*) FROM audit WHERE audit::text LIKE '%81234567890%'") == 0
    held = (await asyncio.to_thread(at.privacy, "holds")).splitlines()
    assert len(held) == 2
    await asyncio.to_thread(at.privacy, "release", held[1].split()[0], "--reason", "over")
    again = await asyncio.to_thread(at.privacy, "release", held[1].split()[0], "--reason", "over", code=1)
    assert "released before" in again


async def test_breach_says_who_saw_what(store: Once, database_url: str, tmp_path: Path) -> None:
    await store.write([call(1), call(2), call(3, OTHER)], [])
    for number in (1, 2, 2, 3):
        await read(store, number, "nosy")
    async with store.transaction() as connection:
        for action in ("call.list", "setting.change"):
            await audit.note(connection, actor="nosy", role="operator", action=action, object_kind="call")
    at = terminal(database_url, tmp_path)
    span = ("breach", "--from", LONG_AGO, "--to", ONE_DAY, "--actor", "nosy")
    said = await asyncio.to_thread(at.privacy, *span)
    assert "3 calls of 2 callers and 0 incidents were read one by one; 1 lists" in said
    assert "not sealed yet" in said
    assert "setting.change" not in said
    found = json.loads(await asyncio.to_thread(at.privacy, *span, "--json"))
    assert found["calls"] == [call_id(one) for one in (1, 2, 3)]
    assert [(row["action"], row["times"], row["things"]) for row in found["seen"]] == [
        ("call.read", 4, 3),
        ("call.list", 1, 0),
    ]
    nobody = await asyncio.to_thread(at.privacy, *span[:-1], "budi")
    assert "0 calls of 0 callers" in nobody


def test_what_cannot_be_is_a_sentence(database_url: str, tmp_path: Path) -> None:
    at = terminal(database_url, tmp_path)
    assert "no pattern" in at.privacy("find", "%", code=1)
    assert "one of them" in at.privacy("erase", "--reason", "x", code=1)
    assert "one of them" in at.privacy("hold", "--reason", "x", code=1)
    now = datetime.now(UTC).strftime("%Y-%m-%d")
    assert "before" in at.privacy("breach", "--from", now, "--to", now, code=1)
    for wrong in ("0001-01-01", "9999-12-31"):
        at.privacy("breach", "--from", wrong, "--to", wrong, code=1)
    assert "no such hold" in at.privacy("release", call_id(1), "--reason", "x", code=1)
    assert "call_record.ani" in at.privacy("classes")
