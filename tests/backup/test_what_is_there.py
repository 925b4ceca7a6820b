"""Who may read a backup, what is in it and what is not; and what a machine has is never overwritten."""

import asyncio
import errno
import json
import os
import shutil
import stat
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from ct112 import shipped
from ct112.backup.manifest import BackupTrouble
from ct112.backup.places import found_astdbs
from ct112.backup.restoring import MARKER, Restoring
from ct112.backup.settings import SECRET, SECRET_OF_A_NODE, without_secret
from ct112.backup.writing import Folder
from ct112.store import Store, dump, loading, migrate
from ct112.store.spool_file import SpoolFile, look_at
from ct112.worker import backup_age
from tests.backup.installation import Installation, story


async def test_only_its_owner_reads_it(first: Installation, tmp_path: Path) -> None:
    await first.backup(tmp_path / "backup")
    for path in [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


async def test_a_folder_named_by_mistake_keeps_its_mode(first: Installation, tmp_path: Path) -> None:
    """`ct112 backup /etc` is refused, and /etc is still everybody's to read."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc").chmod(0o755)
    (tmp_path / "etc" / "passwd").write_text("")
    with pytest.raises(BackupTrouble, match="not empty"):
        await first.backup(tmp_path / "etc")
    assert stat.S_IMODE((tmp_path / "etc").stat().st_mode) == 0o755


async def test_the_backup_is_noted_for_the_alarm_on_its_age(first: Installation, tmp_path: Path) -> None:
    """In ct112's own folder: whatever ct112 has put in the note's place, root writes to nothing else."""
    (tmp_path / "passwd").write_text("root")
    (first.places.state / backup_age.NAME).symlink_to(tmp_path / "passwd")
    (first.places.state / f".{backup_age.NAME}.new").symlink_to(tmp_path / "passwd")
    manifest = await first.backup(tmp_path / "backup")
    assert backup_age.read(first.places.state).at == manifest.started_at.timestamp()
    assert backup_age.read(first.places.state).bytes > 1000
    assert (tmp_path / "passwd").read_text() == "root"


async def test_a_backup_that_failed_is_not_noted(
    first: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Folder, "finish", _no_room)
    with pytest.raises(BackupTrouble, match="nothing of it was kept"):
        await first.backup(tmp_path / "backup")
    assert backup_age.read(first.places.state) == backup_age.LastBackup()


def _no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_of_two_in_one_folder_the_first_goes_on(tmp_path: Path) -> None:
    """Two crontabs at one time: the second is refused before the first has written anything."""
    first = Folder(tmp_path / "same")
    with pytest.raises(BackupTrouble, match=r"not empty \(backup.unfinished\)"):
        Folder(tmp_path / "same")
    with first.sink("a") as sink:
        sink.write(b"a")
    assert (tmp_path / "same" / "a").read_bytes() == b"a"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could read what it must not")
async def test_a_link_in_the_state_folder_brings_nothing_else_along(
    first: Installation, tmp_path: Path
) -> None:
    """Who has taken over `ct112 serve` does not have root copy /etc/shadow for them."""
    (tmp_path / "shadow").write_text("hush-hush")
    first.places.heads.unlink(missing_ok=True)
    first.places.heads.parent.mkdir(parents=True, exist_ok=True)
    first.places.heads.symlink_to(tmp_path / "shadow")
    os.chown(first.places.heads.parent, 65534, -1)
    with pytest.raises(BackupTrouble, match="nothing of it was kept"):
        await first.backup(tmp_path / "backup")


async def test_secrets_are_left_out_unless_asked_for(first: Installation, tmp_path: Path) -> None:
    await first.backup(tmp_path / "without", secrets=False)
    await first.backup(tmp_path / "with", secrets=True)
    key = first.places.audit_key.read_bytes().strip()
    for path in (path for path in (tmp_path / "without").rglob("*") if path.is_file()):
        assert b"hush-hush" not in path.read_bytes(), path
        assert key not in path.read_bytes(), path
    kept = (tmp_path / "without" / "settings.env").read_text()
    assert "CT112_RING_SECONDS=20" in kept
    assert "# CT112_API_TOKEN: a secret, left out" in kept
    assert "postgresql://ct112@db.example/ct112" in kept
    assert "192.0.2.5" in (tmp_path / "without" / "asterisk.toml").read_text()
    assert (tmp_path / "with" / "settings.env").read_text().count("hush-hush") == 3
    assert (tmp_path / "with" / "audit" / "key").read_bytes().strip() == key


async def test_keys_come_along_with_secrets_alone(first: Installation, tmp_path: Path) -> None:
    (first.folder / "tls").mkdir()
    (first.folder / "tls" / "ca.key").write_text("hush-hush")
    (first.folder / "password").write_text("hush-hush")
    (first.folder / "asterisk.toml").write_text(
        "[[trunk]]\npassword_file = 'password'\n[[trunk]]\npassword_file = 'away'\n[[trunk]]\n"
    )
    without = await first.backup(tmp_path / "without", secrets=False)
    assert without.paths("keys") == []
    manifest = await first.backup(tmp_path / "with", secrets=True)
    where = str(first.folder.resolve())
    assert manifest.paths("keys") == [f"keys{where}/tls/ca.key", f"keys{where}/password"]
    (first.folder / "asterisk.toml").write_text("trunk = 1 [")
    assert len((await first.backup(tmp_path / "broken", secrets=True)).paths("keys")) == 1


def test_what_is_secret_follows_the_settings() -> None:
    assert SECRET.issuperset({"CT112_API_TOKEN", "CT112_CONTROL_TOKEN", "CT112_OIDC_CLIENT_SECRET"})
    assert {"ari_password", "ami_password"} == SECRET_OF_A_NODE


@pytest.mark.parametrize("broken", ["{", "[1]", '["a"]', "null", '[{"name": 1}', "x'y"])
def test_nodes_that_cannot_be_read_are_left_out_whole(broken: str) -> None:
    assert without_secret("CT112_NODES", broken) is None


@pytest.mark.parametrize(
    "address",
    ["postgresql://a:hush@h/d", "postgresql://a:hu@sh@h:5/d?ssl=require", "postgresql://h/d?password=hush"],
)
def test_no_password_of_the_database_is_kept(address: str) -> None:
    kept = without_secret("CT112_DATABASE_URL", address)
    assert kept is not None
    assert "hu" not in kept


async def test_without_the_key_the_restored_audit_waits_for_it(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    manifest = await first.backup(tmp_path / "backup", secrets=False)
    await second.restore(tmp_path / "backup")
    assert manifest.audit is not None
    assert not second.places.audit_key.exists()
    assert any("audit's key" in note for note in manifest.notes)


async def test_a_database_with_rows_is_left_alone_unless_told(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    await second.restore(tmp_path / "backup")
    before = await second.rows()
    with pytest.raises(BackupTrouble, match=r"not empty \(call_record, .*--replace"):
        await second.restore(tmp_path / "backup")
    assert await second.rows() == before
    await second.restore(tmp_path / "backup", replace=True)
    assert await second.rows() == before


async def test_what_is_restored_belongs_to_the_owner_of_the_state_folder(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    """Root restores, `ct112 serve` writes there afterwards."""
    owner = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(second.places.state, owner, -1)
    await first.backup(tmp_path / "backup")
    await second.restore(tmp_path / "backup")
    paths = list(second.places.state.rglob("*"))
    assert {path.stat().st_uid for path in paths} == {owner}
    assert {"spool.sqlite", "spool.lock", "key", "heads.jsonl"} <= {path.name for path in paths}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.suffix in (".sqlite", "")} <= {
        0o600,
        0o750,
    }


async def test_names_that_are_no_text_are_left_out(first: Installation, tmp_path: Path) -> None:
    for name in (b"a\xff.wav", b"b\n.wav", b"c\x1b[2J.wav"):
        (first.folder / "recordings" / os.fsdecode(name)).write_bytes(b"x")
    (first.folder / "recordings" / "away.wav").symlink_to("/etc/passwd")
    os.mkfifo(first.folder / "recordings" / "pipe.wav")
    manifest = await first.backup(tmp_path / "backup")
    assert sum("no text" in note for note in manifest.notes) == 3
    assert manifest.paths("recordings") == ["recordings/id/greeting.wav"]


async def test_a_spool_that_a_crash_left_is_copied_with_its_log(first: Installation, tmp_path: Path) -> None:
    """The log beside the file has the last entries; the index of the log may be gone."""
    crashed = Installation(tmp_path / "crashed", first.database_url)
    running = SpoolFile(first.places.spool)
    running.put(story(90))
    shutil.copytree(first.places.state, crashed.places.state)
    running.close()
    for number, kept in enumerate((["", "-wal", "-shm"], ["", "-wal"])):
        only(crashed.places.spool, kept)
        manifest = await crashed.backup(tmp_path / f"backup-{number}")
        assert manifest.spool is not None
        assert manifest.spool.waiting == 7


def only(spool: Path, kept: list[str]) -> None:
    """Remove what lies beside the spool's file but these."""
    for path in spool.parent.glob(f"{spool.name}*"):
        if path.name.removeprefix(spool.name) not in kept:
            path.unlink()


async def test_files_in_the_way_are_put_aside(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    theirs = second.folder / "recordings" / "id" / "greeting.wav"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"theirs")
    with pytest.raises(BackupTrouble, match=r"greeting\.wav is there and is another"):
        await second.restore(tmp_path / "backup")
    await second.restore(tmp_path / "backup", replace=True)
    assert [path.read_bytes() for path in theirs.parent.glob("*before-restore*")] == [b"theirs"]
    assert theirs.read_bytes() == (first.folder / "recordings" / "id" / "greeting.wav").read_bytes()


async def test_a_spool_with_entries_is_left_alone_unless_told(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    second.spool(*story(5))
    with pytest.raises(BackupTrouble, match=r"the spool at .* is not empty"):
        await second.restore(tmp_path / "backup")
    await second.restore(tmp_path / "backup", replace=True)
    assert len(list(second.places.spool.parent.glob("*before-restore*"))) >= 1


async def test_while_serve_runs_nothing_is_restored(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    running = SpoolFile(second.places.spool)
    try:
        with pytest.raises(BackupTrouble, match="ct112 serve runs"):
            await second.restore(tmp_path / "backup")
    finally:
        running.close()


async def test_while_somebody_uses_the_database_nothing_is_restored(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    store = await Store.create(second.database_url)
    try:
        async with store.transaction():
            with pytest.raises(BackupTrouble, match="connections of ct112 are open"):
                await second.restore(tmp_path / "backup")
    finally:
        await store.close()


@pytest.mark.parametrize("step", ["_load", "_rest", "_deliver", "_hand_over"])
async def test_a_restore_that_was_cut_short_says_so_and_can_be_done_again(
    first: Installation, second: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    first.spool(*story(3), *story(70))
    await first.backup(tmp_path / "backup")
    with monkeypatch.context() as patched:
        patched.setattr(Restoring, step, cut)
        with pytest.raises(KeyboardInterrupt):
            await second.restore(tmp_path / "backup")
    assert (second.places.state / MARKER).exists()
    with pytest.raises(BackupTrouble, match=r"a restore was interrupted here|the spool at .* is not empty"):
        await second.restore(tmp_path / "backup")
    await second.restore(tmp_path / "backup", replace=True)
    assert {name: len(rows) for name, rows in (await second.rows()).items() if name.startswith("call_")} == {
        "call_record": 21,
        "call_fact": 105,
    }
    assert look_at(second.places.spool).waiting == 0
    assert not (second.places.state / MARKER).exists()


async def test_every_table_a_migration_ever_made_is_backed_up(second: Installation) -> None:
    """A table that is given up one day has to stay in the list: older backups have it."""
    revisions = [script.revision for script in ScriptDirectory(str(shipped.migrations())).walk_revisions()]
    assert len(revisions) > 13
    connection = await asyncpg.connect(second.database_url)
    for revision in reversed(revisions):
        await asyncio.to_thread(migrate.upgrade, second.database_url, revision)
        there = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        assert {row["relname"] for row in there} <= {*dump.names(), "alembic_version"}, revision
    assert {row["relname"] for row in there} == {*dump.names(), "alembic_version"}
    await connection.close()
    await loading.clear(second.database_url)
    assert await second.rows() == {}


async def test_tables_of_a_city_are_left_alone(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(second.database_url)
    await connection.execute("CREATE TABLE parade (day date); INSERT INTO parade VALUES ('2026-08-17')")
    await first.backup(tmp_path / "backup")
    await second.restore(tmp_path / "backup", replace=True)
    assert await connection.fetchval("SELECT count(*) FROM parade") == 1
    await connection.close()


def test_asterisks_database_is_found_by_its_configuration(tmp_path: Path) -> None:
    etc = tmp_path / "root" / "etc" / "asterisk"
    etc.mkdir(parents=True)
    (etc / "asterisk.conf").write_text(
        "[directories]\nastdbdir => /var/lib/asterisk   ; the accounts\n[options]\nsystemname = b ; node\n"
    )
    assert found_astdbs((etc, tmp_path / "none")) == {}
    database = tmp_path / "root" / "var" / "lib" / "asterisk" / "astdb.sqlite3"
    database.parent.mkdir(parents=True)
    database.touch()
    assert found_astdbs((etc, tmp_path / "none")) == {"b": database}


async def test_a_database_of_asterisk_that_cannot_be_read_is_a_note(
    first: Installation, tmp_path: Path
) -> None:
    first.places.astdbs["a"].write_bytes(b"no database" * 100)
    manifest = await first.backup(tmp_path / "backup")
    assert any("was not taken" in note for note in manifest.notes)
    assert json.loads((tmp_path / "backup" / "manifest.json").read_text())["manifest"]["notes"]
