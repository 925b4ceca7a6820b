"""The routes of categories."""

from collections.abc import Iterator
from contextlib import contextmanager

from ct112.store import Connection, Stale, categories
from ct112.store.categories import CategoryTaken, CategoryUnknown
from ct112.store.roles import Role
from ct112.web import kinds, versions
from ct112.web.access.principal import STAFF
from ct112.web.categories.model import (
    ByCode,
    CategoryChange,
    CategoryFilter,
    CategoryList,
    CategoryView,
    NewCategory,
)
from ct112.web.problems import Problem
from ct112.web.routes import Reply, Route

ADMINS = frozenset({Role.ADMIN})
BODY = 64 * 1024  # bytes; forty sentences in two languages


async def list_categories(connection: Connection, query: CategoryFilter) -> CategoryList:
    """List the categories with their questions and instructions, the most urgent first."""
    stored = await categories.categories(connection, retired=query.retired)
    found = tuple(CategoryView.model_validate(category) for category in stored)
    return CategoryList(categories=found, total=len(found))


async def read_category(connection: Connection, path: ByCode) -> CategoryView:
    """Read one category, retired or not."""
    with refusals():
        return CategoryView.model_validate(await categories.get(connection, path.code))


async def add_category(connection: Connection, body: NewCategory) -> Reply[CategoryView]:
    """Make a category."""
    with refusals():
        made = await categories.add(connection, **body.model_dump(mode="json"))
    return Reply(CategoryView.model_validate(made), 201, {"Location": f"/api/v1/categories/{made.code}"})


async def change_category(
    connection: Connection, path: ByCode, body: CategoryChange, version: int
) -> CategoryView:
    """Change a category, retire it, or take it back."""
    changes = body.model_dump(mode="json", include=body.model_fields_set)
    with refusals():
        return CategoryView.model_validate(await categories.change(connection, path.code, version, **changes))


@contextmanager
def refusals() -> Iterator[None]:
    """Raise what the store refuses as a problem."""
    try:
        yield
    except CategoryUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such category") from None
    except CategoryTaken as error:
        raise Problem(kinds.CONFLICT, str(error)) from None
    except Stale:
        raise versions.stale() from None


PATH = "/api/v1/categories/{code}"
ROUTES = (
    Route("GET", "/api/v1/categories", list_categories, STAFF),
    Route(
        "POST",
        "/api/v1/categories",
        add_category,
        ADMINS,
        status=201,
        problems=frozenset({kinds.CONFLICT}),
        keyed=True,
        audit="category.add",
        largest_body=BODY,
    ),
    Route("GET", PATH, read_category, STAFF),
    Route("PATCH", PATH, change_category, ADMINS, audit="category.change", largest_body=BODY),
)
