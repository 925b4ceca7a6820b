"""How soon a key is followed by what it asks for: ct112's menu beside the same menu as plain dialplan."""

import asyncio
import random
import socket
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.exchange import IVR_NUMBER, Exchange, exchange
from bench.sniffer import ANCILLARY_BYTES, SO_TIMESTAMPNS, kernel_time
from ct112.prompts.audio import TARGET_DBFS, write_wav
from lab.audio import tone
from lab.raw_sip import TRUNK_ADDRESS, raw_caller

MENU_HZ, NEXT_HZ = 440, 1000
SECONDS = 3.0  # each prompt: longer than anybody waits here, short enough to be published
TURNS = 28  # a frame of NEXT_HZ changes its sign 40 times, one of MENU_HZ 18 times
FRAME = 160  # samples: 20 ms
A_LAW, DIGITS = 8, 101  # RTP payload types
MENU = """
name: bench
languages: [id]
time_zone: Asia/Jakarta
start: main
waiting: {id: Mohon tunggu.}
nodes:
  main:
    type: menu
    say: {id: {recording: menu, text: Tekan satu.}}
    wait: 2
    choices: {1: next}
    silence: next
    invalid: next
  next:
    type: announce
    say: {id: {recording: next, text: Terima kasih.}}
    next: emergency
  emergency: {type: queue, class: emergency}
"""
DIALPLAN = f"""
[from-trunk](+)
exten => {IVR_NUMBER},1,Goto(bench-ivr,s,1)
[bench-ivr]
exten => s,1,Answer()
 same => n,Background(@FOLDER@/menu)
 same => n,WaitExten(2)
exten => 1,1,Background(@FOLDER@/next)
 same => n,Hangup()
"""
Packets = list[tuple[float, bool]]
"""Packets of sound: the kernel's time of each (epoch seconds), and whether it is NEXT_HZ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrFigure:
    """From a key's last packet to the first packet of what follows, ms, in one round."""

    system: str
    reaction_ms: list[float]
    unheard: int  # calls in which nothing followed within two seconds


class Ear:
    """An RTP socket of a caller: says nothing, presses keys, and knows which tone it hears."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((TRUNK_ADDRESS, 0))
        self.port: int = self._socket.getsockname()[1]
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setblocking(False)
        self._sequence, self._samples = 0, 0
        self.peer: tuple[str, int] | None = None

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def heard(self) -> Packets:
        """Return what came since the last time."""
        found = []
        with suppress(BlockingIOError):
            while True:
                data, extra, _, self.peer = self._socket.recvmsg(2048, ANCILLARY_BYTES)
                if data[1] & 0x7F == A_LAW:
                    found.append((kernel_time(extra), turns(data[12:]) >= TURNS))
        return found

    def be_silent(self) -> None:
        """Send the next frame of silence."""
        self._send(A_LAW, b"\xd5" * FRAME, self._samples)
        self._samples += FRAME

    async def press(self, key: int) -> float:
        """Press a key for 100 ms (RFC 4733); return when its last packet left."""
        for number in range(1, 6):
            self._event(key, number * FRAME, first=number == 1)
            await asyncio.sleep(0.02)
        for _ in range(3):
            self._event(key, 5 * FRAME, ends=True)
        self._samples += 6 * FRAME
        return time.time()

    def _event(self, key: int, duration: int, *, first: bool = False, ends: bool = False) -> None:
        payload = struct.pack("!BBH", key, 0x80 * ends | 10, duration)
        self._send(DIGITS, payload, self._samples, marker=first)

    def _send(self, kind: int, payload: bytes, timestamp: int, *, marker: bool = False) -> None:
        if self.peer is None:
            return
        self._sequence += 1
        head = struct.pack("!BBHII", 0x80, 0x80 * marker | kind, self._sequence & 0xFFFF, timestamp, 112)
        self._socket.sendto(head + payload, self.peer)


def turns(payload: bytes) -> int:
    """Return how often the sign changes in a frame of A-law; its top bit is the sign."""
    signs = np.frombuffer(payload, np.uint8) >> 7
    return int(np.count_nonzero(np.diff(signs)))


async def reaction(sip: str, number: str) -> float | None:
    """Call, press 1 while the menu speaks; return ms until what follows is heard, None when nothing is."""
    async with raw_caller(sip) as caller:
        ear = Ear()
        try:
            call = await caller.invite(dialled=number, rtp_port=ear.port)
            await _listen(ear, until=lambda heard: len(heard) >= 5)
            await _listen(ear, seconds=random.uniform(0.2, 0.4))  # at any place of a frame
            pressed = await ear.press(1)
            heard = await _listen(ear, until=lambda heard: any(one[1] for one in heard))
            await caller.bye(call)
        finally:
            ear.close()
    after = [at for at, is_next in heard if is_next]
    return (after[0] - pressed) * 1000 if after else None


async def _listen(
    ear: Ear, *, seconds: float = 2.0, until: Callable[[Packets], bool] = lambda _: False
) -> Packets:
    """Listen, silent ourselves, until it is enough or time is over; return what came."""
    heard: Packets = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until(heard):
        ear.be_silent()
        await asyncio.sleep(0.02)
        heard += ear.heard()
    return heard


def rounds(calls: int, count: int) -> Iterator[IvrFigure]:
    """Play so many calls to each in turn, call by call, `count` times over."""
    with _menus() as running:
        for _ in range(count):
            found: dict[str, list[float | None]] = {"ct112": [], "dialplan": []}
            for _ in range(calls):
                for system, number in (("ct112", "112"), ("dialplan", IVR_NUMBER)):
                    found[system].append(asyncio.run(reaction(running.sip, number)))
            for system, times in found.items():
                heard = [one for one in times if one is not None]
                yield IvrFigure(system=system, reaction_ms=heard, unheard=len(times) - len(heard))


@contextmanager
def _menus() -> Iterator[Exchange]:
    """Run ct112 with a menu of two tones, and the dialplan with the same files."""
    with tempfile.TemporaryDirectory(prefix="ct112-bench-", dir="/var/tmp") as folder:
        recordings = Path(folder) / "id"
        recordings.mkdir()
        for name, hz in (("menu", MENU_HZ), ("next", NEXT_HZ)):
            (recordings / f"{name}.wav").write_bytes(_sound(hz))
        with exchange(3, {"CT112_RECORDINGS_DIR": folder}, menu=MENU) as running:
            _dialplan(running, recordings)
            yield running


def _dialplan(running: Exchange, recordings: Path) -> None:
    inside = f"{running.node.values().spool_dir}/bench"
    sounds = running.node.folder / "spool" / "bench"
    sounds.mkdir()
    for file in recordings.glob("*.wav"):
        (sounds / file.name).write_bytes(file.read_bytes())
    running.add_dialplan(DIALPLAN.replace("@FOLDER@", inside))


def _sound(hz: int) -> bytes:
    samples = np.frombuffer(tone(hz, SECONDS, level_dbfs=TARGET_DBFS), "<i2")
    return write_wav(samples.astype(np.float64) / 32767)
