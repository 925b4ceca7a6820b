"""An installation with 200 calls is backed up during a talk, destroyed, and answers a call elsewhere.

Four of the calls are real; the others lie in the spool as `serve` writes them, and `serve` takes them in.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.api import Lab
from lab.free_ports import free_base
from lab.phones import Phone, Phones
from lab.world import POSTGRES, World, eventually
from tests.backup.installation import Installation, Rows, story

SPOOLED = 196
OVERRIDES = {"CT112_RING_SECONDS": "4", "CT112_WRAP_UP_SECONDS": "1"}


class Site(Installation):
    """A lab, seen as an installation."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab.places.directory, lab.database_url)
        self.lab = lab

    @property
    def astdb(self) -> str:
        """Return where Asterisk's database is, as the commands take it; its folder is there."""
        folder = self.lab.nodes()[0].folder / "varlib"
        folder.mkdir(parents=True, exist_ok=True)
        return f"a={folder / 'astdb.sqlite3'}"

    async def ct112(self, *arguments: str) -> str:
        """Run a command that goes well; return what it said."""
        service = self.lab.service()
        process = await asyncio.create_subprocess_exec(
            *service.command(*arguments),
            env=service.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, said.decode()
        return said.decode()

    @asynccontextmanager
    async def world(self) -> AsyncIterator[World]:
        """Give phones around it."""
        async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
            yield World(self.lab, desks, citizens)


@dataclass(frozen=True)
class Kept:
    """What an installation had when it was backed up: its rows but those of one call, and its files."""

    rows: Rows
    files: dict[str, str]
    open_call: str


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[Site, Site]]:
    """Give two installations that do not run; nothing of them is left afterwards."""
    labs = [Lab(tmp_path / name, free_base(), overrides=OVERRIDES) for name in ("a", "b")]
    try:
        yield Site(labs[0]), Site(labs[1])
    finally:
        for lab in labs:
            lab.remove()


@pytest.mark.timeout(240)
async def test_an_installation_is_destroyed_and_begins_again_elsewhere(
    sites: tuple[Site, Site], tmp_path: Path
) -> None:
    first, second = sites
    async with first.world() as world:
        kept = await backed_up(first, world, tmp_path / "backup")
    await asyncio.to_thread(first.lab.remove)
    await asyncio.to_thread(second.lab.start, POSTGRES)
    await second.ct112("restore", str(tmp_path / "backup"), "--astdb", second.astdb)
    assert without(await second.rows(), kept.open_call) == kept.rows
    assert second.checksums() == kept.files
    assert "none removed, changed or cut off" in await second.ct112("audit", "verify")
    await asyncio.to_thread(second.lab.up)
    async with second.world() as world:
        (desk,) = await world.sit_down("pos-1")
        await answered(world, desk)
        assert await calls(world) == 201
        (row,) = await world.query("SELECT outcome FROM call_record WHERE id = $1", kept.open_call)
        assert row["outcome"] is not None, "what was open has its end"
        await world.nothing_left()


async def backed_up(site: Site, world: World, folder: Path) -> Kept:
    """Have calls, a menu and an operator more, and back it all up while two people talk."""
    site.spool(*(entry for number in range(SPOOLED) for entry in story(number)))
    await asyncio.to_thread(site.lab.up)
    await menu_and_operator(site)
    (desk,) = await world.sit_down("pos-1")
    for _ in range(3):
        await answered(world, desk)
    await eventually(lambda: calls(world), lambda found: found == 199, 20, "the spooled calls are taken in")
    talk = await world.dial_and_press("1")
    at_desk = await (await desk.next_call(after=3)).wait_for("established")
    said = await site.ct112("backup", str(folder), "--with-secrets", "--astdb", site.astdb)
    assert "200 calls" in said
    await world.talk(talk, desk, at_desk)
    open_call = str((await world.row(talk))["id"])
    kept = Kept(without(await site.rows(), open_call), site.checksums(), open_call)
    assert len(kept.rows["call_fact"]) > 5 * SPOOLED
    assert len(kept.files) > 5, "prompts"
    await talk.hang_up()
    await at_desk.wait_for("closed")
    return kept


async def menu_and_operator(site: Site) -> None:
    """Publish the menu, and add an operator."""
    menu = site.folder / "menu.yaml"
    menu.write_text((await site.ct112("ivr", "show")).partition("\n")[2])
    await site.ct112("ivr", "publish", str(menu), "--note", "as it was")
    await site.ct112("operator", "add", "dewi")


async def answered(world: World, desk: Phone) -> None:
    """Demand that a call is answered at this desk."""
    before = len(desk.calls)
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call(after=before)).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    await at_desk.wait_for("closed")
    assert (await world.ended(call))["outcome"] == "answered"


async def calls(world: World) -> int:
    """Return how many calls the database has."""
    (row,) = await world.query("SELECT count(*) AS calls FROM call_record")
    return int(row["calls"])


def without(rows: Rows, call: str) -> Rows:
    """Return all rows but those that name this call."""
    return {name: [row for row in some if call not in row] for name, some in rows.items()}
