"""The lab takes in a city's folder as an administrator would, and says what is wrong with it."""

from pathlib import Path

import pytest

from ct112.store import Store, places
from lab.places import Places, Ports
from lab.processes import ProcessTable
from lab.service import Service
from lab.steps import StepFailed
from tests.places.conftest import city

__all__ = ["city"]


async def test_a_folder_is_taken_in_and_a_damaged_one_is_named(
    store: Store, database_url: str, city: Path, tmp_path: Path
) -> None:
    here = Places(tmp_path / "lab", Ports(22000), tmp_path)
    service = Service(here, ProcessTable(tmp_path / "processes.json"), {"CT112_DATABASE_URL": database_url})
    service.import_places(city)
    async with store.transaction() as connection:
        assert len(await places.areas(connection)) == 16
        (found,) = await places.search(connection, "jl jend soedirman", limit=1)
    assert (found.name, found.area_name) == ("Jalan Jenderal Sudirman", "Karangwaru")
    (city / "areas.geojson").write_text("{")
    with pytest.raises(StepFailed, match=r"areas\.geojson: the file is no JSON"):
        service.import_places(city)
