"""The feed over a real socket: a snapshot, then every change, whoever reads and however slowly."""

import asyncio
import time
from pathlib import Path

import orjson
import pytest

from ct112.control import feed as told
from ct112.control.outflow import Outflow
from ct112.core.events import CallArrived
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.outbox import Outbox
from ct112.core.stays import Move
from ct112.serve import feed as feed_module
from ct112.serve import views
from tests.control.centre import NUMBER, A, known, readers, serving, until


async def test_a_reader_has_the_floor_and_then_every_change(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre:
        (first,) = centre.calls(1)
        centre.staff("pos-1")
        await until(lambda: centre.floor.calls and centre.switchboard.caught_up())
        async with readers(centre.url) as (reader,):
            snapshot = await reader.read()
            assert snapshot["calls"][0]["id"] == first
            assert snapshot["calls"][0]["state"] == "in_menu"
            assert snapshot["calls"][0]["ani"] == NUMBER
            assert snapshot["calls"][0]["arrived_at"].endswith("Z")
            assert snapshot["positions"][0]["state"] == "ready"
            (operator,) = snapshot["operators"]
            assert (operator["operator"], operator["position"], operator["ready"]) == (
                "op-pos-1",
                "pos-1",
                True,
            )
            assert snapshot["nodes"] == [{"node": "a", "ready": True}]
            assert snapshot["health"]["ready"] is True
            (second,) = centre.calls(1)
            await reader.until(lambda mirror: second in mirror.parts["calls"])
            centre.hang_up(first)
            await reader.until(lambda mirror: first not in mirror.parts["calls"])
            assert known(reader.mirror) == centre.truth()  # type: ignore[arg-type]
            facts = [fact["kind"] for message in reader.messages[1:] for fact in message["facts"]]
            assert {"arrived", "picked_up", "ended"} <= set(facts)


async def test_nobody_is_named_in_a_fact(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, readers(centre.url) as (reader,):
        await reader.read()
        (call,) = centre.calls(1)
        await reader.until(lambda mirror: call in mirror.parts["calls"])
        facts = [fact for message in reader.messages[1:] for fact in message["facts"]]
        assert facts
        assert NUMBER not in str(facts)


async def test_what_happens_within_a_moment_is_one_message(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, readers(centre.url) as (reader,):
        await reader.read()
        names = centre.calls(300)
        await reader.until(lambda mirror: all(name in mirror.parts["calls"] for name in names))
        assert len(reader.messages) < 30
        assert [m["revision"] for m in reader.messages] == list(range(len(reader.messages)))


async def test_nodes_accounts_and_health_are_shown_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "LOOK_SECONDS", 0.02)
    async with serving(tmp_path) as centre, readers(centre.url) as (reader,):
        centre.staff("pos-1")
        await reader.until(lambda mirror: "pos-1" in mirror.parts["positions"])
        centre.ready[A] = False
        centre.refused[A] = ["pos-1"]
        centre.parts[0] = type(centre.parts[0])("ari", False, "a: not ready", needed=True)
        await reader.until(lambda mirror: mirror.health["ready"] is False)
        await reader.until(lambda mirror: mirror.parts["nodes"]["a"]["ready"] is False)
        await reader.until(lambda mirror: mirror.parts["positions"]["pos-1"]["refused_by"] == ["a"])


async def test_text_that_is_no_utf_8_stops_no_feed(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, readers(centre.url) as (reader,):
        await reader.read()
        odd = {"where": ["\udcff", {"\ud800": 1}]}
        name = CallId("0193585f-0000-7000-8000-00000000ffff")
        centre.switchboard.post(
            CallArrived(call=name, node=A, ani="08\udcff", dialled="112\x00", location=odd)
        )
        await reader.until(lambda mirror: name in mirror.parts["calls"])
        assert reader.mirror is not None
        assert reader.mirror.parts["calls"][name]["ani"] == "08?"
        assert reader.mirror.parts["calls"][name]["location"] == {"where": ["?", {"?": 1}]}


async def test_a_fault_in_the_feed_costs_a_snapshot_and_never_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path) as centre, readers(centre.url) as (reader,):
        await reader.read()
        whole = views.live_call

        def broken(*_: object) -> told.LiveCall:
            monkeypatch.setattr(views, "live_call", whole)
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(views, "live_call", broken)
        (call,) = centre.calls(1)
        message = orjson.loads(await reader.socket.receive_str())
        assert message["kind"] == "snapshot"
        assert [one["id"] for one in message["calls"]] == [call]
        assert call in centre.floor.calls


async def test_a_fault_in_a_snapshot_closes_whoever_waits_for_it_and_the_next_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path) as centre:
        centre.staff("pos-1")
        await until(lambda: centre.floor.positions)
        whole = views.live_position

        def broken(*_: object) -> told.LivePosition:
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(views, "live_position", broken)
        async with readers(centre.url) as (reader,):
            message = await reader.socket.receive(timeout=5)
            assert (message.type.name, reader.socket.close_code) == ("CLOSE", 1011)
        monkeypatch.setattr(views, "live_position", whole)
        async with readers(centre.url) as (reader,):
            assert (await reader.read())["positions"]
    assert "a fault of ours" in caplog.text, "it is in the log"


async def test_who_moves_is_shown(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, readers(centre.url) as (reader,):
        centre.staff("pos-1", "pos-2")
        await reader.until(lambda mirror: len(mirror.parts["operators"]) == 2)
        centre.floor.seating.moves[OperatorName("op-pos-1")] = Move(
            operator=OperatorName("op-pos-1"), to=PositionName("pos-2"), by="op-pos-1"
        )
        centre.feed.stepped(Outbox())
        await reader.until(lambda mirror: mirror.parts["operators"]["op-pos-1"]["moving_to"] == "pos-2")


async def test_without_readers_nothing_is_kept(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre:
        async with readers(centre.url) as (reader,):
            await reader.read()
        await until(lambda: not len(centre.feed._fanout))
        centre.calls(100)
        await until(lambda: len(centre.floor.calls) == 100)
        assert not centre.feed._facts
        assert not centre.feed._shelves["calls"].all()
        assert centre.feed._timer is None


async def test_readers_who_come_together_share_one_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []
    async with serving(tmp_path) as centre:
        snapshot = centre.feed._fanout._snapshot

        def counted() -> bytes:
            made.append(snapshot())
            return made[-1]

        monkeypatch.setattr(centre.feed._fanout, "_snapshot", counted)
        began = time.monotonic()
        async with readers(centre.url, 30) as all_:
            await asyncio.gather(*(reader.read() for reader in all_))
            most = (time.monotonic() - began) / 0.1 + 2
        assert len(made) <= most
        assert len({reader.messages[0]["boot"] for reader in all_}) == 1


async def test_a_reader_that_does_not_read_is_closed_and_the_others_hear_everything(tmp_path: Path) -> None:
    async with serving(tmp_path) as centre, readers(centre.url) as (reader,):
        await reader.read()
        asleep = Outflow(most_messages=3)
        full = []
        asleep.on_full = lambda: full.append(1)
        await centre.feed.join(asleep)
        await until(lambda: asleep._waiting)
        for _ in range(8):
            (call,) = centre.calls(1)
            await reader.until(lambda mirror, call=call: call in mirror.parts["calls"])  # type: ignore[misc]
        assert asleep.closed
        assert full == [1]
        assert known(reader.mirror) == centre.truth()  # type: ignore[arg-type]


async def test_there_is_an_end_to_how_many_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(tmp_path) as centre:
        monkeypatch.setattr(centre.feed._fanout, "_most", 2)
        async with readers(centre.url, 2):
            with pytest.raises(Exception, match="503"):
                async with readers(centre.url):
                    pass
