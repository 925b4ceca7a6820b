"""What an agency writes and photographs at the scene: kept once, seen by the centre, erased in time."""

import base64
import io
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ct112.store import erasing
from ct112.store.dispatch_notes import MOST_OF_ONE
from ct112.store.erasing import Whose
from ct112.store.roles import Role
from tests.incidents.pictures import PHOTO, TOLD
from tests.web import people
from tests.web.site import Site
from tests.web.test_dispatches import desk, report, sent
from tests.web.test_people import ask

__all__ = ["desk"]
JSON = {"Content-Type": "application/json"}
PICTURE = base64.b64encode(PHOTO).decode()


async def write(
    site: Site, dispatch: str, body: dict[str, Any], desk: dict[str, str], id_: str | None = None
) -> tuple[int, Any]:
    """Send a note."""
    path = f"/dispatches/{dispatch}/notes/{id_ or uuid4()}"
    status, told, _ = await ask(site, "PUT", path, body, desk)
    return status, told


async def photo(site: Site, dispatch: str, note: str, who: dict[str, str]) -> tuple[int, bytes, Any]:
    """Ask for a photo."""
    path = f"/api/v1/dispatches/{dispatch}/notes/{note}/photo"
    status, body, answer = await site.get(path, headers=who)
    return status, body if isinstance(body, bytes) else b"", answer.headers


async def test_a_note_sent_again_is_one_and_the_centre_sees_it(site: Site, desk: dict[str, str]) -> None:
    incident, dispatches = await sent(site, "damkar")
    mine, id_ = dispatches["damkar"], str(uuid4())
    body = {"text": "two shops burn", "photo": PICTURE}
    statuses = [(await write(site, mine, body, desk, id_))[0] for _ in range(3)]
    assert statuses == [201, 200, 200]
    assert (await write(site, mine, {"text": "another"}, desk, id_))[0] == 409
    _, listed, _ = await ask(site, "GET", f"/dispatches/{mine}/notes")
    assert [(one["id"], one["text"], one["photo"]) for one in listed["notes"]] == [
        (id_, "two shops burn", True)
    ]
    _, trail, _ = await ask(site, "GET", f"/incidents/{incident['id']}/timeline")
    (line,) = [line for line in trail["timeline"] if line["kind"] == "agency_note"]
    assert line["by"] == "damkar-desk"
    assert line["data"]["note"] == "two shops burn"
    assert line["data"]["note_id"] == id_
    status, found, headers = await photo(site, mine, id_, desk)
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert TOLD not in found


async def test_another_agencys_dispatch_takes_no_note_and_shows_none(
    site: Site, desk: dict[str, str]
) -> None:
    _, dispatches = await sent(site, "damkar", "pmi")
    mine, other, id_ = dispatches["damkar"], dispatches["pmi"], str(uuid4())
    assert (await write(site, other, {"text": "not ours"}, desk))[0] == 404
    assert (await ask(site, "GET", f"/dispatches/{other}/notes", as_=desk))[0] == 404
    assert (await write(site, mine, {"photo": PICTURE}, desk, id_))[0] == 201
    async with site.store.transaction() as connection:
        await connection.execute(text("UPDATE account SET agency = 'pmi' WHERE name = 'damkar-desk'"))
    theirs = await people.bearer(site.store, "damkar-desk")
    assert (await photo(site, mine, id_, theirs))[0] == 404
    assert (await photo(site, other, id_, theirs))[0] == 404
    assert (await write(site, other, {"photo": PICTURE}, theirs, id_))[0] == 409, "the id is taken"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": " \n "}, 400),
        ({"text": "x" * 2001}, 400),
        ({"photo": "not base64!"}, 422),
        ({"photo": base64.b64encode(b"<svg onload=alert(1)>").decode()}, 422),
        ({"photo": base64.b64encode(PHOTO[:-2]).decode()}, 422),
    ],
)
async def test_what_is_no_photo_is_refused_with_the_field(
    site: Site, desk: dict[str, str], body: dict[str, Any], status: int
) -> None:
    _, dispatches = await sent(site, "damkar")
    found, told = await write(site, dispatches["damkar"], body, desk)
    assert found == status, told
    assert "photo" not in body or told["fields"][0]["field"] == "photo"


@pytest.mark.parametrize(("size", "status"), [(1_000_001, 422), (1_100_000, 413)])
async def test_a_photo_that_is_too_large_is_refused(
    site: Site, desk: dict[str, str], size: int, status: int
) -> None:
    _, dispatches = await sent(site, "damkar")
    body = io.BytesIO(json.dumps({"photo": base64.b64encode(bytes(size)).decode()}).encode())
    path, headers = f"/api/v1/dispatches/{dispatches['damkar']}/notes/{uuid4()}", desk | JSON
    async with site.client.put(path, data=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()


async def test_a_page_that_went_mad_fills_nothing(site: Site, desk: dict[str, str]) -> None:
    _, dispatches = await sent(site, "damkar")
    mine = dispatches["damkar"]
    statuses = [(await write(site, mine, {"text": f"{at}"}, desk))[0] for at in range(MOST_OF_ONE + 2)]
    assert statuses == [201] * MOST_OF_ONE + [409] * 2


async def test_words_and_photo_are_erased_with_their_incident(site: Site, desk: dict[str, str]) -> None:
    incident, dispatches = await sent(site, "damkar")
    mine, id_ = dispatches["damkar"], str(uuid4())
    await write(site, mine, {"text": "a man of 40 is hurt", "photo": PICTURE}, desk, id_)
    await report(site, mine, "done", as_=desk)
    await ask(site, "POST", f"/incidents/{incident['id']}/close", {"reason": "over"})
    whose = Whose(incident=UUID(incident["id"]))
    async with site.store.transaction() as connection:
        while await erasing.erase_person(connection, whose, b"k" * 32, actor="test", why="asked"):
            pass
    _, listed, _ = await ask(site, "GET", f"/dispatches/{mine}/notes")
    assert [(one["text"], one["photo"]) for one in listed["notes"]] == [(None, False)]
    assert (await photo(site, mine, id_, desk))[0] == 404
    _, trail, _ = await ask(site, "GET", f"/incidents/{incident['id']}/timeline")
    assert "a man of 40" not in str(trail)


async def test_the_centre_notes_for_an_agency_under_its_own_name(site: Site) -> None:
    _, dispatches = await sent(site, "damkar")
    await people.add(site.store, "op", Role.OPERATOR)
    operator = await people.bearer(site.store, "op")
    status, told = await write(site, dispatches["damkar"], {"text": "by radio: two hurt"}, operator)
    assert (status, told["by"]) == (201, "op")
