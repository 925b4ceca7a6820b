"""Calls over HTTP, from a real database: filters, pages, one with its facts, and a database that is away."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from ct112.store import Store
from lab.throwaway import Server
from tests.store.examples import ARRIVED, call_id
from tests.web.site import BEARER, CALL, Site, fill


def iso(seconds: float) -> str:
    """Return a time as the API writes it."""
    return datetime.fromtimestamp(ARRIVED + seconds, UTC).isoformat().replace("+00:00", "Z")


async def listed(site: Site, **query: str) -> list[str]:
    """Return the ids a list has."""
    status, body, _ = await site.get("/api/v1/calls", params=query, headers=BEARER)
    assert status == 200, body
    return [call["id"] for call in body["calls"]]


async def test_a_list_is_read_page_by_page_with_its_total(site: Site) -> None:
    await fill(site.store, 5)
    found: list[str] = []
    query: dict[str, Any] = {"limit": "2"}
    while True:
        status, body, _ = await site.get("/api/v1/calls", params=query, headers=BEARER)
        assert (status, body["total"], body["exact"]) == (200, 5, True)
        found += [call["id"] for call in body["calls"]]
        if body["next"] is None:
            break
        query["after"] = body["next"]
    assert found == [call_id(number) for number in (5, 4, 3, 2, 1)]
    assert body["calls"][0]["arrived_at"] == iso(1)
    assert body["calls"][0]["ivr_path"] == ["greeting", "main"]


async def test_a_list_takes_its_filters(site: Site) -> None:
    await fill(site.store, 6)
    assert await listed(site, service_class="urgent") == [call_id(4), call_id(1)]
    assert await listed(site, outcome="answered") == []
    assert await listed(site, since=iso(3), until=iso(5)) == [call_id(4), call_id(3)]
    assert await listed(site, live="true") == []
    assert len(await listed(site, live="false")) == 6


@pytest.mark.parametrize(
    ("query", "named"),
    [({"limit": "0"}, "limit"), ({"limit": "many"}, "limit"), ({"colour": "red"}, "colour"),
     ({"service_class": "nonsense"}, "service_class"), ({"since": "yesterday"}, "since"),
     ({"after": "x"}, "after"), ({"after": "WzFd"}, "after"), ({"after": ""}, "after")],
)  # fmt: skip
async def test_a_wrong_query_is_told_what_is_wrong(site: Site, query: dict[str, str], named: str) -> None:
    status, body, _ = await site.get("/api/v1/calls", params=query, headers=BEARER)
    assert (status, body["type"]) == (400, "urn:ct112:problem:invalid")
    assert named in body["detail"]
    assert body["fields"][0]["field"] == named


async def test_one_call_comes_with_what_happened(site: Site) -> None:
    await fill(site.store)
    status, body, _ = await site.get(f"/api/v1/calls/{CALL}", headers=BEARER)
    assert (status, body["ani"]) == (200, "0812000001")
    (happened,) = body["facts"]
    assert (happened["seq"], happened["kind"], happened["data"]) == (1, "arrived", {"node": "a"})


@pytest.mark.parametrize("name", ["x", "7", CALL.replace("1", "9"), "%00", "{}"])
async def test_a_call_that_is_not_there_is_not_found(site: Site, name: str) -> None:
    status, body, answer = await site.get(f"/api/v1/calls/{name}", headers=BEARER)
    assert (status, body["type"]) == (404, "urn:ct112:problem:not-found")
    assert answer.content_type == "application/problem+json"


async def test_what_is_read_of_a_caller_is_in_the_audit(site: Site, database_url: str) -> None:
    await fill(site.store)
    await site.get(f"/api/v1/calls/{CALL}", headers=BEARER)
    await site.get("/api/v1/calls", params={"outcome": "answered"}, headers=BEARER)
    await site.get("/api/v1/calls/7", headers=BEARER)  # not there: nothing was read
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT actor, role, action, object_id, personal FROM audit ORDER BY id")
    await connection.close()
    assert [tuple(row)[:4] for row in rows] == [
        ("api-token", "admin", "call.read", CALL),
        ("api-token", "admin", "call.list", None),
    ]
    assert '"outcome":"answered"' in rows[1]["personal"]


async def test_a_database_that_is_away_or_hangs_is_told_within_the_time(
    site: Site, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.web.serving.MOST_SECONDS", 0.5)
    server.freeze()
    try:
        status, body, _ = await site.get("/api/v1/calls", headers=BEARER)
    finally:
        server.thaw()
    assert (status, body["type"]) == (503, "urn:ct112:problem:away")
    assert (await site.get("/api/v1/calls", headers=BEARER))[0] == 200


async def test_a_fault_of_ours_says_nothing_of_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Store) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(Store, "transaction", broken)
    status, body, answer = await site.get("/api/v1/calls", headers=BEARER)
    assert (status, body["type"]) == (500, "urn:ct112:problem:our-mistake")
    assert answer.content_type == "application/problem+json"
    assert "secret words" not in str(body)
