"""What breaks under pages that follow the floor: each has to be right again, and no call may notice."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from lab.drills.stage import Stage
from lab.live import Page, Pages, pages
from lab.places import REPOSITORY
from lab.world import CT112, sum_of

PAGES, CROWD, ASLEEP = 50, 400, 100
AWAY_SECONDS = 3.0
RIGHT_SECONDS = 20.0
CROWD_SECONDS = 20.0  # long enough that who never reads is found out by the missing pong


async def serve_killed_under_pages(stage: Stage) -> None:
    """serve dies under fifty pages and comes back: all begin anew, miss nothing and hear nothing twice."""
    async with pages(stage.world.info, PAGES) as opened:
        await opened.until(lambda page: page.mirror, RIGHT_SECONDS)
        boots = {page.mirror.boot for page in opened.pages if page.mirror}
        await stage.world.kill(CT112)
        await opened.until(lambda page: page.mirror is None, RIGHT_SECONDS)
        await asyncio.sleep(AWAY_SECONDS)
        await stage.world.start(CT112)
        seconds = await opened.until(
            lambda page: page.mirror and page.mirror.boot not in boots, RIGHT_SECONDS
        )
        await _right(stage, opened)
    stage.note = f"{PAGES} pages right again {seconds:.1f} s after serve was ready"


async def web_under_a_crowd(stage: Stage) -> None:
    """Five hundred pages, of which a hundred never read: the others hear everything, calls notice nothing."""
    process = stage.world.lab.living()[CT112]
    async with crowd(stage.world.info) as told:
        await asyncio.sleep(CROWD_SECONDS)
        left = await _clients(stage)
    for wrong in ("gaps", "twice", "aways", "ends"):
        if told[wrong]:
            stage.broken.append(f"{told[wrong]} {wrong} at the {CROWD} pages that read")
    if left > CROWD:
        stage.broken.append(f"{left - CROWD:.0f} pages that never read are still there")
    if stage.world.lab.living().get(CT112) != process:
        stage.broken.append("serve did not survive")
    stage.note = f"{CROWD} pages right, {ASLEEP} that never read closed"


async def _clients(stage: Stage) -> float:
    """Return how many live clients web says it has."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.world.info['web']}/metrics") as answer,
    ):
        return sum_of(await answer.text(), "ct112_live_clients", {})


async def _right(stage: Stage, opened: Pages) -> None:
    """Demand that every page shows what a new one is shown, with no gap and nothing twice."""
    async with pages(stage.world.info, 1) as fresh:
        await fresh.until(lambda page: page.mirror, RIGHT_SECONDS)
        newest = fresh.pages[0]

        def same(page: Page) -> bool:
            return bool(page.mirror) and page.shows() == newest.shows()

        try:
            await opened.until(same, RIGHT_SECONDS)
        except TimeoutError:
            stage.broken.append("a page does not show what a new one is shown")
    told = opened.told()
    stage.broken += [f"{told[wrong]} {wrong}" for wrong in ("gaps", "twice") if told[wrong]]


@asynccontextmanager
async def crowd(info: dict[str, Any]) -> AsyncIterator[dict[str, int]]:
    """Have a crowd of pages, in a process of its own; what came of it stands in the result afterwards."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lab.live", info["web"], "--pages", str(CROWD), "--asleep", str(ASLEEP)),
        cwd=REPOSITORY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    told: dict[str, int] = {}
    try:
        process.stdin.write(f"{info['api_token']}\n".encode())
        async with asyncio.timeout(60):
            if await process.stdout.readline() != b"open\n":
                raise RuntimeError("the crowd of pages could not be opened")
        yield told
        process.stdin.write(b"\n")
        async with asyncio.timeout(30):
            told |= json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
