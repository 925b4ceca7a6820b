"""How soon a desk is ready: from signing in, and from opening the console with a session."""

from playwright.async_api import Browser

from bench.exchange import PASSWORD, Exchange
from bench.screens.desk import READY, Desk, desk
from bench.screens.follower import Follower
from ct112.control.mirror import Mirror
from lab.raw_phone import raw_phone

POSITION, OPERATOR = "pos-2", "operator-2"


async def without_softphone(exchange: Exchange) -> None:
    """Take the softphone of this position away, while nobody else has its port."""
    async with raw_phone(exchange.sip, port=exchange.uas_port) as softphone:
        await softphone.register(POSITION, PASSWORD, expires=0)


async def opened(
    exchange: Exchange, browser: Browser, follower: Follower, count: int
) -> tuple[list[float], list[float]]:
    """Return, in ms, how soon the desk was ready after Enter, and after opening the console, so many times.

    Each time with a new profile, its cache empty. The page's is the only phone: ready is that the page shows
    *ready*, and its phone registered and known to the floor.
    """
    info = exchange.lab.description()
    after_enter, after_opening = [], []
    for _ in range(count):
        await follower.until(_without_phone, f"{POSITION} has no phone")
        async with desk(browser, info) as page:
            await page.sign_in(OPERATOR)
            await page.page.wait_for_url("**/console")
            after_enter.append(await _ready_at(page) - await _enter_at(page))
            session = await page.page.context.storage_state()
        await follower.until(_without_phone, f"{POSITION} has no phone")
        async with desk(browser, info, storage_state=session) as page:
            await page.open("/console")
            began = float(await page.page.evaluate("performance.timeOrigin"))
            after_opening.append(await _ready_at(page) - began)
    return after_enter, after_opening


async def _ready_at(page: Desk) -> float:
    await page.until(READY)
    frames = (await page.kept()).frames
    return float(
        next(
            frame["at"]
            for frame in frames
            if (frame["shown"]["duty"], frame["shown"]["warned"], frame["shown"]["line"])
            == ("ready", False, "ready")
        )
    )


async def _enter_at(page: Desk) -> float:
    enters = (await page.kept()).enters
    if not enters:
        raise RuntimeError("signing in loaded the page anew: the time of Enter is lost")
    return enters[-1]


def _without_phone(floor: Mirror) -> bool:
    return not floor.parts["positions"][POSITION]["registered_at"]
