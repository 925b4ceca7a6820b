"""Maps are taken in whole or not at all."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ct112.places import tiles, tiles_importing
from ct112.places.tiles import BadTiles
from tests.places.made_tiles import LAYERS, made, tile_id


def quiet(_what: str, _done: int, _whole: int) -> None:
    """Progress nobody looks at."""


def test_tiles_are_numbered_along_the_curve_of_the_specification() -> None:
    assert [tile_id(*at) for at in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0))] == [
        *range(6)
    ]


def test_a_map_is_checked_whole_and_put_in_its_place(tmp_path: Path) -> None:
    target = tmp_path / "map" / "city.pmtiles"
    told: list[tuple[str, int, int]] = []
    found = tiles_importing.take_in(made(tmp_path / "a.pmtiles"), target, lambda *said: told.append(said))
    assert (found.layers, found.attribution, found.max_zoom) == (LAYERS, "© OpenStreetMap", 14)
    assert tiles.read(target) == found
    assert {what for what, _, _ in told} == {"copy", "check"}
    assert [path.name for path in target.parent.iterdir()] == ["city.pmtiles"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def cut(raw: bytes) -> bytes:
    """A file of which the end is missing."""
    return raw[:-10]


def flipped(raw: bytes) -> bytes:
    """A file with a wrong byte within its tile."""
    return raw[:-30] + bytes((raw[-30] ^ 255,)) + raw[-29:]


def pictures(raw: bytes) -> bytes:
    """A file that says that its tiles are pictures."""
    return raw[:99] + b"\2" + raw[100:]


def wrong_root(raw: bytes) -> bytes:
    """A file with a wrong byte within its first directory."""
    return raw[:150] + bytes((raw[150] ^ 255,)) + raw[151:]


def old(raw: bytes) -> bytes:
    """A file of the version before."""
    return raw[:7] + b"\2" + raw[8:]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (cut, "ends too soon"),
        (flipped, "a tile is damaged"),
        (pictures, "pictures"),
        (wrong_root, "a directory"),
        (old, "version 2"),
        (lambda _raw: b"<html>not found</html>" * 20, "no PMTiles file"),
        (lambda _raw: b"", "no PMTiles file"),
        (lambda raw: raw[:8] + b"\xff" * 119 + raw[127:], "ends too soon"),
    ],
)
def test_a_damaged_map_says_what_to_do_and_leaves_the_one_before(
    tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    target = tmp_path / "city.pmtiles"
    before = made(target).read_bytes()
    bad = tmp_path / "bad.pmtiles"
    bad.write_bytes(damage(made(bad).read_bytes()))
    with pytest.raises(BadTiles, match=said):
        tiles_importing.take_in(bad, target, quiet)
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.pmtiles", "city.pmtiles"]


def test_an_extract_needs_the_maker_of_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    extract = tmp_path / "city.osm.pbf"
    extract.write_bytes(b"x")
    with pytest.raises(tiles_importing.CannotMake, match="apt-get install tilemaker"):
        tiles_importing.take_in(extract, tmp_path / "city.pmtiles", quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["city.osm.pbf"]


def test_what_the_maker_of_tiles_made_is_taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "a.pmtiles")
    maker = tmp_path / "maker"
    maker.write_text(f'#!/bin/sh\ncp {tmp_path}/a.pmtiles "$4"\n')
    maker.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _name: str(maker))
    extract = tmp_path / "city.osm.pbf"
    extract.write_bytes(b"x")
    assert tiles_importing.take_in(extract, tmp_path / "city.pmtiles", quiet).layers == LAYERS
    maker.write_text("#!/bin/sh\necho 'cannot read this' >&2\nexit 3\n")
    with pytest.raises(tiles_importing.CannotMake, match="ended with 3: cannot read this"):
        tiles_importing.take_in(extract, tmp_path / "city.pmtiles", quiet)
    assert tiles.read(tmp_path / "city.pmtiles").layers == LAYERS
