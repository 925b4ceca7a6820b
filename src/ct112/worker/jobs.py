"""A job of the worker: done again and again; it waits while the database is away."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ct112 import logs, metrics
from ct112.store import StoreUnavailable

log = logs.get("jobs")

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
LIMIT_SECONDS = 60.0
GRACE_SECONDS = 5.0  # what has begun may end when the worker leaves


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often.

    `work` may raise StoreUnavailable: then it is tried again, later and later, up to
    `longest_pause_seconds`. Whatever else it raises is an
    alarm, and the job starts again. The worker may run many times over: two workers may do it at once, so
    `work` takes a lock in the database where that would matter, and repeats nothing.
    """

    name: str
    every_seconds: float
    work: Callable[[], Awaitable[None]]
    limit_seconds: float = LIMIT_SECONDS
    longest_pause_seconds: float = LONGEST_PAUSE_SECONDS


class Running:
    """A job on its way. `waits`: why it waits, None while all is well."""

    def __init__(self, job: Job) -> None:
        """Nothing is done yet."""
        self._job = job
        self._pause = FIRST_PAUSE_SECONDS
        self.waits: str | None = None
        metrics.job_waits.labels(name=job.name).set(0)
        metrics.job_every_seconds.labels(name=job.name).set(job.every_seconds)

    @property
    def name(self) -> str:
        """Return the job's name."""
        return self._job.name

    async def run(self) -> None:
        """Work until cancelled; what has begun may then end within some seconds."""
        while True:
            try:
                await self._once()
            except StoreUnavailable as error:
                await self._wait(str(error))
            else:
                self._well()
                await asyncio.sleep(self._job.every_seconds)

    async def _once(self) -> None:
        """Do it once, within its time limit. Raises what the work raises, or TimeoutError."""
        began = time.monotonic()
        work = asyncio.create_task(self._limited(), name=f"job {self.name}")
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait({work}, timeout=GRACE_SECONDS)
            raise
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        metrics.job_seconds.labels(name=self.name).observe(time.monotonic() - began)

    async def _limited(self) -> None:
        async with asyncio.timeout(self._job.limit_seconds):
            await self._job.work()

    async def _wait(self, reason: str) -> None:
        if self.waits is None:
            log.warning("a job waits for the database", job=self.name, reason=reason)
        self.waits = reason
        metrics.job_waits.labels(name=self.name).set(1)
        await asyncio.sleep(self._pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
        self._pause = min(self._pause * 2, self._job.longest_pause_seconds)

    def _well(self) -> None:
        if self.waits is not None:
            log.info("a job goes on", job=self.name)
        self.waits, self._pause = None, FIRST_PAUSE_SECONDS
        metrics.job_waits.labels(name=self.name).set(0)
        metrics.job_done_at.labels(name=self.name).set(time.time())
