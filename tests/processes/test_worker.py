"""`ct112 worker` as a process of its own: it waits for PostgreSQL, goes on, and leaves in good order."""

import asyncio
import socket
from pathlib import Path

import pytest

from lab.throwaway import Server
from tests.processes.running import running

pytestmark = pytest.mark.real
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


async def test_it_keeps_house_until_told_to_leave(database_url: str, tmp_path: Path) -> None:
    async with running("worker", database_url, tmp_path) as worker:
        await worker.until(lambda parts: parts.get("database", (False,))[0], 15)
        assert (await worker.get("/readyz"))[0] == 200
        assert (await worker.get("/healthz"))[0] == 200
        _, metrics = await worker.get("/metrics")
        assert 'ct112_job_waits{name="call-backs watched"} 0.0' in metrics
        assert "ct112_nobody_on_duty" not in metrics, "a zero here would be a false alarm"
        code, said = await worker.leave()
    assert code == 0, said
    assert "ct112 worker left" in said


async def test_without_postgresql_it_starts_and_waits(tmp_path: Path) -> None:
    async with running("worker", NOWHERE, tmp_path) as worker:
        await worker.until(lambda parts: "away" in parts.get("database", (False, ""))[1], 15)
        assert (await worker.get("/healthz"))[0] == 200
        assert (await worker.get("/readyz"))[0] == 503
        await worker.until(lambda parts: not parts["call-backs watched"][0], 5)
        code, said = await worker.leave()
    assert code == 0, said
    assert "a task died" not in said, "a database that is away is no fault of a job"


async def test_it_goes_on_when_postgresql_is_back(server: Server, database_url: str, tmp_path: Path) -> None:
    async with running("worker", database_url, tmp_path) as worker:
        await worker.until(lambda parts: parts.get("database", (False,))[0], 15)
        await asyncio.to_thread(server.stop)
        try:
            await worker.until(lambda parts: not parts["database"][0], 15)
        finally:
            await asyncio.to_thread(server.start)
        await worker.until(lambda parts: all(ok for ok, _ in parts.values()), 40)
        code, said = await worker.leave()
    assert code == 0, said


async def test_two_may_work_at_once(database_url: str, tmp_path: Path) -> None:
    async with (
        running("worker", database_url, tmp_path) as first,
        running("worker", database_url, tmp_path) as second,
    ):
        for worker in (first, second):
            await worker.until(lambda parts: bool(parts) and all(ok for ok, _ in parts.values()), 30)
        first.process.kill()
        await asyncio.sleep(1)
        assert (await second.get("/readyz"))[0] == 200
        code, said = await second.leave()
    assert code == 0, said
    assert "a task died" not in said


@pytest.mark.parametrize("name", ["worker", "web"])
async def test_a_port_that_is_taken_is_one_sentence(name: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with running(name, NOWHERE, tmp_path, **{f"CT112_{name.upper()}_PORT": port}) as process:
            said = await process.said()
            code = process.process.returncode
    (sentence,) = [line for line in said.splitlines() if line.startswith("ct112: ")]
    assert code == 2
    assert f"127.0.0.1:{port} is taken" in sentence
    assert f"CT112_{name.upper()}_PORT" in sentence
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("CT112_DATABASE_URL", "", "CT112_DATABASE_URL is not set"),
        ("CT112_DATABASE_URL", "mysql://x", "has to be PostgreSQL"),
        ("CT112_WORKER_PORT", "many", "CT112_WORKER_PORT"),
        ("CT112_WORKER_PORT", "70000", "CT112_WORKER_PORT"),
        ("CT112_WORKER_HOST", "192.0.2.1", "is no address of this machine"),
        ("CT112_WORKER_HOST", "999.1.1.1", "is no name or address this machine knows"),
        ("CT112_SERVE_URL", "not a url", "CT112_SERVE_URL"),
    ],
)
async def test_a_setting_that_makes_no_sense_is_one_sentence(
    setting: str, value: str, named: str, tmp_path: Path
) -> None:
    async with running("worker", NOWHERE, tmp_path, **{setting: value}) as process:
        said = await process.said()
        assert process.process.returncode == 2
    (sentence,) = [line for line in said.splitlines() if line.startswith("ct112: ")]
    assert named in sentence
    assert "Traceback" not in said
