"""Everything one run measured, and on what."""

import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.beside import BesideFigure
from bench.capacity import CapacityFigure
from bench.client import ClientFigure, EventsFigure
from bench.core import CoreFigure
from bench.feed import FeedFigure
from bench.held import HeldFigure
from bench.ivr import IvrFigure
from bench.live import LiveFigure
from bench.place_search import PlacesFigure
from bench.records import RecordFigures
from bench.screens.measure import ScreensFigure
from bench.setting_up import SetUpFigure
from bench.stored import StoredFigure


@dataclass
class Results:
    """The figures of each case; a case that was not played has none."""

    machine: str = ""
    rounds: int = 1
    quick: bool = False
    core: list[CoreFigure] = field(default_factory=list)
    records: list[RecordFigures] = field(default_factory=list)
    client: list[ClientFigure] = field(default_factory=list)
    events: list[EventsFigure] = field(default_factory=list)
    ivr: list[IvrFigure] = field(default_factory=list)
    set_up: list[SetUpFigure] = field(default_factory=list)
    capacity: list[CapacityFigure] = field(default_factory=list)
    held: list[HeldFigure] = field(default_factory=list)
    feed: list[FeedFigure] = field(default_factory=list)
    live: list[LiveFigure] = field(default_factory=list)
    stored: list[StoredFigure] = field(default_factory=list)
    places: list[PlacesFigure] = field(default_factory=list)
    beside: list[BesideFigure] = field(default_factory=list)
    screens: list[ScreensFigure] = field(default_factory=list)
    planning: dict[str, float] = field(default_factory=dict)  # what was simulated → seconds

    def as_json(self) -> dict[str, Any]:
        """Return it all, times of single calls as well."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Results":
        """Return what an earlier run kept."""
        for one in told["capacity"]:  # JSON's keys are text
            one["rung_p50_ms"] = {float(rate): p50 for rate, p50 in one["rung_p50_ms"].items()}
        lists = {name: [kind(**one) for one in told.get(name, ())] for name, kind in KINDS.items()}
        return cls(**(told | lists))

    def missing(self) -> list[str]:
        """Return the cases that were not played, or not in full."""
        return ["a whole run"] if self.quick else [name for name in KINDS if not getattr(self, name)]


KINDS: dict[str, Any] = {
    "core": CoreFigure,
    "records": RecordFigures,
    "client": ClientFigure,
    "events": EventsFigure,
    "ivr": IvrFigure,
    "set_up": SetUpFigure,
    "capacity": CapacityFigure,
    "held": HeldFigure,
    "feed": FeedFigure,
    "live": LiveFigure,
    "stored": StoredFigure,
    "places": PlacesFigure,
    "beside": BesideFigure,
    "screens": ScreensFigure.from_json,
}


def machine(asterisk: str) -> str:
    """Say what it ran on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        "unknown processor",
    )
    gigabytes = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores ({model}), {gigabytes:.0f} GiB, "
        f"Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, {asterisk}"
    )
