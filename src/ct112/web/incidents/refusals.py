"""What the store refuses of incidents, as problems."""

from collections.abc import Iterator
from contextlib import contextmanager

from ct112.incidents.states import IncidentRefused
from ct112.store import Connection, Stale, categories
from ct112.store.categories import CategoryUnknown, StoredCategory
from ct112.store.incidents import DraftedOtherwise, IncidentUnknown
from ct112.web import kinds, versions
from ct112.web.problems import Problem, refused_field


@contextmanager
def refusals() -> Iterator[None]:
    """Raise what the store refuses as a problem."""
    try:
        yield
    except IncidentUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such incident") from None
    except IncidentRefused as error:
        raise Problem(kinds.CONFLICT, str(error)) from None
    except DraftedOtherwise as error:
        raise Problem(kinds.STALE, str(error)) from None
    except Stale:
        raise versions.stale() from None


async def known_category(connection: Connection, code: str) -> StoredCategory:
    """Return a category that incidents may have. Raises Problem."""
    remedy = "use a code from GET /api/v1/categories"
    try:
        category = await categories.get(connection, code)
    except CategoryUnknown:
        raise refused_field("category", "is none of the centre's", remedy) from None
    if category.retired_at is not None:
        raise refused_field("category", "is retired", remedy)
    return category
