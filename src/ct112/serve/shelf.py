"""What the feed's readers know of one kind of thing, each thing encoded once for all of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import orjson

OPTIONS = orjson.OPT_UTC_Z
Changes = dict[str, orjson.Fragment | None]
"""By id; None: it is gone."""


class Shelf:
    """Finds what changed by comparing stamps, so that nothing has to be told about a change."""

    def __init__(self, stamp: Callable[[Any], Any], view: Callable[[Any], Any]) -> None:
        """`stamp`: equal as long as the thing has not changed; `view`: the thing as it is shown."""
        self._stamp = stamp
        self._view = view
        self._stamps: dict[str, Any] = {}
        self._encoded: dict[str, orjson.Fragment] = {}

    def prepare(self, things: Iterable[tuple[str, Any]]) -> None:
        """Encode some things, so that it need not be done all at once later."""
        for name, thing in things:
            self._stamps[name] = self._stamp(thing)
            self._encoded[name] = orjson.Fragment(encoded(self._view(thing)))

    def changes(self, things: Mapping[Any, Any]) -> Changes:
        """Return what is new, changed or gone since the last time."""
        stamps, stamp_of, found = self._stamps, self._stamp, Changes()
        for name, thing in things.items():
            stamp = stamp_of(thing)
            if stamps.get(name) != stamp:
                stamps[name] = stamp
                found[name] = self._encoded[name] = orjson.Fragment(encoded(self._view(thing)))
        if len(stamps) > len(things):
            for name in [name for name in stamps if name not in things]:
                del stamps[name], self._encoded[name]
                found[name] = None
        return found

    def all(self) -> list[orjson.Fragment]:
        """Return everything, as readers know it."""
        return list(self._encoded.values())

    def forget(self) -> None:
        """Begin anew: nobody knows anything any more."""
        self._stamps.clear()
        self._encoded.clear()


def encoded(value: Any) -> bytes:
    """Return the value as JSON. Text from outside that is no UTF-8 is made readable, never an error."""
    try:
        return orjson.dumps(value, default=_plain, option=OPTIONS)
    except TypeError:
        return orjson.dumps(_clean(value), default=_plain, option=OPTIONS)


def _plain(value: Any) -> Any:
    """Return in JSON's own terms what the encoder does not know."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if is_dataclass(value) and not isinstance(value, type):
        return _clean(asdict(value))
    if isinstance(value, Mapping):
        return {_clean(str(key)): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
