"""A backup that was interrupted, damaged, forged or is too new is refused before anything is touched."""

import asyncio
import gzip
import json
import random
import resource
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ct112.backup import manifest as manifest_module
from ct112.backup import writing
from ct112.backup.making import Making
from ct112.backup.manifest import NAME, BackupTrouble, _digest
from ct112.backup.verifying import strangers, verified
from ct112.store import StoreUnavailable, dump
from ct112.store.dump import Snapshot
from lab.throwaway import Server
from tests.backup.installation import WRITTEN, Installation

Told = dict[str, Any]


def forged(folder: Path, change: Callable[[Told], None]) -> None:
    """Change the manifest, and its checksum with it."""
    path = folder / NAME
    told = json.loads(path.read_bytes())["manifest"]
    change(told)
    path.write_text(json.dumps({"manifest": told, "sha256": _digest(told)}))


def packed(folder: Path, table: str, change: Callable[[bytes], bytes], rows: int = 0) -> None:
    """Change a table's rows and make the manifest fit them; `rows`: so many more are said to be there."""
    name = f"database/{table}.copy.gz"
    path = folder / name
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
    entry = writing.entry_of(path, name).model_dump()

    def fits(told: Told) -> None:
        told["files"] = [entry if each["path"] == name else each for each in told["files"]]
        for each in told["tables"]:
            each["rows"] += rows * (each["name"] == table)

    forged(folder, fits)


BY_MIGRATIONS = {"pause_reason", "agency", "routing_version", "routing_publication", "category"}
"""Tables that have rows on a machine where nothing was ever done."""


async def refused(second: Installation, folder: Path, why: str, **more: Any) -> None:
    """Demand that the backup is refused, and that the machine is as empty as before."""
    with pytest.raises(BackupTrouble, match=why):
        await second.restore(folder, **more)
    assert {name for name, rows in (await second.rows()).items() if rows} <= BY_MIGRATIONS


async def test_a_bit_flipped_anywhere_is_found(first: Installation, tmp_path: Path) -> None:
    await first.backup(tmp_path / "backup")
    verified(tmp_path / "backup")
    files = sorted(path for path in (tmp_path / "backup").rglob("*") if path.is_file())
    assert len(files) > 20
    chance = random.Random(112)
    for path in files:
        whole = path.read_bytes()
        for _ in range(3 if whole else 0):
            place = chance.randrange(len(whole))
            flipped = bytearray(whole)
            flipped[place] ^= 1 << chance.randrange(8)
            path.write_bytes(flipped)
            if path.name != NAME or not same(bytes(flipped), whole):
                with pytest.raises(BackupTrouble):
                    verified(tmp_path / "backup")
        path.write_bytes(whole[:-1])
        if path.name != NAME and whole:
            with pytest.raises(BackupTrouble):
                verified(tmp_path / "backup")
        path.write_bytes(whole)
    verified(tmp_path / "backup")


def same(one: bytes, other: bytes) -> bool:
    """Whether two manifests say the same: a blank may have become a tab."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


FORGERIES: list[tuple[Callable[[Told], Any], str]] = [
    (lambda told: told.update(format=2, version="99.0"), "made by ct112 99.0, newer"),
    (lambda told: told.update(revision="0099"), "newer than this"),
    (lambda told: told["files"][0].update(path="../../etc/passwd"), "leads out"),
    (lambda told: told["files"][0].update(path="/etc/passwd"), "leads out"),
    (lambda told: told["tables"][0].update(name='x"; DROP TABLE call_record'), "not usable"),
    (lambda told: told["tables"][0].update(rows=-1), "not usable"),
    (lambda told: told["tables"][0].update(file="database/none.copy.gz"), "not listed"),
    (lambda told: told.pop("tables"), "not usable"),
    (lambda told: told.update(more=1), "not usable"),
    (lambda told: told.update(started_at="yesterday"), "not usable"),
    (lambda told: told["sequences"][0].update(last="1; DROP"), "not usable"),
]


async def test_a_forged_or_newer_manifest_is_refused(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    whole = (tmp_path / "backup" / NAME).read_bytes()
    for change, why in FORGERIES:
        (tmp_path / "backup" / NAME).write_bytes(whole)
        forged(tmp_path / "backup", change)
        await refused(second, tmp_path / "backup", why)


async def test_what_is_no_manifest_is_refused(second: Installation, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    for text in ("", "{", "[]", "null", '{"manifest": 1}', "\0" * 50, "[" * 100_000):
        (tmp_path / "backup" / NAME).write_text(text)
        await refused(second, tmp_path / "backup", "damaged")


async def test_no_backup_is_refused(second: Installation, tmp_path: Path) -> None:
    await refused(second, tmp_path / "none", "no folder")
    (tmp_path / "empty").mkdir()
    await refused(second, tmp_path / "empty", "interrupted")


@pytest.mark.parametrize(
    ("table", "change", "rows", "why"),
    [
        ("call_record", lambda data: data + data.split(b"\n")[0] + b"\n", 1, "rows do not fit"),  # twice
        ("call_record", lambda data: data.partition(b"\n")[2], 0, "has 19 rows, not 20"),
        ("call_fact", lambda data: data.replace(b"\t", b" ", 1), 0, "rows do not fit"),
        ("call_record", lambda data: data.replace(b"emergency", b"elsewhere"), 0, "rows do not fit"),
        ("roster", lambda data: data + b"1\t2026-01-01\t2026-01-02\tnobody\t1\n", 1, "rows do not fit"),
        ("operator", lambda _: b"\\.\n", -2, "rows do not fit"),  # COPY's own end of data
    ],
)
async def test_rows_that_do_not_fit_are_taken_back(
    first: Installation, second: Installation, tmp_path: Path, table: str, change: Any, rows: int, why: str
) -> None:
    await first.backup(tmp_path / "backup")
    packed(tmp_path / "backup", table, change, rows)
    await refused(second, tmp_path / "backup", why)


async def test_a_link_in_place_of_a_file_is_refused(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    prompt = next((tmp_path / "backup" / "prompts").iterdir())
    prompt.rename(tmp_path / "elsewhere")
    prompt.symlink_to(tmp_path / "elsewhere")
    await refused(second, tmp_path / "backup", "no plain file")


async def test_what_is_no_part_of_it_is_named(first: Installation, tmp_path: Path) -> None:
    manifest = await first.backup(tmp_path / "backup")
    (tmp_path / "backup" / "prompts" / "more.wav").write_bytes(b"")
    assert strangers(tmp_path / "backup", manifest) == ["prompts/more.wav"]


async def test_killed_at_any_step_it_is_recognised_as_unfinished(first: Installation, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.backup.killed", str(first.folder), first.database_url]
    process = await asyncio.create_subprocess_exec(*command, str(tmp_path / "backup"), stdout=PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert int(said) > 25, "so many times it was killed"
    verified(tmp_path / "backup")


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """Have every file end at so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)


async def test_on_a_full_disk_nothing_of_it_is_left(first: Installation, tmp_path: Path) -> None:
    for size in (0, 200, 2000, 20_000):
        with disk_full_at(size), pytest.raises(BackupTrouble, match=r"nothing of it was kept|spool"):
            await first.backup(tmp_path / "backup")
        assert not (tmp_path / "backup").exists()


async def test_the_room_the_spool_lives_on_is_left_alone(
    first: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "KEPT_FREE", 1 << 60)
    with pytest.raises(BackupTrouble, match="make room"):
        await first.backup(tmp_path / "backup")


async def test_without_the_database_nothing_is_left(
    server: Server, first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    server.stop()
    try:
        with pytest.raises(StoreUnavailable):
            await first.backup(tmp_path / "away")
        with pytest.raises(StoreUnavailable):
            await second.restore(tmp_path / "backup")
    finally:
        server.start()
    assert not (tmp_path / "away").exists()
    await second.restore(tmp_path / "backup")


@pytest.mark.parametrize("at", ["revision", "tables", "copy", "sequences"])
async def test_a_database_that_hangs_is_given_up(
    server: Server, first: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setattr(dump, "STALLED_SECONDS", 0.5)
    step = getattr(Snapshot, at)

    async def frozen(self: Snapshot, *arguments: Any) -> Any:
        server.freeze()
        return await step(self, *arguments)

    monkeypatch.setattr(Snapshot, at, frozen)
    try:
        async with asyncio.timeout(20):
            with pytest.raises(StoreUnavailable):
                await first.backup(tmp_path / "backup")
    finally:
        server.thaw()
    assert not (tmp_path / "backup").exists()


async def test_a_backup_never_goes_into_a_folder_with_something_in_it(
    first: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    before = (tmp_path / "backup" / NAME).read_bytes()
    with pytest.raises(BackupTrouble, match="is a backup already"):
        Making(tmp_path / "backup", first.places, first.database_url, WRITTEN, secrets=False)
    assert (tmp_path / "backup" / NAME).read_bytes() == before
    assert manifest_module.read(tmp_path / "backup").secrets
