"""What serve says of its machine: room on its disks, a disk that does not answer, and the clock."""

import asyncio
import ctypes
import math
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from ct112.serve import machine
from ct112.serve.machine import Disk, Machine, kept


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_room_is_what_statvfs_says(tmp_path: Path) -> None:
    found = os.statvfs(tmp_path)
    Disk("some", tmp_path).look()
    until(lambda: value("ct112_disk_answers", folder="some") == 1)
    assert value("ct112_disk_size_bytes", folder="some") == found.f_blocks * found.f_frsize
    free = value("ct112_disk_free_bytes", folder="some")
    assert free == pytest.approx(found.f_bavail * found.f_frsize, rel=0.05)


def test_of_a_folder_nobody_has_written_to_yet_the_one_it_will_be_in_counts(tmp_path: Path) -> None:
    Disk("new", tmp_path / "spool" / "new").look()
    until(lambda: value("ct112_disk_answers", folder="new") == 1)
    assert value("ct112_disk_size_bytes", folder="new") == value("ct112_disk_size_bytes", folder="some")


def test_a_folder_that_cannot_be_asked_does_not_answer_until_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.symlink_to(folder)
    disk = Disk("broken", folder)
    disk.look()
    until(lambda: value("ct112_disk_answers", folder="broken") == 0)
    folder.unlink()
    folder.mkdir()
    disk.look()
    until(lambda: value("ct112_disk_answers", folder="broken") == 1)


def test_a_disk_that_hangs_holds_one_thread_and_never_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, asked, real = threading.Event(), [], os.statvfs

    def hangs(folder: Any) -> Any:
        asked.append(folder)
        stuck.wait(10)
        return real(folder)

    monkeypatch.setattr(os, "statvfs", hangs)
    disk = Disk("stuck", tmp_path)
    for _ in range(5):
        disk.look()
    assert (len(asked), value("ct112_disk_answers", folder="stuck")) == (1, 0)
    stuck.set()
    until(lambda: value("ct112_disk_answers", folder="stuck") == 1)


def test_the_clock_is_what_the_kernel_says() -> None:
    clock = kept()
    assert clock.synchronised in (0.0, 1.0) or math.isnan(clock.synchronised)
    assert math.isnan(clock.error_seconds) or 0 <= clock.error_seconds <= machine.FAR_SECONDS


@pytest.mark.parametrize(("state", "synchronised"), [(0, 1.0), (5, 0.0)])
def test_only_an_unsynchronised_clock_is_said_to_be_one(
    monkeypatch: pytest.MonkeyPatch, state: int, synchronised: float
) -> None:
    class Libc:
        def adjtimex(self, _timex: Any) -> int:
            return state

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Libc())
    assert kept().synchronised == synchronised


def test_where_the_kernel_may_not_be_asked_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Libc:
        def adjtimex(self, _timex: Any) -> int:
            return -1  # EPERM, as with systemd's ProtectClock=

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Libc())
    assert math.isnan(kept().synchronised)


async def test_it_looks_until_it_is_cancelled(tmp_path: Path) -> None:
    task = asyncio.create_task(Machine({"run": tmp_path}).run())
    await asyncio.sleep(0.1)
    assert value("ct112_disk_answers", folder="run") == 1
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
