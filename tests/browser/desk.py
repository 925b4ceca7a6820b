"""A page in a browser, and the person before it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import ConsoleMessage, Page, Response, ViewportSize, expect

from frontend import build as frontend
from tests.browser.browsers import PHONE, SIZES
from tests.browser.people import Person

AXE = frontend.MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REFUSED_SOCKET = "HTTP Authentication failed"  # what Chromium says of a WebSocket's 401
SECONDS = 30  # for anything to appear: a safety net
LANGUAGES = ("id", "en")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOUSE = """
for (const kind of ["mousemove", "mousedown", "wheel", "touchstart", "pointerdown", "pointermove", "click"])
  addEventListener(kind, (event) => { if (kind !== "click" || event.detail > 0) mouseMet(kind); }, true);
"""  # a click by the keyboard has no detail
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
[...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => `${each.tagName} ${each.className} ${(each.textContent ?? "").slice(0, 40)}`)
  .slice(0, 5).concat("it scrolls sideways")"""
DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


class Desk:
    """A page; `errors` are what none may have: errors in the console, messages of the policy, 5xx answers."""

    def __init__(self, info: Mapping[str, Any], page: Page, pictures: Path) -> None:
        self._info = info
        self._pictures = pictures
        self.page = page
        self.url: str = info["web"].replace(
            "127.0.0.1", "localhost"
        )  # a secure context: its cookie is Secure
        self.errors: list[str] = []
        self.expected: set[int] = set()  # statuses this test provokes
        self.no_network = False  # whether it was cut
        page.set_default_timeout(SECONDS * 1000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"thrown: {error}"))
        page.on("response", self._answered)

    async def open(self, path: str) -> None:
        """Open a page of ours."""
        await self.page.goto(self.url + path)

    async def enter(self, path: str, person: Person | str) -> None:
        """Open a page of ours as this person (or this user of the lab), and wait until it is drawn."""
        self.expected.add(401)  # nobody is signed in yet
        await self.open("/login")
        await self.sign_in(person)
        await expect(self.page.locator("main#main")).to_be_visible()
        await self.open(path)
        await expect(self.page.locator("main#main")).to_be_visible()

    async def sign_in(self, person: Person | str) -> None:
        """Sign in as somebody, or as a user of the lab, by the keyboard."""
        if isinstance(person, str):
            user = self._info["users"][person]
            person = Person(user["username"], user["password"])
        await self.page.locator("input[name=username]:focus").wait_for()  # it is where one begins to type
        await self.page.keyboard.type(person.name)
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.type(person.password)
        await self.page.keyboard.press("Enter")

    def password(self, name: str) -> str:
        """Return a user's password."""
        return str(self._info["users"][name]["password"])

    async def tab_to(self, name: str) -> None:
        """Go to the button or link of this name, when it is drawn, as one without a mouse does."""
        await self.page.get_by_text(name, exact=True).first.wait_for()
        for _ in range(40):
            focused = await self.page.evaluate("document.activeElement?.textContent ?? ''")
            if focused.strip() == name:
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {name!r}")

    async def keyboard_only(self) -> None:
        """Let any event of a mouse or a finger fail the test; to be called before a page is opened."""
        await self.page.expose_function("mouseMet", lambda kind: self.errors.append(f"a mouse: {kind}"))
        await self.page.add_init_script(MOUSE)

    async def cut(self) -> None:
        """Take the network away; what the browser says of that is expected from then on."""
        self.no_network = True
        await self.page.context.set_offline(True)

    async def mend(self) -> None:
        """Give the network back."""
        await self.page.context.set_offline(False)

    async def accessible(self) -> None:
        """Demand that axe finds nothing on the page as it is, once it is drawn: each has a heading."""
        await self.page.locator("h1").first.wait_for(state="attached")
        # by the debugger's protocol: the page's own policy lets no such script in
        await self.page.evaluate(AXE.read_text("utf-8"))
        found = await self.page.evaluate(
            "rules => axe.run({runOnly: rules}).then(r => r.violations.map(v => ({id: v.id,"
            " nodes: v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary)})))",
            RULES,
        )
        assert found == [], json.dumps(found, indent=1)

    async def fits(self) -> None:
        """Demand that the page does not scroll sideways; what sticks out is named."""
        sticking_out = await self.page.evaluate(TOO_WIDE)
        assert sticking_out == [], f"{self.page.viewport_size}: {sticking_out}"

    async def picture(self, name: str) -> None:
        """Keep how the page looks."""
        await self.page.screenshot(path=self._pictures / f"{name}.png", full_page=True)

    async def for_guides(self, name: str, scheme: Literal["light", "dark"] = "light") -> None:
        """Keep how the page looks for the guides of both languages, as wide as it is now.

        They are guide-NAME-id.png and guide-NAME-en.png. It is switched as a person does it, by the keyboard;
        language, brightness and focus are as before afterwards.
        """
        focused = await self.page.evaluate_handle("document.activeElement")
        narrow = self.page.viewport_size == PHONE
        await self.page.emulate_media(color_scheme=scheme)
        for _ in LANGUAGES:
            await self._other_language()
            said = await self.page.evaluate("document.documentElement.lang")
            await self.page.evaluate(DRAWN)
            path = self._pictures / f"guide-{name}-{said}.png"
            await self.page.screenshot(path=path, full_page=narrow)  # a phone is scrolled, a desk is not
        await self.page.emulate_media(color_scheme="null")
        await focused.evaluate("before => before.focus()")

    async def _other_language(self) -> None:
        """Press the switch of the page; it has the other language's name."""
        now = await self.page.evaluate("document.documentElement.lang")
        other = LANGUAGES[1 - LANGUAGES.index(now)]
        await self.page.locator(f"button[lang={other}]").press("Enter")
        await expect(self.page.locator("html")).to_have_attribute("lang", other)
        await self.page.evaluate("document.activeElement.blur()")

    async def pictures(self, name: str) -> None:
        """Look at the page in every size, light and dark: it fits, axe finds nothing, a picture is kept.

        They are NAME-1280-light.png and so on; the page is as large and as bright as before afterwards.
        """
        before = self.page.viewport_size
        for size, viewport in SIZES.items():
            await self.resize(viewport)
            await self.fits()
            for scheme in SCHEMES:
                await self.page.emulate_media(color_scheme=scheme)
                await self.accessible()
                await self.picture(f"{name}-{size}-{scheme}")
        await self.page.emulate_media(color_scheme="null")
        if before is not None:
            await self.resize(before)

    async def resize(self, viewport: ViewportSize) -> None:
        """Make the window this large, and wait until the page is drawn in it."""
        await self.page.set_viewport_size(viewport)
        await self.page.evaluate(DRAWN)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if any(f"status of {status}" in message.text for status in self.expected):
            return
        if "status of 404" in message.text and message.location.get("url", "").endswith("/browser-phone"):
            return  # how the API says that a centre has no phones in pages
        if 401 in self.expected and REFUSED_SOCKET in message.text:
            return
        if self.no_network and "ERR_INTERNET_DISCONNECTED" in message.text:
            return
        self.errors.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 and response.status not in self.expected:
            self.errors.append(f"{response.status} {response.url}")
