"""Rows of the audit while the database is away: none is lost, none is in the way."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ct112.store import Store, audit
from ct112.store.audit import AuditEntry, AuditQuery
from ct112.store.roles import Role
from ct112.web import backlog as rows_of
from ct112.web.backlog import Backlog
from lab.throwaway import Server
from tests.web.people import add, bearer
from tests.web.site import BEARER, CALL, Site, fill

ROW = {"actor": "siti", "role": "operator", "action": "floor.read", "object_kind": "floor"}


async def read(store: Store, action: str) -> list[AuditEntry]:
    """Return the rows of an action, the newest first."""
    async with store.transaction() as connection:
        return list((await audit.page(connection, AuditQuery(action=action), limit=500)).items)


async def written(backlog: Backlog) -> None:
    """Wait until nothing waits."""
    async with asyncio.timeout(30):
        while len(backlog):  # noqa: ASYNC110 (it says nothing)
            await asyncio.sleep(0.05)


async def test_what_was_read_and_asked_without_a_database_is_in_the_audit_later(
    site: Site, server: Server
) -> None:
    await site.get("/api/v1/floor", headers=BEARER)
    server.freeze()
    try:
        before = datetime.now(UTC)
        for _ in range(3):
            assert (await site.get("/api/v1/floor", headers=BEARER))[0] == 200
        async with site.client.post(
            f"/api/v1/calls/{CALL}/class", json={"service_class": "urgent"}, headers=BEARER
        ) as answer:
            assert answer.status == 202
        after = datetime.now(UTC)
        async with asyncio.timeout(0.4):  # one has waited, and nobody does any more
            assert (await site.get("/api/v1/floor", headers=BEARER))[0] == 200
    finally:
        server.thaw()
    await written(site.house.backlog)
    reads = await read(site.store, "floor.read")
    assert len(reads) == 5
    assert all(before <= row.at <= after for row in reads[1:4])
    (asked,) = await read(site.store, "call.class")
    assert before <= asked.at <= after


async def test_a_row_that_is_refused_keeps_no_other(store: Store) -> None:
    backlog = Backlog()
    writing = asyncio.create_task(backlog.run(store))
    puts = (backlog.put(ROW | {"role": role}) for role in ("operator", None, "admin"))
    await asyncio.gather(*puts)
    await written(backlog)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert sorted(row.role for row in await read(store, "floor.read")) == ["admin", "operator"]


async def test_what_waits_is_bounded_and_what_is_dropped_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rows_of, "MOST_WAITING", 2)
    monkeypatch.setattr(rows_of, "PATIENCE_SECONDS", 0.01)
    backlog = Backlog()
    for _ in range(3):
        await backlog.put(ROW)
    assert len(backlog) == 2
    assert "is not in the audit" in capsys.readouterr().out


async def test_who_leaves_writes_what_waits(store: Store) -> None:
    backlog = Backlog()
    writing = asyncio.create_task(backlog.run(store))
    await asyncio.sleep(0)
    putting = asyncio.create_task(backlog.put(ROW))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, putting, return_exceptions=True)
    assert len(await read(store, "floor.read")) == 1


async def test_a_kept_answer_given_again_is_in_the_audit(site: Site) -> None:
    await fill(site.store, 1)
    await add(site.store, "siti", Role.OPERATOR)
    headers: dict[str, Any] = await bearer(site.store, "siti") | {"Idempotency-Key": "k"}
    for _ in range(2):
        async with site.client.post(
            "/api/v1/callbacks/1/result", json={"result": "reached"}, headers=headers
        ) as answer:
            assert answer.status == 200
            assert (await answer.json())["ani"]
    again, first = await read(site.store, "callback.result")
    assert (first.detail.get("again"), again.detail.get("again")) == (None, True)
    assert again.object_id == first.object_id
    assert again.at - first.at < timedelta(minutes=1)
