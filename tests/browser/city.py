"""A made city for the screens: twelve kelurahan with outlines, and a few names no other test looks for."""

import json
from pathlib import Path

from ct112.places.importing import Files, take_in
from ct112.store import Store
from lab.api import Lab
from tests.places.conftest import area_names, collection

NAMES = """code,kind,name,area,latitude,longitude,aliases
layar1,street,Jalan Teratai Ungu,99.01.02.1001,-6.8951,109.6752,
layar2,landmark,Gudang Garam Lama,99.01.02.1002,-6.8955,109.6855,
"""


async def take_city(lab: Lab, folder: Path) -> None:
    """Take the city in, as `ct112 places import` does; again it changes nothing."""
    areas, names, places = folder / "areas.geojson", folder / "areas.csv", folder / "names.csv"
    areas.write_text(json.dumps(collection()))
    names.write_text(area_names())
    places.write_text(NAMES)
    store = await Store.create(lab.description()["database_url"])
    try:
        async with store.transaction() as connection:
            await take_in(connection, Files(areas=areas, area_names=names, names=places), by="test")
    finally:
        await store.close()
