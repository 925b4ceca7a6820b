"""Takes a map in: checked whole beside its place, then put there in one step."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ct112.places import tiles
from ct112.places.tiles import Tiles

MAKER = "tilemaker"
EXTRACT = ".osm.pbf"
RESOURCES = Path("/usr/share/tilemaker")  # where Debian has its layers
MAKER_SECONDS = 3600.0
CHUNK = 1024 * 1024
Progress = Callable[[str, int, int], None]
"""What is done, how far, and of how much (0: not known)."""


class CannotMake(RuntimeError):
    """No map can be made of an extract here; the text says why and what to do."""


def take_in(file: Path, target: Path, progress: Progress) -> Tiles:
    """Check `file` and put it at `target`, atomically. Raises BadTiles, CannotMake, OSError.

    Whatever goes wrong, and whenever it is killed: what was at `target` is still there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as new:
        if file.name.endswith(EXTRACT):
            progress("make tiles", 0, 0)
            _make(file, new)
        else:
            _copy(file, new, progress)
        found = tiles.check(new, lambda done, whole: progress("check", done, whole))
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.chmod(0o644)
        new.replace(target)
    return found


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a name in the same folder, free, and free again afterwards."""
    new = target.with_name(f".{target.stem}.new{target.suffix}")  # tilemaker looks at the suffix
    new.unlink(missing_ok=True)
    try:
        yield new
    finally:
        new.unlink(missing_ok=True)


def _copy(file: Path, new: Path, progress: Progress) -> None:
    whole, done = file.stat().st_size, 0
    with file.open("rb") as source, new.open("wb") as copy:
        tiles.read(file)  # before hundreds of megabytes are copied
        while chunk := source.read(CHUNK):
            done += copy.write(chunk)
            progress("copy", done, whole)


def _make(file: Path, new: Path) -> None:
    maker = shutil.which(MAKER)
    if maker is None:
        raise CannotMake(
            f"{MAKER} makes maps of extracts and is not installed: apt-get install {MAKER} (3.0 or newer; "
            "Debian 12 has an older one), or make a .pmtiles file elsewhere and import that"
        )
    if not file.is_file():
        raise FileNotFoundError(2, "no such file", str(file))
    command = [maker, "--input", str(file), "--output", str(new), *_layers()]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=MAKER_SECONDS, check=False, cwd=new.parent
        )
    except subprocess.TimeoutExpired:
        raise CannotMake("it took more than an hour: cut a smaller extract (osmium extract)") from None
    if done.returncode != 0 or not new.is_file():
        raise CannotMake(f"{MAKER} ended with {done.returncode}: {_last(done.stderr or done.stdout)}")


def _layers() -> list[str]:
    """Return which layers are made: those of OpenMapTiles, as Debian ships them, if it did."""
    found = [
        (option, RESOURCES / name)
        for option, name in (
            ("--config", "config-openmaptiles.json"),
            ("--process", "process-openmaptiles.lua"),
        )
    ]
    if not all(path.is_file() for _, path in found):
        return []
    return [part for option, path in found for part in (option, str(path))]


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (lines[-1] if lines else "it said nothing")[:300]
