"""A dispatch made by telephone while the database was away is joined to its incident later, once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from ct112.store import Store
from ct112.store.roles import Role
from tests.web import people
from tests.web.site import CALL, Site, fill
from tests.web.test_dispatches import report, told
from tests.web.test_incidents import opened
from tests.web.test_people import ask


def ago(**back: float) -> str:
    return (datetime.now(UTC) - timedelta(**back)).isoformat()


def a_note(incident: str, **changes: Any) -> dict[str, Any]:
    return {
        "incident_id": incident,
        "agency": "damkar",
        "told_at": ago(minutes=12),
        "told_by": "operator-2",
        "told": {"how": "telephone", "who": "Pak Budi"},
        "status": "acknowledged",
        "what": "dua mobil",
        **changes,
    }


async def put(site: Site, id_: str, note: dict[str, Any], **more: Any) -> tuple[int, Any]:
    status, answer, _ = await ask(site, "PUT", f"/dispatches/{id_}", note, **more)
    return status, answer


async def trail(site: Site, incident: str) -> list[dict[str, Any]]:
    _, found, _ = await ask(site, "GET", f"/incidents/{incident}/timeline")
    return list(found["timeline"])


async def test_it_arrives_before_its_incident_then_twice_and_nothing_more_is_delivered(site: Site) -> None:
    incident, id_ = str(uuid4()), str(uuid4())
    note = a_note(incident)
    status, early = await put(site, id_, note)
    assert (status, early["title"]) == (409, "the incident is not here yet")
    assert (await ask(site, "PUT", f"/incidents/{incident}", {"category": "kebakaran"}))[0] == 201
    answers = await asyncio.gather(*(put(site, id_, note) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 200, 200, 200, 201]
    noted = answers[0][1]
    at = datetime.fromisoformat(note["told_at"])
    assert datetime.fromisoformat(noted["asked_at"]) == datetime.fromisoformat(noted["acknowledged_at"]) == at
    assert (noted["asked_by"], noted["how"], noted["what"]) == (
        "operator-2",
        "telephone: Pak Budi",
        "dua mobil",
    )
    assert noted["noted_at"] > noted["asked_at"]
    await ask(site, "POST", f"/incidents/{incident}/dispatches", {"agencies": ["damkar"]})
    assert await told(site, id_) == []
    lines = await trail(site, incident)
    assert [line["kind"] for line in lines] == ["opened", "dispatched", "dispatch_noted"]
    assert lines[2]["data"] | {"dispatch": None} == {
        "dispatch": None, "agency": "damkar", "told_at": at.isoformat(timespec="seconds"),
        "told_by": "operator-2", "how": "telephone: Pak Budi", "status": "acknowledged", "what": "dua mobil",
    }  # fmt: skip
    await report(site, id_, "en_route", on_behalf={"how": "radio"})
    again, now = await put(site, id_, note)
    assert (again, now["status"]) == (200, "en_route"), "sent once more, it changes nothing"
    assert (await put(site, id_, note | {"what": "tiga mobil"}))[0] == 412


async def test_without_a_yes_the_supervisor_has_it_until_somebody_says_yes(site: Site) -> None:
    incident, id_ = (await opened(site))["id"], str(uuid4())
    status, noted = await put(site, id_, a_note(incident, status="sent", told={"how": "radio"}))
    assert (status, noted["status"], noted["acknowledged_at"]) == (201, "sent", None)
    assert noted["escalated_why"] == "told by a person, not acknowledged yet"
    assert await told(site, id_) == []
    _, now = await report(site, id_, "acknowledged", on_behalf={"how": "telephone"})
    assert now["escalated_at"] is None


async def test_what_changes_afterwards_is_told_as_to_anybody(site: Site) -> None:
    made = await opened(site)
    id_ = str(uuid4())
    async with site.store.transaction() as connection:
        ways = """UPDATE agency SET ways = '[{"kind": "page"}]' WHERE code = 'damkar'"""
        await connection.execute(text(ways))
    await put(site, id_, a_note(made["id"]))
    _, now, _ = await ask(site, "GET", f"/incidents/{made['id']}")
    change = {"people_in_danger": 4}
    await ask(site, "PATCH", f"/incidents/{made['id']}", change, If_Match=f'"{now["version"]}"')
    assert [telling for telling, _ in await told(site, id_)] == ["change"]


async def test_a_wrong_clock_is_told_and_nothing_is_noted(site: Site) -> None:
    incident, id_ = (await opened(site))["id"], str(uuid4())
    for wrong, why in ((ago(minutes=-5), "in the future"), (ago(days=9), "before the call")):
        status, refused = await put(site, id_, a_note(incident, told_at=wrong))
        assert (status, why in refused["detail"]) == (422, True)
    ahead = ago(seconds=-5)
    status, noted = await put(site, id_, a_note(incident, told_at=ahead))
    assert status == 201
    assert noted["asked_at"] < ahead, "a clock a little ahead counts as now"


async def test_before_the_call_nobody_can_have_been_told(site: Site, store: Store) -> None:
    await fill(store, 1)
    made = await opened(site, call_id=CALL)
    _, call, _ = await ask(site, "GET", f"/calls/{CALL}")
    arrived = datetime.fromisoformat(call["arrived_at"])
    before, after = ((arrived + timedelta(minutes=by)).isoformat() for by in (-1, 1))
    status, refused = await put(site, str(uuid4()), a_note(made["id"], told_at=before))
    assert (status, "before the call" in refused["detail"]) == (422, True)
    assert (await put(site, str(uuid4()), a_note(made["id"], told_at=after)))[0] == 201


async def test_merged_meanwhile_it_joins_the_other_and_closed_it_says_what_to_do(site: Site) -> None:
    gone, kept = await opened(site), await opened(site)
    path = f"/incidents/{gone['id']}/merge"
    await ask(site, "POST", path, {"into": kept["id"]}, If_Match=f'"{gone["version"]}"')
    status, noted = await put(site, str(uuid4()), a_note(gone["id"]))
    assert (status, noted["incident_id"]) == (201, kept["id"])
    over = await opened(site)
    close = f"/incidents/{over['id']}/close"
    await ask(site, "POST", close, {"reason": "over"}, If_Match=f'"{over["version"]}"')
    status, refused = await put(site, str(uuid4()), a_note(over["id"]))
    assert (status, "reopen" in refused["detail"]) == (409, True)


async def test_who_is_asked_already_and_who_is_unknown_or_inactive(site: Site) -> None:
    made = await opened(site)
    _, asked, _ = await ask(site, "POST", f"/incidents/{made['id']}/dispatches", {"agencies": ["damkar"]})
    status, refused = await put(site, str(uuid4()), a_note(made["id"]))
    assert (status, asked["dispatches"][0]["id"] in refused["detail"]) == (409, True)
    assert (await put(site, str(uuid4()), a_note(made["id"], agency="unicorns")))[0] == 422
    async with site.store.transaction() as connection:
        await connection.execute(text("UPDATE agency SET active = false WHERE code = 'pmi'"))
    assert (await put(site, str(uuid4()), a_note(made["id"], agency="pmi")))[0] == 201, "it was told before"
    taken = asked["dispatches"][0]["id"]
    assert (await put(site, taken, a_note(made["id"], agency="pln")))[0] == 412, "that id is another's"


@pytest.mark.parametrize(
    "wrong",
    [
        {"told_at": "yesterday"},
        {"status": "done"},
        {"told": None},
        {"what": "a\nb"},
        {"told_by": " "},
        {"x": 1},
    ],
)
async def test_what_is_no_note_is_refused(site: Site, wrong: dict[str, Any]) -> None:
    assert (await put(site, str(uuid4()), a_note(str(uuid4()), **wrong)))[0] == 400


async def test_an_agency_notes_nothing(site: Site) -> None:
    await people.add(site.store, "damkar-desk", Role.AGENCY)
    desk = await people.bearer(site.store, "damkar-desk")
    made = await opened(site)
    assert (await put(site, str(uuid4()), a_note(made["id"]), as_=desk))[0] == 403
