"""The phone in a page as a test hears it: its microphone a known tone, its earpiece measured."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Locator, Page, expect

from lab.world import eventually
from tests.browser.desk import Desk

MICROPHONE_RATE = 48_000
ON_SECONDS, OFF_SECONDS = 0.7, 0.3
"""The browser takes a steady tone for noise, and one with pauses for speech."""

LISTENING = """
window.heard = {connections: [], sockets: []};
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); heard.connections.push(this); }
};
window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); if (given[1] === "sip") heard.sockets.push(this); }
};
"""
LOUDEST = """async () => {
  const track = heard.connections.at(-1).getReceivers()[0].track;
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  await new Promise((done) => setTimeout(done, 400));
  const found = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(found);
  const at = found.indexOf(Math.max(...found)), hz = at * context.sampleRate / analyser.fftSize;
  await context.close();
  return {hz, level: found[at]};
}"""
CODECS = """async () => [...(await heard.connections.at(-1).getStats()).values()]
  .filter((one) => one.type === "codec").map((one) => one.mimeType)"""


def speech(path: Path, hz: int) -> Path:
    """Write what a page's microphone hears: a tone with the pauses of speech."""
    at = np.arange(round(MICROPHONE_RATE * (ON_SECONDS + OFF_SECONDS))) / MICROPHONE_RATE
    sound = np.where(at < ON_SECONDS, 12_000 * np.sin(2 * np.pi * hz * at), 0).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MICROPHONE_RATE)
        file.writeframes(sound.tobytes())
    return path


class PagePhone:
    """The phone of a desk's page."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @property
    def page(self) -> Page:
        """The page it is in."""
        return self.desk.page

    async def listen(self) -> None:
        """Keep the page's connections where they can be measured; before a page is opened."""
        await self.page.add_init_script(LISTENING)

    async def is_(self, line: str) -> None:
        """Wait until the phone's line is so."""
        await expect(self.page.get_by_test_id("phone-line")).to_have_attribute("data-line", line)

    def call(self, state: str) -> Locator:
        """Return the call in this state."""
        return self.page.locator(f"[data-testid=phone-call][data-state={state}]")

    async def press(self, name: str) -> None:
        """Press a button of the phone by the keyboard."""
        await self.page.get_by_test_id("phone").get_by_role("button", name=name, exact=True).press("Enter")

    async def answer(self) -> None:
        """Pick up the call that rings."""
        await expect(self.call("ringing")).to_be_visible()
        await self.press("Jawab")
        await expect(self.call("talking")).to_be_visible()

    async def hears(self, hz: int) -> None:
        """Wait until the other side's tone is the loudest thing in the earpiece."""

        async def loudest() -> dict[str, float]:
            found: dict[str, float] = await self.page.evaluate(LOUDEST)
            return found

        def is_it(found: dict[str, float]) -> bool:
            return abs(found["hz"] - hz) < 12 and found["level"] > -60

        await eventually(loudest, is_it, 20, f"the page hears {hz} Hz")

    async def codecs(self) -> list[Any]:
        """Return what the sound of the last call is coded in."""
        found: list[Any] = await self.page.evaluate(CODECS)
        return found

    async def lose_the_line(self) -> None:
        """Close the WebSocket to the node, as a network that goes does."""
        await self.page.evaluate("heard.sockets.at(-1).close()")
