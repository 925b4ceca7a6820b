"""The sizes every screen has to look right at, and Chromium as the lab starts it."""

from playwright.async_api import ViewportSize

from lab.chromium import launch

__all__ = ["DESK", "PHONE", "SIZES", "WALL", "launch"]

DESK: ViewportSize = {"width": 1280, "height": 800}
WALL: ViewportSize = {"width": 1920, "height": 1080}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = {"1280": DESK, "1920": WALL, "390": PHONE}
