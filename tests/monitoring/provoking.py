"""Everything that can go wrong in a lab goes wrong, one thing after another, while Prometheus looks on."""

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from ct112.tls.authority import issue, new_authority
from lab import processes
from lab.api import Lab
from lab.beside import WEB, WORKER
from lab.drills.escalations import at_console
from lab.insistent import Insistent
from lab.outside import outside
from lab.phones import Phones
from lab.places import REPOSITORY
from lab.prometheus import Prometheus
from lab.world import ASTERISK, CT112, POSTGRES, World, carrier
from tests.monitoring.draw_dashboard import panels
from tests.monitoring.scraped import Moment

SERVE = "ct112-serve"
WITHIN = 75.0  # seconds; a job that failed is tried again after 30 at most
AHEAD_SECONDS = 90
TINY_BYTES = 1024
JOBS = 3
UNREACHED = "pln"  # the agency nobody can be reached at
UP_FOR_A_WHILE = "min_over_time(up[10s]) == 1 and count_over_time(up[10s]) >= 3"
OF_THE_MACHINE = {"ClockNotSynchronised", "BackupOld"}  # a lab makes no backups, and keeps no clock


@dataclass
class Seen:
    """How an alarm came: its state in Prometheus, and what was scraped then."""

    state: str
    moments: list[Moment]


@dataclass
class Provoked:
    """What was seen. `well`: before anything was wrong; `active_when_well`: alarms there were then."""

    well: Moment
    active_when_well: dict[str, str]
    scraped: dict[str, str]
    seen: dict[str, Seen] = field(default_factory=dict)
    pictures: dict[str, int] = field(default_factory=dict)  # query of the dashboard → series it gave


class Provoker:
    """Breaks one thing after another in this world."""

    def __init__(self, world: World, prometheus: Prometheus, scraped: dict[str, str]) -> None:
        self._world = world
        self._prometheus = prometheus
        self._scraped = scraped
        self._found: Provoked | None = None
        self._starts: dict[float, Moment] = {}  # when serve was started by what was scraped

    async def run(self) -> Provoked:
        """Return how each alarm came."""
        world = self._world
        async with outside(world.lab.places.ports.carrier):
            await carrier(world, there=True)
            await world.sit_down("pos-1", "pos-2", "pos-3")
            await self._settle()
            fire = await self._opened()
            await self._people_go()
        await self._carrier_goes()
        await asyncio.gather(self._database_goes(), self._certificate_ends())
        await self._disk_fills()
        await self._disk_takes_nothing()
        await self._folder_goes()
        await self._look_at_pictures()
        await self._agencies_go(fire)
        await self._way_in_goes()
        await self._beside_go()
        await self._exchange_goes()
        await self._telephone_goes()
        await self._clock_is_off()
        await self._starts_again()
        return self.found

    @property
    def found(self) -> Provoked:
        """What was seen so far."""
        assert self._found is not None, "nothing was well"
        return self._found

    async def _settle(self) -> None:
        """Wait until all are scraped, and nothing is active but what the machine is like."""
        end = time.monotonic() + WITHIN
        while len(await asyncio.to_thread(self._prometheus.query, UP_FOR_A_WHILE)) < JOBS:
            assert time.monotonic() < end, "not every process is scraped"
            await asyncio.sleep(0.5)
        active = await self._until(lambda active: not active.keys() - OF_THE_MACHINE, "all is well")
        well = await asyncio.to_thread(Moment.now, self._prometheus)
        self._found = Provoked(well, active, self._scraped)

    async def _people_go(self) -> None:
        """The phones are gone, and a caller waits."""
        for name in ("pos-1", "pos-2", "pos-3"):
            phone = self._world.desks.phone(name)
            assert phone is not None
            await phone.unregister()
        call = await self._world.dial_and_press("1")
        await self._comes(
            *("PhonesGone", "NobodyOnDuty", "OperatorWithoutPhone", "FewPeopleOnDuty"),
            *("CallersWaitAndNobodyIsOnDuty", "CallerWaitsLong"),
            within=90,
        )
        await call.hang_up()
        await self._world.ended(call)

    async def _carrier_goes(self) -> None:
        """Nobody answers OPTIONS behind the trunk any more."""
        await carrier(self._world, there=False)
        await self._comes("TrunkAway")

    async def _database_goes(self) -> None:
        """PostgreSQL ends, and three callers come and go: what is written down waits, more and more."""
        await self._world.stop(POSTGRES)
        growing: list[Moment] = []
        for _ in range(3):
            call = await self._world.dial()
            await call.hang_up()
            growing.append(await self._grown(waiting(growing[-1]) if growing else 0.0))
        self.found.seen["SpoolGrows"] = Seen("by what was scraped", growing)
        await self._comes("DatabaseAway", "DatabaseBehind", "JobWaits")
        await self._world.start(POSTGRES)
        await self._is_over("DatabaseAway", "DatabaseBehind", "JobWaits")

    async def _grown(self, before: float) -> Moment:
        """Wait until more than that was scraped as waiting in the spool; return that moment."""
        end = time.monotonic() + WITHIN
        while waiting(moment := await asyncio.to_thread(Moment.now, self._prometheus)) <= before:
            assert time.monotonic() < end, f"no more than {before:g} waits in the spool"
            await asyncio.sleep(0.5)
        return moment

    async def _disk_fills(self) -> None:
        """What is left on the disk of the state folder is less than the rules want."""
        state = self._world.lab.places.state
        for name, left in (("DiskFills", 0.10), ("DiskFull", 0.03)):
            with ballast(state, left):
                await self._comes(name)
        await self._is_over("DiskFills", "DiskFull")

    async def _disk_takes_nothing(self) -> None:
        """The spool's file may not grow, and somebody calls."""
        process = psutil.Process(self._world.lab.living()[CT112])
        before = process.rlimit(psutil.RLIMIT_FSIZE)
        process.rlimit(psutil.RLIMIT_FSIZE, (TINY_BYTES, before[1]))
        call = await self._world.dial()
        await self._comes("SpoolFails")
        process.rlimit(psutil.RLIMIT_FSIZE, before)
        await call.hang_up()
        await self._is_over("SpoolFails")

    async def _folder_goes(self) -> None:
        """The share with the fallback's files is gone: whoever asks gets an error."""
        folder = self._world.lab.nodes()[0].fallback
        kept = folder.with_name("kept")
        if folder.exists():
            folder.rename(kept)
        folder.symlink_to(folder)
        try:
            await self._comes("DiskDoesNotAnswer", "FallbackFilesUnusable")
        finally:
            folder.unlink()
            if kept.exists():
                kept.rename(folder)
        await self._is_over("DiskDoesNotAnswer", "FallbackFilesUnusable")

    async def _look_at_pictures(self) -> None:
        """Ask what the dashboard asks, now that there have been calls."""
        for panel in panels():
            for query, _ in panel.queries:
                self.found.pictures[query] = len(await asyncio.to_thread(self._prometheus.query, query))

    async def _certificate_ends(self) -> None:
        """Asterisk's certificate is followed by one that ends tomorrow, then by none."""
        await asyncio.to_thread(put_certificate, certificate_of(self._world.lab), 1)
        await self._comes("CertificateEnds", "CertificateEndsNow")
        await asyncio.to_thread(put_certificate, certificate_of(self._world.lab), None)
        await self._comes("CertificateUnusable")
        await asyncio.to_thread(put_certificate, certificate_of(self._world.lab), 300)
        await self._is_over("CertificateEnds", "CertificateEndsNow", "CertificateUnusable")

    async def _opened(self) -> str:
        """Open a fire, and ask nobody; return it."""
        async with at_console(self._world) as console:
            form = {"category": "kebakaran", "place": {"text": "Jalan Melati"}}
            opened = await console.ask("operator-1", "POST", "/incidents", form)
        return str(opened["id"])

    async def _agencies_go(self, fire: str) -> None:
        """Nobody was asked for a fire within its minute; then an agency is that nobody can be reached at."""
        await self._comes("EmergencyNotDispatched")
        async with at_console(self._world) as console:
            before = await _reached_by(console, [])
            path = f"/incidents/{fire}"
            asked = await console.ask("operator-1", "POST", f"{path}/dispatches", {"agencies": [UNREACHED]})
            await self._comes("DispatchNotAcknowledged", "AgencyNotReached")
            await self._is_over("EmergencyNotDispatched")
            radio = {"status": "done", "on_behalf": {"how": "radio"}}
            dispatch = f"/dispatches/{asked['dispatches'][0]['id']}/status"
            await console.ask("operator-1", "POST", dispatch, radio)
            await _reached_by(console, before)
            await console.ask("operator-1", "POST", f"{path}/close", {"reason": "padam"})
        await self._is_over("DispatchNotAcknowledged", "AgencyNotReached")

    async def _way_in_goes(self) -> None:
        """The trunk's lines of the dialplan are gone: the test calls find it out, before any caller."""
        node = self._world.lab.nodes()[0]
        await asyncio.to_thread(node.cli, "dialplan remove context from-trunk")
        await self._comes("TestCallFails", within=75)
        await asyncio.to_thread(node.cli, "dialplan reload")
        await self._is_over("TestCallFails")

    async def _beside_go(self) -> None:
        """web and worker are killed."""
        for part in (WEB, WORKER):
            await self._world.kill(part)
        await self._comes("ScreensAway", "HouseNotKept")
        for part in (WEB, WORKER):
            await self._world.start(part)

    async def _exchange_goes(self) -> None:
        """Asterisk is killed."""
        await self._world.kill(ASTERISK)
        await self._comes("NodeAway")
        await self._world.start(ASTERISK)
        await self._is_over("NodeAway")

    async def _telephone_goes(self) -> None:
        """serve is killed; a caller comes meanwhile, and nobody is at a phone."""
        await self._world.kill(CT112)
        call = await self._world.dial()
        await self._comes("NobodyHandlesCalls", firing=("NobodyHandlesCalls",))
        await self._world.start(CT112)
        await self._comes("CallsInFallback")
        await self._started_anew()
        await call.hang_up()
        await self._is_over("CallsInFallback", "NobodyHandlesCalls")

    async def _clock_is_off(self) -> None:
        """serve is started anew with its clock ahead of its node's."""
        await self._world.stop(CT112)
        await asyncio.to_thread(start_ahead, self._world)
        await self._comes("ClocksDiffer")
        await self._started_anew()
        await self._world.stop(CT112)
        await self._world.start(CT112)
        await self._started_anew()
        await self._is_over("ClocksDiffer")

    async def _starts_again(self) -> None:
        """By now serve was started three times more: each start is a moment of its own."""
        await self._comes("StartsAgainAndAgain")
        state = self.found.seen["StartsAgainAndAgain"].state
        self.found.seen["StartsAgainAndAgain"] = Seen(state, list(self._starts.values()))

    async def _started_anew(self) -> None:
        """Wait until serve's new start was scraped, and keep that moment."""
        known = {self.found.well.started(SERVE), *self._starts}
        end = time.monotonic() + WITHIN
        while True:
            moment = await asyncio.to_thread(Moment.now, self._prometheus)
            start = moment.started(SERVE)
            if start is not None and start not in known:
                self._starts[start] = moment
                return
            assert time.monotonic() < end, "serve's new start was not scraped"
            await asyncio.sleep(0.5)

    # ── looking

    async def _comes(self, *names: str, within: float = WITHIN, firing: tuple[str, ...] = ()) -> None:
        """Demand that Prometheus has these alarms; keep what it scraped when each was there."""
        left = set(names)

        def holds(active: dict[str, str]) -> bool:
            for name in sorted(left):
                if active.get(name) == "firing" or (name in active and name not in firing):
                    moments = [Moment.now(self._prometheus)]
                    self.found.seen[name] = Seen(active[name], moments)
                    left.discard(name)
            return not left

        await self._until(holds, f"{', '.join(names)} to come", within)

    async def _is_over(self, *names: str) -> None:
        await self._until(lambda active: not active.keys() & set(names), f"{', '.join(names)} to be over")

    async def _until(
        self, holds: Callable[[dict[str, str]], object], what: str, within: float = WITHIN
    ) -> dict[str, str]:
        return await asyncio.to_thread(self._prometheus.until, holds, within, what)


async def _reached_by(console: Insistent, ways: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Have one agency reached by these ways; return by which it was."""
    read = await console.ask("admin", "GET", f"/agencies/{UNREACHED}")
    version = {"If-Match": f'"{read["version"]}"'}
    await console.ask("admin", "PATCH", f"/agencies/{UNREACHED}", {"ways": ways}, version)
    return [{"kind": way["kind"]} for way in read["ways"]]


def waiting(moment: Moment) -> float:
    """Return how much was waiting in the spool then."""
    return sum(value for name, value in moment.values.items() if name.startswith("ct112_spool_waiting{"))


def certificate_of(lab: Lab) -> Path:
    """Return where this lab's serve looks for the certificate of its Asterisk."""
    return lab.places.directory / "asterisk.crt"


def put_certificate(file: Path, days: int | None) -> None:
    """Put a certificate there that ends in so many days, or something that is none."""
    now = datetime.now(UTC)
    text = b"no certificate"
    if days is not None:
        text = issue(new_authority("a test", now), ["127.0.0.1"], now, days).chain_pem()
    new = file.with_suffix(".new")
    new.write_bytes(text)
    new.replace(file)


@contextmanager
def ballast(folder: Path, left: float) -> Iterator[None]:
    """Have a file in the folder that leaves this part of the disk free."""
    found = os.statvfs(folder)
    size = found.f_bavail * found.f_frsize - int(left * found.f_blocks * found.f_frsize)
    file = folder / "ballast"
    with file.open("wb") as sink:
        os.posix_fallocate(sink.fileno(), 0, size)
    try:
        yield
    finally:
        file.unlink()


def start_ahead(world: World) -> None:
    """Start serve so that its clock is ahead of the machine's."""
    service = world.lab.service()
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    environment = service.environment() | {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"+{AHEAD_SECONDS}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    command = service.command("serve")
    pid = processes.start(command, log=service.log, environment=environment, cwd=REPOSITORY)
    world.lab._table.add(CT112, pid)
    processes.wait_ready(CT112, world.lab._table, service.ready, WITHIN, service.log)


@contextmanager
def disk_of_its_own(folder: Path, megabytes: int = 96) -> Iterator[None]:
    """Have the folder on a small file system of its own. Raises CalledProcessError where nobody may."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "ct112-test", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@asynccontextmanager
async def people(lab: Lab) -> AsyncIterator[World]:
    """Give a world around this lab."""
    async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
        yield World(lab, desks, citizens)
