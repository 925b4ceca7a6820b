"""What the tests of the menu editor share: the editor's places on the page, and what a caller heard."""

import asyncio
import re
import wave
from collections.abc import Iterable
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from ct112.prompts.library import Piece, PromptLibrary
from lab.api import Lab
from lab.audio import likeness
from lab.phones import PhoneCall, Phones
from lab.world import eventually

THE_SAME = 0.75  # what G.711 leaves of a part is above 0.9; other speech stays below 0.6
PART = 8000  # bytes: half a second; a packet that comes late shifts what follows it, and no more than that
LIVE_SECONDS = 30  # until serve has made the prompts of a new version: a safety net


async def fresh(page: Page) -> None:
    """Wait until what is shown was checked."""
    await page.locator("[data-testid=problems][data-fresh]").wait_for()


async def pick(page: Page, name: str) -> Locator:
    """Pick a node in the outline; return its form."""
    outline = page.get_by_role("navigation", name="Susunan")
    await outline.get_by_role("button", name=re.compile(rf"^{name}\b(?!-)")).first.click()
    form = page.get_by_test_id("form")
    await expect(form.locator("section")).to_have_attribute("aria-label", name)
    return form


async def add(page: Page, kind: str, name: str, where: str) -> None:
    """Put a new node in on a way, named as the list names it."""
    await page.get_by_role("button", name="Tambah simpul").click()
    window = page.get_by_role("dialog")
    await window.get_by_label("Jenis").select_option(label=kind)
    await window.get_by_label("Nama simpul").fill(name)
    options = await window.get_by_label("Disisipkan di").locator("option").all_text_contents()
    await window.get_by_label("Disisipkan di").select_option(
        label=next(one for one in options if one.startswith(where))
    )
    await window.get_by_role("button", name="Sisipkan").click()
    await expect(window).to_be_hidden()


async def publish(page: Page, note: str) -> None:
    """Publish the draft with a note."""
    await fresh(page)
    await page.get_by_role("button", name="Terbitkan…").click()
    window = page.get_by_role("dialog")
    await window.get_by_label("Catatan").fill(note)
    await window.get_by_role("button", name="Terbitkan", exact=True).click()
    await expect(window).to_be_hidden()


async def until_callers_hear(lab: Lab, version: int) -> None:
    """Wait until serve has taken a version for new calls."""
    log = lab.places.log / "ct112.log"

    async def told() -> bool:
        lines = (await asyncio.to_thread(log.read_text, "utf-8")).splitlines()
        found = [line for line in lines if "ivr document is live" in line]
        return bool(found) and f"version={version}" in found[-1].replace('"version": ', "version=")

    await eventually(told, bool, LIVE_SECONDS, f"version {version} is live for callers")


async def call_and_press(lab: Lab, key: str, folder: Path) -> bytes:
    """Call 112 as a citizen, press a key while the menu speaks, stay 9 s in all; return what was heard."""
    async with Phones("127.0.0.2") as citizens:
        call: PhoneCall = await citizens.call(f"sip:112@{lab.description()['sip'][0]}", "0812000112")
        await call.wait_for("established", 30)
        await asyncio.sleep(3.5)  # the greeting is over, the choices are being said
        await call.press(key)
        await asyncio.sleep(5.5)
        await call.record(folder / "heard.pcm")
        await call.hang_up()
        await call.wait_for("closed")
    return await asyncio.to_thread((folder / "heard.pcm").read_bytes)


def heard(lab: Lab, pcm: bytes, texts: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return which of these texts (text, voice) were heard, most of their parts."""
    library = PromptLibrary(lab.places.state / "prompts")
    found = set()
    for text, voice in texts:
        path = library.path(library.make(Piece(text=text), voice).prompt.key)
        assert path is not None
        with wave.open(str(path)) as file:
            sound = file.readframes(file.getnframes())
        parts = [sound[at : at + PART] for at in range(0, len(sound) - PART + 1, PART)]
        like = [likeness(pcm, part) > THE_SAME for part in parts]
        if sum(like) > len(like) / 2:
            found.add((text, voice))
    return found
