"""An admin who changes settings in the middle of a night, sometimes to nonsense, and what must hold then."""

import random
from typing import Any

from ct112.core.commands import Ring
from ct112.core.policy import Policy
from ct112.serve.known import LiveSettings
from ct112.simulation.centre import Centre
from ct112.simulation.engine import Engine, broken

EVERY_NIGHTS, THIS_ONE = 5, 4  # in one night of five; what is drawn is not drawn from what the nights go by
BETWEEN = (30.0, 600.0)
HEARD_SECONDS = 25.0  # a change is known by then: a database that hangs is noticed after 5 s
RANGES = {
    "ring_seconds": (5.0, 30.0),
    "wrap_up_seconds": (0.0, 40.0),
    "rest_seconds": (1.0, 10.0),
    "pick_up_seconds": (2.0, 4.0),
    "ivr_limit_seconds": (30.0, 120.0),
    "message_after_seconds": (0.0, 10.0),
    "repeat_seconds": (15.0, 60.0),
    "dial_seconds": (15.0, 60.0),
    "lost_node_free_seconds": (2.0, 7.0),
    "lost_node_end_seconds": (30.0, 90.0),
}
"""What may be drawn: the other invariants' times hold with all of it."""
NONSENSE: tuple[dict[str, Any], ...] = (
    {"ring_seconds": 0.0},
    {"ring_seconds": "soon"},
    {"switch_seconds": 1.0},
    {"ring_seconds": 20.0, "of a later version": True},
)


class SettingChanges:
    """Sets what the database has, now and then, and checks what is rung by it."""

    def __init__(self, engine: Engine, centre: Centre, policy: Policy) -> None:
        """`policy`: what every ct112 of the night is started with."""
        self._engine = engine
        self._centre = centre
        self._draw = random.Random(f"settings {engine.seed}")  # noqa: S311 - the same every time
        self._base = policy
        self._version = 0
        self._good = self._ever = frozenset({policy.ring_seconds})
        self._changed_at = 0.0

    def begin(self, until: float) -> None:
        """Change settings from now on, in a night in which it is done at all, until it is over."""
        if self._engine.seed % EVERY_NIGHTS == THIS_ONE:
            self._later(until)

    def _later(self, until: float) -> None:
        gap = self._draw.uniform(*BETWEEN)
        if self._engine.time + gap < until:
            self._engine.after(gap, lambda: self._change(until))

    def _change(self, until: float) -> None:
        self._later(until)
        self._version += 1
        if self._draw.random() < 1 / 4:
            values = self._draw.choice(NONSENSE)
        else:
            names = self._draw.sample(sorted(RANGES), self._draw.randint(0, len(RANGES)))
            values = {name: self._draw.uniform(*RANGES[name]) for name in names}
            self._good = frozenset({values.get("ring_seconds", self._base.ring_seconds)})
            self._ever |= self._good
            self._changed_at = self._engine.time
        self._engine.note("settings", f"version {self._version}: {values}")
        self._centre.seats.settings = LiveSettings(self._version, values)

    def rung(self, command: Ring) -> None:
        """Check how long a phone is to ring. Raises Broken."""
        if command.seconds not in self._ever:
            broken("settings in force", f"a phone rings {command.seconds:g} s, which was never set")
        outage = self._centre.outage
        since = max(self._changed_at, outage.over_at, self._centre.began)
        heard = not outage.how and self._engine.time - since > HEARD_SECONDS
        if heard and command.seconds not in self._good:
            broken("settings in force", f"a phone rings {command.seconds:g} s, as was set before")
