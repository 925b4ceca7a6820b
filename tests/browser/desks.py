"""The desks of a test: a browser profile of its own for each person."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext

from tests.browser.browsers import DESK
from tests.browser.desk import Desk

Launch = Callable[..., Awaitable[Browser]]


class Desks:
    """Opens desks; `close` demands that none of them said an error."""

    def __init__(self, info: Mapping[str, Any], browser: Browser, pictures: Path) -> None:
        self._info = info
        self._browser = browser
        self._pictures = pictures
        self._contexts: list[BrowserContext] = []
        self._desks: list[Desk] = []

    async def open(self, browser: Browser | None = None, **settings: Any) -> Desk:
        """Open a desk for another person: cookies and storage of its own. `settings`: Playwright's."""
        context = await (browser or self._browser).new_context(**{"viewport": DESK, **settings})
        self._contexts.append(context)
        return await self.beside(context)

    async def beside(self, desk: Desk | BrowserContext) -> Desk:
        """Open a second window of the same person."""
        context = desk.page.context if isinstance(desk, Desk) else desk
        self._desks.append(Desk(self._info, await context.new_page(), self._pictures))
        return self._desks[-1]

    async def close(self) -> None:
        """Close all; the first error any of them said fails the test."""
        for context in self._contexts:
            await context.close()
        errors = [error for desk in self._desks for error in desk.errors]
        assert errors == [], errors
