"""Beginning again from a backup: everything is looked at before anything is changed.

Files first, then the database in one transaction, then its migrations, then what the spool had that the
database had not, then the erasures made since. A marker lies in the state folder until all of it is done.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from ct112.backup import files
from ct112.backup.manifest import BackupTrouble, Manifest
from ct112.backup.places import MARKER as MARKER
from ct112.backup.places import Places
from ct112.backup.verifying import lines, verified
from ct112.core.ids import CallId
from ct112.store import Store, erasures, loading, migrate
from ct112.store.audit_chain import key_id
from ct112.store.dump import SequenceState
from ct112.store.loading import LoadRefused, TableLoad
from ct112.store.salvage import opened
from ct112.store.spool_file import SpoolBusy, SpoolFile, look_at
from ct112.store.spool_journal import open_journal
from ct112.worker.audit_key import KeyTrouble, read_key
from ct112.worker.erasure_file import ListTrouble, read_list

COPY_SECONDS = 600.0
UNDER_WAY = timedelta(minutes=1)  # an erasure begun before the backup may have been committed behind it
Say = Callable[[str], None]


@dataclass(frozen=True)
class Wishes:
    """What is asked for. `replace`: what this machine has may go; `erasures`: the list made since."""

    replace: bool = False
    erasures: Path | None = None


class Restoring:
    """One restore."""

    def __init__(self, folder: Path, places: Places, database_url: str, wishes: Wishes, actor: str) -> None:
        """Nothing is looked at yet."""
        self._folder = folder
        self._places = places
        self._database_url = database_url
        self._wishes = wishes
        self._actor = actor
        self._marker = places.state / MARKER

    async def run(self, say: Say) -> Manifest:
        """Restore. Raises BackupTrouble, StoreUnavailable."""
        manifest = verified(self._folder)
        say(
            f"whole: {len(manifest.files)} files, {manifest.rows()} rows, "
            f"of {manifest.started_at:%Y-%m-%d %H:%M:%S} UTC"
        )
        targets = files.targets(manifest, self._places)
        if manifest.spool is not None:
            manifest.entry(f"spool/{self._places.spool.name}")
        key = self._key(manifest)
        later = self._later(manifest, key)
        await self._look_at_the_database()
        self._look_at_the_disk(targets)
        try:
            self._put_files(manifest, targets)
        except OSError as error:
            raise BackupTrouble(
                f"{error.filename or self._places.state} cannot be written ({error.strerror}): run as root"
            ) from error
        say("files are where they belong")
        await self._load(manifest)
        say(f"the database is at {migrate.head()}")
        await self._rest(manifest, key, later, say)
        self._hand_over()
        self._marker.unlink(missing_ok=True)
        return manifest

    # ── looking

    def _key(self, manifest: Manifest) -> bytes | None:
        """Return the audit's key: the backup's, else this machine's when it is the right one."""
        inside = self._folder / "audit/key"
        try:
            key = read_key(inside if "audit/key" in manifest.paths("audit") else self._places.audit_key)
        except KeyTrouble as error:
            raise BackupTrouble(str(error)) from error
        if key is None or manifest.audit is None or key_id(key) == manifest.audit.key_id:
            return key
        if self._wishes.erasures is not None:
            raise BackupTrouble(
                f"{self._places.audit_key} is not the key of this backup's audit: put the right one there, "
                "erasures are proved with it"
            )
        return None

    def _later(self, manifest: Manifest, key: bytes | None) -> Sequence[erasures.Erasure]:
        """Return what was erased since the backup, each with its proof."""
        if self._wishes.erasures is None:
            return []
        if not self._wishes.erasures.exists():
            raise BackupTrouble(f"there is no list {self._wishes.erasures}: name it, or leave --erasures out")
        try:
            found = read_list(self._wishes.erasures)
        except ListTrouble as error:
            raise BackupTrouble(str(error)) from error
        if found and key is None:
            raise BackupTrouble(
                "erasures are proved with the audit's key: put it where CT112_AUDIT_KEY_FILE says"
            )
        bad = [each.id for each in found if key is not None and not each.is_proved(key)]
        if bad:
            raise BackupTrouble(
                f"{self._wishes.erasures}: row {bad[0]} has no proof by this centre's key: "
                "somebody changed the list"
            )
        return [each for each in found if each.at >= manifest.started_at - UNDER_WAY]

    async def _look_at_the_database(self) -> None:
        found = await loading.look(self._database_url)
        if found.others:
            raise BackupTrouble(
                f"{found.others} connections of ct112 are open: stop ct112 serve, web and worker first"
            )
        if found.filled and not self._wishes.replace:
            again = f"; a restore was interrupted here, see {self._marker}" if self._marker.exists() else ""
            raise BackupTrouble(
                f"the database is not empty ({', '.join(found.filled)}){again}: "
                "take another, or --replace to have all of it deleted"
            )

    def _look_at_the_disk(self, targets: Sequence[files.Target]) -> None:
        """Nothing of value is overwritten. Raises BackupTrouble."""
        spool = self._places.spool
        try:
            files.made(spool.parent)
            SpoolFile(spool).close()
            status = look_at(spool)
            there = [] if self._wishes.replace else files.in_the_way(targets)
        except SpoolBusy as error:
            raise BackupTrouble("ct112 serve runs: stop it first") from error
        except (OSError, sqlite3.Error) as error:
            raise BackupTrouble(
                f"{spool.parent} cannot be used ({error}): run as root, or as ct112"
            ) from error
        if (status.waiting or status.open_calls or status.aside) and not self._wishes.replace:
            raise BackupTrouble(
                f"the spool at {spool} is not empty: ct112 spool replay first, or --replace to put it aside"
            )
        if there:
            raise BackupTrouble(f"{there[0]} is there and is another: --replace puts such files aside")

    # ── doing

    def _put_files(self, manifest: Manifest, targets: Sequence[files.Target]) -> None:
        self._marker.touch(mode=0o600)
        self._marker.write_text(
            f"A restore of {self._folder.absolute()} was begun and not ended: run it again with --replace.\n",
            "utf-8",
        )
        files.put(self._folder, targets)
        spool = self._places.spool
        for suffix in ("", "-wal", "-shm"):
            if self._wishes.replace:
                files.move_aside(Path(f"{spool}{suffix}"))
            else:
                Path(f"{spool}{suffix}").unlink(missing_ok=True)
        if manifest.spool is not None:
            files.place(self._folder, files.Target(manifest.entry(f"spool/{spool.name}"), spool))

    def _hand_over(self) -> None:
        try:
            files.hand_over(self._places.spool.parent)
        except PermissionError as error:
            raise BackupTrouble(
                f"{error.filename} is not ours to give away: run as root, or as its owner"
            ) from error

    async def _load(self, manifest: Manifest) -> None:
        """Load the rows into tables as the backup's program had them, then bring those up to date."""
        await loading.clear(self._database_url)
        await asyncio.to_thread(migrate.upgrade, self._database_url, manifest.revision)
        tables = [
            TableLoad(each.name, each.columns, each.rows, partial(_parts, self._folder / each.file))
            for each in manifest.tables
        ]
        sequences = [
            SequenceState(each.table, each.column, each.last, each.used) for each in manifest.sequences
        ]
        try:
            await loading.load(self._database_url, tables, sequences)
        except LoadRefused as error:
            raise BackupTrouble(
                f"the rows do not fit ({error}): the database is as empty as before"
            ) from error
        await asyncio.to_thread(migrate.upgrade, self._database_url)

    async def _rest(
        self, manifest: Manifest, key: bytes | None, later: Sequence[erasures.Erasure], say: Say
    ) -> None:
        """Do what needs the tables of today."""
        store = await Store.create(self._database_url)
        try:
            await self._deliver(store, manifest, say)
            async with store.transaction() as connection:
                await loading.end_sessions(connection)
            if later and key is not None:
                rows = await erasures.make_again(store, later, key, actor=self._actor)
                say(f"{len(later)} erasures made since the backup are made again: {rows} rows")
        finally:
            await store.close()

    async def _deliver(self, store: Store, manifest: Manifest, say: Say) -> None:
        """Take in what the spool had and the database had not; a call whose end it knows is not open."""
        spool = self._places.spool
        if manifest.spool is None:
            return
        journal = open_journal(store, spool)
        await journal.open()
        await journal.leave(COPY_SECONDS)
        ended = await self._ended(store, await asyncio.to_thread(_open_calls, spool))
        await asyncio.to_thread(_forget, spool, ended)
        left = look_at(spool)
        say(
            f"{manifest.spool.waiting - left.waiting} entries of the spool are in the database, "
            f"{left.waiting} wait, {left.aside} are set aside, {left.open_calls} calls were open"
        )

    async def _ended(self, store: Store, calls: Sequence[CallId]) -> list[CallId]:
        async with store.transaction() as connection:
            return await loading.ended(connection, calls)


async def _parts(path: Path) -> AsyncIterator[bytes]:
    for data in lines(path):
        yield data


def _open_calls(spool: Path) -> list[CallId]:
    file = opened(spool)
    try:
        return [record.call for record in file.open_calls()]
    finally:
        file.close()


def _forget(spool: Path, calls: Collection[CallId]) -> None:
    file = opened(spool)
    try:
        file.forget(calls)
    finally:
        file.close()
