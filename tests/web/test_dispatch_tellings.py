"""What an agency was told and has not acknowledged: on its page and in what it follows live."""

from typing import Any
from uuid import UUID

from ct112.incidents.spoken import Telling
from ct112.store import work
from ct112.store.deliveries import escalate
from tests.web.site import BEARER, Site
from tests.web.test_dispatches import desk, report, sent
from tests.web.test_people import ask

__all__ = ["desk"]


async def told(site: Site, id_: str, desk: dict[str, str]) -> tuple[str | None, list[str]]:
    """Return what of a dispatch is unacknowledged and new, as the page of the agency has it."""
    _, whole, _ = await ask(site, "GET", f"/dispatches/{id_}", as_=desk)
    return whole["unacknowledged"], whole["changed"]


async def changed(site: Site, incident: dict[str, Any], **fields: Any) -> None:
    """Change an incident as it is now."""
    _, now, _ = await ask(site, "GET", f"/incidents/{incident['id']}")
    tag = {"If-Match": f'"{now["version"]}"'}
    status, told, _ = await ask(site, "PATCH", f"/incidents/{incident['id']}", fields, BEARER | tag)
    assert status == 200, told


async def followed(site: Site, id_: str) -> dict[str, Any]:
    """Return the same dispatch as screens follow it."""
    async with site.store.transaction() as connection:
        found = await work.read(connection)
    return dict(next((row for row in found.dispatches if str(row["id"]) == id_), {}))


async def test_what_is_not_acknowledged_is_said_until_it_is(site: Site, desk: dict[str, str]) -> None:
    incident, dispatches = await sent(site, "damkar")
    mine = dispatches["damkar"]
    assert await told(site, mine, desk) == ("new", [])
    assert (await followed(site, mine))["unacknowledged"] == "new"
    await report(site, mine, "acknowledged", as_=desk)
    assert await told(site, mine, desk) == (None, [])
    await changed(site, incident, people_in_danger=3, description="two shops")
    assert await told(site, mine, desk) == ("change", ["description", "people_in_danger"])
    assert (await followed(site, mine))["unacknowledged"] == "change"
    await report(site, mine, "acknowledged", as_=desk)
    assert await told(site, mine, desk) == (None, [])
    await changed(site, incident, description="three shops")
    assert await told(site, mine, desk) == ("change", ["description"]), "what was read before is not new"


async def test_a_stand_down_of_a_closed_incident_stays_until_it_is_acknowledged(
    site: Site, desk: dict[str, str]
) -> None:
    incident, dispatches = await sent(site, "damkar")
    mine = dispatches["damkar"]
    await report(site, mine, "acknowledged", as_=desk)
    await ask(site, "POST", f"/incidents/{incident['id']}/close", {"reason": "false alarm"})
    assert await told(site, mine, desk) == ("stand_down", [])
    assert (await followed(site, mine))["status"] == "cancelled"
    await report(site, mine, "acknowledged", as_=desk)
    assert await told(site, mine, desk) == (None, [])
    assert await followed(site, mine) == {}


async def test_what_was_given_up_is_unacknowledged_still(site: Site, desk: dict[str, str]) -> None:
    _, dispatches = await sent(site, "damkar")
    mine = dispatches["damkar"]
    await report(site, mine, "acknowledged", as_=desk)
    async with site.store.transaction() as connection:
        await escalate(connection, UUID(mine), Telling.CHANGE, "nobody acknowledged")
    assert (await told(site, mine, desk))[0] == "change"
    await report(site, mine, "acknowledged", as_=desk)
    assert (await told(site, mine, desk))[0] is None
