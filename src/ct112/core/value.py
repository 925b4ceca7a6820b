"""Frozen dataclasses that are cheap to make: a step of the floor makes about eight."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

__all__ = ["Changeable", "value"]

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, **options: Any) -> Callable[[type], type]:
        """Make a dataclass that the type checker knows to be frozen, and that nothing checks at run time.

        A frozen one is made four times as slowly, because each field is set past its own guard.
        """
        if not frozen:
            raise TypeError("a value is frozen")
        return dataclass(unsafe_hash=True, **options)


class Changeable:
    """Values with many fields, of which a few change. Not for classes with slots."""

    def changed(self, **changes: Any) -> Self:
        """Return a copy with other values; five times as fast as `dataclasses.replace`."""
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__, **changes)
        return new
