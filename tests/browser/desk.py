"""A page in a browser, and the person before it."""

import json
from pathlib import Path
from typing import Any

from playwright.async_api import ConsoleMessage, Page, Response

from frontend import build as frontend

AXE = frontend.MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REFUSED_SOCKET = "HTTP Authentication failed"  # what Chromium says of a WebSocket's 401
SECONDS = 30  # for anything to appear: a safety net


class Desk:
    """A page; `errors` are what none may have: errors in the console, messages of the policy, 5xx answers."""

    def __init__(self, info: dict[str, Any], page: Page, pictures: Path) -> None:
        self._info = info
        self._pictures = pictures
        self.page = page
        self.url: str = info["web"].replace(
            "127.0.0.1", "localhost"
        )  # a secure context: its cookie is Secure
        self.errors: list[str] = []
        self.expected: set[int] = set()  # statuses this test provokes
        page.set_default_timeout(SECONDS * 1000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"thrown: {error}"))
        page.on("response", self._answered)

    async def open(self, path: str) -> None:
        """Open a page of ours."""
        await self.page.goto(self.url + path)

    async def sign_in(self, name: str) -> None:
        """Sign in as a user of the lab, by the keyboard."""
        user = self._info["users"][name]
        await self.page.locator("input[name=username]").wait_for()
        await self.page.locator("input[name=username]:focus").wait_for()  # it is where one begins to type
        await self.page.keyboard.type(user["username"])
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.type(user["password"])
        await self.page.keyboard.press("Enter")

    def password(self, name: str) -> str:
        """Return a user's password."""
        return str(self._info["users"][name]["password"])

    async def tab_to(self, name: str) -> None:
        """Go to the button or link of this name as one without a mouse does."""
        for _ in range(40):
            focused = await self.page.evaluate("document.activeElement?.textContent ?? ''")
            if focused.strip() == name:
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {name!r}")

    async def accessible(self) -> None:
        """Demand that axe finds nothing on the page as it is."""
        # by the debugger's protocol: the page's own policy lets no such script in
        await self.page.evaluate(AXE.read_text("utf-8"))
        found = await self.page.evaluate(
            "rules => axe.run({runOnly: rules}).then(r => r.violations.map(v => ({id: v.id,"
            " nodes: v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary)})))",
            RULES,
        )
        assert found == [], json.dumps(found, indent=1)

    async def picture(self, name: str) -> None:
        """Keep how the page looks."""
        await self.page.screenshot(path=self._pictures / f"{name}.png", full_page=True)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if any(f"status of {status}" in message.text for status in self.expected):
            return
        if 401 in self.expected and REFUSED_SOCKET in message.text:
            return
        self.errors.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 and response.status not in self.expected:
            self.errors.append(f"{response.status} {response.url}")
