"""A changed certificate is taken up whenever it changed: while serve runs, is down, or a node is away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ct112.serve.certificate import CertificateWatch
from tests.tls.made import server, written


class Nodes:
    """Counts how often they are told; `away`: one of them does not take it up."""

    def __init__(self) -> None:
        self.told = 0
        self.away = False

    def renewed(self) -> None:
        self.told += 1

    def taken_up(self) -> bool:
        return not self.away


@asynccontextmanager
async def looking(folder: Path, nodes: Nodes) -> AsyncIterator[None]:
    """Let serve look at the certificate."""
    watch = CertificateWatch(folder / "a.pem", nodes.renewed, nodes.taken_up, folder / "taken-up", every=0.01)
    task = asyncio.create_task(watch.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def noted(folder: Path) -> str:
    return (folder / "taken-up").read_text().strip() if (folder / "taken-up").exists() else ""


async def test_of_one_that_is_known_nobody_is_told_again(tmp_path: Path) -> None:
    made, nodes = server(), Nodes()
    written(tmp_path / "a.pem", made)
    async with looking(tmp_path, nodes):
        await until(lambda: noted(tmp_path) == made.fingerprint())
    assert nodes.told == 1, "at the very first start nobody knows what Asterisk has"
    async with looking(tmp_path, nodes):
        await asyncio.sleep(0.2)
    assert nodes.told == 1


async def test_one_that_was_renewed_while_serve_was_down_is_taken_up(tmp_path: Path) -> None:
    nodes = Nodes()
    written(tmp_path / "a.pem", server())
    async with looking(tmp_path, nodes):
        await until(lambda: bool(noted(tmp_path)))
    renewed = server()
    written(tmp_path / "a.pem", renewed)
    async with looking(tmp_path, nodes):
        await until(lambda: noted(tmp_path) == renewed.fingerprint())
    assert nodes.told == 2


async def test_a_node_that_was_away_is_told_after_a_restart_too(tmp_path: Path) -> None:
    nodes = Nodes()
    written(tmp_path / "a.pem", server())
    nodes.away = True
    for start in (1, 2):
        async with looking(tmp_path, nodes):
            await until(lambda start=start: nodes.told == start)  # type: ignore[misc]
        assert not noted(tmp_path)
    nodes.away = False
    async with looking(tmp_path, nodes):
        await until(lambda: bool(noted(tmp_path)))
    async with looking(tmp_path, nodes):
        await asyncio.sleep(0.1)
    assert nodes.told == 3


@pytest.mark.parametrize("spoilt", [b"", b"no certificate", b"\xff\x00" * 500_000, None])
async def test_one_that_will_not_do_is_not_asked_for(tmp_path: Path, spoilt: bytes | None) -> None:
    nodes = Nodes()
    file = written(tmp_path / "a.pem", server())
    async with looking(tmp_path, nodes):
        await until(lambda: bool(noted(tmp_path)))
        if spoilt is None:
            file.unlink()
        else:
            file.write_bytes(spoilt)
        await asyncio.sleep(0.2)
        assert nodes.told == 1
        good = server()
        written(file, good)
        await until(lambda: noted(tmp_path) == good.fingerprint())
    assert nodes.told == 2


@pytest.mark.parametrize("memory", [b"", b"\xff" * 1_000_000, b"\0\n;${x}"])
async def test_a_spoilt_memory_means_that_they_are_told(tmp_path: Path, memory: bytes) -> None:
    made, nodes = server(), Nodes()
    written(tmp_path / "a.pem", made)
    (tmp_path / "taken-up").write_bytes(memory)
    async with looking(tmp_path, nodes):
        await until(lambda: noted_or_spoilt(tmp_path) == made.fingerprint())
    assert nodes.told == 1


def noted_or_spoilt(folder: Path) -> str:
    return (folder / "taken-up").read_bytes()[:200].decode("ascii", "replace").strip()


async def test_a_memory_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    nodes = Nodes()
    file = written(tmp_path / "a.pem", server())
    (tmp_path / "taken-up").mkdir()
    async with looking(tmp_path, nodes):
        await until(lambda: nodes.told == 1)
        written(file, server())
        await until(lambda: nodes.told == 2)
