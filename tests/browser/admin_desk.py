"""An admin who has no mouse: every field and button is reached by Tab, and what is typed is typed."""

from playwright.async_api import expect

from tests.browser.desk import SECONDS, Desk

expect.set_options(timeout=SECONDS * 1000)

MOST_TABS = 120
FOCUSED = (
    "(() => { const e = document.activeElement; return [e?.getAttribute('name') ?? e?.id ?? '',"
    " (e?.tagName === 'INPUT' || e?.tagName === 'SELECT' || e?.tagName === 'TEXTAREA') ? '' :"
    " (e?.textContent ?? '').trim()]; })()"
)


async def open_admin(desk: Desk, path: str, heading: str) -> None:
    """Sign in as admin and open a page of administration."""
    desk.expected |= {401}  # nobody is signed in yet
    await desk.open(f"/admin{path}")
    await desk.sign_in("admin")
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text(heading)


async def go_to(desk: Desk, wanted: str) -> None:
    """Go to the field of this name, or to the button or link of this text, by Tab alone."""
    for _ in range(MOST_TABS):
        if wanted in await desk.page.evaluate(FOCUSED):
            return
        await desk.page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {wanted!r}")


async def press(desk: Desk, wanted: str) -> None:
    """Press a button, or follow a link."""
    await go_to(desk, wanted)
    await desk.page.keyboard.press("Enter")


async def fill(desk: Desk, **values: str) -> None:
    """Type into fields, one after the other; what stood there is replaced."""
    for name, value in values.items():
        await go_to(desk, name)
        await desk.page.keyboard.press("Control+A")
        await desk.page.keyboard.press("Delete")
        await desk.page.keyboard.insert_text(value)


async def choose(desk: Desk, name: str, first_letters: str) -> None:
    """Choose in a list by typing how it begins."""
    await go_to(desk, name)
    await desk.page.keyboard.type(first_letters)


async def heading(desk: Desk, text: str) -> None:
    """Wait for the page of this title."""
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text(text)


async def pick(desk: Desk, name: str, text: str) -> None:
    """Take one of many by typing it."""
    await go_to(desk, name)
    await desk.page.keyboard.type(text)
    await desk.page.get_by_role("option", name=text).wait_for()
    await desk.page.keyboard.press("ArrowDown")
    await desk.page.keyboard.press("Enter")
    await desk.page.keyboard.press("Escape")
