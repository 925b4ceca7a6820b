"""Values are frozen under test, all of them; in production they are as they are, and made faster."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import ct112.core
from ct112.core.asks import AskId
from ct112.core.commands import Answered, PickUp
from ct112.core.ids import CallId, NodeName
from ct112.core.policy import Policy
from ct112.core.record import CallRecord

MUTABLE = {"Board", "Call", "AgencyCall", "Callback", "Purpose", "Lost", "Position", "Outbox", "Seating"}
"""The floor's memory, which it changes; and the outbox, which it fills."""


def classes() -> Iterator[type]:
    """Yield every dataclass of the core."""
    for module in iter_modules(ct112.core.__path__):
        found = import_module(f"ct112.core.{module.name}")
        for kind in vars(found).values():
            if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == found.__name__:
                yield kind


def test_every_dataclass_of_the_core_is_frozen_but_those_that_are_its_memory() -> None:
    changing = {kind.__name__ for kind in classes() if not kind.__dataclass_params__.frozen}  # type: ignore[attr-defined]
    assert changing == MUTABLE


@pytest.mark.parametrize(
    ("thing", "field"),
    [
        (PickUp(CallId("c")), "call"),
        (Answered(AskId("a"), accepted=True), "accepted"),
        (CallRecord(call=CallId("c"), node=NodeName("a"), arrived_at=0.0), "revision"),
        (Policy(), "ring_seconds"),
    ],
)
def test_nobody_changes_a_value(thing: object, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(thing, field, 1)


def test_in_production_a_value_is_not_guarded() -> None:
    """What makes it fast; the same equality and hash as under test."""
    code = (
        "from ct112.core.commands import PickUp\n"
        "one = PickUp('c')\n"
        "assert one == PickUp('c') and hash(one) == hash(PickUp('c'))\n"
        "one.call = 'd'\n"
        "assert one == PickUp('d')\n"
    )
    source = str(Path(ct112.core.__file__).parents[2])
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": source}, timeout=60)
