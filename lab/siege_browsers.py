"""A stranger holds a thousand idle WebSockets of Asterisk, and ct112 serve is started again.

`besiege(filtered=…)` runs `python -m lab.siege_browsers` in a network namespace of its own and returns its
figures: how many sockets were opened from a stranger's address (127.0.0.9) and from a position's (127.0.0.1),
and how long serve took to be ready, with none of them and with them all, in one run.
"""

import argparse
import asyncio
import json
import resource
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lab import packages
from lab.api import Lab
from lab.asterisk import AsteriskNode
from lab.certificates import HOST, NodeCertificate
from lab.free_ports import free_base
from lab.places import REPOSITORY
from lab.service import NAME as CT112
from lab.siege import STRANGER
from lab.steps import StepFailed

SOCKETS = 1000
AT_ONCE = 50  # handshakes
AT_ONCE_FILTERED = 500  # what the rules drop costs no handshake, but its whole wait
OPEN_SECONDS = 4.0
NEVER = 999.0
FILES = 8192
Figures = dict[str, float]


def besiege(*, filtered: bool, seconds: float = 240) -> Figures:
    """Let it happen and return the figures; `filtered`: with the packet filter's rules."""
    packages.ensure("nft", "nftables")
    packages.ensure("ip", "iproute2")
    words = [namespace(), *(["--filtered"] if filtered else [])]
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "lab.siege_browsers", *words],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def namespace() -> str:
    """Return which network namespace this process is in."""
    return str(Path("/proc/self/ns/net").readlink())


async def held(
    node: AsteriskNode, trust: ssl.SSLContext, source: str, at_once: int
) -> list[asyncio.StreamWriter]:
    """Open a thousand WebSockets at /ws and say nothing more; return those that were opened."""
    gate = asyncio.Semaphore(at_once)
    found = await asyncio.gather(*(_opened(node, trust, source, gate) for _ in range(SOCKETS)))
    return [writer for writer in found if writer is not None]


async def _opened(
    node: AsteriskNode, trust: ssl.SSLContext, source: str, gate: asyncio.Semaphore
) -> asyncio.StreamWriter | None:
    async with gate:
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                reader, writer = await asyncio.open_connection(
                    HOST, node.ports.wss, ssl=trust, local_addr=(source, 0)
                )
                writer.write(UPGRADE)
                line = await reader.readline()
        except (OSError, TimeoutError):
            return None
        return writer if b" 101 " in line else None


UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: sip\r\n\r\n"
)


def started_again(lab: Lab) -> float:
    """Start serve again; return the seconds until it was ready, NEVER when it was not."""
    lab.stop(CT112)
    began = time.monotonic()
    try:
        lab.start(CT112)
    except StepFailed:
        return NEVER
    return round(time.monotonic() - began, 2)


async def attack(lab: Lab, trust: ssl.SSLContext, at_once: int) -> Figures:
    """Measure without sockets, then with those of the stranger and of a position."""
    (node,) = lab.nodes()
    without = min([await asyncio.to_thread(started_again, lab) for _ in range(2)])
    stranger = await held(node, trust, STRANGER, at_once)
    position = await held(node, trust, HOST, at_once)
    besieged = await asyncio.to_thread(started_again, lab)
    if besieged < NEVER:  # of two, as without: what else the machine does is in a single one
        besieged = min(besieged, await asyncio.to_thread(started_again, lab))
    for writer in (*stranger, *position):
        writer.transport.abort()
    return {
        "stranger": len(stranger),
        "position": len(position),
        "seconds_without": without,
        "seconds_with": besieged,
    }


def main(*, filtered: bool) -> None:
    """Run in the namespace: start the lab, load the rules, attack, print."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    with tempfile.TemporaryDirectory(prefix="ct112-siege-") as folder:
        lab = Lab(Path(folder), free_base())
        try:
            (node,) = lab.nodes()
            certificate = NodeCertificate(node)
            for part in ("postgres", "asterisk-a", CT112):
                lab.start(part)
            if filtered:
                subprocess.run(["nft", "-f", str(node.folder / "etc" / "ct112.nft")], check=True)
            trust = ssl.create_default_context(cafile=str(certificate.authority))
            figures = asyncio.run(attack(lab, trust, AT_ONCE_FILTERED if filtered else AT_ONCE))
        finally:
            lab.remove()
    print(json.dumps(figures))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Started by besiege(), in a network namespace of its own.")
    parser.add_argument("namespace", help="the network namespace it was started from: it must be another")
    parser.add_argument("--filtered", action="store_true", help="with the packet filter's rules")
    given = parser.parse_args()
    if given.namespace == namespace():
        parser.error("this is the machine's own network: use besiege()")
    main(filtered=given.filtered)
