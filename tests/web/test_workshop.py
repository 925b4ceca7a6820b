"""The workshop: what takes long is done a few at a time, though nobody waits for it any more."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from ct112 import ivr
from ct112.web.ivr import workshop as workshop_module
from ct112.web.ivr.workshop import AT_ONCE, Workshop


async def test_a_check_nobody_waits_for_keeps_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, go_on, lock = 0, 0, threading.Event(), threading.Lock()

    def slow(*_given: Any, **_more: Any) -> tuple[tuple[()], None]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go_on.wait(20)
        with lock:
            running -= 1
        return (), None

    monkeypatch.setattr(ivr, "every_problem", slow)
    workshop = Workshop(tmp_path, None, 15.0)
    for _ in range(AT_ONCE * 3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await workshop.check("a document")
    last = asyncio.create_task(workshop.check("another"))
    await asyncio.sleep(0.05)
    assert running == most == AT_ONCE
    go_on.set()
    async with asyncio.timeout(20):
        assert await last == ((), None)
    assert most == AT_ONCE


async def test_what_was_checked_while_somebody_typed_does_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop_module, "MOST_SOUNDS", 20)
    workshop = Workshop(tmp_path, None, 15.0)
    for number in range(25):
        problems, report = await workshop.check(ivr.default_text().replace("Pekalongan.", f"nomor {number}."))
        assert (problems, report is None) == ((), False)
    sounds = list((tmp_path / "drafts" / "prompts").glob("*.wav"))
    assert len(sounds) <= 20 + 11  # and those of the last one
    assert report is not None
    last = report.compiled.document.prompt_keys()
    assert await workshop.sound(min(last)) is not None
