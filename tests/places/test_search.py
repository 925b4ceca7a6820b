"""What people say and type is found among 10,000 other names: the queries were written before the search."""

from pathlib import Path

import pytest

from ct112.places.importing import Files, take_in
from ct112.store import Store, places
from lab.made_places import crowd
from tests.places.conftest import KELURAHAN, queries

HOSTILE = (
    "%",
    "_",
    "\\",
    "'; DROP TABLE area; --",
    "%_\\" * 50,
    "x" * 10_000,
    "a " * 5_000,
    "\0",
    "\ud800",
    "🚒",
)


@pytest.fixture
async def full(store: Store, city: Path) -> Store:
    """Give a store that knows the city and a crowd of other names."""
    async with store.long_transaction(60) as connection:
        files = Files(areas=city / "areas.geojson", area_names=city / "areas.csv", names=city / "names.csv")
        await take_in(connection, files, by="test")
        await places.take_names(connection, list(crowd(10_000, list(KELURAHAN))), by="test", digest="-")
    return store


async def test_95_of_100_are_among_the_first_three_and_nothing_said_breaks_it(full: Store) -> None:
    missed = []
    said = queries()
    async with full.long_transaction(60) as connection:
        for query, code in said:
            found = await places.search(connection, query, limit=3)
            if code not in [place.code for place in found]:
                missed.append((query, code, [place.name for place in found]))
    assert len(said) >= 200
    assert len(missed) <= len(said) * 0.05, missed
    async with full.transaction() as connection:
        for hostile in HOSTILE:
            found = await places.search(connection, hostile)
            assert all(0 <= place.score <= 1 for place in found)
        inside = await places.search(connection, "melati", area="99.01.02", limit=20)
        assert all((place.area or place.code).startswith("99.01.02") for place in inside)
        assert await places.search(connection, "?!,.") == []
        assert len(await places.search(connection, "ban", limit=10_000)) <= places.MOST
        assert len(await places.areas(connection)) == 16
