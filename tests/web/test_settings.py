"""Settings over HTTP: what there is and may be, changed on the version that was read, by admins alone."""

import asyncio
from typing import Any

import asyncpg
import pytest

from ct112.core.settings import SETTINGS
from ct112.store import audit, settings
from ct112.store.roles import Role
from tests.web import people
from tests.web.site import BEARER, Site
from tests.web.test_people import ask


def set_to(version: dict[str, Any]) -> dict[str, float]:
    """Return what a version sets: null is the default."""
    return {name: value for name, value in version["values"].items() if value is not None}


async def test_all_are_listed_with_range_and_default(site: Site) -> None:
    status, listed, headers = await ask(site, "GET", "/settings")
    assert (status, listed["version"], headers["ETag"]) == (200, 0, '"0"')
    assert [one["name"] for one in listed["settings"]] == [one.name for one in SETTINGS]
    ring = listed["settings"][0]
    assert ring | {"meaning": ""} == {
        "name": "ring_seconds",
        "value": 15.0,
        "default": 15.0,
        "minimum": 5.0,
        "maximum": 60.0,
        "changed": False,
        "meaning": "",
    }
    assert (listed["refused"], listed["changed_by"], listed["changed_at"]) == (None, None, None)


async def test_a_change_is_made_on_what_was_read_and_remembered(site: Site) -> None:
    change = {"ring_seconds": 40, "wrap_up_seconds": 0.5, "note": "a busy evening"}
    status, changed, headers = await ask(site, "PATCH", "/settings", change, If_Match='"0"')
    assert (status, changed["version"], headers["ETag"]) == (200, 1, '"1"')
    by_name = {one["name"]: one for one in changed["settings"]}
    assert [
        (by_name[name]["value"], by_name[name]["changed"]) for name in ("ring_seconds", "rest_seconds")
    ] == [
        (40.0, True),
        (3.0, False),
    ]
    assert (await ask(site, "PATCH", "/settings", change, If_Match='"0"'))[0] == 412
    assert (await ask(site, "PATCH", "/settings", change))[0] == 428
    status, changed, _ = await ask(site, "PATCH", "/settings", {"ring_seconds": None}, If_Match='"1"')
    assert (status, changed["settings"][0]["value"], changed["settings"][0]["changed"]) == (200, 15.0, False)
    _, page, _ = await ask(site, "GET", "/settings/versions?limit=1")
    assert (page["total"], set_to(page["versions"][0])) == (2, {"wrap_up_seconds": 0.5})
    _, page, _ = await ask(site, "GET", f"/settings/versions?after={page['next']}")
    (first,) = page["versions"]
    assert (first["version"], first["note"], first["changed_by"]) == (1, "a busy evening", "api-token")
    assert set_to(first) == {"ring_seconds": 40.0, "wrap_up_seconds": 0.5}
    assert (await ask(site, "GET", "/settings/versions?after=nonsense"))[0] == 400


@pytest.mark.parametrize(
    ("body", "status", "field", "remedy"),
    [
        ({"ring_seconds": 4}, 400, "ring_seconds", "a number from 5 to 60"),
        ({"ring_seconds": 61}, 400, "ring_seconds", "a number from 5 to 60"),
        ({"ring_seconds": "15"}, 400, "ring_seconds", "a number from 5 to 60"),
        ({"ring_seconds": True}, 400, "ring_seconds", "a number from 5 to 60"),
        ({"ring_seconds": [15]}, 400, "ring_seconds", "a number from 5 to 60"),
        ({"ring_second": 15}, 400, "ring_second", "did you mean ring_seconds?"),
        ({"switch_seconds": 15}, 400, "switch_seconds", "did you mean"),
        ({"note": "two\nlines"}, 400, "note", "a text"),
        ({"note": "n" * 501}, 400, "note", "at most 500"),
        (
            {"lost_node_free_seconds": 60, "lost_node_end_seconds": 30},
            422,
            "lost_node_end_seconds",
            "set more than lost_node_free_seconds, which is 60",
        ),
    ],
)
async def test_what_cannot_be_names_the_field_and_the_remedy(
    site: Site, body: dict[str, Any], status: int, field: str, remedy: str
) -> None:
    found, told, _ = await ask(site, "PATCH", "/settings", body, If_Match='"0"')
    (wrong,) = told["fields"]
    assert (found, wrong["field"], wrong["place"]) == (status, field, "body")
    assert remedy in wrong["remedy"]
    assert (await ask(site, "GET", "/settings"))[1]["version"] == 0


async def test_no_number_is_no_setting(site: Site) -> None:
    for raw in (b'{"ring_seconds": NaN}', b'{"ring_seconds": 1e999}', b'{"ring_seconds": Infinity}'):
        async with site.client.patch(
            "/api/v1/settings",
            data=raw,
            headers=BEARER | {"If-Match": '"0"', "Content-Type": "application/json"},
        ) as answer:
            assert answer.status == 400, await answer.text()


async def test_of_changes_at_once_one_is_made(site: Site) -> None:
    answers = await asyncio.gather(
        *(ask(site, "PATCH", "/settings", {"ring_seconds": 30 + n}, If_Match='"0"') for n in range(4))
    )
    assert sorted(status for status, _, _ in answers) == [200, 412, 412, 412]


async def test_a_supervisor_reads_and_an_admin_changes_and_it_is_in_the_audit(site: Site) -> None:
    await people.add(site.store, "the-boss", Role.SUPERVISOR)
    await people.add(site.store, "the-admin", Role.ADMIN)
    boss, admin = [await people.bearer(site.store, name) for name in ("the-boss", "the-admin")]
    assert (await ask(site, "GET", "/settings", as_=boss))[0] == 200
    assert (await ask(site, "PATCH", "/settings", {"ring_seconds": 30}, boss, If_Match='"0"'))[0] == 403
    assert (await ask(site, "PATCH", "/settings", {"ring_seconds": 30}, admin, If_Match='"0"'))[0] == 200
    async with site.store.transaction() as connection:
        assert (await settings.current(connection)).changed_by == "the-admin"
        row = (await audit.page(connection)).items[0]
    assert (row.action, row.actor, row.object_id) == ("setting.change", "the-admin", "1")
    assert row.detail["fields"] == ["ring_seconds"]


async def test_a_version_written_by_hand_is_shown_as_refused(site: Site, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "INSERT INTO setting_version VALUES (1, $1, '', 'hand')", '{"ring_seconds": 900, "odd": "x"}'
    )
    await connection.close()
    status, listed, _ = await ask(site, "GET", "/settings")
    assert status == 200
    assert "ring_seconds" in listed["refused"]
    _, page, _ = await ask(site, "GET", "/settings/versions")
    assert set_to(page["versions"][0]) == {"ring_seconds": 900.0}
    status, listed, _ = await ask(site, "PATCH", "/settings", {"ring_seconds": None}, If_Match='"1"')
    assert (status, listed["refused"]) == (200, None)


@pytest.mark.parametrize("value", ["1e400", "-1e400", "true", "null", '"30"', "{}", "[1]"])
async def test_whatever_stands_in_a_row_by_hand_is_refused_and_can_be_taken_back(
    site: Site, database_url: str, value: str
) -> None:
    connection = await asyncpg.connect(database_url)
    row = f'{{"ring_seconds": {value}}}'
    await connection.execute("INSERT INTO setting_version VALUES (1, $1, '', 'hand')", row)
    await connection.close()
    status, listed, _ = await ask(site, "GET", "/settings")
    assert (status, "ring_seconds" in listed["refused"]) == (200, True)
    assert (await ask(site, "GET", "/settings/versions"))[0] == 200
    status, listed, _ = await ask(site, "PATCH", "/settings", {"ring_seconds": None}, If_Match='"1"')
    assert (status, listed["refused"]) == (200, None)
