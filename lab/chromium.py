"""Debian's Chromium as tests and benchmarks start it: its microphone beeps, maps are drawn."""

import os
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser, Playwright

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
