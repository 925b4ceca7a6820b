"""The checks. Each is small, has a time limit, and never raises."""

import asyncio
import shutil
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from ct112.installation import packet_filter as rules
from ct112.installation.machine import Machine

LIMIT_SECONDS = 8.0
LEAST_FREE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One line: `ok` None is a warning, which does not keep anyone from going live.

    `asked` False: what it needs is not there, and has a line of its own.
    """

    name: str
    ok: bool | None
    detail: str
    remedy: str = ""
    asked: bool = True


Answer = tuple[bool | None, str]


class Trouble(Exception):
    """Why a check does not hold, with the remedy that fits just this."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


async def checked(name: str, remedy: str, work: Callable[[], Awaitable[Answer]]) -> Check:
    """Run one check within its time limit; whatever it raises is its answer."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            ok, detail = await work()
    except Trouble as trouble:
        return Check(name, False, str(trouble), trouble.remedy)
    except Exception as error:  # noqa: BLE001 (a check that fails is a finding, not a crash)
        ok, detail = False, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Check(name, ok, detail, "" if ok else remedy)


def not_asked(name: str, cause: str) -> Check:
    """Return the line of a check that would only repeat its cause."""
    return Check(name, None, f"not asked: {cause}", asked=False)


async def python_version() -> Answer:
    """Python 3.11 or later."""
    return sys.version_info >= (3, 11), sys.version.split()[0]


async def host_name() -> Answer:
    """Asterisk asks for the host's own name; when that hangs, every call does (100 s a call)."""
    name = socket.gethostname()
    if await _seconds_to_resolve(name) < 1:
        return True, name
    again = await _seconds_to_resolve(name)  # a busy machine is slow once; a missing name every time
    return again < 1, f"{name}, after {again:.1f} s"


async def _seconds_to_resolve(name: str) -> float:
    started = time.monotonic()
    await asyncio.get_running_loop().getaddrinfo(name, None)
    return time.monotonic() - started


async def disk(folder: Path) -> Answer:
    """A GiB free for prompts and state."""
    there = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    free = shutil.disk_usage(there).free
    return free >= LEAST_FREE_BYTES, f"{free / (1 << 30):.1f} GiB free at {there}"


async def prompts(folder: Path, keys: Sequence[str], url: str) -> Answer:
    """Every prompt of the live document is on disk and served where Asterisk fetches it."""
    missing = [key for key in keys if not (folder / f"{key}.wav").is_file()]
    if missing or not keys:
        return False, f"{len(missing)} of {len(keys)} missing in {folder}"
    async with aiohttp.ClientSession() as session, session.get(f"{url}/{keys[0]}.wav") as answer:
        return answer.status == 200, f"{len(keys)} present, served with status {answer.status}"


async def packet_filter() -> Answer:
    """The rules of asterisk-config/ct112.nft are loaded here; only root can see that."""
    if shutil.which("nft") is None:
        return None, "no nft on this machine"
    process = await asyncio.create_subprocess_exec(
        *("nft", "list", "table", "inet", "ct112"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, problem = await process.communicate()
    here = Machine()
    if process.returncode == 0 and here.path(rules.LOADED).exists() and not rules.is_newest(here):
        return False, f"loaded, but with older rules: systemctl reload {rules.UNIT}"
    if process.returncode == 0:
        return (True, "loaded") if b"limit rate" in said else (None, "loaded, but it limits no rate")
    if b"not permitted" in problem:
        return None, "only root can see it: sudo ct112 doctor"
    return None, "not loaded on this machine"
