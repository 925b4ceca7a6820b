"""The folder of our authority and the servers' certificates: a file is written whole or not at all."""

import fcntl
import grp
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ct112.tls.authority import SERVER_DAYS, issue, new_authority
from ct112.tls.bundle import Bundle, read, read_chain
from ct112.tls.checking import fits
from ct112.tls.problems import TlsError

FOLDER = Path("/etc/ct112/tls")
LOOPBACK = ("localhost", "127.0.0.1", "::1")  # the machine's own commands ask by these


@dataclass(frozen=True, slots=True)
class Part:
    """Who has a certificate: its file's name, and the group that may read it."""

    name: str
    group: str | int


WEB = Part("web", "ct112")
ASTERISK = Part("asterisk", "asterisk")
PARTS = (WEB, ASTERISK)


@dataclass(frozen=True, slots=True)
class TlsFolder:
    """`/etc/ct112/tls`, or another."""

    path: Path = FOLDER

    @property
    def authority(self) -> Path:
        """Return the authority's certificate: this goes to every desk."""
        return self.path / "ca.crt"

    @property
    def authority_key(self) -> Path:
        """Return the authority's key: this goes nowhere but into a safe."""
        return self.path / "ca.key"

    def pem(self, part: Part) -> Path:
        """Return a part's key and chain, in one file."""
        return self.path / f"{part.name}.pem"

    def certificate(self, part: Part) -> Path:
        """Return a part's chain alone, for everybody."""
        return self.path / f"{part.name}.crt"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder and let nobody else write there meanwhile. Raises TlsError."""
        try:
            self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
            with os.fdopen(os.open(self.path / ".lock", os.O_CREAT | os.O_WRONLY, 0o600), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            where = error.filename or self.path
            raise TlsError(f"{where}: {error.strerror}: run it as root, or name another --dir") from error

    def make_authority(self, city: str, now: datetime) -> bool:
        """Make the authority unless it is there; return whether it was made. Raises TlsError.

        A certificate without its key, or a key without its certificate, is left as it is and refused.
        """
        there = [path.exists() for path in (self.authority, self.authority_key)]
        if all(there):
            self.read_authority()
            return False
        if any(there):
            missing = self.authority_key if there[0] else self.authority
            raise TlsError(
                f"{missing} is missing: put it back from its copy; without one move the other file away, "
                "and a new authority is made, which every desk has to be told"
            )
        made = new_authority(city, now)
        self._write(self.authority_key, made.key_pem(), 0o600, None)
        self._write(self.authority, made.chain_pem(), 0o644, None)
        return True

    def read_authority(self) -> Bundle:
        """Return our authority with its key. Raises TlsError."""
        found = read(self.authority, self.authority_key)
        if not fits(found):
            raise TlsError(f"{self.authority_key} is not the key of {self.authority}: restore both")
        return found

    def issue(self, part: Part, names: Sequence[str], now: datetime, days: int = SERVER_DAYS) -> Bundle:
        """Make a part's certificate for these names, and put it into place. Raises TlsError."""
        made = issue(self.read_authority(), [*names, *LOOPBACK], now, days)
        self.put(part, made)
        return made

    def put(self, part: Part, bundle: Bundle) -> None:
        """Put a part's certificate and key into place; the part takes them up."""
        self._write(self.pem(part), bundle.pem(), 0o640, part.group)
        self._write(self.certificate(part), bundle.chain_pem(), 0o644, None)

    def ours(self, part: Part) -> bool:
        """Return whether the part's certificate is from our authority. Raises TlsError."""
        if not self.authority.exists():
            return False
        root = read_chain(self.authority).leaf
        return read_chain(self.certificate(part)).chain[-1] == root

    def names(self, part: Part) -> tuple[str, ...]:
        """Return the names of a part's certificate, without those every one of ours has."""
        found = read_chain(self.certificate(part)).names()
        return tuple(name for name in found if name not in LOOPBACK)

    def _write(self, path: Path, text: bytes, mode: int, group: str | int | None) -> None:
        """Replace a file at once; it is never, not for a moment, readable by more than it should be."""
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            given = group is None or _hand_over(descriptor, gid(group))
            os.fchmod(descriptor, mode if given else 0o600)
            file.flush()
            os.fsync(descriptor)
        new.replace(path)


def _hand_over(descriptor: int, group: int | None) -> bool:
    """Give a file to a group; return whether it was: root may, and whoever is a member."""
    if group is None or (os.geteuid() != 0 and group not in (*os.getgroups(), os.getegid())):
        return False
    os.fchown(descriptor, -1, group)
    return True


def gid(group: str | int) -> int | None:
    """Return a group's number; None when there is none of this name here."""
    if isinstance(group, int):
        return group
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return None
