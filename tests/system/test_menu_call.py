"""A draft of the menu is heard at a phone, keys are pressed, and no caller, queue or record knows of it."""

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ct112.prompts.library import Piece, PromptLibrary
from lab.phones import Phone, PhoneCall
from lab.world import CT112, World, eventually
from tests.system.commands import settings
from tests.system.test_call_to_agency import Api
from tests.system.test_calls_to_agencies import ALIKE, alike, heard

GREETING = "Selamat datang di menu percobaan kota."
BEHIND_KEY = "Ini pengumuman di balik tombol empat."
DRAFT = f"""
languages: [id]
time_zone: Asia/Jakarta
start: main
waiting:
  id: Mohon tunggu.
nodes:
  main:
    type: menu
    say:
      id: {GREETING}
    wait: 20
    tries: 2
    choices:
      4: news
    silence: emergency
    invalid: emergency
  news:
    type: announce
    say:
      id: {BEHIND_KEY}
    next: urgent
  urgent:
    type: queue
    class: urgent
  emergency:
    type: queue
    class: emergency
"""
ENDING = "Di sini penelepon menunggu operator: gawat tidak darurat. Percobaan selesai."
TABLES = ("call_record", "call_fact", "callback_task")


@asynccontextmanager
async def api(world: World) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session:
        yield Api(session, world.info)


@pytest.fixture
async def paused(world: World) -> AsyncIterator[tuple[Api, Phone]]:
    """Give a desk whose operator is paused; ready again afterwards."""
    (desk,) = await world.sit_down("pos-1")
    async with api(world) as centre:
        await pause(centre)
        yield centre, desk
        await ready(centre)


async def pause(centre: Api) -> None:
    body = {"ready": False, "reason": "meal"}
    await centre.ask("supervisor", "POST", "/operators/operator-1/state", body)


async def ready(centre: Api) -> None:
    await centre.ask("supervisor", "POST", "/operators/operator-1/state", {"ready": True})


async def try_it(centre: Api, position: str = "pos-1", source: str = DRAFT) -> Any:
    return await centre.ask("supervisor", "POST", "/ivr/call", {"source_yaml": source, "position": position})


def sound_of(text: str, world: World) -> bytes:
    """Return a text as serve has made it: the key of the sound is made of the text."""
    library = PromptLibrary(Path(settings(world)["CT112_STATE_DIR"]) / "prompts")
    path = library.path(library.make(Piece(text=text), "id").prompt.key)
    assert path is not None
    with wave.open(str(path)) as file:
        return bytes(file.readframes(file.getnframes()))


async def hears(world: World, call: PhoneCall, text: str, folder: Path) -> None:
    """Demand that this text is heard."""
    sound = await asyncio.to_thread(sound_of, text, world)

    async def like() -> float:
        return alike(await heard(call, folder), sound)

    await eventually(like, lambda found: found > ALIKE, 30, text)


async def rows(world: World) -> list[int]:
    return [(await world.query(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in TABLES]


async def test_the_draft_is_heard_and_a_key_leads_on_and_nobody_else_knows(
    world: World, paused: tuple[Api, Phone], tmp_path: Path
) -> None:
    centre, desk = paused
    before = await rows(world), await world.metric("ct112_calls_arrived_total")
    await try_it(centre)
    call = await (await desk.next_call()).wait_for("established", 30)
    await hears(world, call, GREETING, tmp_path)
    other = alike(await heard(call, tmp_path), sound_of(BEHIND_KEY, world))
    assert other < ALIKE, "a key was not pressed yet"
    with pytest.raises(AssertionError, match="Somebody tries a menu"):
        await try_it(centre)
    await call.press("4")
    await hears(world, call, BEHIND_KEY, tmp_path)
    await hears(world, call, ENDING, tmp_path)
    await call.wait_for("closed", 20)
    assert (await rows(world), await world.metric("ct112_calls_arrived_total")) == before
    assert await world.metric("ct112_unexpected_events_total") == 0


async def test_a_caller_goes_first(world: World, paused: tuple[Api, Phone]) -> None:
    centre, desk = paused
    await try_it(centre)
    trying = await (await desk.next_call()).wait_for("established", 30)
    caller = await world.dial_and_press("1")
    with pytest.raises(AssertionError, match="try"):
        await try_it(centre)
    await ready(centre)
    at_desk = await (await desk.next_call(1)).wait_for("established")
    await trying.wait_for("closed")
    await world.talk(caller, desk, at_desk)
    with pytest.raises(AssertionError, match="pos-1"):
        await try_it(centre)
    await caller.hang_up()
    row = await world.ended(caller)
    assert (row["outcome"], desk.refused) == ("answered", 0)


async def test_serve_that_leaves_or_is_killed_under_it_leaves_no_leg(
    world: World, paused: tuple[Api, Phone]
) -> None:
    centre, desk = paused
    before = await rows(world)
    await try_it(centre)
    trying = await (await desk.next_call()).wait_for("established", 30)
    await world.stop(CT112)
    await trying.wait_for("closed", 10)
    await world.start(CT112)
    await world.sit_down("pos-1")
    await try_it(centre)
    trying = await (await desk.next_call(1)).wait_for("established", 30)
    await world.kill(CT112)
    await world.start(CT112)
    await trying.wait_for("closed", 30)
    await eventually(world.channels, lambda legs: not legs, 20, "no leg is left")
    assert await rows(world) == before
