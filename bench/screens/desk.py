"""A page in the browser of the benchmark: signed in, and what it kept of its frames."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

SCRIPT = Path(__file__).with_name("watch.js")
WAIT_MS = 30_000.0
DESK_PHONE = 'localStorage.setItem("ct112.phone", "desk");'
WALL = {"width": 1920, "height": 1080}
READY = """() => bench.frames.some(
  ({shown}) => shown.duty === "ready" && !shown.warned && shown.line === "ready")"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a page kept. Times are epoch milliseconds of the machine's clock."""

    frames: list[dict[str, Any]]
    """Each frame that shows something else: `at`, `revision` (the last message before it), `shown`."""
    messages: list[dict[str, Any]]
    """Each message of the live line: `at`, `revision`."""
    invites: list[dict[str, Any]] = field(default_factory=list)
    """Each call that reached the page's own phone: `at`, `user`."""
    long: list[dict[str, float]] = field(default_factory=list)
    """Each task of the page's that took longer than 50 ms: `at`, `ms`."""
    enters: list[float] = field(default_factory=list)


class Desk:
    """One page. Its context is its own: cookies, storage and cache."""

    def __init__(self, info: Mapping[str, Any], page: Page) -> None:
        self._users: Mapping[str, Mapping[str, str]] = info["users"]
        self.url: str = info["web"].replace("127.0.0.1", "localhost")  # a secure context has a microphone
        self.page = page

    async def open(self, path: str) -> None:
        """Open a page of ours."""
        await self.page.goto(self.url + path)

    async def sign_in(self, user: str) -> None:
        """Sign in by the keyboard; returns with Enter."""
        await self.open("/login")
        await self.page.locator("input[name=username]:focus").wait_for()
        await self.page.keyboard.type(self._users[user]["username"])
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.type(self._users[user]["password"])
        await self.page.keyboard.press("Enter")

    async def until(self, holds: str) -> None:
        """Wait until this expression of JavaScript holds."""
        await self.page.wait_for_function(holds, timeout=WAIT_MS, polling=100)

    async def kept(self) -> Kept:
        """Return what the page kept so far."""
        found = await self.page.evaluate("(({revision, ...kept}) => kept)(bench)")
        return Kept(**found)

    async def forget(self) -> None:
        """Let the page keep anew."""
        await self.page.evaluate(
            "for (const each of ['frames', 'messages', 'invites', 'long']) bench[each] = []"
        )


@asynccontextmanager
async def desk(
    browser: Browser, info: Mapping[str, Any], *, script: str = "", **settings: Any
) -> AsyncIterator[Desk]:
    """Open a page in a context of its own while the block runs; `settings` are Playwright's."""
    context: BrowserContext = await browser.new_context(**settings)
    try:
        await context.add_init_script(script + SCRIPT.read_text("utf-8"))
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        yield Desk(info, page)
    finally:
        await context.close()
