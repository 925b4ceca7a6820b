"""What serve watches of its own machine: room on the disks it writes to, and whether the clock is kept."""

import asyncio
import contextlib
import ctypes
import math
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ct112 import metrics

EVERY_SECONDS = 5.0
TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
FAR_SECONDS = 16.0  # what the kernel says when it does not know (NTP_PHASE_LIMIT)


class Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), as far as we read it, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        *((name, ctypes.c_long) for name in ("offset", "frequency", "maxerror", "esterror")),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )
    maxerror: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether the clock follows NTP, and how far off it may be (seconds)."""

    synchronised: float
    error_seconds: float


def kept() -> Kept:
    """Return how well the kernel's clock is kept; NaN where that may not be asked (ProtectClock=)."""
    found = Timex(modes=0)  # 0: nothing is changed
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(found))
    except (OSError, AttributeError):
        state = -1
    if state < 0:
        return Kept(math.nan, math.nan)
    return Kept(float(state != TIME_ERROR), min(found.maxerror / 1e6, FAR_SECONDS))


class Disk:
    """One folder's file system. A disk that does not answer holds a thread of its own and nothing else."""

    def __init__(self, name: str, folder: Path) -> None:
        """`name` stands in the metrics; of a folder that is not there yet, the one it will be in counts."""
        self._name, self._folder = name, folder
        self._asking: threading.Thread | None = None

    def look(self) -> None:
        """Ask how much room there is, unless it was asked before and has not answered; never waits."""
        stuck = self._asking is not None and self._asking.is_alive()
        if stuck:
            metrics.disk_answers.labels(folder=self._name).set(0)
            return
        self._asking = threading.Thread(target=self._ask, name=f"disk {self._name}", daemon=True)
        self._asking.start()

    def _ask(self) -> None:
        answers = metrics.disk_answers.labels(folder=self._name)
        try:
            found = _statvfs(self._folder)
        except OSError:
            answers.set(0)
            return
        metrics.disk_size_bytes.labels(folder=self._name).set(found.f_blocks * found.f_frsize)
        metrics.disk_free_bytes.labels(folder=self._name).set(found.f_bavail * found.f_frsize)
        answers.set(1)


def _statvfs(folder: Path) -> os.statvfs_result:
    """Ask the folder's file system. Raises OSError: nobody may ask, a share that is gone, a broken disk."""
    for place in (folder, *folder.parents):
        with contextlib.suppress(FileNotFoundError):
            return os.statvfs(place)
    raise FileNotFoundError(folder)


class Machine:
    """Sets the gauges; changes nothing."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        """Watch the disks these folders are on, by the name each has in the metrics."""
        self._disks = [Disk(name, folder) for name, folder in folders.items()]

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            for disk in self._disks:
                disk.look()
            clock = kept()
            metrics.clock_synchronised.set(clock.synchronised)
            metrics.clock_error_seconds.set(clock.error_seconds)
            await asyncio.sleep(EVERY_SECONDS)
