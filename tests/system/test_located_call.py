"""A location in the INVITE becomes the incident's place, its kelurahan, and what the agency is told."""

import asyncio
import json
from pathlib import Path

import pytest

from lab.drills.escalations import at_console
from lab.raw_sip import raw_caller
from lab.world import World, eventually
from tests.worker.receiver import SECRET, Receiver, receiving

HERE = (-6.8886, 109.6753)
KELURAHAN = "99.99.01.1003"
AREAS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": KELURAHAN, "name": "Tegalsari"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[109.67, -6.9], [109.69, -6.9], [109.69, -6.88], [109.67, -6.88], [109.67, -6.9]]
                ],
            },
        }
    ],
}


@pytest.mark.timeout(120)
async def test_where_the_invite_says_the_caller_is_reaches_the_agency(world: World, tmp_path: Path) -> None:
    (tmp_path / "areas.geojson").write_text(json.dumps(AREAS))
    await asyncio.to_thread(world.lab.service().import_places, tmp_path)
    async with raw_caller(world.exchange) as caller, at_console(world) as console:
        call = await caller.invite("<sip:0811000113@127.0.0.2>", location=HERE)
        row = await world.row(call.call_id, lambda row: row["location"] is not None)
        async with receiving(Receiver()) as damkar:
            read = await console.ask("admin", "GET", "/agencies/damkar")
            ways = [{"kind": "webhook", "url": damkar.url, "secret": SECRET}]
            version = {"If-Match": f'"{read["version"]}"'}
            await console.ask("admin", "PATCH", "/agencies/damkar", {"ways": ways}, version)
            form = {"call_id": str(row["id"]), "category": "kebakaran"}
            opened = await console.ask("operator-1", "POST", "/incidents", form)
            path = f"/incidents/{opened['id']}/dispatches"
            await console.ask("operator-1", "POST", path, {"agencies": ["damkar"]})
            came = await eventually(lambda: asyncio.sleep(0, damkar.came), bool, 30, "Damkar is told")
        await caller.bye(call)
    place = opened["place"]
    assert (place["latitude"], place["longitude"]) == HERE
    assert (place["kelurahan"], place["kelurahan_name"]) == (KELURAHAN, "Tegalsari")
    assert damkar.bad == []
    assert came[0][2]["incident"]["place"] == place
    await world.ended(call.call_id)
