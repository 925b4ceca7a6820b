"""A real Asterisk, PostgreSQL and ct112 with many positions, and the peers' extensions beside 112."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import psutil

from ct112.asterisk.configfiles import NodeValues
from ct112.store import Store
from lab import people
from lab.api import Lab
from lab.asterisk import AsteriskNode
from lab.free_ports import free_base
from lab.places import REPOSITORY, NodePorts, Ports
from lab.raw_phone import RawPhone, raw_phone
from lab.service import NAME as CT112
from lab.world import sum_of

CT112_NUMBER, QUEUE_NUMBER, ASYNCARI_NUMBER, IVR_NUMBER = "112", "9001", "9002", "9003"
QUEUE = "bench"
TRIES = 100
PASSWORD = "bench-0123456789"
UAS_OFFSET, CALLER_OFFSET = 61, 62  # added to the port base: nothing of the lab is there
SETTINGS = {"CT112_WRAP_UP_SECONDS": "0.05", "CT112_LOG_JSON": "true"}  # the log as in production
MENU = """
name: bench
languages: [id]
time_zone: Asia/Jakarta
start: emergency
waiting: {id: Mohon tunggu.}
nodes:
  emergency: {type: queue, class: emergency}
"""
DIALPLAN = f"""
[from-trunk](+)
exten => {QUEUE_NUMBER},1,Queue({QUEUE},r)
exten => {ASYNCARI_NUMBER},1,Stasis(bench-asyncari)
"""
QUEUES = f"""
[{QUEUE}]
strategy = leastrecent
timeout = 15
retry = 1
wrapuptime = 0
ringinuse = no
joinempty = yes
"""


class WidePorts(Ports):
    """Ports with room for the sound of thousands of legs."""

    def node(self, index: int) -> NodePorts:
        """Return the ports of the node with this index."""
        return replace(super().node(index), rtp=(40000, 59999))


@dataclass(frozen=True)
class Exchange:
    """What is measured: all of it runs."""

    lab: Lab
    positions: int

    @property
    def node(self) -> AsteriskNode:
        """Return the one node."""
        return self.lab.nodes()[0]

    @property
    def sip(self) -> str:
        """Return where Asterisk speaks SIP."""
        return f"127.0.0.1:{self.node.ports.sip}"

    @property
    def uas_port(self) -> int:
        """Return where every position's phone is."""
        return int(self.lab.places.ports.base or 0) + UAS_OFFSET

    @property
    def caller_port(self) -> int:
        """Return where the callers are, on the trunk's address."""
        return int(self.lab.places.ports.base or 0) + CALLER_OFFSET

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum over the samples of one of ct112's metrics that have these labels."""
        with urllib.request.urlopen(f"{self.lab.service().door}/metrics", timeout=5) as answer:
            return sum_of(answer.read().decode(), name, labels)

    def add_dialplan(self, text: str) -> None:
        """Give Asterisk more dialplan."""
        with (self.node.folder / "etc" / "extensions.conf").open("a") as config:
            config.write(text)
        self.node.cli("dialplan reload")

    def process(self, part: str) -> psutil.Process:
        """Return a part's process: ct112, asterisk-a or postgres."""
        return psutil.Process(self.lab.living()[part])


@contextmanager
def exchange(
    positions: int,
    overrides: Mapping[str, str] | None = None,
    *,
    menu: str = MENU,
    max_calls: int = NodeValues.max_calls,
    page_phones: bool = False,
) -> Iterator[Exchange]:
    """Start everything with so many positions, all registered at one port; end it afterwards.

    `page_phones`: a page in a browser may be a position's phone too.
    """
    folder = Path(tempfile.mkdtemp(prefix="ct112-bench-", dir="/var/tmp"))
    base = free_base()
    lab = Lab(
        folder,
        base,
        overrides=SETTINGS | dict(overrides or {}),
        max_calls=max_calls,
        page_phones=page_phones,
    )
    lab.places = replace(lab.places, ports=WidePorts(base))
    running = Exchange(lab, positions)
    try:
        lab.start("postgres")
        lab.start("asterisk-a")
        _peers(running)
        lab.service().migrate()
        asyncio.run(_man(lab.database_url, positions))
        _publish(lab, folder / "menu.yaml", menu)
        lab.start(CT112)
        asyncio.run(_phones(running))
        yield running
    finally:
        lab.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _peers(running: Exchange) -> None:
    """Give Asterisk a queue of its own and the extensions of the peers."""
    node = running.node
    members = "".join(f"member => PJSIP/{name}\n" for name in names(running.positions))
    with (node.folder / "etc" / "queues.conf").open("a") as config:
        config.write(QUEUES + members)
    node.cli("queue reload all")
    running.add_dialplan(DIALPLAN)


def names(positions: int) -> list[str]:
    """Return the positions' names."""
    return [f"pos-{number}" for number in range(1, positions + 1)]


async def _man(database_url: str, positions: int) -> None:
    store = await Store.create(database_url)
    try:
        await people.man(store, ((name, f"operator-{name[4:]}", PASSWORD) for name in names(positions)))
    finally:
        await store.close()


def _publish(lab: Lab, file: Path, menu: str) -> None:
    file.write_text(menu, "utf-8")
    command = [sys.executable, "-m", "ct112.cli", "ivr", "publish", str(file)]
    subprocess.run(command, env=lab.service().environment(), cwd=REPOSITORY, check=True, capture_output=True)


async def _phones(running: Exchange) -> None:
    """Register every position from the port at which SIPp will answer; let legs without sound live."""
    async with raw_phone(running.sip, port=running.uas_port) as phone:
        for name in names(running.positions):
            await _registered(phone, name)
        await _until_ready(running)
    await _no_sound_needed(running)


async def _registered(phone: RawPhone, name: str) -> None:
    """The account may still be on its way to Asterisk."""
    for _ in range(TRIES):
        try:
            await phone.register(name, PASSWORD, expires=3600)
        except (RuntimeError, TimeoutError) as error:
            why = error
            await asyncio.sleep(0.2)
        else:
            return
    raise RuntimeError(f"{name} cannot register: {why}")


async def _until_ready(running: Exchange) -> None:
    tries = 300 + running.positions  # Asterisk asks new phones one after another whether they are there
    for _ in range(tries):
        ready = await asyncio.to_thread(running.metric, "ct112_operators", state="Ready")
        if ready == await asyncio.to_thread(running.metric, "ct112_phones_registered") == running.positions:
            return
        await asyncio.sleep(0.1)
    raise RuntimeError("ct112 does not know all positions")


async def _no_sound_needed(running: Exchange) -> None:
    """The load speaks SIP and no RTP: a leg without sound must not be taken for dead here."""
    ari = running.lab.description()["ari"][0]
    auth = aiohttp.encode_basic_auth(ari["user"], ari["password"])
    fields = {"fields": [{"attribute": "rtp_timeout", "value": "0"}]}
    async with aiohttp.ClientSession(headers={"Authorization": auth}) as session:
        for name in names(running.positions):
            url = f"{ari['url']}/asterisk/config/dynamic/res_pjsip/endpoint/{name}"
            async with session.put(url, json=fields) as answer:
                answer.raise_for_status()
