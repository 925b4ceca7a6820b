"""The table of handlers: an entry for each event, and each entry takes that very event."""

import inspect
from typing import get_args, get_type_hints

import pytest

from ct112.core.events import Event
from ct112.core.handlers import HANDLERS


def test_every_event_has_a_handler() -> None:
    assert set(HANDLERS) == set(get_args(Event))


@pytest.mark.parametrize("event", HANDLERS, ids=lambda event: event.__name__)
def test_a_handler_takes_its_event(event: type) -> None:
    handler = inspect.unwrap(HANDLERS[event])
    *_, taken = (hint for name, hint in get_type_hints(handler).items() if name != "return")
    assert event in (get_args(taken) or (taken,))
