"""An import that was asked for on a screen: how far it is, how it ended, and that there is one at a time."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, update

from ct112.places import job
from ct112.store import Store, place_jobs, places
from ct112.store.place_jobs import JOBS, ImportJob, ImportUnderWay


async def begun(store: Store, kind: str, name: str = "city.csv") -> UUID:
    async with store.transaction() as connection:
        made = await place_jobs.begin(connection, kind=kind, file_name=name, mend=False, by="budi")
    return made.id


async def seen(store: Store, id_: UUID) -> ImportJob:
    async with store.transaction() as connection:
        found = await place_jobs.get(connection, id_)
    assert found is not None
    return found


async def silent(store: Store, id_: UUID) -> None:
    """Let its process have said nothing for long."""
    async with store.transaction() as connection:
        past = func.clock_timestamp() - 2 * place_jobs.SILENT
        await connection.execute(update(JOBS).where(JOBS.c.id == id_).values(beat_at=past))


async def test_a_file_is_taken_in_and_the_job_says_what_became_of_it(store: Store, city: Path) -> None:
    id_ = await begun(store, "areas", "areas.geojson")
    assert (await seen(store, id_)).step == "reading"
    await job.run(store, id_, city / "areas.geojson")
    ended = await seen(store, id_)
    assert (ended.step, ended.added, ended.changed, ended.same, ended.said) == ("done", 12, 0, 0, "")
    assert ended.ended_at is not None
    async with store.transaction() as connection:
        assert len(await places.known_areas(connection)) == 12
    again = await begun(store, "areas", "areas.geojson")
    await job.run(store, again, city / "areas.geojson")
    assert (await seen(store, again)).same == 12


async def test_a_bad_file_is_refused_with_its_line_and_nothing_has_changed(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "ct112-import-x"
    file.write_text("code,kind,name\na,street,Jalan Melati\nb,castle,Kastil\n")
    id_ = await begun(store, "names")
    await job.run(store, id_, file)
    ended = await seen(store, id_)
    assert ended.step == "refused"
    assert ended.said.startswith("line 3:")
    assert str(tmp_path) not in ended.said
    async with store.transaction() as connection:
        assert await places.search(connection, "jalan melati") == []


async def test_one_at_a_time_until_the_other_has_ended_or_died(store: Store) -> None:
    first = await begun(store, "names")
    with pytest.raises(ImportUnderWay):
        await begun(store, "areas")
    await silent(store, first)
    found = await seen(store, first)
    assert (found.step, found.said) == ("broken", place_jobs.BROKEN_OFF)
    await begun(store, "areas")


async def test_what_has_ended_stays_as_it_is(store: Store) -> None:
    id_ = await begun(store, "names")
    async with store.transaction() as connection:
        await place_jobs.end(connection, id_, "done", added=7)
        await place_jobs.beat(connection, id_, done=1, total=2)
        await place_jobs.end(connection, id_, "broken", said="too late")
    found = await seen(store, id_)
    assert (found.step, found.added, found.said, found.total) == ("done", 7, "", 0)
    await job.run(store, id_, Path("nowhere"))  # it is not done again


async def test_how_far_it_is_counts_up_to_all_of_it(store: Store, city: Path) -> None:
    from ct112.places.importing import Files, Progress, take_in

    progress = Progress()
    async with store.transaction() as connection:
        files = Files(areas=city / "areas.geojson", names=city / "names.csv")
        await take_in(connection, files, by="test", progress=progress)
    assert progress.done == progress.total > 12
