"""The lab's and the bench's own live clients: they find a gap, and tell how it went."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ct112.store import Store
from ct112.web.access.principal import Role
from lab.live import Page, pages
from lab.places import REPOSITORY
from tests.control.centre import NUMBER, serving, until
from tests.live.live_site import live_site

pytestmark = pytest.mark.real


def message(kind: str, revision: int, **more: Any) -> dict[str, Any]:
    """A message with nothing in it but what is given."""
    whole: dict[str, Any] = {"calls": [], "positions": [], "operators": [], "callbacks": [], "nodes": []}
    return {
        "kind": kind, "revision": revision, "at": "", "boot": "one", "health": {}, "facts": [],
        **(whole if kind == "snapshot" else {}), **more,
    }  # fmt: skip


def test_a_page_counts_gaps_and_what_comes_twice() -> None:
    page = Page()
    fact = {"call": "c", "seq": 1}
    page.take(message("change", 1))  # before any snapshot
    page.take(message("snapshot", 1))
    page.take(message("change", 2, facts=[fact], calls={"c": {"id": "c", "revision": 1, "ani": "08"}}))
    page.take(message("change", 4, facts=[fact]))
    assert (page.gaps, page.twice, page.snapshots) == (2, 1, 1)
    assert page.shows() == {"calls": {"c": 1}, "positions": {}}
    page.take({"kind": "away"})
    assert page.shows() == {}


async def test_pages_begin_anew_by_themselves(tmp_path: Path, store: Store) -> None:
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        await until(lambda: site.live.floor)
        async with pages({"web": site.url, "api_token": str(Role.ADMIN)}, 5, asleep=2) as opened:
            await opened.until(lambda page: page.mirror, 10)
            centre.calls(3)
            await opened.until(lambda page: page.mirror and len(page.mirror.parts["calls"]) == 3, 10)
            await until(lambda: len(site.live._fanouts["whole"]) == 7)
            site.live.close()
            await opened.until(lambda page: page.ends == 1 and page.mirror, 10)
            told = opened.told()
    assert (told["gaps"], told["twice"], told["pages"], told["snapshots"]) == (0, 0, 5, 10)


async def test_the_benchs_pages_say_when_each_number_was_seen(tmp_path: Path, store: Store) -> None:
    async with serving(tmp_path) as centre, live_site(centre.url, store, tmp_path) as site:
        await until(lambda: site.live.floor)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.pages", site.url, "3", str(tmp_path / "seen")),
            cwd=REPOSITORY, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{Role.ADMIN}\n".encode())
            async with asyncio.timeout(30):
                assert await process.stdout.readline() == b"open\n"
                (call,) = centre.calls(1)
                await until(lambda: site.live.floor and call in site.live.floor.parts["calls"])
                await asyncio.sleep(0.3)
                process.stdin.write(b"\n")
                told = json.loads(await process.stdout.readline())
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
    assert told == {"wrong": 0}
    assert [list(seen) for seen in json.loads((tmp_path / "seen").read_text())] == [[NUMBER]] * 3
