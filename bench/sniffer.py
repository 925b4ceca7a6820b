"""SIP as it goes over loopback, with the kernel's time for each packet. SIPp's own clock ticks in 4 ms."""

import argparse
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

ETH_P_ALL = 0x0003
PACKET_TYPE = 0xFFFFF004  # SKF_AD_OFF + SKF_AD_PKTTYPE
OUTGOING = 4  # loopback shows each packet twice: going out and coming in
SO_TIMESTAMPNS, SO_ATTACH_FILTER = 35, 26
ANCILLARY_BYTES = 64  # room for the kernel's time beside a packet
HEADERS = 14 + 20 + 8
LARGEST = 4096
RECEIVE_BUFFER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Packet:
    """One SIP message. `at`: epoch seconds; `start`: its first line; `user`: who is in From."""

    at: float
    start: str
    call_id: str
    cseq: str
    user: str
    source: int
    target: int

    @property
    def same(self) -> tuple[str, str, str, int, int]:
        """What a retransmission has in common with the first one."""
        return self.call_id, self.start, self.cseq, self.source, self.target


@contextmanager
def sniffing(port: int, path: Path) -> Iterator[None]:
    """Keep every UDP packet from and to this port on loopback; afterwards `path` has them."""
    command = [sys.executable, "-m", "bench.sniffer", str(port), str(path)]
    with Popen(command, stdout=PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it listens
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)


def read(path: Path) -> list[Packet]:
    """Return what was kept, in the order of time."""
    with path.open("rb") as file:
        kept: list[tuple[float, bytes]] = pickle.load(file)
    packets = [_packet(at, frame) for at, frame in kept]
    return sorted((one for one in packets if one is not None), key=lambda one: one.at)


def _packet(at: float, frame: bytes) -> Packet | None:
    source, target = struct.unpack("!HH", frame[34:38])
    lines = frame[HEADERS:].decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
    head = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if "call-id" not in head:
        return None  # a keep-alive
    user = head.get("from", "").partition("sip:")[2].partition("@")[0]
    return Packet(at, lines[0], head["call-id"], head.get("cseq", ""), user, source, target)


def kernel_time(ancillary: list[tuple[int, int, bytes]]) -> float:
    """Return when a packet came (epoch seconds), from what SO_TIMESTAMPNS lets `recvmsg` return."""
    seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
    return float(seconds + nanoseconds / 1e9)


def _filter(port: int) -> bytes:
    """Return a classic BPF program: coming in, IPv4, UDP, from or to `port` (no IP options on loopback)."""
    program = [
        (0x28, 0, 0, PACKET_TYPE),
        (0x15, 9, 0, OUTGOING),  # to the last line: dropped in the kernel, where that costs least
        (0x28, 0, 0, 12),  # ethertype
        (0x15, 0, 7, 0x0800),
        (0x30, 0, 0, 23),  # protocol
        (0x15, 0, 5, 17),
        (0x28, 0, 0, 34),  # source port
        (0x15, 2, 0, port),
        (0x28, 0, 0, 36),  # target port
        (0x15, 0, 1, port),
        (0x06, 0, 0, LARGEST),
        (0x06, 0, 0, 0),
    ]
    return b"".join(struct.pack("HBBI", *one) for one in program)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    code = _filter(port)
    import ctypes

    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("HL", len(code) // 8, ctypes.addressof(buffer))
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    listener.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    listener.setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVBUFFORCE if hasattr(socket, "SO_RCVBUFFORCE") else 33, RECEIVE_BUFFER
    )
    listener.bind(("lo", 0))
    listener.settimeout(0.2)
    return listener


def main() -> None:
    """Listen until SIGTERM, then write what came."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    going = True

    def end(*_: object) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, end)
    listener, kept = _listen(arguments.port), []
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    while going:
        try:
            frame, extra, _, _ = listener.recvmsg(LARGEST, ANCILLARY_BYTES)
        except TimeoutError:
            continue
        kept.append((kernel_time(extra), frame))
    with arguments.path.open("wb") as file:
        pickle.dump(kept, file)


if __name__ == "__main__":
    main()
