"""Ports for a lab of one's own, beside whatever else runs on this machine."""

import fcntl
import os
import tempfile
from pathlib import Path
from random import Random
from typing import IO

from lab.places import Ports
from lab.ports import require_free
from lab.steps import StepFailed

FIRST, LAST, STEP = 12000, 31800, 600  # below the ports the system itself hands out; a node needs 600
CLAIMS = Path(tempfile.gettempdir()) / "ct112-ports"

_singles: list[int] = []  # what is left of a base that is taken apart into single ports
_held: dict[int, list[IO[str]]] = {}  # open files: a claim ends with its process, however that ends


def free_base(nodes: int = 1) -> int:
    """Return a port base for a lab with so many nodes, nobody else's until it is given back or we end.

    Raises StepFailed when all are taken.
    """
    bases = list(range(FIRST, LAST - nodes * STEP + 1, STEP))
    Random(os.getpid()).shuffle(bases)
    for base in bases:
        claims = [_claim(base + STEP * index) for index in range(nodes)]
        kept = [claim for claim in claims if claim is not None]
        if len(kept) == nodes and _unused(base):
            _held[base] = kept
            return base
        for claim in kept:
            claim.close()
    raise StepFailed(f"no free ports from {FIRST} to {LAST}", "end another lab: ./run down")


def give_back(base: int | None) -> None:
    """Let others have this base. One that was not got here is left alone."""
    for claim in _held.pop(base, []) if base is not None else []:
        claim.close()


def free_port() -> int:
    """Return a single free TCP port: one base gives hundreds, for programs that are no lab."""
    while True:
        if not _singles:
            base = free_base()
            _singles.extend(range(base, base + STEP))
        port = _singles.pop(0)
        try:
            require_free("port", tcp=(port,))
        except StepFailed:
            continue
        return port


def _claim(base: int) -> IO[str] | None:
    """Lock the base's file, or return None when another process, or this one, has it."""
    try:
        CLAIMS.mkdir(mode=0o777, exist_ok=True)
        file = (CLAIMS / str(base)).open("w")
    except OSError:  # another user's
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _unused(base: int) -> bool:
    ports = Ports(base)
    node = ports.node(0)
    try:
        ours = (ports.web, ports.serve, ports.worker, ports.postgres)
        require_free("lab", tcp=(node.sip, node.http, node.ami, *ours), udp=(node.sip,))
    except StepFailed:
        return False
    return True
