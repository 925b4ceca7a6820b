"""What the store refuses of people and positions, as problems."""

from collections.abc import Iterator
from contextlib import contextmanager

from ct112.store import Stale
from ct112.store.names import PeopleError, PeopleTaken, PeopleUnknown
from ct112.store.pins import PinError
from ct112.web import kinds, versions
from ct112.web.problems import FieldProblem, Place, Problem

PROBLEMS = frozenset({kinds.NOT_FOUND, kinds.CONFLICT, kinds.REFUSED})


@contextmanager
def problems() -> Iterator[None]:
    """Turn what the store raises into problems."""
    try:
        yield
    except Stale:
        raise versions.stale() from None
    except PeopleUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error)) from None
    except PeopleTaken as error:
        raise Problem(kinds.CONFLICT, str(error)) from None
    except PeopleError as error:
        raise Problem(kinds.REFUSED, str(error)) from None


def bad_pin(error: PinError) -> Problem:
    """Return the problem of a PIN that is none."""
    wrong = FieldProblem(
        place=Place.BODY, field="pin", message=str(error), remedy="send 4 to 12 digits nobody would guess"
    )
    return Problem(kinds.REFUSED, str(error), fields=[wrong])
