"""Who sits where is on the disk after each change; damage, a full disk and an outage lose nobody."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ct112.core.events import Event, SeatingRestored
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.stays import Move, Seating, Stay
from ct112.serve import seating as module
from ct112.serve.known import LastKnown
from ct112.serve.seating import Kept, SeatingFile, SeatingKeeper

SITI, BUDI = OperatorName("siti"), OperatorName("budi")


def stay(operator: OperatorName = SITI, position: str = "pos-1") -> Stay:
    return Stay(
        id=CallId(f"{operator}@{position}"),
        operator=operator,
        position=PositionName(position),
        since=1.5,
        ready=False,
        reason="meal",
        seq=7,
    )


KEPT = Kept((stay(), stay(BUDI, "pos-2")), (Move(operator=SITI, to=PositionName("pos-3"), by="tina"),))


class Desk:
    """The database's copy, the floor's seating, and what is told."""

    def __init__(self, file: Path, *stays: Stay, away: bool = False) -> None:
        self.copy, self.away, self.asked = stays, away, 0
        self.seating = Seating()
        self.events: list[Event] = []
        self.changes = 0
        self.file = SeatingFile(file)
        self.keeper = SeatingKeeper(
            self.file,
            LastKnown(file.with_name("last-known.json")),
            self,
            post=self.events.append,
            on_change=self._changed,
            now=lambda: 99.0,
        )

    def _changed(self) -> None:
        self.changes += 1

    async def stays(self) -> Sequence[Stay]:
        """The source."""
        self.asked += 1
        if self.away:
            raise OSError("away")
        return self.copy

    async def begins(self) -> SeatingRestored:
        """Start; return what the floor is told."""
        await self.keeper.first(database_ok=not self.away)
        self.keeper.announce()
        event = self.events[-1]
        assert isinstance(event, SeatingRestored)
        return event

    def sits(self, *stays: Stay) -> None:
        """Let the floor seat these people."""
        self.seating.stays = {one.operator: one for one in stays}
        self.seating.revision += 1
        self.keeper.changed()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep what changes meanwhile."""
        task = asyncio.create_task(self.keeper.run(lambda: self.seating), name="seating")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 (a file is no event)
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.01)


def test_what_is_kept_is_private_and_comes_back(tmp_path: Path) -> None:
    file = SeatingFile(tmp_path / "state" / "seating.json")
    assert file.load() is None
    file.save(KEPT)
    assert file.load() == KEPT
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "state").iterdir()} == {0}


@pytest.mark.parametrize("flip", range(0, 400, 23))
def test_a_damaged_file_gives_the_copy_of_before(
    tmp_path: Path, flip: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "seating.json"
    file = SeatingFile(path)
    file.save(Kept((stay(BUDI, "pos-2"),)))
    file.save(KEPT)
    body = bytearray(path.read_bytes())
    body[flip % len(body)] ^= 1
    path.write_bytes(body)
    assert file.load() == Kept((stay(BUDI, "pos-2"),))
    assert "the copy before is used" in capsys.readouterr().out


def test_a_cut_file_and_rubbish_are_damage_too(tmp_path: Path) -> None:
    path = tmp_path / "seating.json"
    file = SeatingFile(path)
    file.save(KEPT)
    file.save(KEPT)
    for body in (b"", b"\n", path.read_bytes()[:80], b"\0" * 500, os.urandom(300)):
        path.write_bytes(body)
        assert file.load() == KEPT
    (tmp_path / "seating.before").write_bytes(b"")
    assert file.load() is None


async def test_each_change_is_on_the_disk_and_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "seating.json")
    assert (await desk.begins()).stays == ()
    async with desk.running():
        desk.sits(stay())
        await until(lambda: desk.file.load() == Kept((stay(),)))
        desk.sits(stay(), stay(BUDI, "pos-2"))
        await until(lambda: desk.file.load() == Kept((stay(), stay(BUDI, "pos-2"))))
    assert desk.changes == 2
    assert desk.keeper.healthy


async def test_a_restart_knows_it_without_the_database(tmp_path: Path) -> None:
    SeatingFile(tmp_path / "seating.json").save(KEPT)
    desk = Desk(tmp_path / "seating.json", stay(OperatorName("old"), "pos-9"), away=True)
    assert await desk.begins() == SeatingRestored(KEPT.stays, KEPT.moves)
    assert desk.asked == 0


async def test_nobody_sitting_anywhere_is_known_too(tmp_path: Path) -> None:
    SeatingFile(tmp_path / "seating.json").save(Kept())
    desk = Desk(tmp_path / "seating.json", stay())
    assert await desk.begins() == SeatingRestored(())
    assert desk.asked == 0


async def test_without_a_file_the_database_knows(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "seating.json", stay())
    assert (await desk.begins()).stays == (stay(),)


async def test_without_either_it_is_asked_until_it_answers(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "seating.json", stay(), away=True)
    assert (await desk.begins()).stays == ()
    async with desk.running():
        await until(lambda: desk.asked >= 2)
        desk.away = False
        await until(lambda: desk.events[-1] == SeatingRestored((stay(),)))
        asked = desk.asked
        await asyncio.sleep(0.05)
    assert desk.asked == asked


async def test_an_upgrade_with_the_database_away_seats_everybody_as_before(tmp_path: Path) -> None:
    seat = {"position": "pos-1", "sip_password": "x", "operator": "siti", "ready": True}
    (tmp_path / "last-known.json").write_text(json.dumps({"seats": [seat], "ivr": None}))
    desk = Desk(tmp_path / "seating.json", away=True)
    (one,) = (await desk.begins()).stays
    assert (one.operator, one.position, one.ready, one.since) == ("siti", "pos-1", True, 99.0)


async def test_a_disk_that_is_full_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path / "seating.json")
    await desk.begins()
    save = desk.file.save

    def full(kept: Kept) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(desk.file, "save", full)
    async with desk.running():
        desk.sits(stay())
        await until(lambda: not desk.keeper.healthy)
        monkeypatch.setattr(desk.file, "save", save)
        await until(lambda: desk.keeper.healthy)
        assert desk.file.load() == Kept((stay(),))
    assert capsys.readouterr().out.count("cannot be kept on the disk") == 1


async def test_a_disk_that_hangs_takes_one_thread_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DISK_SECONDS", 0.02)
    desk, begun = Desk(tmp_path / "seating.json"), 0
    await desk.begins()
    go = asyncio.Event()
    loop, save = asyncio.get_running_loop(), desk.file.save

    def hanging(kept: Kept) -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            asyncio.run_coroutine_threadsafe(go.wait(), loop).result(30)
        save(kept)

    monkeypatch.setattr(desk.file, "save", hanging)
    async with desk.running():
        for number in range(5):
            desk.sits(stay(position=f"pos-{number}"))
            await asyncio.sleep(0.03)
        assert (begun, desk.keeper.healthy) == (1, False)
        go.set()
        await until(lambda: desk.file.load() == Kept((stay(position="pos-4"),)))
    assert desk.keeper.healthy
