"""Files that are replaced at once: whoever reads one sees the old text or the new, never half of either."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SMALL = 1 << 20  # bytes; a file that people write has some thousands


def small(path: Path) -> bytes:
    """Return what is in a file that people write. Raises OSError: for a large one, a device or a pipe too."""
    if not path.is_file() and path.exists():
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    with path.open("rb") as file:
        found = file.read(SMALL + 1)
    if len(found) > SMALL:
        raise OSError(errno.EFBIG, "it is far too large", str(path))
    return found


def replace(path: Path, data: bytes, *, mode: int = 0o600, group: int | None = None) -> None:
    """Make `data` the file's contents, on disk before this returns; never readable by more than it may be.

    The owner, group and mode of a file that is there stay; `mode` and `group` are for a new one. A link
    stays a link. Raises OSError, with the old file untouched; for a device too.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    try:
        _write(new, data)
        _give(new, path, mode, group)
        new.replace(path)
    except OSError as error:  # a full disk does not say where
        new.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, error.filename or str(path)) from error
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync(path.parent)


def note(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Make `data` the contents of a file that belongs to its folder's owner, whoever we are.

    Nothing that lies there is followed or opened: that owner may have put it there. Raises OSError.
    """
    owner, new = path.parent.stat(), path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        if os.geteuid() == 0:
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    new.replace(path)
    sync(path.parent)


def _write(new: Path, data: bytes) -> None:
    new.touch(mode=0o600, exist_ok=False)
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _give(new: Path, path: Path, mode: int, group: int | None) -> None:
    """Give the new file the owner and mode it is to have."""
    try:
        before = path.stat()
    except FileNotFoundError:
        if group is not None:
            os.chown(new, -1, group)
        new.chmod(mode)
        return
    os.chown(new, before.st_uid, before.st_gid)
    new.chmod(before.st_mode & 0o777)


def following(path: Path) -> int:
    """Return the flag to open a path with: O_NOFOLLOW where somebody other than root and us could put a link.

    What root opens in the folder of a user without rights is only what it says it is. Raises OSError.
    """
    return 0 if path.parent.stat().st_uid in {0, os.geteuid()} else os.O_NOFOLLOW


def sync(folder: Path) -> None:
    """Have the names in a folder on disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder that is there: others who ask wait until this one is done, however it ends."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
