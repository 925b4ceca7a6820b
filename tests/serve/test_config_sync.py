"""The keeper: what changed is passed on; a database that is away, or a bad document, changes nothing."""

import asyncio
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ct112.core.events import Event, IvrPublished, PeopleChanged
from ct112.core.ivr import IvrDocument
from ct112.core.policy import Policy
from ct112.core.stays import People
from ct112.serve import config_sync
from ct112.serve.config_sync import ConfigSync
from ct112.serve.known import (
    Known,
    KnownOperator,
    KnownPosition,
    KnownReason,
    LastKnown,
    LiveIvr,
    RosterEntry,
)
from tests.core.ivr_documents import make, usual_document

POSITION = KnownPosition("pos-1", "generated")
KNOWN = Known(
    (POSITION,),
    (KnownOperator("siti", "Siti Aminah", "$argon2id$"),),
    (KnownReason("meal", "Makan", "Meal"),),
    (RosterEntry(0.0, 8.5, "siti"),),
)


BASE = Policy(ring_seconds=20.0)


class Desk:
    """A source the test changes, and everything the keeper tells."""

    def __init__(self, known: Known) -> None:
        self.answer: Known | Exception = known
        self.asked = 0
        self.events: list[Event] = []
        self.positions: list[Sequence[KnownPosition]] = []
        self.documents: list[IvrDocument] = []

    async def known(self) -> Known:
        """The source."""
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def compiled(live: LiveIvr | None) -> IvrDocument:
    """A compiler that refuses what says so."""
    if live is None:
        return usual_document()
    if "bad" in live.source_yaml:
        raise ValueError("does not compile")
    document = usual_document()
    return make(list(document.nodes.values()), document.start)


def keeper_of(desk: Desk, file: Path) -> ConfigSync:
    return ConfigSync(
        desk,
        LastKnown(file),
        compiled,
        post=desk.events.append,
        on_positions=desk.positions.append,
        on_document=desk.documents.append,
        policy=BASE,
    )


async def turns(desk: Desk, one: ConfigSync, count: int) -> None:
    """Run the keeper until it has asked `count` more times and dealt with the answers but the last."""
    until = desk.asked + count
    task = asyncio.create_task(one.run(), name="keeper")
    async with asyncio.timeout(20):
        while desk.asked < until:  # noqa: ASYNC110 (the source counts; it is no event)
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_sync, "POLL_SECONDS", 0.001)


async def test_it_starts_from_the_database_and_keeps_a_private_copy(tmp_path: Path) -> None:
    desk, file = Desk(KNOWN), tmp_path / "state" / "known.json"
    one = keeper_of(desk, file)
    await one.first()
    one.announce()
    (event,) = (event for event in desk.events if isinstance(event, PeopleChanged))
    assert event.people == KNOWN.people()
    assert [*event.people.operators, *event.people.reasons] == ["siti", "meal"]
    assert file.stat().st_mode & 0o077 == 0
    assert LastKnown(file).load() == KNOWN


def test_the_last_known_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut takes PostgreSQL away too, and a name without what is in it would be all that is left."""
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    LastKnown(tmp_path / "known.json").save(KNOWN)
    assert synced == [(tmp_path / "known.json").stat().st_ino]


async def test_with_the_database_away_the_last_known_is_used(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    LastKnown(file).save(Known((POSITION,), ivr=LiveIvr(4, "good")))
    desk = Desk(Known())
    desk.answer = OSError("away")
    one = keeper_of(desk, file)
    await one.first()
    one.announce()
    assert desk.positions == [(POSITION,)]
    assert not one.database_ok


async def test_a_broken_copy_is_no_reason_not_to_start(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_text("{ not json")
    desk = Desk(Known())
    desk.answer = OSError("away")
    assert await keeper_of(desk, file).first() == usual_document()


async def test_a_copy_of_before_operators_logged_in_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    seat = {"position": "pos-1", "sip_password": "generated", "operator": "siti", "ready": False}
    empty = {"position": "pos-2", "sip_password": "other", "operator": None, "ready": False}
    ivr = {"version": 4, "source_yaml": "good"}
    file.write_text(json.dumps({"seats": [seat, empty], "ivr": ivr}))
    positions = (POSITION, KnownPosition("pos-2", "other"))
    assert LastKnown(file).load() == Known(positions, (KnownOperator("siti"),), ivr=LiveIvr(4, "good"))
    (stay,) = LastKnown(file).stays(now=12.5)
    assert (stay.operator, stay.position, stay.ready, stay.since) == ("siti", "pos-1", False, 12.5)


@pytest.mark.parametrize(
    "damaged", ["[]", "{}", '{"seats": 7}', '{"seats": [{}]}', "null", "\udcff", "[" * 100_000]
)
async def test_a_damaged_copy_seats_nobody(tmp_path: Path, damaged: str) -> None:
    file = tmp_path / "known.json"
    file.write_text(damaged, errors="surrogateescape")
    assert LastKnown(file).stays(now=12.5) == ()
    assert LastKnown(file).load() == Known()


async def test_with_no_database_and_no_copy_nobody_is_told_that_there_is_nobody(tmp_path: Path) -> None:
    desk = Desk(Known())
    desk.answer = OSError("away")
    one = keeper_of(desk, tmp_path / "known.json")
    await one.first()
    one.announce()
    assert desk.events == []


async def test_changes_are_passed_on_once(tmp_path: Path) -> None:
    desk = Desk(Known())
    one = keeper_of(desk, tmp_path / "known.json")
    await one.first()
    desk.answer = replace(KNOWN, ivr=LiveIvr(2, "good"))
    await turns(desk, one, 4)
    assert [type(event) for event in desk.events] == [PeopleChanged, IvrPublished]
    assert len(desk.documents) == 1


async def test_a_document_that_does_not_compile_leaves_the_running_one(tmp_path: Path) -> None:
    desk = Desk(Known())
    one = keeper_of(desk, tmp_path / "known.json")
    running = await one.first()
    desk.answer = Known(ivr=LiveIvr(2, "bad"))
    await turns(desk, one, 3)
    assert one.document is running
    assert desk.events == []


async def test_an_outage_takes_nobody_off_duty(tmp_path: Path) -> None:
    desk = Desk(KNOWN)
    one = keeper_of(desk, tmp_path / "known.json")
    await one.first()
    desk.answer = OSError("away")
    await turns(desk, one, 3)
    assert desk.events == []
    desk.answer = Known(())
    await turns(desk, one, 2)
    assert desk.events == [PeopleChanged(People())]
    assert one.database_ok


async def test_a_position_with_a_reserved_name_is_left_out_and_told(tmp_path: Path) -> None:
    named = (POSITION, KnownPosition("trunk", "generated"), KnownPosition("telkom", "generated"))
    desk = Desk(Known(named))
    one = ConfigSync(
        desk,
        LastKnown(tmp_path / "last.json"),
        compiled,
        post=desk.events.append,
        on_positions=desk.positions.append,
        on_document=desk.documents.append,
        policy=BASE,
        trunk="telkom",
    )
    await one.first()
    one.announce()
    assert desk.positions == [(POSITION,)]
    (event,) = (event for event in desk.events if isinstance(event, PeopleChanged))
    assert event.people.positions == {"pos-1"}
    assert one.unusable == ("trunk", "telkom")


async def test_a_position_that_is_no_name_is_left_out_and_the_others_are_told_of(tmp_path: Path) -> None:
    hostile = ["pos-2\r\nAction: Reboot", "pos:3", "pos\0-4", "../pos-5", "", "p" * 32]
    desk = Desk(Known((POSITION, *(KnownPosition(name, "generated") for name in hostile))))
    one = keeper_of(desk, tmp_path / "known.json")
    await one.first()
    one.announce()
    assert desk.positions == [(POSITION,)]
    assert one.unusable == tuple(hostile)


class Hanging(LastKnown):
    """A file on a disk that does not answer until it is let go."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.go = threading.Event()

    def load(self) -> Known:
        """Hang."""
        self.go.wait(30)
        return Known()

    def save(self, known: Known) -> None:
        """Hang."""
        del known
        self.go.wait(30)


@pytest.mark.parametrize("away", [False, True])
async def test_a_disk_that_hangs_keeps_nobody_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, away: bool
) -> None:
    monkeypatch.setattr(config_sync, "DISK_SECONDS", 0.05)
    desk, disk = Desk(KNOWN), Hanging(tmp_path / "known.json")
    if away:
        desk.answer = OSError("away")
    one = keeper_of(desk, tmp_path)
    monkeypatch.setattr(one, "_last", disk)
    try:
        async with asyncio.timeout(10):
            assert await one.first() == usual_document()
    finally:
        disk.go.set()


async def test_a_document_that_compiles_for_ever_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config_sync, "COMPILE_SECONDS", 0.2)
    go = threading.Event()

    def endless(live: LiveIvr | None) -> IvrDocument:
        if live is not None:
            go.wait(30)
        return usual_document()

    desk = Desk(replace(KNOWN, ivr=LiveIvr(3, "endless")))
    one = keeper_of(desk, tmp_path / "known.json")
    monkeypatch.setattr(one, "_compile", endless)
    try:
        async with asyncio.timeout(10):
            assert await one.first() == usual_document()
    finally:
        go.set()
