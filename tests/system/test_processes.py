"""Three processes that really run apart: what each is without the others, and that no call notices."""

import asyncio
from typing import Any

import aiohttp

from lab.beside import WEB, WORKER
from lab.service import asked
from lab.world import CT112, World, eventually

LIVE_SECONDS = 10.0  # until web has found serve again


async def api(world: World, path: str) -> tuple[int, Any]:
    """Return status and body of the API."""
    token = {"Authorization": f"Bearer {world.info['api_token']}"}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(15)) as session,
        session.get(f"{world.info['web']}/api/v1/{path}", headers=token) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def operators_state(world: World) -> str:
    """Return how web says that the first position is."""
    status, body = await api(world, "positions")
    states = {row["position"]: row["state"] for row in body["positions"]} if status == 200 else {}
    return str(states.get("pos-1", status))


async def test_web_shows_what_is_live_at_serve(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    await eventually(lambda: operators_state(world), lambda state: state == "ready", 5, "ready")
    call = await world.dial_and_press("1")
    await (await desk.next_call()).wait_for("established")
    await eventually(lambda: operators_state(world), lambda state: state == "on_call", 5, "on a call")
    await call.hang_up()


async def test_without_web_and_worker_calls_are_handled(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    talker = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    serve = world.lab.living()[CT112]
    await world.kill(WEB)
    await world.kill(WORKER)
    await world.talk(talker, desk, at_desk)
    await talker.hang_up()
    assert (await world.ended(talker))["outcome"] == "answered"
    another = await world.dial_and_press("1")
    await (await desk.next_call(after=1, within=20)).wait_for("established")
    await another.hang_up()
    await world.start(WEB)
    await world.start(WORKER)
    assert world.lab.living()[CT112] == serve
    assert asked(f"{world.lab.beside(WORKER).url}/readyz")[0] == 200


async def test_with_serve_away_web_answers_lists_and_finds_it_again(world: World) -> None:
    await world.sit_down("pos-1")
    await world.kill(CT112)
    away = await eventually(
        lambda: api(world, "positions"), lambda found: found[0] == 503, LIVE_SECONDS, "live is away"
    )
    assert (away[1]["title"], "ct112 serve" in away[1]["detail"]) == ("live is away", True)
    assert (await api(world, "calls"))[0] == 200
    assert asked(f"{world.info['web']}/readyz")[0] == 200
    await world.start(CT112)
    await eventually(
        lambda: api(world, "positions"), lambda found: found[0] == 200, LIVE_SECONDS, "live is back"
    )


async def test_lab_json_names_the_three_processes(world: World) -> None:
    await asyncio.to_thread(world.lab.up)
    info = world.info
    assert {CT112, WEB, WORKER, "asterisk-a", "postgres"} <= info["pids"].keys()
    assert len(set(info["pids"].values())) == len(info["pids"])
    assert info["carrier"] == f"{info['trunk_source']}:{world.lab.places.ports.carrier}"
    for door in (info["web"], info["serve"]):
        assert asked(f"{door}/readyz")[0] == 200
    web = info["pids"][WEB]
    await world.kill(WORKER)
    await asyncio.to_thread(world.lab.up)  # starts what is missing, and leaves the rest alone
    assert world.info["pids"][WEB] == web
    assert WORKER in world.info["pids"]
