"""What can never be written is kept where an engineer finds it, counted, and in nobody's way."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import CallbackDone
from ct112.serve.callbacks import CallbackDesk
from ct112.store import Connection, RowRefused, Task, callbacks, kept_aside
from ct112.store import aside as aside_module
from ct112.store.aside import Aside
from ct112.store.spool_file import SpoolFile
from tests.store.examples import fact, record
from tests.store.once import Once


def counted(kind: str) -> float:
    return REGISTRY.get_sample_value("ct112_set_aside_total", {"kind": kind}) or 0.0


def lines(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_thing_is_kept_counted_and_logged_without_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "aside.jsonl"
    before = counted("record")
    with structlog.testing.capture_logs() as logged:
        Aside(path).keep("record", record(ani="081234567890\0\ud800"), "22003", call="c")
        Aside(path).keep("record", fact(text="second", nan=float("nan")), "why")
    assert [line["thing"]["call"] for line in lines(path)] == [record().call, fact().call]
    assert lines(path)[0]["thing"]["ani"].startswith("081234567890")
    assert counted("record") == before + 2
    assert [(line["event"], line["reason"]) for line in logged] == [
        ("set aside: it can never be written", "22003"),
        ("set aside: it can never be written", "why"),
    ]
    assert "0812" not in str(logged)
    assert path.stat().st_mode & 0o077 == 0


def test_keeping_never_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    loop: dict[str, Any] = {}
    loop["itself"] = loop
    before = counted("x")
    Aside().keep("x", record(), "no path")
    Aside(tmp_path / "file" / "aside.jsonl").keep("x", record(), "no folder")
    Aside(tmp_path / "aside.jsonl").keep("x", loop, "no end")
    monkeypatch.setattr(aside_module, "MOST_BYTES", 10)
    Aside(tmp_path / "full.jsonl").keep("x", record(), "fits")
    Aside(tmp_path / "full.jsonl").keep("x", record(), "full")
    assert counted("x") == before + 5
    assert len(lines(tmp_path / "full.jsonl")) == 1


def test_one_function_tells_how_many_there_are_and_where(tmp_path: Path) -> None:
    spool, nodes = tmp_path / "spool" / "spool.sqlite", [tmp_path / "a", tmp_path / "b"]
    assert kept_aside(spool, nodes) == []
    file = SpoolFile(spool)
    file.put([fact(1), fact(2), fact(3)])
    file.set_aside([(1, "why"), (3, "why")])
    file.close()
    for name in ("spool.sqlite.bad-1790000000", "spool.sqlite.bad-1790000000-wal"):
        (spool.parent / name).touch()
    Aside(spool.parent / aside_module.NAME).keep("x", 1, "why")
    (nodes[1] / "bad").mkdir(parents=True)
    (nodes[1] / "bad" / "a-1.1.ended").symlink_to("/nowhere")
    assert [(kept.kind, kept.path, kept.count) for kept in kept_aside(spool, nodes)] == [
        ("entries of the spool", spool, 2),
        ("damaged spools", spool.parent, 1),
        ("rows refused", spool.parent / "aside.jsonl", 1),
        ("fallback files", nodes[1] / "bad", 1),
    ]


class Refusing:
    """A repository that will not have two of the results."""

    page, withheld, take = (
        staticmethod(callbacks.page),
        staticmethod(callbacks.withheld),
        staticmethod(callbacks.take),
    )

    async def finish(
        self, connection: Connection, number: int, result: CallbackResult, *, tried: bool
    ) -> Task:
        """Write it, or not."""
        if number == 1:
            raise RowRefused("22003")
        if number == 2:
            raise RuntimeError("what nobody foresaw")
        return await callbacks.finish(connection, number, result, tried=tried)


async def test_a_result_that_can_never_be_written_holds_up_no_other(
    database_url: str, tmp_path: Path
) -> None:
    store = await Once.create(database_url, tmp_path / "aside.jsonl")
    store.callbacks = Refusing()
    ended = [record(n, ani=f"081234567{n:02d}", outcome="abandoned", ended_at=2e9) for n in range(1, 4)]
    await store.write(ended, [])
    desk = CallbackDesk(store, lambda _event: None)
    task = asyncio.create_task(desk.run())
    for number in (1, 2, 99, 3):
        desk.done(CallbackDone(task=number, result=CallbackResult.REACHED, tried=True))
    async with asyncio.timeout(30):
        while len(await store.tasks()) == 3:  # noqa: ASYNC110 - the desk tells nobody
            await asyncio.sleep(0.02)
    assert not task.done()
    task.cancel()
    assert [line["task"] for line in lines(tmp_path / "aside.jsonl")] == [1, 2]
    assert [one.id for one in await store.tasks()] == [1, 2]
    await store.close()
