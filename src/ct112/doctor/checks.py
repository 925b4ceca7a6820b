"""The checks. Each is small, has a time limit, and never raises."""

import asyncio
import shutil
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

LIMIT_SECONDS = 8.0
NEWEST_NEEDED = (22, 10, 1)
MODULES = (
    "res_ari_channels",
    "res_ari_bridges",
    "res_ari_events",
    "res_stasis_playback",
    "res_pjsip",
    "res_geolocation",
    "res_http_media_cache",
    "res_security_log",
    "app_queue",
    "app_stasis",
)
LEAST_FREE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One line: `ok` None is a warning, which does not keep anyone from going live."""

    name: str
    ok: bool | None
    detail: str
    remedy: str = ""


Answer = tuple[bool | None, str]


async def checked(name: str, remedy: str, work: Callable[[], Awaitable[Answer]]) -> Check:
    """Run one check within its time limit; whatever it raises is its answer."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            ok, detail = await work()
    except Exception as error:  # noqa: BLE001 (a check that fails is a finding, not a crash)
        ok, detail = False, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Check(name, ok, detail, "" if ok else remedy)


async def python_version() -> Answer:
    """Python 3.11 or later."""
    return sys.version_info >= (3, 11), sys.version.split()[0]


async def host_name() -> Answer:
    """Asterisk asks for the host's own name; when that hangs, every call does (100 s a call)."""
    name = socket.gethostname()
    started = time.monotonic()
    await asyncio.get_running_loop().getaddrinfo(name, None)
    return time.monotonic() - started < 1, name


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


class Ari:
    """Asks one node over plain HTTP, as an outsider would."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Nothing is asked yet."""
        self._url = url
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}

    async def get(self, path: str) -> Any:
        """Return the parsed answer; raises with the status."""
        session = aiohttp.ClientSession(headers=self._headers)
        async with session, session.get(f"{self._url}/{path}") as answer:
            if answer.status != 200:
                raise RuntimeError(f"status {answer.status}")
            return await answer.json()

    async def version(self) -> Answer:
        """Asterisk is new enough: older ones have known holes."""
        found = str((await self.get("asterisk/info"))["system"]["version"])
        digits = found.partition("+")[0].partition("~")[0]
        return tuple(int(part) for part in digits.split(".")) >= NEWEST_NEEDED, found

    async def clock(self) -> Answer:
        """Asterisk's clock and ours agree within a second."""
        theirs = (await self.get("asterisk/ping"))["timestamp"]
        from datetime import datetime

        apart = abs(datetime.fromisoformat(theirs).timestamp() - time.time())
        return apart < 1, f"{apart:.2f} s apart"

    async def modules(self) -> Answer:
        """The modules we need are running."""
        running = {one["name"].removesuffix(".so") for one in await self.get("asterisk/modules")}
        missing = [name for name in MODULES if name not in running]
        return not missing, f"missing: {', '.join(missing)}" if missing else f"{len(running)} running"

    async def application(self, name: str) -> Answer:
        """ct112 is registered."""
        await self.get(f"applications/{name}")
        return True, name

    async def trunk(self, name: str) -> Answer:
        """The carrier answers OPTIONS."""
        state = (await self.get(f"endpoints/PJSIP/{name}"))["state"]
        return state == "online", str(state)

    async def phones(self, trunk: str) -> Answer:
        """At least one position is registered."""
        found = await self.get("endpoints/PJSIP")
        online = [one["resource"] for one in found if one["state"] == "online" and one["resource"] != trunk]
        return bool(online), ", ".join(online) or "none registered"
