"""Attacks on an Asterisk with and without the packet filter, in a network namespace of their own.

`siege(attack, filtered=…)` starts `python -m lab.siege ATTACK` in a new namespace, where nothing can leave
this machine, and returns the figures it prints. 127.0.0.1 are the positions, 127.0.0.2 the carrier,
127.0.0.9 a stranger.
"""

import asyncio
import json
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from lab import packages, rtp_tones
from lab.api import Lab
from lab.asterisk import TRUNK, AsteriskNode
from lab.free_ports import free_base
from lab.places import REPOSITORY, NodePorts, Ports
from lab.raw_sip import raw_caller

STRANGER = "127.0.0.9"
Figures = dict[str, float]
CONNECTIONS = 1020
CONNECT_SECONDS = 5.0
FLOOD_SECONDS, FLOOD_RATE = 4.0, 2000  # packets a second
HALF_OPEN_SECONDS, HALF_OPEN_RATE = 40.0, 40  # INVITEs a second, none acknowledged
LISTEN_SECONDS = 3.0
QUIET = b"\xd5" * rtp_tones.FRAME


def siege(attack: str, *, filtered: bool, seconds: float = 240) -> Figures:
    """Let the attack happen and return its figures; `filtered`: with the packet filter's rules."""
    packages.ensure("nft", "nftables")
    packages.ensure("ip", "iproute2")
    command = [
        "unshare",
        "--net",
        sys.executable,
        "-m",
        "lab.siege",
        attack,
        *(["filtered"] if filtered else []),
    ]
    done = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=seconds
    )
    if done.returncode != 0:
        raise RuntimeError(f"{attack}: {done.stderr[-2000:]}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


class WidePorts(Ports):
    """Ports with as much room for sound as a city's node has."""

    def node(self, index: int) -> NodePorts:
        """Return the ports of the node with this index."""
        return replace(super().node(index), rtp=(40000, 40999))


async def connections(node: AsteriskNode) -> Figures:
    """A stranger opens a thousand TCP connections and says nothing; then the carrier has something to say."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        plugs = [stack.enter_context(socket.socket()) for _ in range(CONNECTIONS)]
        for plug in plugs:
            plug.setblocking(False)
            plug.bind((STRANGER, 0))
        tries = []
        for plug in plugs:  # slower than Asterisk's backlog of five fills
            tries.append(asyncio.create_task(loop.sock_connect(plug, ("127.0.0.1", node.ports.sip))))
            await asyncio.sleep(0.005)
        done, waiting = await asyncio.wait(tries, timeout=CONNECT_SECONDS)
        for one in waiting:
            one.cancel()
        opened = sum(one.exception() is None for one in done)
        return {"opened": opened, "carrier_answered": await _answered_over_tcp(node)}


async def _answered_over_tcp(node: AsteriskNode) -> int:
    """Return whether the carrier gets an answer to OPTIONS over TCP within five seconds."""
    lines = [
        f"OPTIONS sip:112@127.0.0.1:{node.ports.sip} SIP/2.0",
        f"Via: SIP/2.0/TCP {TRUNK};branch=z9hG4bKsiege",
        f"From: <sip:carrier@{TRUNK}>;tag=siege",
        "To: <sip:112@127.0.0.1>",
        "Call-ID: siege",
        "CSeq: 1 OPTIONS",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", node.ports.sip, local_addr=(TRUNK, 0))
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return 0
    return int(line.startswith(b"SIP/2.0"))


async def flood(node: AsteriskNode) -> Figures:
    """A stranger sends calls and registrations without end: what does it write to the disk?"""
    log = node.folder / "log"
    before = _size(log)
    sent = 0
    async with raw_caller(f"127.0.0.1:{node.ports.sip}", STRANGER) as stranger:
        stranger.deaf = True
        end = time.monotonic() + FLOOD_SECONDS
        while time.monotonic() < end:
            for _ in range(FLOOD_RATE // 50):
                stranger.ring()
                sent += 1
            await asyncio.sleep(0.02)
    await asyncio.sleep(1)
    return {"packets": sent, "bytes_per_second": (_size(log) - before) / FLOOD_SECONDS}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


async def half_open(node: AsteriskNode) -> Figures:
    """Somebody with the carrier's address calls and never acknowledges; real callers come all the while."""
    exchange = f"127.0.0.1:{node.ports.sip}"
    callers: list[asyncio.Task[tuple[str, float]]] = []
    peak = 0
    async with raw_caller(exchange) as attacker:
        attacker.deaf = True
        attack = asyncio.create_task(_ring_on(attacker.ring))
        while not attack.done():
            callers.append(asyncio.create_task(_real_call(exchange)))
            peak = max(peak, await asyncio.to_thread(_calls, node))
            await asyncio.sleep(2)
        quiet = time.monotonic()
        outcomes = await asyncio.gather(*callers)
        while await asyncio.to_thread(_calls, node) and time.monotonic() < quiet + 90:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    waits = sorted(waited for outcome, waited in outcomes if outcome == "served")
    return {
        "callers": len(outcomes),
        "served": len(waits),
        "full": sum(outcome == "full" for outcome, _ in outcomes),
        "wait_p50": round(median(waits or [0]), 3),
        "wait_max": round(max(waits, default=0), 3),
        "peak": peak,
        "gone_after": round(time.monotonic() - quiet, 1),
    }


def _calls(node: AsteriskNode) -> int:
    found = re.search(r"(\d+) active channel", node.cli("core show channels count").stdout)
    return int(found[1]) if found else 0


async def _ring_on(ring: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(int(HALF_OPEN_SECONDS * HALF_OPEN_RATE)):
        ring()
        await asyncio.sleep(max(0.0, began + number / HALF_OPEN_RATE - loop.time()))


async def _real_call(exchange: str) -> tuple[str, float]:
    """Return what becomes of a real caller (served, full, unheard) and how long they wait for it."""
    async with raw_caller(exchange) as caller:
        began = time.monotonic()
        try:
            call = await caller.insist()
        except TimeoutError:
            return "unheard", 0.0
        if call.answer is None or call.answer.status != 200:
            return "full", 0.0
        waited = time.monotonic() - began
        await caller.bye(call)
        return "served", waited


async def sound(node: AsteriskNode) -> Figures:
    """A caller says nothing; a stranger sends sound to the ports: who hears what is meant for the caller?"""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spy,
    ):
        ear.bind((TRUNK, 0))
        spy.bind((STRANGER, 0))
        for each in (ear, spy):
            each.setblocking(False)
        async with raw_caller(f"127.0.0.1:{node.ports.sip}") as caller:
            call = await caller.invite(rtp_port=ear.getsockname()[1])
            assert call.answer is not None
            number = 0
            heard = {"caller": 0, "stranger": 0}
            end = time.monotonic() + LISTEN_SECONDS
            while time.monotonic() < end:
                spy.sendto(rtp_tones.packet(number, QUIET), call.answer.media)
                number += 1
                heard["caller"] += _packets(ear)
                heard["stranger"] += _packets(spy)
                await asyncio.sleep(0.02)
            await caller.bye(call)
    return {name: float(count) for name, count in heard.items()}


def _packets(ear: socket.socket) -> int:
    count = 0
    while True:
        try:
            ear.recv(2048)
        except BlockingIOError:
            return count
        count += 1


ATTACKS: dict[str, Callable[[AsteriskNode], Coroutine[Any, Any, Figures]]] = {
    "connections": connections,
    "flood": flood,
    "half-open": half_open,
    "sound": sound,
}


def main(attack: str, *, filtered: bool) -> None:
    """Run in the namespace: start Asterisk, load the rules, attack, print."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    with tempfile.TemporaryDirectory(prefix="ct112-siege-") as folder:
        base = free_base()
        lab = Lab(Path(folder), base)
        lab.places = replace(lab.places, ports=WidePorts(base))
        try:
            lab.start("asterisk-a")
            (node,) = lab.nodes()
            if filtered:
                subprocess.run(["nft", "-f", str(node.folder / "etc" / "ct112.nft")], check=True)
            figures: Figures = asyncio.run(ATTACKS[attack](node))
        finally:
            lab.remove()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], filtered="filtered" in sys.argv[2:])
