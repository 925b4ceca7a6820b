"""What `./run bench screens` takes for a time is one: a call at a console, and a wall that stands still."""

from collections.abc import Mapping
from typing import Any

from playwright.async_api import Browser

from bench.screens.calls import _after
from bench.screens.desk import READY, WALL, desk
from bench.screens.follower import following
from bench.screens.wall import DRAWN, WallFigures, judged
from bench.sniffer import Packet
from lab.api import Lab
from lab.world import World, eventually
from tests.browser.conftest import about
from tests.browser.people import People, Person

STAND_STILL = """() => new Promise((over) => setTimeout(() => {
  const until = Date.now() + 2500;
  while (Date.now() < until);
  over();
}))"""


def with_(person: Person, lab: Lab) -> Mapping[str, Any]:
    """Return how the lab is reached, this person among its users."""
    info = about(lab)
    user = {"username": person.name, "password": person.password}
    return info | {"users": info["users"] | {person.name: user}}


async def test_a_call_is_told_to_the_client_and_to_the_page_and_then_drawn(
    lab: Lab, world: World, people: People, browser: Browser
) -> None:
    person = await people.operator("Ukur")
    info = with_(person, lab)
    try:
        async with following(info) as follower, desk(browser, info) as page:
            await page.sign_in(person.name)
            await page.until(READY)
            assert (await page.kept()).enters
            call = await world.dial_and_press("1")
            await page.until("() => bench.frames.at(-1).shown.rings")
            await call.hang_up()
            await page.until("() => bench.frames.at(-1).shown.call === 'none'")
            kept = await page.kept()
    finally:
        await people.leave(person)
    [invite] = kept.invites
    packet = Packet(invite["at"] / 1000, "INVITE", "", "", invite["user"], 0, 0)
    offered, gone = _after(packet, kept, "offered"), _after(packet, kept, "gone")
    assert offered is not None
    assert gone is not None
    assert offered < gone
    told = follower.states[invite["user"], "offered"]
    [revision] = [one.revision for one in follower.moments if one.at == told]
    [at_page] = [one["at"] for one in kept.messages if one["revision"] == revision]
    drawn = next(one["at"] for one in kept.frames if one["shown"]["call"] == "offered")
    assert at_page <= drawn
    assert abs(at_page - 1000 * told) < 5000, "two clocks"


async def test_a_wall_that_stands_still_is_found_out(lab: Lab, people: People, browser: Browser) -> None:
    person = await people.operator("Ukur")
    states = f"/operators/{person.name}/state"
    try:
        async with following(about(lab)) as follower, desk(browser, about(lab), viewport=WALL) as page:
            await page.sign_in("sensor")
            await page.page.locator("main#main").wait_for()
            await page.open("/wallboard")
            await page.until(DRAWN)
            await page.forget()
            began = len(follower.moments) - 1

            async def move(times: int) -> None:
                for at in range(times):
                    await people.ask(
                        "POST", states, {"ready": at % 2 == 1} | ({} if at % 2 else {"reason": "toilet"})
                    )

            await move(4)
            await page.page.evaluate(STAND_STILL)
            await move(4)

            async def judgement() -> WallFigures:
                return judged(follower.moments[began:], await page.kept())

            figures = await eventually(
                judgement, lambda found: found.last_is_right, 30, "the wall shows the last state"
            )
    finally:
        await people.leave(person)
    assert figures.wrong == 0
    assert figures.dropped + figures.clock_missed >= 1
    assert figures.longest_task_ms >= 2400
    assert figures.longest_gap_ms >= 1000  # whole seconds are looked at
