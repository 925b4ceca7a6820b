"""The note of the last backup: what is no note is no backup, and the alarm is loud."""

from pathlib import Path

import pytest

from ct112 import metrics
from ct112.worker.backup_age import NAME, LastBackup, look, read, to_text


def test_what_was_noted_is_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(to_text(LastBackup(at=1_700_000_000.5, bytes=85_000_000)))
    assert read(tmp_path) == LastBackup(at=1_700_000_000.5, bytes=85_000_000)


@pytest.mark.parametrize(
    "noted",
    [
        *("", "{", "[]", "null", "1", '{"at": 1}', '{"at": "x", "bytes": 1}', '{"at": null, "bytes": 1}'),
        *('{"at": NaN, "bytes": 1}', '{"at": Infinity, "bytes": 1}', '{"at": [], "bytes": {}}'),
        *("[" * 4000, '{"at": 1' + "0" * 400 + ', "bytes": 1}', "\udcff"),
    ],
)
def test_what_is_no_note_is_no_backup(tmp_path: Path, noted: str) -> None:
    (tmp_path / NAME).write_text(noted, "utf-8", "surrogateescape")
    assert read(tmp_path) == LastBackup()


def test_a_folder_in_its_place_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    assert read(tmp_path) == LastBackup()


async def test_prometheus_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(to_text(LastBackup(at=1_700_000_000, bytes=7)))
    await look(tmp_path)
    assert metrics.backup_made_at._value.get() == 1_700_000_000
    await look(tmp_path / "nothing")
    assert metrics.backup_made_at._value.get() == 0
