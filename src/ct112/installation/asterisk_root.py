"""Asterisk in a root of its own, by mmdebstrap from Debian testing: for Debians without a new enough one."""

import fcntl
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ct112.installation.machine import InstallFailure

MINIMUM = (22, 10, 1)  # the first with the twenty security fixes of its day
SUITE = "forky"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PROGRAM = "/usr/sbin/asterisk"
PACKAGES = ("asterisk", "asterisk-modules")
PAST_ITS_DATE = 'Acquire::Check-Valid-Until "false"'
REMEDY = "see that the Debian mirror is reachable; CT112_DEBIAN_MIRROR names another"
SECONDS = 1800
ALONE = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /dev/shm && exec "$@"', "sh")
"""mmdebstrap binds /dev/shm and more into the root it builds: its own, and gone with it, however it ends.

Killed without this, it left them mounted, and clearing the half-built root emptied the machine's /dev/shm:
every PostgreSQL on it lost its shared memory.
"""
READABLE = 0o022
"""The root's files are for users without rights too, however careful the shell of whoever makes it."""


def version_of(text: str) -> tuple[int, ...]:
    """Return the version in `Asterisk 22.10.1+dfsg…` as numbers, empty when there is none."""
    match = re.search(r"Asterisk (?:certified/)?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else ()


def version(root: Path | None) -> str:
    """Return what `asterisk -V` says in this root (None: the system's); empty when it cannot be run."""
    inside = ["chroot", str(root)] if root else []  # by its path: `asterisk` may be our way into a root
    try:
        result = subprocess.run(
            [*inside, PROGRAM, "-V"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip()


def good(root: Path | None) -> bool:
    """Return whether the Asterisk there is new enough."""
    return version_of(version(root)) >= MINIMUM


def debian_mirror(apt: Path = Path("/etc/apt"), release: Path = Path("/etc/os-release")) -> str | None:
    """Return the mirror this Debian is installed from, None when there is none to be found (Ubuntu)."""
    about = dict(line.split("=", 1) for line in release.read_text("utf-8").splitlines() if "=" in line)
    if about.get("ID", "").strip('"') != "debian":
        return None
    codename = about.get("VERSION_CODENAME", "").strip('"')
    for source in (apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))):
        if source.suffix in {".list", ".sources"} and source.is_file():
            for uri, suites in _entries(source):
                if codename in suites:
                    return uri
    return None


def _entries(source: Path) -> Iterator[tuple[str, list[str]]]:
    text = "\n".join(line for line in source.read_text("utf-8").splitlines() if not line.startswith("#"))
    if source.suffix == ".list":
        for match in re.finditer(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", text, re.MULTILINE):
            yield match[1], [match[2]]
        return
    for paragraph in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):\s*(.*)$", paragraph, re.MULTILINE))
        if "deb" in fields.get("Types", "").split() and fields.get("URIs"):
            yield fields["URIs"].split()[0], fields.get("Suites", "").split()


@contextmanager
def locked(root: Path) -> Iterator[int]:
    """Hold the root: whoever else would make or change it waits. Gives what holds it, for `make`."""
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(root.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def building(root: Path) -> Path:
    """Return where the root is made."""
    return root.with_name(root.name + ".building")


def make(root: Path, mirror: str | None, hold: int | None = None) -> str:
    """Make the root, whole or not at all; the caller holds it. Return what is worth saying, mostly nothing.

    `mirror`: where from; without one mmdebstrap has its own. `hold`: given to mmdebstrap, which then holds
    the root for as long as it runs, also when we are killed: the next run does not clear it away from under
    it. Raises InstallFailure.
    """
    target, note = building(root), ""
    trouble = _mmdebstrap(target, mirror, [], hold)
    if is_past_its_date(trouble):
        note = "the mirror's Release file is past its date; accepted, its signature is good"
        trouble = _mmdebstrap(target, mirror, [f"--aptopt={PAST_ITS_DATE}"], hold)
    if trouble:
        clear(target)
        raise InstallFailure(f"mmdebstrap: {' | '.join(trouble.strip().splitlines()[-4:])}", REMEDY)
    if not good(target):
        raise InstallFailure(f"{SUITE} has no Asterisk 22.10.1 or later", f"look at {target}; {REMEDY}")
    clear(root)
    target.rename(root)
    return note


def clear(folder: Path) -> None:
    """Remove a root, and nothing of the machine's that is still mounted in it."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()]
    for mounted in reversed([Path(each) for each in mounts]):
        if mounted.is_relative_to(folder):
            subprocess.run(["umount", str(mounted)], check=False, timeout=60)
    subprocess.run(["rm", "-rf", "--one-file-system", "--", str(folder)], check=False, timeout=SECONDS)


def is_past_its_date(trouble: str) -> bool:
    """Return whether apt complains of the mirror's date and of nothing worse."""
    return "expired" in trouble.lower() or "not valid" in trouble.lower()


def _mmdebstrap(target: Path, mirror: str | None, options: list[str], hold: int | None) -> str:
    """Return what went wrong, empty when nothing did."""
    clear(target)  # mmdebstrap refuses a folder that is not empty
    command = [*ALONE, "mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
    command += [
        "--components=main",
        f"--keyring={KEYRING}",
        *options,
        SUITE,
        str(target),
        *([mirror] if mirror else []),
    ]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=SECONDS, umask=READABLE,
            pass_fds=() if hold is None else (hold,),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"not done after {SECONDS} s"
    return "" if result.returncode == 0 else result.stderr or "it failed without a word"
