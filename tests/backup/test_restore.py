"""What was backed up is there again, all of it and once; and what was erased since is erased again."""

from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from ct112.backup import restoring
from ct112.backup.manifest import BackupTrouble
from ct112.store import Store, audit, audit_verify, erasing, holds
from ct112.store.erasing import Whose
from ct112.store.spool_file import SpoolFile, look_at
from ct112.worker.audit_heads import read_heads
from ct112.worker.audit_key import read_key
from ct112.worker.erasures import ErasureLister
from ct112.worker.sealer import Sealer
from lab.throwaway import Server
from tests.backup.installation import Installation, arrival, note, now, story


async def verified(installation: Installation) -> audit_verify.Report:
    """Seal what waits, and verify the audit with the key and heads the installation has."""
    store = await Store.create(installation.database_url)
    key = read_key(installation.places.audit_key)
    assert key is not None
    try:
        await Sealer(store, installation.places.audit_key, installation.places.heads).work()
        return await audit_verify.verify(store, key, read_heads(installation.places.heads))
    finally:
        await store.close()


async def value(installation: Installation, query: str) -> object:
    """Return what a query gives."""
    connection = await asyncpg.connect(installation.database_url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_restored_is_equal_and_the_audit_verifies(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    before, files = await first.rows(), first.checksums()
    await first.backup(tmp_path / "backup")
    await second.restore(tmp_path / "backup")
    assert await second.rows() == before
    assert {name: len(rows) for name, rows in before.items() if name in ("call_record", "call_fact")} == {
        "call_record": 20,
        "call_fact": 100,
    }
    assert second.checksums() == files
    report = await verified(second)
    assert (report.rows, report.findings) == (20, [])
    assert second.places.astdbs["a"].read_bytes()[:6] == b"SQLite"
    assert not (second.places.state / restoring.MARKER).exists()
    assert await value(second, "SELECT count(*) FROM session") == 0, "who was signed in signs in again"


async def test_a_server_that_writes_times_and_bytes_in_another_way_is_no_matter(
    server: Server, first: Installation, second: Installation, tmp_path: Path
) -> None:
    before = await first.rows()
    for name, odd in (
        ("DateStyle", "'SQL, DMY'"),
        ("TimeZone", "'Asia/Jakarta'"),
        ("bytea_output", "'escape'"),
        ("extra_float_digits", "-15"),
        ("IntervalStyle", "'sql_standard'"),
        ("session_replication_role", "'replica'"),
    ):
        await server.run(f"ALTER DATABASE {first.database_url.rpartition('/')[2]} SET {name} = {odd}")
    await first.backup(tmp_path / "backup")
    await second.restore(tmp_path / "backup")
    assert await second.rows() == before
    assert (await verified(second)).findings == []


async def test_numbers_go_on_where_they_were(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    await second.restore(tmp_path / "backup")
    following = "SELECT nextval(pg_get_serial_sequence('audit', 'id'))"
    assert await value(second, following) == await value(first, following)


async def test_what_the_spool_had_is_taken_in_once(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    first.spool(*story(3), *story(70))  # the one is in the database already
    await first.backup(tmp_path / "backup")
    said = await second.restore(tmp_path / "backup")
    assert await value(second, "SELECT count(*) FROM call_record") == 21
    assert await value(second, "SELECT count(*) FROM call_fact") == 105
    assert look_at(second.places.spool).waiting == 0
    assert any("14 entries of the spool are in the database" in line for line in said)


async def test_a_call_that_was_open_goes_to_the_next_serve_unless_its_end_is_known(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    open_, ended = arrival(80), arrival(3)
    first.spool(open_, ended)  # the second's end is in the database
    await first.backup(tmp_path / "backup")
    await second.restore(tmp_path / "backup")
    file = SpoolFile(second.places.spool)
    try:
        assert [record.call for record in file.open_calls()] == [open_.call]
    finally:
        file.close()
    assert await value(second, f"SELECT outcome FROM call_record WHERE id = '{ended.call}'") == "answered"


async def test_erasures_made_since_are_made_again(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    store = await Store.create(first.database_url)
    key = read_key(first.places.audit_key)
    assert key is not None
    later = now() + timedelta(seconds=1)
    async with store.transaction() as connection:
        assert await audit.erase_personal(connection, later, key, actor="cli:siti") == 20
    await server_side_rows(first)
    await ErasureLister(store, first.places.audit_key, first.places.erasures).work()
    await ErasureLister(store, first.places.audit_key, first.places.erasures).work()
    await store.close()
    assert len(first.places.erasures.read_text().splitlines()) == 1, "each once"
    said = await second.restore(tmp_path / "backup", erasures=first.places.erasures)
    assert "1 erasures made since the backup are made again: 20 rows" in said
    assert await value(second, "SELECT count(personal) FROM audit WHERE action = 'call.read'") == 0
    report = await verified(second)
    assert report.findings == []


async def test_a_person_erased_since_and_a_hold_placed_since_are_so_again(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    store = await Store.create(first.database_url)
    key = read_key(first.places.audit_key)
    assert key is not None
    async with store.transaction() as connection:
        calls = list(await connection.scalars(text("SELECT id FROM call_record WHERE ani IS NOT NULL")))
        erased, held = calls[:2]
        await holds.place(connection, by="cli:siti", reason="court", call=held)
        await erasing.erase_person(connection, Whose(call=erased), key, actor="cli:siti", why="letter")
    await ErasureLister(store, first.places.audit_key, first.places.erasures).work()
    await store.close()
    await second.restore(tmp_path / "backup", erasures=first.places.erasures)
    assert await value(second, f"SELECT ani FROM call_record WHERE id = '{erased}'") is None
    assert await value(second, f"SELECT ani FROM call_record WHERE id = '{held}'") is not None
    assert await value(second, "SELECT call_id FROM legal_hold WHERE released_at IS NULL") == held
    report = await verified(second)
    assert report.findings == []


async def server_side_rows(installation: Installation) -> None:
    """Put rows there as somebody does who has the database and not the key: they go on no list."""
    connection = await asyncpg.connect(installation.database_url)
    for at, detail in (
        ("infinity", "[]"),
        ("294000-01-01", '{"before": "never", "proof": "ü"}'),
        ("now", '"x"'),
    ):
        await connection.execute(
            "INSERT INTO audit (at, actor, role, action, object_kind, detail, personal_digest,"
            " personal_length)"
            f" VALUES ('{at}', 'x', 'x', 'audit.erase', 'a', '{detail}', '', 0)"
        )
    await connection.close()


async def test_deletions_made_since_are_made_again(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    store = await Store.create(first.database_url)
    key = read_key(first.places.audit_key)
    assert key is not None
    async with store.transaction() as connection:
        assert (
            await audit.delete_before(connection, now() + timedelta(seconds=1), key, actor="cli:siti") == 19
        )
    await ErasureLister(store, first.places.audit_key, first.places.erasures).work()
    await store.close()
    await second.restore(tmp_path / "backup", erasures=first.places.erasures)
    assert await value(second, "SELECT count(*) FROM audit WHERE action = 'call.read'") == 1
    report = await verified(second)
    assert (report.deleted, report.findings) == (19, [])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda line: line.replace('"rows":20', '"rows":21'), "has no proof"),
        (lambda line: line.replace("audit.erase", "call.erase") + line, "no erasure"),
        (lambda line: "{" + line + line, "no erasure"),
        (lambda line: "\0\n" + line, "no erasure"),
    ],
)
async def test_a_list_of_erasures_that_was_changed_is_refused(
    first: Installation, second: Installation, tmp_path: Path, change: object, why: str
) -> None:
    await first.backup(tmp_path / "backup")
    store = await Store.create(first.database_url)
    key = read_key(first.places.audit_key)
    assert key is not None
    assert callable(change)
    async with store.transaction() as connection:
        await audit.erase_personal(connection, now() + timedelta(seconds=1), key, actor="cli:siti")
    await ErasureLister(store, first.places.audit_key, first.places.erasures).work()
    await store.close()
    changed = tmp_path / "list"
    changed.write_text(change(first.places.erasures.read_text()))
    with pytest.raises(BackupTrouble, match=why):
        await second.restore(tmp_path / "backup", erasures=changed)
    assert not second.places.prompts.exists(), "nothing was changed"


async def test_rows_written_while_the_backup_runs_are_in_or_not_and_the_sealer_goes_on(
    first: Installation, second: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment is a read-only transaction: an audit row of meanwhile is sealed meanwhile."""
    from ct112.store.dump import Snapshot

    store = await Store.create(first.database_url)
    copy, times = Snapshot.copy, []

    async def meanwhile(self: Snapshot, *arguments: object) -> int:
        times.append(1)
        if len(times) == 3:
            await note(store, 99)
            await Sealer(store, first.places.audit_key, first.places.heads).work()
            assert await value(first, "SELECT count(*) FROM audit WHERE seq IS NULL") == 0
        return await copy(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Snapshot, "copy", meanwhile)
    await first.backup(tmp_path / "backup")
    await store.close()
    monkeypatch.undo()
    await second.restore(tmp_path / "backup")
    report = await verified(second)
    assert (report.rows, report.findings) == (20, [])
