"""Rendering: which of Asterisk's files are to change, and changing them. Safe to repeat, and to interrupt.

A manifest beside the files holds the checksum of each as it was written. A file that has another one was
edited by hand, or is not ours, and stays unless told otherwise. The manifest accepts the old and the new
checksums before the first file is written, so that an interrupted run is finished by the next.
"""

import difflib
import grp
import hashlib
import json
import os
import pwd
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ct112 import files
from ct112.asterisk.configfiles import NodeValues, TemplateError, filled

MANIFEST = ".ct112-rendered.json"
REPLACED = ".replaced"
"""Behind the name of a file that was edited by hand and replaced all the same."""
TRUNK_LINE = '#include "pjsip-trunk'
PROGRAMS = "agi-bin"
SOUNDS = "hold"
SECRET = re.compile(r"^([ +-]?\s*(?:password|secret|md5_cred)\s*=).*", re.MULTILINE)


@dataclass(frozen=True)
class PlannedFile:
    """One file: what it says now (None: it is not there) and is to say (None: it is to go)."""

    name: str
    there: bytes | None
    wanted: bytes | None
    ours: bool  # it is as we wrote it

    @property
    def changes(self) -> bool:
        """Return whether it is to be written or to go."""
        return self.there != self.wanted

    @property
    def edited(self) -> bool:
        """Return whether somebody else's text would be lost."""
        return self.changes and self.there is not None and not self.ours

    def diff(self) -> str:
        """Return how it changes, without passwords."""
        before, after = (_lines(data) for data in (self.there, self.wanted))
        if before is None or after is None:
            return f"{self.name}: sound, replaced\n"
        made = difflib.unified_diff(before, after, f"{self.name} (now)", f"{self.name} (then)")
        return SECRET.sub(
            r"\1 (not shown)", "".join(line if line[-1:] == "\n" else line + "\n" for line in made)
        )


@dataclass(frozen=True)
class Rendering:
    """What rendering a node into `target` comes to. Nothing is written until `write`."""

    target: Path
    user: str
    files: tuple[PlannedFile, ...]

    @property
    def changed(self) -> list[PlannedFile]:
        """Return the files that are not as they should be."""
        return [file for file in self.files if file.changes]

    @property
    def edited(self) -> list[PlannedFile]:
        """Return those among them that somebody edited."""
        return [file for file in self.files if file.edited]

    @property
    def of_trunks_alone(self) -> bool:
        """Return whether Asterisk takes up what changes by a reload, with calls up: it is about trunks."""
        return all(_of_a_trunk(file) for file in self.changed)

    def diff(self) -> str:
        """Return how the files change, without passwords."""
        return "".join(file.diff() for file in self.changed)

    def require_unedited(self) -> None:
        """Raise TemplateError when a file would be replaced that somebody edited."""
        if self.edited:
            names = ", ".join(file.name for file in self.edited)
            raise TemplateError(
                f"{self.target} has files that are not as this command wrote them: {names}. Look with "
                "--diff, move what is yours into NAME_local.conf beside each (it is read at its end), "
                f"then give --overwrite: they are kept as NAME{REPLACED}"
            )

    def write(self, *, overwrite: bool = False) -> list[Path]:
        """Change what has to change; return its paths. Raises TemplateError, with nothing written."""
        if not overwrite:
            self.require_unedited()
        self.target.mkdir(parents=True, exist_ok=True)
        changed = self.changed
        if changed or not (self.target / MANIFEST).exists():
            _write_manifest(self.target, self._checksums(both=True))
        for file in changed:
            self._write_one(file)
        if changed:
            _write_manifest(self.target, self._checksums(both=False))
        self._let_read()
        return [self.target / file.name for file in changed]

    def _write_one(self, file: PlannedFile) -> None:
        path = self.target / file.name
        if file.edited and file.there is not None:
            files.replace(path.with_name(path.name + REPLACED), file.there)
        if file.wanted is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(exist_ok=True)
        files.replace(path, file.wanted, mode=0o700 if path.parent.name == PROGRAMS else 0o600)

    def _checksums(self, *, both: bool) -> dict[str, list[str]]:
        """Return what each file may be from now on; `both`: also what it was, if that was ours."""
        found = dict[str, list[str]]()
        for file in self.files:
            accepted = [file.wanted, file.there if both and file.ours else None]
            if any(data is not None for data in accepted):
                found[file.name] = sorted({_checksum(data) for data in accepted if data is not None})
        return found

    @property
    def readable(self) -> bool:
        """Return whether Asterisk's own user can be let read the files: whether it has a group here."""
        return _group(self.user) is not None

    def _let_read(self) -> None:
        """Let Asterisk's user read the files it cannot: it gives up root before it reads most of them."""
        group = _group(self.user)
        if group is None:
            return
        for path in (self.target / file.name for file in self.files if file.wanted is not None):
            now = path.stat()
            program = path.parent.name == PROGRAMS
            needed = 0o050 if program else 0o040
            if now.st_uid == _uid(self.user) or (now.st_gid == group and now.st_mode & needed == needed):
                continue
            os.chown(path, -1, group)
            path.chmod(0o750 if program else 0o640)


def plan(templates: Sequence[Path], target: Path, values: NodeValues) -> Rendering:
    """Return what rendering into `target` comes to. Raises TemplateError and OSError."""
    wanted = {name: text.encode() for name, text in filled(templates, values).items()}
    wanted |= dict(_programs(templates)) | dict(_sounds(templates, target))
    known = _read_manifest(target)
    planned = [_planned(target, name, data, known) for name, data in wanted.items()]
    for name in sorted(known.keys() - wanted.keys()):  # of a trunk, or a template, that is no more
        file = _planned(target, name, None, known)
        if file.there is not None and file.ours and "/" not in name:
            planned.append(file)
    return Rendering(target, values.run_user, tuple(planned))


def render(
    templates: Sequence[Path], target: Path, values: NodeValues, *, overwrite: bool = False
) -> list[Path]:
    """Bring the files in `target` up to date; return all of them. Raises TemplateError, with none written."""
    rendering = plan(templates, target, values)
    rendering.write(overwrite=overwrite)
    return [target / file.name for file in rendering.files if file.wanted is not None]


def _of_a_trunk(file: PlannedFile) -> bool:
    """Return whether the change is about trunks, or of a file that Asterisk does not read."""
    if file.name == "pjsip.conf":
        there, wanted = (set(_lines(data) or ()) for data in (file.there, file.wanted))
        return all(line.startswith(TRUNK_LINE) for line in there ^ wanted)
    return file.name.startswith("pjsip-trunk") or (not file.name.endswith(".conf") and "/" not in file.name)


def _planned(
    target: Path, name: str, wanted: bytes | None, known: Mapping[str, Sequence[str]]
) -> PlannedFile:
    path = target / name
    there = path.read_bytes() if path.exists() else None
    ours = there is not None and (_checksum(there) in known.get(name, ()) or there == wanted)
    return PlannedFile(name, there, wanted, ours)


def _programs(templates: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield what Asterisk is to start."""
    for folder in templates:
        for source in sorted((folder / PROGRAMS).glob("ct112-*")):
            yield f"{PROGRAMS}/{source.name}", source.read_bytes()


def _sounds(templates: Sequence[Path], target: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what is played on hold, unless the city has put something of its own there."""
    ours = {source.name: source for folder in templates for source in sorted((folder / SOUNDS).glob("*"))}
    there = {path.name for path in (target / SOUNDS).iterdir()} if (target / SOUNDS).is_dir() else set()
    if not there - ours.keys() - {f".{name}.new" for name in ours}:
        yield from ((f"{SOUNDS}/{name}", source.read_bytes()) for name, source in ours.items())


def _read_manifest(target: Path) -> Mapping[str, Sequence[str]]:
    """Return the checksums of what we wrote; none of them when the manifest cannot be understood."""
    try:
        found = json.loads((target / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    listed = found.get("files") if isinstance(found, dict) else None
    if not isinstance(listed, dict):
        return {}
    return {
        str(name): [str(each) for each in sums] for name, sums in listed.items() if isinstance(sums, list)
    }


def _write_manifest(target: Path, checksums: Mapping[str, Sequence[str]]) -> None:
    about = "Checksums of the files as `ct112 asterisk render` wrote them: how it sees that one was edited."
    text = json.dumps({"about": about, "files": checksums}, indent=1, sort_keys=True) + "\n"
    files.replace(target / MANIFEST, text.encode())


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _lines(data: bytes | None) -> list[str] | None:
    """Return the lines of a text; None of what is none."""
    try:
        return (data or b"").decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return None


def _uid(user: str) -> int | None:
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None


def _group(user: str) -> int | None:
    """Return the id of the group of a user's name."""
    try:
        return grp.getgrnam(user).gr_gid
    except KeyError:
        return None
