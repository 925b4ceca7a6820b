"""The commands of docs/backup.md, as an engineer types them."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from datetime import timedelta
from pathlib import Path

import pytest

from ct112.store import Store, audit
from ct112.worker.audit_key import read_key
from ct112.worker.erasures import ErasureLister
from tests.backup.installation import Installation, now
from tests.docs.blocks import script

FOLDER = "/var/backups/ct112/today"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a folder with the ct112 command in it."""
    command = tmp_path / "bin" / "ct112"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m ct112.cli "$@"\n')
    command.chmod(0o755)
    return command.parent


async def run(text: str, installation: Installation, path: Path) -> tuple[int, str]:
    """Run commands at this installation; return the exit code and what was said."""
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", text),
        env={
            "PATH": f"{path}:{os.environ['PATH']}",
            "PYTHONPATH": f"{root / 'src'}:{root}",
            "CT112_ENV_FILE": "",
            "CT112_DATABASE_URL": installation.database_url,
            "CT112_STATE_DIR": str(installation.places.state),
            "CT112_API_TOKEN": "hush-hush-token",
        },
        stdout=PIPE,
        stderr=STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def good(text: str, installation: Installation, path: Path) -> str:
    """Run commands that go well; return what was said."""
    code, said = await run(text, installation, path)
    assert code == 0, said
    return said


async def test_the_page_s_commands_make_a_backup_and_restore_it(
    first: Installation, second: Installation, path: Path, tmp_path: Path
) -> None:
    folder = str(tmp_path / "backup")
    made = await good(script("backup.md", "make-a-backup", {FOLDER: folder}), first, path)
    assert "20 calls" in made
    assert "without secrets" in made
    assert "hush-hush" not in (Path(folder) / "settings.env").read_text()
    second.places.audit_key.parent.mkdir()
    second.places.audit_key.write_bytes(first.places.audit_key.read_bytes())
    second.places.audit_key.chmod(0o600)
    restored = await good(script("backup.md", "restore-a-backup", {FOLDER: folder}), second, path)
    assert "the newest" in restored
    assert "none removed, changed or cut off" in restored
    assert "no list was given" in restored
    noted = await good(
        "ct112 audit show --action backup.make; ct112 audit show --action backup.restore", second, path
    )
    assert "backup.make" in noted
    assert "backup.restore" in noted
    code, said = await run(f"ct112 restore {folder}", second, path)
    assert (code, "not empty" in said, "Traceback" in said) == (1, True, False)


async def test_with_the_list_of_erasures(
    first: Installation, second: Installation, path: Path, tmp_path: Path
) -> None:
    folder = str(tmp_path / "backup")
    await good(f"ct112 backup {folder} --with-secrets", first, path)
    store = await Store.create(first.database_url)
    key = read_key(first.places.audit_key)
    assert key is not None
    async with store.transaction() as connection:
        await audit.erase_personal(connection, now() + timedelta(seconds=1), key, actor="cli:siti")
    await ErasureLister(store, first.places.audit_key, first.places.erasures).work()
    await store.close()
    names = {FOLDER: folder, "/root/erasures.jsonl": str(first.places.erasures)}
    said = await good(script("backup.md", "restore-with-erasures", names), second, path)
    assert "1 erasures made since the backup are made again" in said


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("ct112 backup verify /nowhere", "there is no folder"),
        ("ct112 restore /nowhere", "there is no folder"),
        ("ct112 backup /proc/nowhere", "name another folder"),
        ("ct112 backup FOLDER --astdb nonsense", "--astdb is NODE=PATH"),
        ("CT112_DATABASE_URL= ct112 backup FOLDER", "no database is set"),
        ("CT112_DATABASE_URL=postgresql://127.0.0.1:1/x ct112 backup FOLDER", "does not answer"),
        ("CT112_DATABASE_URL=nonsense ct112 backup FOLDER", "not one"),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(
    second: Installation, path: Path, tmp_path: Path, command: str, why: str
) -> None:
    code, said = await run(command.replace("FOLDER", str(tmp_path / "new")), second, path)
    assert code == 1
    assert why in said
    assert "Traceback" not in said
    assert not (tmp_path / "new").exists()
