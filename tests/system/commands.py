"""`ct112 …` as an admin would run it in the lab."""

import asyncio
import shlex
import sys

from lab.places import REPOSITORY
from lab.world import World


def settings(world: World) -> dict[str, str]:
    """Return what the lab's ct112 was started with."""
    lines = world.lab.places.environment_file.read_text("utf-8").splitlines()
    return {name: shlex.split(value)[0] for name, value in (line.split("=", 1) for line in lines)}


async def ct112(world: World, *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ct112.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
        env={**settings(world), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY / "src")},
    )
    output, errors = await asyncio.wait_for(process.communicate(), 40)
    return process.returncode or 0, output.decode(), errors.decode()
