"""What a fresh lab begins with: a made city that is searched and drawn, and a roster without a gap."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from ct112.store import Store, operators, places, roster
from lab import first_day, made_city
from lab.places import Places, Ports
from lab.processes import ProcessTable
from lab.service import Service

NOW = datetime(2026, 11, 26, 19, 0, tzinfo=first_day.ZONE)


async def test_the_made_city_is_taken_in_whole_and_found(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    here = Places(tmp_path / "lab", Ports(22000), tmp_path)
    service = Service(here, ProcessTable(tmp_path / "processes.json"), {"CT112_DATABASE_URL": database_url})
    made_city.write(tmp_path / "city")
    service.import_places(tmp_path / "city")
    async with store.transaction() as connection:
        assert len(await places.areas(connection)) == 9 + 3 + 1
        (found,) = await places.search(connection, "jl jend soedirman", limit=1)
    assert (found.name, found.area_name) == ("Jalan Jenderal Sudirman", "Tirtasari")


async def test_somebody_is_planned_at_every_moment_of_two_weeks(store: Store) -> None:
    async with store.transaction() as connection:
        for name in first_day.PEOPLE:
            await operators.add(connection, name)
        await first_day.name_and_plan(connection, NOW)
        monday = datetime(2026, 11, 22, 17, 0, tzinfo=UTC) + timedelta(hours=7)  # 07:00 in Jakarta
        planned = await roster.entries(connection, monday, monday + timedelta(days=first_day.DAYS))
        named = {each.full_name for each in await operators.operators(connection)}
    assert named == set(first_day.PEOPLE.values())
    begins = sorted(planned, key=lambda each: each.starts_at)
    assert begins[0].starts_at == monday
    for before, after in pairwise(begins):
        assert before.ends_at == after.starts_at, "a gap, or two at once"
