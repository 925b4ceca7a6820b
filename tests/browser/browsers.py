"""Debian's Chromium as the tests start it, and the sizes every screen has to look right at."""

import os
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser, Playwright, ViewportSize

CHROMIUM = os.environ.get("CT112_CHROMIUM", "/usr/bin/chromium")
QUIET = (
    "--no-sandbox",  # the tests run as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
MAPS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
NO_MAPS = ("--disable-gpu", "--disable-3d-apis")

DESK: ViewportSize = {"width": 1280, "height": 800}
WALL: ViewportSize = {"width": 1920, "height": 1080}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = {"1280": DESK, "1920": WALL, "390": PHONE}


async def launch(
    playwright: Playwright, *, sound: Path | None = None, maps: bool = True, flags: Sequence[str] = ()
) -> Browser:
    """Start a Chromium whose microphone hears `sound` (a WAV, again and again; without one it beeps).

    `maps` false: without WebGL. `flags`: more of them, for what this test alone needs.
    """
    heard = () if sound is None else (f"--use-file-for-fake-audio-capture={sound}",)
    drawn = MAPS if maps else NO_MAPS
    return await playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*QUIET, *MICROPHONE, *heard, *drawn, *flags]
    )
