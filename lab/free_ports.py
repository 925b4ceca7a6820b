"""Ports for a lab of one's own, beside whatever else runs on this machine."""

import os
from random import Random

from lab.places import Ports
from lab.ports import require_free
from lab.steps import StepFailed

FIRST, LAST, STEP = 20000, 31000, 610  # below the ports the system itself hands out; a lab needs 600


def free_base() -> int:
    """Return a port base whose ports nobody uses now; raises StepFailed when there is none."""
    bases = list(range(FIRST, LAST, STEP))
    Random(os.getpid()).shuffle(bases)  # so that two who look at once do not find the same
    for base in bases:
        try:
            _require(Ports(base))
        except StepFailed:
            continue
        return base
    raise StepFailed(f"no free ports from {FIRST} to {LAST}", "end another lab: ./run down")


def _require(ports: Ports) -> None:
    node = ports.node(0)
    require_free("lab", tcp=(node.sip, node.http, node.ami, ports.web, ports.postgres), udp=(node.sip,))
