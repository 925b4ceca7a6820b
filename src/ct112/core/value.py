"""Frozen dataclasses that are cheap to make: a step of the floor makes about eight.

The type checker knows them to be frozen. At run time nothing guards them: each field of a guarded one is
set past its own guard, which makes a record four times as slowly and takes a step of the floor 1.2 times as
long (measured). Under test they are guarded (`tests/conftest.py`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

__all__ = ["Changeable", "guard_values", "value"]

_guarded = False


def guard_values() -> None:
    """Let every value of a module that is imported from now on refuse to be changed."""
    global _guarded
    _guarded = True


if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, **options: Any) -> Callable[[type], type]:
        """Make a dataclass that nobody changes: by agreement, or guarded."""
        if not frozen:
            raise TypeError("a value is frozen")
        if _guarded:
            return dataclass(frozen=True, **options)
        return dataclass(unsafe_hash=True, **options)


class Changeable:
    """Values with many fields, of which a few change. Not for classes with slots."""

    def changed(self, **changes: Any) -> Self:
        """Return a copy with other values; five times as fast as `dataclasses.replace`."""
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__, **changes)
        return new
