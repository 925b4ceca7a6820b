"""Sealing the audit, on a real PostgreSQL: many writers, killed sealers, clocks that go back, wrong keys."""

import asyncio
import os
import random
import signal
import stat
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from ct112.store import Store, audit, audit_seal
from ct112.store.audit_seal import Head, WrongKey, head, seal_some, unsealed
from ct112.store.audit_verify import ExportedHead, Report, verify
from ct112.worker.audit_heads import HeadsTrouble, add_head, read_heads
from ct112.worker.audit_key import KeyTrouble, make_key, read_key
from ct112.worker.sealer import LATE_SECONDS, Sealer

KEY = b"k" * 32
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Store]:
    """Give a second store, as another process has it."""
    opened = await Store.create(database_url)
    yield opened
    await opened.close()


async def note(store: Store, number: int = 0) -> None:
    """Add a row."""
    async with store.transaction() as connection:
        await audit.note(
            connection,
            actor=f"person-{number % 7}",
            role="operator",
            action="call.read",
            object_kind="call",
            object_id=str(number),
            source="192.0.2.1",
            detail={"number": number, "nested": {"b": [1, 2.5, None], "a": "ü"}},
            personal={"ani": f"0812{number}"},
        )


async def seal(store: Store, key: bytes = KEY) -> int | None:
    """Seal what can be."""
    async with store.transaction() as connection:
        return await seal_some(connection, key)


async def sealed(store: Store, rows: int) -> None:
    """Add so many rows and seal them."""
    for number in range(rows):
        await note(store, number)
    assert await seal(store) == rows


async def commit_crime(url: str, *statements: str) -> None:
    """Do what somebody does who owns the database: the trigger holds nobody who can switch it off."""
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("ALTER TABLE audit DISABLE TRIGGER USER")
        for statement in statements:
            await connection.execute(statement)
        await connection.execute("ALTER TABLE audit ENABLE TRIGGER USER")
    await connection.close()


async def exported(store: Store) -> ExportedHead:
    """Return the head as it is written down."""
    async with store.transaction() as connection:
        end = await head(connection)
    assert end is not None
    return ExportedHead(end.seq, end.mac, "2026-11-25T00:00:00Z")


def said(report: Report) -> list[tuple[int, int, str]]:
    """Return what was found, in a word each."""
    return [
        (each.first, each.last, each.what.partition(":")[0].partition(",")[0]) for each in report.findings
    ]


async def test_a_chain_that_nobody_touched_is_whole(store: Store) -> None:
    await sealed(store, 30)
    report = await verify(store, KEY, [await exported(store)])
    assert (report.rows, report.findings, report.waiting.rows) == (30, [], 0)


@pytest.mark.parametrize(
    ("crimes", "found"),
    [
        (["DELETE FROM audit WHERE seq = 5"], [(5, 5, "removed")]),
        (["DELETE FROM audit WHERE seq IN (5, 6, 9)"], [(5, 6, "removed"), (9, 9, "removed")]),
        (["DELETE FROM audit WHERE seq <= 3"], [(1, 3, "removed")]),
        (["DELETE FROM audit WHERE seq >= 8"], [(8, 10, "the end was cut off")]),
        (["DELETE FROM audit"], [(1, 10, "the end was cut off")]),
        (["UPDATE audit SET actor = 'budi' WHERE seq = 4"], [(4, 4, "changed")]),
        (["UPDATE audit SET at = at - interval '1 day' WHERE seq = 1"], [(1, 1, "changed")]),
        (["UPDATE audit SET detail = '{}' WHERE seq = 4"], [(4, 4, "changed")]),
        (["UPDATE audit SET object_id = NULL WHERE seq = 10"], [(10, 10, "changed")]),
        (["UPDATE audit SET personal = '{}' WHERE seq = 4"], [(4, 4, "its personal part was changed")]),
        (["UPDATE audit SET personal = NULL WHERE seq = 4"], [(4, 4, "its personal part is gone")]),
        (
            ["UPDATE audit SET mac = '\\x00' WHERE seq = 4"],
            [(4, 4, "changed"), (5, 5, "changed")],
        ),
        (
            [
                "UPDATE audit SET seq = -1 WHERE seq = 4",
                "UPDATE audit SET seq = 4 WHERE seq = 6",
                "UPDATE audit SET seq = 6 WHERE seq = -1",
            ],
            [(4, 4, "changed"), (5, 5, "changed"), (6, 6, "changed"), (7, 7, "changed")],
        ),
        (
            # what nobody chained is put in the place of what was
            [
                "DELETE FROM audit WHERE seq = 4",
                "INSERT INTO audit (actor, role, action, object_kind, detail, personal_digest,"
                " personal_length, seq, mac, key_id) SELECT 'x', role, action, object_kind, detail,"
                " personal_digest, personal_length, 4, mac, key_id FROM audit WHERE seq = 3",
            ],
            [(4, 4, "changed"), (4, 4, "its personal part is gone"), (5, 5, "changed")],
        ),
    ],
)
async def test_every_crime_is_found_and_said_where(
    store: Store, database_url: str, crimes: list[str], found: list[tuple[int, int, str]]
) -> None:
    await sealed(store, 10)
    heads = [await exported(store)]
    await commit_crime(database_url, *crimes)
    assert said(await verify(store, KEY, heads)) == found


ODD = (
    "INSERT INTO audit (actor, role, action, object_kind, at, detail, personal, personal_digest, "
    "personal_length) VALUES ('x', 'admin', '{action}', 'audit', {at}, '{detail}', {personal}, '', 0)"
)


@pytest.mark.parametrize("action", ["audit.delete", "audit.erase"])
@pytest.mark.parametrize(
    "detail", ["[]", "null", "7", '{"proof": "ü"}', '{"action": 1}', '{"key": 1, "told": 2}', '{"proof": {}}']
)
async def test_no_row_blinds_the_verifier(store: Store, database_url: str, action: str, detail: str) -> None:
    await sealed(store, 3)
    await commit_crime(
        database_url,
        ODD.format(action=action, detail=detail, at="now()", personal="'{}'"),
        "DELETE FROM audit WHERE seq = 2",
    )
    assert (2, 2, "removed") in said(await verify(store, KEY))
    async with store.transaction() as connection:
        assert (await audit.page(connection)).total == 3


@pytest.mark.parametrize("at", ["'infinity'", "'-infinity'", "'4000-01-01 BC'", "'294276-12-31'", "now()"])
async def test_no_row_stops_the_sealer_or_hides_the_others(store: Store, database_url: str, at: str) -> None:
    await sealed(store, 2)
    await commit_crime(database_url, ODD.format(action="call.read", detail="7", at=at, personal="'no JSON'"))
    await note(store)
    assert await seal(store) == 2
    assert [(first, last) for first, last, _ in said(await verify(store, KEY))] == [(3, 3)]
    async with store.transaction() as connection:
        rows = (await audit.page(connection)).items
    assert len(rows) == 4
    assert rows[1].personal == {"not as ct112 writes it": "no JSON"}
    await commit_crime(database_url, "UPDATE audit SET at = now() + interval '1 hour' WHERE seq = 3")
    assert (3, 3, "changed") in said(await verify(store, KEY))


async def test_a_tail_that_was_cut_and_grew_again_is_found(store: Store, database_url: str) -> None:
    await sealed(store, 10)
    heads = [await exported(store)]
    await commit_crime(database_url, "DELETE FROM audit WHERE seq >= 8")
    for number in range(5):
        await note(store, 100 + number)
    await seal(store)
    assert said(await verify(store, KEY, heads)) == [(10, 10, "rewritten since 2026-11-25T00")]
    assert said(await verify(store, KEY)) == []  # what the exported head is for


async def test_whoever_has_not_the_key_cannot_make_a_deletion_of_a_removal(
    store: Store, database_url: str
) -> None:
    await sealed(store, 10)
    async with store.transaction() as connection:
        mac = await connection.scalar(text("SELECT mac FROM audit WHERE seq = 3"))
    await commit_crime(database_url, "DELETE FROM audit WHERE seq <= 3")
    async with store.transaction() as connection:
        told = {"through": 3, "rows": 3, "mac": mac.hex(), "before": LATER.isoformat(), "proof": "00" * 32}
        await audit.note(
            connection, actor="x", role="machine", action="audit.delete", object_kind="audit", detail=told
        )
    await seal(store)
    assert said(await verify(store, KEY)) == [(1, 3, "removed")]


async def test_a_deletion_is_a_row_and_the_chain_holds(store: Store) -> None:
    await sealed(store, 10)
    heads = [await exported(store)]
    async with store.transaction() as connection:
        await connection.execute(text("SELECT set_config('ct112.audit_delete', 'off', true)"))
        assert await audit.delete_before(connection, LATER, KEY, actor="cli:root") == 9
    await seal(store)
    report = await verify(store, KEY, heads)
    assert (said(report), report.deleted, report.rows) == ([], 9, 2)
    async with store.transaction() as connection:
        assert await audit.delete_before(connection, LATER, KEY, actor="cli:root") == 1
    await seal(store)
    report = await verify(store, KEY, heads)
    assert (said(report), report.deleted, report.rows) == ([], 10, 2)


async def test_many_rows_are_erased_and_deleted_in_parts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST_AT_ONCE", 4)
    await sealed(store, 10)
    for work, parts in ((audit.erase_personal, [4, 4, 2, 0]), (audit.delete_before, [4, 4, 1, 0])):
        done = []
        for _ in parts:
            async with store.transaction() as connection:
                done.append(await work(connection, LATER, KEY, actor="cli:root"))
        assert done == parts
    await seal(store)
    report = await verify(store, KEY)
    assert (said(report), report.deleted) == ([], 9)


async def test_erasing_what_is_personal_breaks_nothing(store: Store) -> None:
    await sealed(store, 10)
    async with store.transaction() as connection:
        assert await audit.erase_personal(connection, LATER, KEY, actor="cli:root") == 10
        left = await connection.scalar(text("SELECT count(*) FROM audit WHERE personal LIKE '%0812%'"))
    await seal(store)
    assert left == 0
    assert said(await verify(store, KEY)) == []


async def test_the_wrong_key_is_said_and_seals_nothing(store: Store) -> None:
    await sealed(store, 5)
    await note(store)
    with pytest.raises(WrongKey, match="CT112_AUDIT_KEY_FILE"):
        await seal(store, b"x" * 32)
    report = await verify(store, b"x" * 32)
    assert report.findings[0].what.startswith("sealed with the key")
    assert await seal(store) == 1


async def test_what_a_running_transaction_writes_is_not_overtaken(store: Store, other: Store) -> None:
    async with other.transaction() as slow:
        await audit.note(slow, actor="slow", role="operator", action="call.read", object_kind="call")
        await note(store, 1)
        assert await seal(store) == 0
    assert await seal(store) == 2
    async with store.transaction() as connection:
        found = await connection.execute(text("SELECT actor FROM audit ORDER BY seq"))
        assert [row.actor for row in found] == ["slow", "person-1"]


async def test_rows_of_another_server_are_sealed_after_a_restore(store: Store, database_url: str) -> None:
    await note(store)
    await commit_crime(database_url, "UPDATE audit SET xact = 9000000000000000")
    assert await seal(store) == 1


async def test_two_sealers_make_one_chain(store: Store, other: Store) -> None:
    for number in range(40):
        await note(store, number)
    done = await asyncio.gather(*(seal(each) for each in (store, other) * 4))
    assert sum(rows or 0 for rows in done) == 40
    assert None in done or done.count(0) == 7
    assert said(await verify(store, KEY)) == []


async def test_a_clock_that_goes_back_breaks_nothing(store: Store, database_url: str) -> None:
    for number in range(10):
        await note(store, number)
        await commit_crime(
            database_url, f"UPDATE audit SET at = now() - interval '{number} days' WHERE seq IS NULL"
        )
        assert await seal(store) == 1
    assert said(await verify(store, KEY)) == []


SEALER = """
import asyncio, sys
from pathlib import Path
from ct112.store import Store
from ct112.worker.sealer import Sealer

async def main():
    store = await Store.create(sys.argv[1])
    sealer = Sealer(store, Path(sys.argv[2]) / "key", Path(sys.argv[2]) / "heads")
    print("ready", flush=True)
    while True:
        await sealer.work()

asyncio.run(main())
"""


async def test_fifty_writers_and_sealers_that_are_killed(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    draw = random.Random(112)
    make_key(tmp_path / "key")
    writing = asyncio.gather(*(_write(database_url, number) for number in range(50)))
    kills = 0
    while not writing.done():
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SEALER, database_url, str(tmp_path)), stdout=PIPE, env=_environment()
        )
        assert process.stdout is not None
        await process.stdout.readline()
        await asyncio.sleep(draw.uniform(0.0, 0.4))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        kills += 1
    await writing
    key = read_key(tmp_path / "key")
    assert key is not None
    async with asyncio.timeout(15):
        while True:
            await seal(store, key)
            async with store.transaction() as connection:
                if (await unsealed(connection)).rows == 0:
                    break
            await asyncio.sleep(0.1)
    report = await verify(store, key, read_heads(tmp_path / "heads"))
    assert (report.rows, said(report)) == (50 * 40, [])
    assert kills >= 2


async def _write(url: str, number: int) -> None:
    """Write forty rows, each in a transaction that takes a while; every tenth is rolled back."""
    connection = await asyncpg.connect(url)
    insert = (
        "INSERT INTO audit (actor, role, action, object_kind, detail, personal, personal_digest,"
        " personal_length) VALUES ($1, 'operator', 'call.read', 'call', '{}', '{}', sha256('{}'), 2)"
    )
    for turn in range(40):
        async with connection.transaction():
            await connection.execute(insert, f"writer-{number}")
            await asyncio.sleep(0.01 * (number % 5))
        if turn % 10 == 0:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(insert, "rolled back")
            await transaction.rollback()
    await connection.close()


def _environment() -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {"PATH": os.environ["PATH"], "PYTHONPATH": f"{root / 'src'}:{root}"}


async def test_the_job_makes_its_key_seals_and_exports(store: Store, tmp_path: Path) -> None:
    clock = [0.0]
    sealer = Sealer(store, tmp_path / "audit" / "key", tmp_path / "audit" / "heads", lambda: clock[0])
    await note(store)
    await sealer.work()
    assert stat.S_IMODE((tmp_path / "audit" / "key").stat().st_mode) == 0o600
    assert [each.seq for each in read_heads(tmp_path / "audit" / "heads")] == [1]
    await note(store)
    await sealer.work()
    assert [each.seq for each in read_heads(tmp_path / "audit" / "heads")] == [1]
    clock[0] = 86_400.0
    await sealer.work()
    assert [each.seq for each in read_heads(tmp_path / "audit" / "heads")] == [1, 2]
    key = read_key(tmp_path / "audit" / "key")
    assert key is not None
    assert said(await verify(store, key, read_heads(tmp_path / "audit" / "heads"))) == []


async def test_a_row_is_sealed_within_five_seconds(store: Store, tmp_path: Path) -> None:
    sealer = Sealer(store, tmp_path / "key", tmp_path / "heads")
    await note(store)
    began = time.monotonic()
    await sealer.work()
    async with store.transaction() as connection:
        assert (await unsealed(connection)).rows == 0
    assert time.monotonic() - began < LATE_SECONDS


async def test_a_key_that_is_lost_is_not_made_again(store: Store, tmp_path: Path) -> None:
    await sealed(store, 1)
    with pytest.raises(KeyTrouble, match="restore the file"):
        await Sealer(store, tmp_path / "key", tmp_path / "heads").work()
    assert not (tmp_path / "key").exists()


async def test_a_cut_end_is_said_by_the_sealer_itself(
    store: Store, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealer = Sealer(store, tmp_path / "key", tmp_path / "heads")
    for number in range(5):
        await note(store, number)
    await sealer.work()
    await commit_crime(database_url, "DELETE FROM audit WHERE seq >= 4")
    cut = _cuts()
    await Sealer(store, tmp_path / "key", tmp_path / "heads").work()  # started anew: by the exported head
    assert _cuts() == cut + 1
    await sealer.work()
    assert _cuts() == cut + 2
    capsys.readouterr()


def _cuts() -> float:
    from ct112 import metrics

    return float(metrics.audit_cut._value.get())


async def test_a_great_many_rows_are_sealed_in_turns(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_seal, "MOST_AT_ONCE", 4)
    monkeypatch.setattr("ct112.worker.sealer.MOST_AT_ONCE", 4)
    for number in range(11):
        await note(store, number)
    await Sealer(store, tmp_path / "key", tmp_path / "heads").work()
    async with store.transaction() as connection:
        assert (await unsealed(connection)).rows == 0


def test_a_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    assert len(key) == 32
    assert make_key(tmp_path / "key") == key  # never over one that is there
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyTrouble, match="chmod 600"):
        read_key(tmp_path / "key")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key"]


@pytest.mark.parametrize("words", ["", "00", "zz" * 32, "00" * 33, "\udcff"])
def test_what_is_no_key_is_refused(tmp_path: Path, words: str) -> None:
    (tmp_path / "key").write_bytes(words.encode("utf-8", "surrogateescape"))
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(KeyTrouble):
        read_key(tmp_path / "key")


def test_a_head_that_was_being_written_is_no_trouble_and_a_changed_one_is(tmp_path: Path) -> None:
    line = '{"at": "2026-11-25T00:00:00Z", "seq": 1, "mac": "00"}\n'
    (tmp_path / "heads").write_text(line + line[:20])
    assert len(read_heads(tmp_path / "heads")) == 1
    (tmp_path / "heads").write_text("x\n" + line)
    with pytest.raises(HeadsTrouble, match="line 1"):
        read_heads(tmp_path / "heads")
    assert read_heads(tmp_path / "none") == []


def test_the_head_after_one_that_was_being_written_is_no_forgery(tmp_path: Path) -> None:
    for seq in (1, 2):
        add_head(tmp_path / "heads", Head(seq, b"\0", "key"))
    whole = (tmp_path / "heads").read_text()
    (tmp_path / "heads").write_text(whole[:-10])
    for seq in (3, 4):
        add_head(tmp_path / "heads", Head(seq, b"\0", "key"))
    assert [each.seq for each in read_heads(tmp_path / "heads")] == [1, 3, 4]


def test_a_file_that_is_none_of_heads_is_not_cut(tmp_path: Path) -> None:
    (tmp_path / "heads").write_bytes(b"x" * 5000)
    add_head(tmp_path / "heads", Head(1, b"\0", "key"))
    assert (tmp_path / "heads").stat().st_size > 5000
