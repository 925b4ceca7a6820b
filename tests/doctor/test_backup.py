"""The doctor says how old the last backup is, and whether a restore was interrupted."""

import time
from pathlib import Path

from ct112.backup.places import MARKER
from ct112.doctor.checks import Check
from ct112.doctor.examination import Examination
from ct112.worker.backup_age import NAME, LastBackup, to_text
from tests.doctor.test_examination import settings


async def backup(folder: Path) -> Check:
    """Return what the doctor says of backups."""
    return next(one for one in await Examination(settings(folder)).run() if one.name == "backup")


def noted(folder: Path, hours: float) -> None:
    """Note a backup of so many hours ago."""
    state = settings(folder).state_dir
    state.mkdir(parents=True, exist_ok=True)
    (state / NAME).write_text(to_text(LastBackup(at=time.time() - 3600 * hours, bytes=85_000_000)))


async def test_the_age_of_the_last_backup_is_said(tmp_path: Path) -> None:
    found = await backup(tmp_path)
    assert (found.ok, found.detail) == (None, "none was ever made on this machine")
    noted(tmp_path, 25)
    found = await backup(tmp_path)
    assert (found.ok, found.detail) == (True, "25 h old, 85.0 MB")
    noted(tmp_path, 27)
    found = await backup(tmp_path)
    assert (found.ok, found.remedy) == (None, "ct112 backup DIR, every night (docs/backup.md)")


async def test_a_restore_that_was_interrupted_is_said_first(tmp_path: Path) -> None:
    noted(tmp_path, 1)
    (settings(tmp_path).state_dir / MARKER).touch()
    found = await backup(tmp_path)
    assert found.ok is False
    assert "a restore was begun here and not ended" in found.detail
    assert found.remedy.endswith("ct112 restore DIR --replace")
