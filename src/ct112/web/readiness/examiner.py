"""Has `ct112 doctor` look, one at a time, and keeps what it found last."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from ct112 import logs
from ct112.web import command

log = logs.get("web")
LONGEST_SECONDS = 120.0  # a node that answers nothing has its own limits, far below
TROUBLE = "ct112 doctor did not answer: run it on the server, and see web's log"


@dataclass(slots=True)
class Examiner:
    """`checks` were found at `at`; `trouble`: why the last examination found nothing."""

    at: datetime | None = None
    checks: list[dict[str, Any]] = field(default_factory=list)
    trouble: str | None = None
    _task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Return whether one is under way."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin to look, unless somebody is looking already."""
        if not self.running:
            self._task = asyncio.create_task(self._examine(), name="examination")

    async def _examine(self) -> None:
        try:
            found = orjson.loads(await command.run("doctor", "--json", seconds=LONGEST_SECONDS))
        except (OSError, TimeoutError, ValueError) as error:
            log.warning("ct112 doctor could not be asked", why=type(error).__name__)
            self.trouble = TROUBLE
            return
        self.at, self.checks, self.trouble = datetime.now(UTC), found, None
