"""The manifest of a backup: what is in it, each file with its checksum. Written last."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

NAME = "manifest.json"
FORMAT = 1
LARGEST = 64 << 20  # bytes
Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
Text = Annotated[str, AfterValidator(lambda text: CONTROL.sub("?", text))]
"""It is shown on a terminal, whoever wrote it."""


class BackupTrouble(Exception):
    """The backup cannot be made, or not be used; the text says why and what to do."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileEntry(_Model):
    """A file of the backup; `path` is below its folder."""

    path: str
    bytes: Count
    sha256: Sha256

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        """Refuse a path that leads out of the backup, wherever it came from."""
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or CONTROL.search(path):
            raise ValueError("leads out of the backup")
        if str(PurePosixPath(path)) != path or not _is_text(path):  # a//b: below `a` that would be /b
            raise ValueError("is not written as a path is")
        return path


class TableEntry(_Model):
    """A table of the database: its rows are lines of `file`, in COPY's text format."""

    name: Identifier
    columns: Sequence[Identifier]
    rows: Count
    file: str


class SequenceEntry(_Model):
    """Where the numbers of a column go on."""

    table: Identifier
    column: Identifier
    last: Annotated[int, Field(ge=1, lt=2**63)]
    used: bool


class SpoolEntry(_Model):
    """How the spool was."""

    waiting: Count
    open_calls: Count
    aside: Count


class AuditEntry(_Model):
    """Where the audit's chain ended, and by which name its key is known."""

    seq: Count
    key_id: str


class Manifest(_Model):
    """All that is in a backup. `notes`: what is not, and why."""

    format: int = FORMAT
    version: Text
    revision: Text
    started_at: datetime
    finished_at: datetime
    secrets: bool
    files: Sequence[FileEntry]
    tables: Sequence[TableEntry]
    sequences: Sequence[SequenceEntry]
    spool: SpoolEntry | None
    audit: AuditEntry | None
    notes: Sequence[Text] = ()

    def paths(self, folder: str) -> list[str]:
        """Return the files below a folder of the backup."""
        return [file.path for file in self.files if file.path.startswith(f"{folder}/")]

    def entry(self, path: str) -> FileEntry:
        """Return what is said of a file that has to be in it. Raises BackupTrouble."""
        found = next((file for file in self.files if file.path == path), None)
        if found is None:
            raise BackupTrouble(f"the backup has no {path}, and should: take another")
        return found

    def rows(self) -> int:
        """Return how many rows its tables have."""
        return sum(table.rows for table in self.tables)


def to_bytes(manifest: Manifest) -> bytes:
    """Return the file's contents: the manifest, and its own checksum."""
    told = manifest.model_dump(mode="json")
    return json.dumps({"manifest": told, "sha256": _digest(told)}, indent=1).encode() + b"\n"


def read(folder: Path) -> Manifest:
    """Return a backup's manifest. Raises BackupTrouble: none, damaged, or of a newer program."""
    path = folder / NAME
    if not folder.is_dir():
        raise BackupTrouble(f"there is no folder {folder}: name that of a backup")
    try:
        if path.exists() and (not path.is_file() or path.stat().st_size > LARGEST):
            raise BackupTrouble(f"{path} is too large to be a manifest, or no file: take another backup")
        written = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BackupTrouble(
            f"{folder} has no {NAME}: it is no backup, or one that was interrupted; take another"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BackupTrouble(
            f"{path} is damaged ({type(error).__name__}): take another copy of this backup, or another"
        ) from error
    return _checked(path, written)


def _checked(path: Path, written: Any) -> Manifest:
    told = written.get("manifest") if isinstance(written, dict) else None
    if not isinstance(told, dict) or written.get("sha256") != _digest(told):
        raise BackupTrouble(
            f"{path} is damaged: its checksum does not fit; take another copy, or another backup"
        )
    if isinstance(told.get("format"), int) and told["format"] > FORMAT:
        version = CONTROL.sub("?", str(told.get("version")))[:40]
        raise BackupTrouble(
            f"this backup was made by ct112 {version}, newer than this one: install that or a later one"
        )
    try:
        return Manifest.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BackupTrouble(f"{path} is not usable ({where}: {first['msg']}): take another backup") from error


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
