"""Two centres side by side, each with a database, web and worker of its own: one offers, one answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from lab.deliveries.house import TOKEN, House
from lab.insistent import Insistent, insistent
from lab.world import eventually

pytestmark = pytest.mark.timeout(150)
WITHIN = 30.0
SECRET = "the-secret-of-both-centres"
FORM = {
    "category": "kebakaran",
    "place": {"text": "Jalan Perbatasan 7", "latitude": -6.9, "longitude": 109.7},
    "people_in_danger": 2,
    "description": "Gudang terbakar",
    "caller_number": "+6281234567",
}
RADIO = {"how": "radio", "who": "crew"}
THERE, HERE = "kota_seberang", "kota_kita"


@dataclass
class Centre:
    """One centre: its processes, and somebody at its console."""

    house: House
    console: Insistent

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return await self.console.ask(
            "console", method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )

    async def incident(self) -> str:
        return str((await self.ask("PUT", f"/incidents/{uuid4()}", FORM, If_None_Match="*"))["id"])

    async def offer_to(self, agency: str, incident: str) -> str:
        """Ask another centre to act; return the dispatch."""
        shown = await self.ask("POST", f"/incidents/{incident}/dispatches", {"agencies": [agency]})
        return str(next(each["id"] for each in shown["dispatches"] if each["agency"] == agency))

    async def dispatch(self, id_: str, holds: Callable[[Any], bool]) -> Any:
        """Return a dispatch once it is so."""
        return await eventually(lambda: self.ask("GET", f"/dispatches/{id_}"), holds, WITHIN, "the dispatch")

    async def offer(self, number: str, holds: Callable[[Any], bool] = lambda _: True) -> Any:
        """Return the offer of the other's incident of this number, once it is so."""

        async def look() -> Any:
            offers = (await self.ask("GET", "/neighbour-offers?limit=500"))["offers"]
            return next((each for each in offers if each["number"] == number), None)

        return await eventually(look, lambda offer: offer is not None and holds(offer), WITHIN, "the offer")

    async def tried(self, dispatch: str) -> list[tuple[str, str, str]]:
        rows = (await self.ask("GET", f"/dispatches/{dispatch}/deliveries"))["deliveries"]
        return [(row["telling"], row["way"], row["state"]) for row in rows]

    async def report(self, dispatch: str, status: str) -> None:
        await self.ask("POST", f"/dispatches/{dispatch}/status", {"status": status, "on_behalf": RADIO})

    async def know(self, other: "Centre", agency: str, as_: str) -> None:
        """Let the other act for us as an agency of ours, that knows us as a neighbour."""
        await self.ask("POST", "/agencies", {"code": agency, "name": "Kota sebelah"})
        read = await self.ask("GET", f"/agencies/{agency}")
        url = f"{other.house.url}/api/v1/neighbours/{as_}/offers"
        ways = [{"kind": "centre", "url": url, "secret": SECRET, "within_seconds": 600}, {"kind": "page"}]
        await self.ask("PATCH", f"/agencies/{agency}", {"ways": ways}, If_Match=f'"{read["version"]}"')
        account = {"name": f"centre-{agency.replace('_', '-')}", "role": "agency", "agency": agency}
        await self.ask("POST", "/accounts", account)
        token = {"account": account["name"], "label": "answers", "scopes": ["dispatches:write"]}
        made = await self.ask("POST", "/tokens", token)
        neighbour = {"code": as_, "name": "Kota kita", "url": self.house.url, "secret": SECRET}
        await other.ask("POST", "/neighbours", neighbour | {"token": made["secret"]})


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """Give two houses, each with a PostgreSQL, a web and a worker."""
    both = (House(tmp_path_factory.mktemp("here")), House(tmp_path_factory.mktemp("there")))
    try:
        for house in both:
            house.begin()
            house.start("web")
            house.start("worker")
        yield both
    finally:
        for house in both:
            house.remove()


@pytest.fixture
async def centres(houses: tuple[House, House]) -> AsyncIterator[tuple[Centre, Centre]]:
    """Give two centres that know each other."""
    async with AsyncExitStack() as stack:
        consoles = [
            await stack.enter_async_context(insistent(house.url, {"console": TOKEN})) for house in houses
        ]
        here, there = (Centre(house, console) for house, console in zip(houses, consoles, strict=True))
        if not (await here.ask("GET", "/neighbours"))["neighbours"]:
            await here.know(there, THERE, HERE)
            await there.know(here, HERE, THERE)
        yield here, there


async def number_of(centre: Centre, incident: str) -> str:
    return str((await centre.ask("GET", f"/incidents/{incident}"))["number"])


async def test_an_offer_is_accepted_followed_and_done_though_workers_are_killed(
    centres: tuple[Centre, Centre],
) -> None:
    here, there = centres
    incident = await here.incident()
    number = await number_of(here, incident)
    dispatch = await here.offer_to(THERE, incident)
    here.house.kill("worker")
    here.house.start("worker")
    offer = await there.offer(number)
    told = offer["incident"]
    assert (told["people_in_danger"], told["place"]["text"]) == (2, "Jalan Perbatasan 7")
    await here.dispatch(dispatch, lambda it: it["status"] == "received")
    there.house.kill("worker")
    accepted = await there.ask("POST", f"/neighbour-offers/{offer['id']}/accept", {})
    theirs = await there.ask("GET", f"/incidents/{accepted['incident_id']}")
    assert (theirs["category"], theirs["people_in_danger"]) == ("kebakaran", 2)
    assert number in theirs["description"]
    there.house.start("worker")
    await here.dispatch(dispatch, lambda it: it["status"] == "acknowledged")
    crew = await there.offer_to("damkar", theirs["id"])
    await there.report(crew, "en_route")
    await here.dispatch(dispatch, lambda it: it["status"] == "en_route")
    await changed(here, there, incident, number, dispatch)
    await there.report(crew, "on_scene")
    await here.dispatch(dispatch, lambda it: it["status"] == "on_scene")
    read = await there.ask("GET", f"/incidents/{theirs['id']}")
    version = f'"{read["version"]}"'
    await there.ask("POST", f"/incidents/{theirs['id']}/close", {"reason": "padam"}, If_Match=version)
    await here.dispatch(dispatch, lambda it: it["status"] == "done")
    assert (await there.offer(number))["status"] == "done"
    assert (await here.tried(dispatch))[0] == ("new", "centre", "acknowledged")


async def changed(here: Centre, there: Centre, incident: str, number: str, dispatch: str) -> None:
    """What changes is told, seen by a person there, and acknowledged."""
    read = await here.ask("GET", f"/incidents/{incident}")
    version = f'"{read["version"]}"'
    await here.ask("PATCH", f"/incidents/{incident}", {"people_in_danger": 9}, If_Match=version)
    offer = await there.offer(number, lambda it: it["unseen"] is not None)
    assert offer["incident"]["people_in_danger"] == 9
    assert ("change", "centre", "acknowledged") not in await here.tried(dispatch)
    seen = await there.ask("POST", f"/neighbour-offers/{offer['id']}/acknowledge")
    assert seen["unseen"] is None
    wanted = ("change", "centre", "acknowledged")
    await eventually(lambda: here.tried(dispatch), lambda rows: wanted in rows, WITHIN, str(wanted))
    trail = await there.ask("GET", f"/incidents/{offer['incident_id']}/timeline")
    kinds = [line["kind"] for line in trail["timeline"]]
    assert [kind for kind in kinds if kind.startswith("offer_")] == [
        "offer_accepted",
        "offer_changed",
        "offer_acknowledged",
    ]


async def test_a_refusal_is_followed_by_the_next_way(centres: tuple[Centre, Centre]) -> None:
    here, there = centres
    incident = await here.incident()
    dispatch = await here.offer_to(THERE, incident)
    offer = await there.offer(await number_of(here, incident))
    refusal = {"cause": "no_means", "words": "semua mobil keluar"}
    await there.ask("POST", f"/neighbour-offers/{offer['id']}/refuse", refusal)
    declined = await here.dispatch(dispatch, lambda it: it["status"] == "declined")
    assert declined["reason"] == "no_means: semua mobil keluar"
    assert [way for _, way, _ in await here.tried(dispatch)] == ["centre", "page"]


async def test_who_is_not_needed_any_more_is_told(centres: tuple[Centre, Centre]) -> None:
    here, there = centres
    incident = await here.incident()
    dispatch = await here.offer_to(THERE, incident)
    number = await number_of(here, incident)
    await there.offer(number)
    cancelled = {"status": "cancelled", "reason": "salah alamat"}
    await here.ask("POST", f"/dispatches/{dispatch}/status", cancelled)
    await there.offer(number, lambda it: it["status"] == "withdrawn")
    wanted = ("stand_down", "centre", "acknowledged")
    await eventually(lambda: here.tried(dispatch), lambda rows: wanted in rows, WITHIN, str(wanted))


async def test_what_goes_in_a_ring_is_refused_by_whom_it_came_from(centres: tuple[Centre, Centre]) -> None:
    here, there = centres
    incident = await here.incident()
    await here.offer_to(THERE, incident)
    offer = await there.offer(await number_of(here, incident))
    accepted = await there.ask("POST", f"/neighbour-offers/{offer['id']}/accept", {})
    back = await there.offer_to(HERE, accepted["incident_id"])
    declined = await there.dispatch(back, lambda it: it["status"] == "declined")
    assert declined["reason"] == "came_from_us"
    ring = await here.offer(await number_of(there, accepted["incident_id"]))
    assert (ring["status"], ring["answered_by"]) == ("refused", "ct112")


async def test_who_is_away_is_told_when_they_are_back(centres: tuple[Centre, Centre]) -> None:
    here, there = centres
    incident = await here.incident()
    dispatch = await here.offer_to(THERE, incident)
    offer = await there.offer(await number_of(here, incident))
    here.house.kill("web")
    await there.ask("POST", f"/neighbour-offers/{offer['id']}/accept", {})
    await asyncio.sleep(1.5)  # the answer is tried, and nobody is there
    here.house.start("web")
    await here.dispatch(dispatch, lambda it: it["status"] == "acknowledged")
