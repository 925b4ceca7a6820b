"""A process of ct112 that really runs, beside nothing or beside the database alone."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from lab.free_ports import free_port
from lab.places import REPOSITORY

TOKEN = "a token for tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
START_SECONDS = 15.0


@dataclass
class Process:
    """One that was started; `url` is where its door is."""

    process: asyncio.subprocess.Process
    url: str

    async def get(self, path: str, **more: Any) -> tuple[int, Any]:
        """Return status and body; status 0 while it does not answer."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(12)) as session,
                session.request(more.pop("method", "GET"), self.url + path, **more) as answer,
            ):
                body = await answer.text()
                return answer.status, json.loads(body) if "json" in answer.content_type else body
        except aiohttp.ClientConnectionError:
            return 0, None

    async def parts(self) -> dict[str, tuple[bool, str]]:
        """Return how each part is; nothing while it does not answer."""
        status, body = await self.get("/readyz")
        return {part["name"]: (part["ok"], part["detail"]) for part in body["parts"]} if status else {}

    async def until(self, holds: Callable[[dict[str, tuple[bool, str]]], bool], within: float) -> None:
        """Wait until its parts are as wanted."""
        end = asyncio.get_running_loop().time() + within
        while not holds(parts := await self.parts()):
            assert self.process.returncode is None, await self.said()
            assert asyncio.get_running_loop().time() < end, f"not within {within:g} s: {parts}"
            await asyncio.sleep(0.05)

    async def answers(self) -> None:
        """Wait until its door is open."""
        await self.until(bool, START_SECONDS)

    async def leave(self) -> tuple[int, str]:
        """Tell it to leave; return its exit code and what it said."""
        self.process.send_signal(signal.SIGTERM)
        said = await self.said()
        return self.process.returncode or 0, said

    async def said(self) -> str:
        """Wait for its end and return its log."""
        _, errors = await asyncio.wait_for(self.process.communicate(), 12)
        return errors.decode()


@asynccontextmanager
async def running(name: str, database_url: str, folder: Path, **settings: str) -> AsyncIterator[Process]:
    """Run `ct112 NAME` on a free port; afterwards it is gone, whatever happened."""
    port = free_port()
    ours = {
        "CT112_ENV_FILE": "",
        "CT112_DATABASE_URL": database_url,
        "CT112_STATE_DIR": str(folder),
        "CT112_API_TOKEN": TOKEN,
        f"CT112_{name.upper()}_PORT": str(port),
        "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}",
        "PATH": os.environ["PATH"],
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ct112.cli", name),
        env=ours | settings,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Process(process, f"http://127.0.0.1:{settings.get(f'CT112_{name.upper()}_PORT', port)}")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
