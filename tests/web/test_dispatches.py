"""Dispatches over HTTP: the centre asks, an agency sees and moves its own, what changes is told."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from ct112.store.roles import Role
from tests.web import people
from tests.web.site import BEARER, Site
from tests.web.test_incidents import opened
from tests.web.test_people import ask

RADIO = {"how": "radio", "who": "Regu 2"}


@pytest.fixture
async def desk(site: Site) -> dict[str, str]:
    """Give what proves that somebody of Damkar asks."""
    await people.add(site.store, "damkar-desk", Role.AGENCY)
    return await people.bearer(site.store, "damkar-desk")


async def sent(site: Site, *agencies: str, **more: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Open a fire and ask agencies; return the incident and each agency's dispatch."""
    made = await opened(site, **more)
    body = {"agencies": agencies} if agencies else {}
    status, incident, _ = await ask(site, "POST", f"/incidents/{made['id']}/dispatches", body)
    assert status == 200, incident
    return incident, {one["agency"]: one["id"] for one in incident["dispatches"]}


async def report(site: Site, id_: str, status: str, **more: Any) -> tuple[int, Any]:
    """Say how far an agency is; `as_`: who says it."""
    who = more.pop("as_", BEARER)
    found, told, _ = await ask(site, "POST", f"/dispatches/{id_}/status", {"status": status, **more}, who)
    return found, told


async def told(site: Site, id_: str) -> list[tuple[str, str]]:
    """Return what an agency was told, and how that stands."""
    _, listed, _ = await ask(site, "GET", f"/dispatches/{id_}/deliveries")
    return [(one["telling"], one["state"]) for one in listed["deliveries"]]


async def test_whom_the_rules_propose_is_asked_once(site: Site) -> None:
    incident, dispatches = await sent(site)
    assert incident["status"] == "dispatched"
    assert list(dispatches) == sorted(dispatches)
    assert {"damkar", "pmi"} <= dispatches.keys()
    path = f"/incidents/{incident['id']}/dispatches"
    answers = await asyncio.gather(*(ask(site, "POST", path, {}) for _ in range(5)))
    assert {status for status, _, _ in answers} == {200}
    assert {len(again["dispatches"]) for _, again, _ in answers} == {len(dispatches)}
    _, more, _ = await ask(site, "POST", path, {"alarm_level": 3})
    assert {"polres", "pln"} <= {one["agency"] for one in more["dispatches"]}
    _, trail, _ = await ask(site, "GET", f"/incidents/{incident['id']}/timeline")
    kinds = [line["kind"] for line in trail["timeline"]]
    assert kinds == ["opened", "dispatched", "dispatch_raised", "dispatched"]
    assert trail["timeline"][2]["data"]["what"] == "regu tambahan"
    _, again, _ = await ask(site, "POST", path, {"agencies": ["damkar"], "alarm_level": 3})
    assert again["version"] == more["version"]
    assert [one["what"] for one in again["dispatches"] if one["agency"] == "damkar"] == ["regu tambahan"]


async def test_an_agency_sees_and_moves_its_own_alone(site: Site, desk: dict[str, str]) -> None:
    _, dispatches = await sent(site, "damkar", "pmi")
    mine, other = dispatches["damkar"], dispatches["pmi"]
    await ask(site, "GET", "/dispatches?live=true")
    assert (await ask(site, "GET", f"/dispatches/{mine}"))[1]["status"] == "sent", "the centre looked"
    _, listed, _ = await ask(site, "GET", "/dispatches?live=true", as_=desk)
    assert [(one["id"], one["status"]) for one in listed["dispatches"]] == [(mine, "received")]
    assert (await ask(site, "GET", "/dispatches?agency=pmi", as_=desk))[0] == 404
    assert (await ask(site, "GET", f"/dispatches/{other}", as_=desk))[0] == 404
    assert (await report(site, other, "acknowledged", as_=desk))[0] == 404
    _, whole, _ = await ask(site, "GET", f"/dispatches/{mine}", as_=desk)
    assert whole["incident"]["place"]["landmark"] == "Pasar"
    assert whole["beside"] == [{"agency": "pmi", "status": "sent"}]
    for status in ("acknowledged", "acknowledged", "en_route", "on_scene", "done"):
        found, moved = await report(site, mine, status, as_=desk)
        assert (found, moved["status"]) == (200, status)
    assert moved["acknowledged_at"] <= moved["on_scene_at"]
    found, refused = await report(site, mine, "en_route", as_=desk)
    assert (found, "ask it anew" in refused["detail"]) == (409, True)
    assert (await ask(site, "GET", f"/dispatches/{mine}/deliveries", as_=desk))[0] == 403
    for method, path in (("GET", "/incidents"), ("POST", f"/incidents/{uuid4()}/dispatches")):
        assert (await ask(site, method, path, {} if method == "POST" else None, as_=desk))[0] == 403


async def test_who_may_say_what(site: Site, desk: dict[str, str]) -> None:
    _, dispatches = await sent(site, "damkar")
    mine = dispatches["damkar"]
    assert (await report(site, mine, "cancelled", reason="x", as_=desk))[0] == 403
    assert (await report(site, mine, "acknowledged", on_behalf=RADIO, as_=desk))[0] == 422
    assert (await report(site, mine, "acknowledged"))[0] == 422
    assert (await report(site, mine, "declined", on_behalf=RADIO))[0] == 400
    assert (await report(site, mine, "sent", on_behalf=RADIO))[0] == 400
    assert (await report(site, mine, "on_scene", on_behalf={"how": "owl"}))[0] == 400
    found, moved = await report(site, mine, "en_route", on_behalf=RADIO)
    assert (found, moved["how"], moved["status"]) == (200, "radio: Regu 2", "en_route")
    assert (await report(site, str(uuid4()), "done", on_behalf=RADIO))[0] == 404


async def test_a_caller_who_is_unknown_stays_so_and_every_caller_once_it_is_over(
    site: Site, desk: dict[str, str]
) -> None:
    known = {"caller_name": "Ibu Sri", "caller_number": "081234"}
    _, open_ = await sent(site, "damkar", **known)
    _, hidden = await sent(site, "damkar", caller_withheld=True, **known)

    async def callers(as_: dict[str, str] | None = None) -> list[str | None]:
        paths = [f"/dispatches/{one['damkar']}" for one in (open_, hidden)]
        who = BEARER if as_ is None else as_
        return [(await ask(site, "GET", path, as_=who))[1]["incident"]["caller_name"] for path in paths]

    assert await callers(desk) == ["Ibu Sri", None]
    assert await callers() == ["Ibu Sri", "Ibu Sri"]
    await report(site, open_["damkar"], "done", as_=desk)
    assert await callers(desk) == [None, None]


async def test_a_change_that_matters_and_a_close_are_told(site: Site, desk: dict[str, str]) -> None:
    incident, dispatches = await sent(site, "damkar")
    mine, path = dispatches["damkar"], f"/incidents/{incident['id']}"
    await report(site, mine, "acknowledged", as_=desk)
    assert await told(site, mine) == [("new", "acknowledged")]
    body = {"caller_name": "Ibu Sri"}
    _, changed, _ = await ask(site, "PATCH", path, body, If_Match=f'"{incident["version"]}"')
    assert len(await told(site, mine)) == 1
    matters = {"people_in_danger": 7}
    status, changed, _ = await ask(site, "PATCH", path, matters, If_Match=f'"{changed["version"]}"')
    assert (status, await told(site, mine)) == (200, [("new", "acknowledged"), ("change", "pending")])
    status, closed, _ = await ask(site, "POST", f"{path}/close", {"reason": "put out"})
    assert (status, closed["status"]) == (200, "closed")
    assert [one["status"] for one in closed["dispatches"]] == ["cancelled"]
    assert (await told(site, mine))[-1] == ("stand_down", "pending")
    assert (await report(site, mine, "acknowledged", as_=desk))[1]["status"] == "cancelled"
    assert (await told(site, mine))[-1] == ("stand_down", "acknowledged")
    status, refused, _ = await ask(site, "POST", f"{path}/dispatches", {"agencies": ["pmi"]})
    assert (status, "reopen" in refused["detail"]) == (409, True)


async def test_merged_the_crews_drive_on_for_the_other(site: Site, desk: dict[str, str]) -> None:
    gone, crews = await sent(site, "damkar", "pmi")
    kept = await opened(site)
    path = f"/incidents/{gone['id']}/merge"
    status, into, _ = await ask(site, "POST", path, {"into": kept["id"]}, If_Match=f'"{gone["version"]}"')
    assert (status, into["id"], into["status"]) == (200, kept["id"], "dispatched")
    assert {one["agency"]: one["id"] for one in into["dispatches"]} == crews
    _, whole, _ = await ask(site, "GET", f"/dispatches/{crews['damkar']}", as_=desk)
    assert whole["incident"]["number"] == kept["number"]
    assert (await ask(site, "GET", f"/incidents/{gone['id']}"))[1]["dispatches"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"agencies": []}, 400),
        ({"agencies": ["Damkar; --"]}, 400),
        ({"agencies": ["nobody"]}, 422),
        ({"agencies": ["damkar"] * 51}, 400),
        ({"alarm_level": 0}, 400),
        ({"alarm_level": 10**20}, 400),
        ({"agency": "damkar"}, 400),
    ],
)
async def test_what_makes_no_sense_asks_nobody(site: Site, body: Any, status: int) -> None:
    made = await opened(site)
    found, refused, _ = await ask(site, "POST", f"/incidents/{made['id']}/dispatches", body)
    assert (found, bool(refused["fields"])) == (status, True)
    assert (await ask(site, "GET", "/dispatches"))[1]["total"] == 0


async def test_an_agency_that_acts_no_more_and_an_incident_that_is_not_there(site: Site) -> None:
    assert (await ask(site, "PATCH", "/agencies/pln", {"active": False}, If_Match='"1"'))[0] == 200
    made = await opened(site)
    path = f"/incidents/{made['id']}/dispatches"
    status, refused, _ = await ask(site, "POST", path, {"agencies": ["damkar", "pln"]})
    assert (status, "not active" in refused["detail"]) == (422, True)
    assert (await ask(site, "GET", f"/incidents/{made['id']}"))[1]["dispatches"] == []
    assert (await ask(site, "POST", f"/incidents/{uuid4()}/dispatches", {}))[0] == 404
