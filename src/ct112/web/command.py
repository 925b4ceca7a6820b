"""Runs a `ct112` command in a process of its own: what takes long or may hang holds nobody up here."""

import asyncio
import sys

COMMAND = (sys.executable, "-m", "ct112.cli")


async def run(*arguments: str, seconds: float) -> bytes:
    """Return what a command printed, whatever it ends with. Raises TimeoutError, and ends it then."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(seconds):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return printed
