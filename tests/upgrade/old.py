"""The version of commit 662f288: its tree out of the history, and a lab of it beside today's code."""

import asyncio
import json
import os
import shlex
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.free_ports import free_base, give_back
from lab.places import REPOSITORY, asterisk_root

COMMIT = "662f288"
UP_SECONDS = 60.0


def tree(folder: Path) -> Path | None:
    """Unpack the old version there; None when this repository's history does not reach back to it."""
    command = ["git", "-C", str(REPOSITORY), "archive", COMMIT]
    found = subprocess.run(command, capture_output=True, check=False)
    if found.returncode != 0:
        return None
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=found.stdout, check=True)
    return folder


@dataclass
class OldLab:
    """A lab of the old version that runs."""

    process: Process
    directory: Path
    base: int

    @property
    def info(self) -> dict[str, Any]:
        """Return its lab.json."""
        told: dict[str, Any] = json.loads((self.directory / "lab.json").read_text("utf-8"))
        return told

    def settings(self) -> Mapping[str, str]:
        """Return the settings its ct112 runs with."""
        lines = (self.directory / "ct112.env").read_text("utf-8").splitlines()
        return {name: shlex.split(value)[0] for name, value in (line.split("=", 1) for line in lines)}

    async def do(self, action: str, part: str) -> None:
        """Start, stop or kill a part."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{action} {part}\n".encode())
        await self.said("done")

    async def said(self, word: str) -> None:
        """Wait until it says this."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), UP_SECONDS)
        assert line.decode().strip() == word, line


@asynccontextmanager
async def running(source: Path, directory: Path) -> AsyncIterator[OldLab]:
    """Give a lab of the old version; nothing of it is left afterwards."""
    base = free_base()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(Path(__file__).with_name("old_lab.py")), str(directory), str(base)),
        stdin=PIPE,
        stdout=PIPE,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{source / 'src'}:{source}",
            "CT112_ASTERISK_ROOT": str(asterisk_root()),
        },
        cwd=source,
    )
    lab = OldLab(process, directory, base)
    try:
        await lab.said("up")
        yield lab
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), UP_SECONDS)
        give_back(base)
