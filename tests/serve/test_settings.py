"""Settings in step with the database: what is nonsense costs nothing, and an outage changes nothing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ct112 import metrics
from ct112.core.events import PolicyChanged
from ct112.core.policy import Policy
from ct112.serve import config_sync
from ct112.serve.known import Known, LastKnown, LiveSettings
from ct112.serve.settings import SettingsInForce
from tests.serve.test_config_sync import BASE, Desk, keeper_of, turns

RING = Known(settings=LiveSettings(3, {"ring_seconds": 40}))
BAD: list[dict[str, Any]] = [
    {"ring_seconds": 4000},
    {"ring_seconds": "forty"},
    {"ring_seconds": None},
    {"ring_seconds": 40, "of a later version": 1},
    {"switch_seconds": 30},
    {"lost_node_free_seconds": 60, "lost_node_end_seconds": 30},
]


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_sync, "POLL_SECONDS", 0.001)


def version() -> tuple[float, float]:
    """Return which version is in force, and whether a newer one is refused, as the metrics have it."""
    found = [one.collect() for one in (metrics.settings_version, metrics.settings_refused)]
    in_force, refused = [next(iter(metric)).samples[0].value for metric in found]
    return in_force, refused


async def test_a_change_reaches_the_floor_once_and_the_disk(tmp_path: Path) -> None:
    desk, file = Desk(Known()), tmp_path / "known.json"
    keeper = keeper_of(desk, file)
    await keeper.first()
    desk.answer = RING
    await turns(desk, keeper, 4)
    assert desk.events == [PolicyChanged(replace(BASE, ring_seconds=40.0))]
    assert LastKnown(file).load() == RING
    assert version() == (3.0, 0.0)
    desk.answer = Known()
    await turns(desk, keeper, 3)
    assert desk.events[-1] == PolicyChanged(BASE)


async def test_with_the_database_away_it_starts_by_the_last_ones(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    LastKnown(file).save(RING)
    desk = Desk(Known())
    desk.answer = OSError("away")
    keeper = keeper_of(desk, file)
    await keeper.first()
    assert keeper.settings.policy == replace(BASE, ring_seconds=40.0)
    await turns(desk, keeper, 3)
    assert desk.events == []
    desk.answer = RING
    await turns(desk, keeper, 3)
    assert desk.events == []


@pytest.mark.parametrize("bad", BAD, ids=str)
async def test_nonsense_leaves_what_is_in_force_and_is_said_once(
    tmp_path: Path, bad: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    desk, file = Desk(RING), tmp_path / "known.json"
    keeper = keeper_of(desk, file)
    await keeper.first()
    capsys.readouterr()
    desk.answer = Known(settings=LiveSettings(4, bad))
    await turns(desk, keeper, 5)
    assert desk.events == []
    assert keeper.settings.policy == replace(BASE, ring_seconds=40.0)
    assert LastKnown(file).load() == RING
    assert version() == (3.0, 1.0)
    assert str(keeper.settings).startswith("version 4 is refused: ")
    assert str(keeper.settings).endswith("; version 3 is in force")
    told = capsys.readouterr()
    assert (told.out + told.err).count("settings are refused") == 1
    desk.answer = Known(settings=LiveSettings(5, {"ring_seconds": 50}))
    await turns(desk, keeper, 3)
    assert desk.events == [PolicyChanged(replace(BASE, ring_seconds=50.0))]
    assert version() == (5.0, 0.0)


async def test_started_on_nonsense_it_goes_by_the_last_good_ones(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    LastKnown(file).save(RING)
    desk = Desk(Known(settings=LiveSettings(4, {"ring_seconds": -1})))
    keeper = keeper_of(desk, file)
    await keeper.first()
    assert keeper.settings.policy == replace(BASE, ring_seconds=40.0)
    assert keeper.settings.refused
    assert LastKnown(file).load() == RING


async def test_started_on_nonsense_with_no_copy_it_goes_by_what_it_is_started_with(tmp_path: Path) -> None:
    desk = Desk(Known(settings=LiveSettings(4, {"ring_seconds": -1})))
    keeper = keeper_of(desk, tmp_path / "known.json")
    await keeper.first()
    assert keeper.settings.policy == BASE


@pytest.mark.parametrize("damaged", [[], 7, {"version": 3}, {"version": "x", "values": {}}, {"values": 1}])
async def test_a_copy_with_damaged_settings_starts_all_the_same(tmp_path: Path, damaged: Any) -> None:
    file = tmp_path / "known.json"
    file.write_text(json.dumps({"positions": [], "settings": damaged}))
    desk = Desk(Known())
    desk.answer = OSError("away")
    keeper = keeper_of(desk, file)
    await keeper.first()
    assert keeper.settings.policy == BASE


def test_a_change_that_no_longer_fits_what_it_is_started_with_is_refused() -> None:
    """The range of one may hang on another that ct112.env has."""
    settings = SettingsInForce(Policy(lost_node_end_seconds=40.0))
    assert not settings.take(LiveSettings(1, {"lost_node_free_seconds": 50}))
    assert "lost_node_end_seconds" in settings.refused
