"""A backup made to do harm: whoever can write its files can make its checksums fit, too."""

import os
from pathlib import Path
from typing import Any

import pytest

from ct112.backup import files
from ct112.backup.manifest import BackupTrouble, FileEntry, read
from ct112.backup.verifying import verified
from ct112.backup.writing import entry_of
from tests.backup.installation import Installation
from tests.backup.test_damage import Told, forged, refused


def added(folder: Path, path: str, data: bytes = b"* * * * * root evil\n") -> None:
    """Add a file under a name as it stands in the manifest, listed as if it had always been there."""
    real = folder / path
    real.parent.mkdir(parents=True, exist_ok=True)
    real.write_bytes(data)
    entry = {**entry_of(real, "x").model_dump(), "path": path}
    forged(folder, lambda told: told["files"].append(entry))


@pytest.mark.parametrize(
    "name", ["recordings/{}", "fallback/a/{}", "recordings/./{}", "prompts/{}", "spool/{}"]
)
async def test_no_name_leads_to_another_place_of_the_machine(
    first: Installation, second: Installation, tmp_path: Path, name: str
) -> None:
    """`recordings//etc/cron.d/x` has no `..` and no `/` in front: below a folder it is /etc/cron.d/x."""
    await first.backup(tmp_path / "backup")
    aim = tmp_path / "etc" / "cron.d" / "x"
    aim.parent.mkdir(parents=True)
    added(tmp_path / "backup", name.format(aim))
    await refused(second, tmp_path / "backup", r"written as a path|has no place", replace=True)
    assert not aim.exists()


@pytest.mark.parametrize(
    "path",
    ["a//b", "a/./b", "./a", "a/", "", ".", "..", "/a", "a/../b", "a\nb", "a\x9bb", "a\ud800b", "a\x00b"],
)
def test_what_is_no_plain_path_is_no_file_of_a_backup(path: str) -> None:
    with pytest.raises(ValueError, match=r"leads out|as a path"):
        FileEntry(path=path, bytes=0, sha256="0" * 64)


@pytest.mark.parametrize("kind", ["recordings", "fallback/a"])
async def test_a_file_in_place_of_a_folder_has_no_place(
    first: Installation, second: Installation, tmp_path: Path, kind: str
) -> None:
    await first.backup(tmp_path / "backup")
    there = tmp_path / "backup" / kind
    if there.is_dir():
        there.rename(tmp_path / "away")
        forged(
            tmp_path / "backup",
            lambda told: told.update(
                files=[f for f in told["files"] if not f["path"].startswith(f"{kind}/")]
            ),
        )
    added(tmp_path / "backup", kind)
    await refused(second, tmp_path / "backup", "has no place", replace=True)


async def test_a_spool_that_is_not_listed_is_not_taken(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    """It may be a link to /etc/shadow, that ct112 would be given."""
    await first.backup(tmp_path / "backup")
    spool = tmp_path / "backup" / "spool" / "spool.sqlite"
    spool.unlink()
    spool.symlink_to("/etc/shadow")

    def unlisted(told: Told) -> None:
        told["files"] = [each for each in told["files"] if each["path"] != "spool/spool.sqlite"]

    forged(tmp_path / "backup", unlisted)
    await refused(second, tmp_path / "backup", "has no spool/spool.sqlite", replace=True)


async def test_a_file_that_is_exchanged_after_it_was_looked_at_is_not_placed(
    first: Installation, second: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await first.backup(tmp_path / "backup")
    real = files.put

    def exchanged(folder: Path, found: Any) -> int:
        prompt = next(target for target in found if target.entry.path.startswith("prompts/"))
        (folder / prompt.entry.path).write_bytes(b"evil")
        return real(folder, found)

    monkeypatch.setattr(files, "put", exchanged)
    await refused(second, tmp_path / "backup", "was changed while it was restored")
    assert b"evil" not in [path.read_bytes() for path in second.places.prompts.glob("*")]


def test_a_pipe_in_place_of_the_manifest_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(BackupTrouble, match="or no file"):
        read(tmp_path)


async def test_no_number_is_larger_than_the_database_counts(
    first: Installation, second: Installation, tmp_path: Path
) -> None:
    await first.backup(tmp_path / "backup")
    forged(tmp_path / "backup", lambda told: told["sequences"][0].update(last=2**63))
    await refused(second, tmp_path / "backup", "not usable", replace=True)


async def test_its_words_do_nothing_to_a_terminal(first: Installation, tmp_path: Path) -> None:
    await first.backup(tmp_path / "backup")
    forged(tmp_path / "backup", lambda told: told.update(notes=["\x1b]0;evil\x07"], version="\x9b2J"))
    manifest = verified(tmp_path / "backup")
    assert (list(manifest.notes), manifest.version) == (["?]0;evil?"], "?2J")
    forged(tmp_path / "backup", lambda told: told.update(format=99))
    with pytest.raises(BackupTrouble, match=r"made by ct112 \?2J, newer"):
        verified(tmp_path / "backup")


def test_what_is_put_aside_never_covers_what_was_put_aside(tmp_path: Path) -> None:
    """Two restores within a second."""
    for text in ("one", "two", "three"):
        (tmp_path / "spool").write_text(text)
        files.move_aside(tmp_path / "spool")
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["one", "three", "two"]
