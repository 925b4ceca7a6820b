"""Is a port free? Asked before a part starts, so that the answer names the port and the remedy."""

import socket
from functools import partial

import psutil

from lab.places import REMEDY_PORTS
from lab.processes import wait_until
from lab.steps import StepFailed

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 2.0  # a process just killed keeps its ports until the last of its threads is off the disk


def require_free(part: str, *, tcp: tuple[int, ...] = (), udp: tuple[int, ...] = ()) -> None:
    """Raise StepFailed when one of the ports on loopback is taken."""
    for kind, name, ports in ((socket.SOCK_STREAM, "TCP", tcp), (socket.SOCK_DGRAM, "UDP", udp)):
        for port in ports:
            if not wait_until(partial(_free, kind, port), GRACE_SECONDS):
                why = f"{part} needs {name} port {port} on {LOOPBACK}, which {_holder(port)} uses"
                raise StepFailed(why, REMEDY_PORTS)


def _free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("inet"):
            if connection.laddr and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return "another process"
