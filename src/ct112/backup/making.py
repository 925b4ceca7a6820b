"""Making a backup while everything runs.

The order matters. Spool and fallback files come before the database: what leaves them meanwhile is in the
database already, so nothing is in neither. The exported heads come before it too, else the chain would look
cut. Prompts and recordings come behind it: a document's prompts are there before it is published.
"""

import gzip
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ct112 import __version__, logs
from ct112.backup import settings as kept_settings
from ct112.backup.manifest import AuditEntry, BackupTrouble, Manifest, SequenceEntry, SpoolEntry, TableEntry
from ct112.backup.places import ASTDB, Places, key_files
from ct112.backup.writing import Folder
from ct112.files import note
from ct112.store import ASIDE, spool_file
from ct112.store.dump import Snapshot, TableShape, snapshot
from ct112.worker import backup_age
from ct112.worker.backup_age import LastBackup

log = logs.get("backup")

FAST = 1  # gzip's level: the rest of the machine comes first
NICE = 19
Say = Callable[[str], None]


class Making:
    """One backup under way. `written`: the settings as they are written down."""

    def __init__(
        self, folder: Path, places: Places, database_url: str, written: Mapping[str, str], *, secrets: bool
    ) -> None:
        """Make the folder. Raises BackupTrouble."""
        self._folder = Folder(folder)
        self._places = places
        self._database_url = database_url
        self._written = written
        self._secrets = secrets
        self._notes: list[str] = []

    async def run(self, say: Say = lambda _: None) -> Manifest:
        """Make it. Raises BackupTrouble, StoreUnavailable; then nothing of it is left."""
        try:
            return await self._run(say)
        except OSError as error:
            self._folder.give_up()
            raise BackupTrouble(
                f"the backup could not be written or read ({error.strerror or error}"
                f"{f', {error.filename}' if error.filename else ''}): nothing of it was kept"
            ) from error
        except BaseException:
            self._folder.give_up()
            raise

    async def _run(self, say: Say) -> Manifest:
        started = datetime.now(UTC)
        spool = self._spool()
        for node, folder in sorted(self._places.fallback.items()):
            self._below(folder, f"fallback/{node}", "**/*")
        self._audit_files()
        self._settings()
        say("spool and settings")
        database = await self._database(say)
        self._below(self._places.prompts, "prompts", "*.wav")
        if self._places.recordings is not None:
            self._below(self._places.recordings, "recordings", "**/*")
        for node, path in sorted(self._places.astdbs.items()):
            self._astdb(node, path)
        say("prompts, recordings and Asterisk's database")
        manifest = Manifest(
            version=__version__,
            started_at=started,
            finished_at=datetime.now(UTC),
            secrets=self._secrets,
            files=self._folder.files,
            spool=spool,
            notes=self._notes,
            **database,
        )
        self._folder.finish(manifest)
        self._note(manifest)
        return manifest

    def _note(self, manifest: Manifest) -> None:
        """Note in the state folder that there is a backup, for the alarm on its age."""
        size = sum(file.bytes for file in manifest.files)
        last = LastBackup(at=manifest.started_at.timestamp(), bytes=size)
        try:
            note(self._places.state / backup_age.NAME, backup_age.to_text(last).encode())
        except OSError as error:  # the backup is whole all the same
            log.warning("the backup could not be noted", folder=str(self._places.state), reason=str(error))

    # ── what is on the disk

    def _spool(self) -> SpoolEntry | None:
        """Copy the spool, and what was set aside beside it."""
        path = self._places.spool
        name = f"spool/{path.name}"
        target = self._folder.place(name)
        try:
            status = spool_file.copy(path, target)
        except FileNotFoundError:
            self._notes.append(f"there is no spool at {path}: ct112 serve has not run here")
            return None
        except sqlite3.Error as error:
            raise BackupTrouble(
                f"the spool at {path} cannot be copied ({error}): see its owner, and ct112 spool status"
            ) from error
        self._folder.taken_in(name)
        for beside in (path.with_name(ASIDE), *sorted(path.parent.glob(f"{path.name}.bad-*"))):
            if beside.is_file():
                self._folder.copy(beside, f"spool/{beside.name}")
        return SpoolEntry(waiting=status.waiting, open_calls=status.open_calls, aside=status.aside)

    def _audit_files(self) -> None:
        """Copy what is kept of the audit outside the database."""
        places = self._places
        for path, name in ((places.heads, "heads.jsonl"), (places.erasures, "erasures.jsonl")):
            if path.exists():
                self._folder.copy(path, f"audit/{name}")
        if not self._secrets:
            self._notes.append("without secrets: keep a copy of the audit's key elsewhere, restore needs it")
            return
        if places.audit_key.exists():
            self._folder.copy(places.audit_key, "audit/key")
        for path in key_files(places.description):
            self._folder.copy(path, f"keys{path.resolve()}")

    def _settings(self) -> None:
        with self._folder.sink(kept_settings.NAME) as sink:
            sink.write(kept_settings.as_text(self._written, secrets=self._secrets).encode())
        description = self._places.description
        if description is not None and description.exists():
            self._folder.copy(description, description.name)

    def _below(self, source: Path, name: str, pattern: str) -> None:
        """Copy the files of a folder; one that goes away meanwhile is not part of the backup."""
        for path in sorted(_files(source, pattern)):
            inside = path.relative_to(source).as_posix()
            if not inside.isprintable():
                self._notes.append(f"{source} has a file whose name is no text: left out")
                continue
            try:
                self._folder.copy(path, f"{name}/{inside}")
            except FileNotFoundError:
                continue

    def _astdb(self, node: str, path: Path) -> None:
        """Copy Asterisk's own database; it can be made again from ours, so without it the backup is whole."""
        name = f"asterisk/{node}/{ASTDB}"
        target = self._folder.place(name)
        try:
            spool_file.copy_sqlite(path, target)
        except (OSError, sqlite3.Error) as error:
            target.unlink(missing_ok=True)
            self._notes.append(f"Asterisk's database {path} was not taken ({error}): run as root")
            return
        self._folder.taken_in(name)

    # ── the database

    async def _database(self, say: Say) -> dict[str, Any]:
        async with snapshot(self._database_url) as moment:
            revision = await moment.revision()
            if revision is None:
                raise BackupTrouble("the database was never migrated: there is nothing to back up yet")
            tables = [await self._table(moment, table, say) for table in await moment.tables()]
            sequences = [
                SequenceEntry(table=each.table, column=each.column, last=each.last, used=each.used)
                for each in await moment.sequences()
            ]
            end = await moment.audit_head()
        audit = None if end is None else AuditEntry(seq=end[0], key_id=end[1])
        return {"revision": revision, "tables": tables, "sequences": sequences, "audit": audit}

    async def _table(self, moment: Snapshot, table: TableShape, say: Say) -> TableEntry:
        name = f"database/{table.name}.copy.gz"
        with self._folder.sink(name) as sink, gzip.GzipFile("", "wb", FAST, sink, mtime=0) as packed:

            async def write(data: bytes) -> None:
                packed.write(data)

            rows = await moment.copy(table, write)
        say(f"{table.name}: {rows} rows")
        return TableEntry(name=table.name, columns=table.columns, rows=rows, file=name)


def be_nice() -> None:
    """Give way to everything else on this machine."""
    os.nice(NICE)


def _files(folder: Path, pattern: str) -> Iterable[Path]:
    """Return the plain files; links are left alone, they may lead anywhere."""
    return (path for path in folder.glob(pattern) if path.is_file() and not path.is_symlink())
