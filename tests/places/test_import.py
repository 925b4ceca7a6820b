"""A city's files are taken in whole or not at all, and say what is wrong with them."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from ct112.places import geojson, name_files
from ct112.places.importing import Files, take_in
from ct112.places.problems import BadFile
from ct112.store import Store, places
from tests.places.conftest import collection, square
from tests.store.terminal import Terminal

BOW = [[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]]


def feature(geometry: Any, code: Any = "99.02.01.1001", name: Any = "Lain") -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


def ring(*points: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(points)]}


BAD = {
    "no JSON": b"{",
    "NaN": b'{"type":"FeatureCollection","features":[NaN]}',
    "nested": b"[" * 100_000,
    "nested object": b'{"type":"FeatureCollection","features":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "empty": json.dumps({"type": "FeatureCollection", "features": []}).encode(),
    "a list": b"[]",
}
FEATURES: dict[str, Any] = {
    "null geometry": feature(None),
    "a point": feature({"type": "Point", "coordinates": [1, 2]}),
    "a collection of collections": feature({"type": "GeometryCollection", "geometries": []}),
    "no code": feature(square(1, 1), code=None),
    "another code": feature(square(1, 1), code="1; DROP TABLE area"),
    "digits of another script": feature(square(1, 1), code="٩٩.٠١"),
    "no name": feature(square(1, 1), name=""),
    "a name of two lines": feature(square(1, 1), name="a\nb"),
    "a long name": feature(square(1, 1), name="a" * 1000),
    "the same code again": feature(square(1, 1), code="99.01.01.1001"),
    "too far": feature(ring([0, 0], [200, 0], [1, 1], [0, 0])),
    "exchanged": feature(ring([-6.9, 109.6], [-6.8, 109.6], [-6.8, 109.7], [-6.9, 109.6])),
    "huge": feature(ring([0, 0], [1e308, 0], [1, 1], [0, 0])),
    "true": feature(ring([True, 0], [1, 0], [1, 1], [True, 0])),
    "texts": feature(ring(["0", "0"], ["1", "0"], ["1", "1"], ["0", "0"])),
    "three points": feature(ring([0, 0], [1, 0], [0, 0])),
    "not closed": feature(ring([0, 0], [1, 0], [1, 1], [0, 1])),
    "no surface": feature(ring([0, 0], [1, 1], [2, 2], [0, 0])),
    "crossing itself": feature(ring(*BOW)),
    "coordinates of nothing": feature({"type": "MultiPolygon", "coordinates": []}),
    "coordinates of objects": feature({"type": "Polygon", "coordinates": [{"0": [0, 0]}]}),
    "no properties": {"type": "Feature", "geometry": square(1, 1)},
    "text": "x",
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile):
        geojson.read(content)


@pytest.mark.parametrize("bad", FEATURES.values(), ids=FEATURES.keys())
def test_one_bad_feature_refuses_the_file(bad: Any) -> None:
    with pytest.raises(BadFile, match=r"feature 13|99\."):
        geojson.read(json.dumps(collection(bad)).encode())


def test_an_outline_that_crosses_itself_is_mended_when_asked() -> None:
    (found,) = geojson.read(
        json.dumps({"type": "FeatureCollection", "features": [feature(ring(*BOW))]}).encode(), mend=True
    )
    assert found.mended
    assert len(found.geometry["coordinates"]) == 2


@pytest.mark.parametrize("kind", ["the same ring again", "a star"])
def test_what_would_take_all_memory_to_mend_is_refused(kind: str) -> None:
    """Mending takes memory by the crossings: this machine may be the one that answers calls."""
    star = [[math.cos(at * 2.4), math.sin(at * 2.4)] for at in range(1_000)]
    triangle = [[0, 0], [1, 0], [1, 1], [0, 0]]
    rings = [[*star, star[0]]] if kind == "a star" else [triangle] * 2_000
    bad = feature({"type": "Polygon", "coordinates": rings})
    with pytest.raises(BadFile, match="too often"):
        geojson.read(json.dumps(collection(bad)).encode(), mend=True)


def test_degrees_of_another_datum_are_refused() -> None:
    for name, good in (("urn:ogc:def:crs:OGC:1.3:CRS84", True), ("urn:ogc:def:crs:EPSG::4211", False)):
        content = json.dumps(collection() | {"crs": {"type": "name", "properties": {"name": name}}}).encode()
        if good:
            assert len(geojson.read(content)) == 12
        else:
            with pytest.raises(BadFile, match="WGS 84"):
                geojson.read(content)
    others: tuple[Any, ...] = ({}, [], "EPSG:4326", {"type": "link", "properties": {"href": "x"}})
    for crs in others:
        with pytest.raises(BadFile, match="WGS 84"):
            geojson.read(json.dumps(collection() | {"crs": crs}).encode())


def test_a_file_of_a_windows_program_is_read() -> None:
    assert len(geojson.read(b"\xef\xbb\xbf" + json.dumps(collection()).encode())) == 12


def test_a_file_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "LARGEST", 10)
    with pytest.raises(BadFile, match="MiB"):
        geojson.read(b"x" * 11)
    monkeypatch.setattr(geojson, "LARGEST", 10**6)
    monkeypatch.setattr(geojson, "MOST_POINTS", 50)
    with pytest.raises(BadFile, match="points"):
        geojson.read(json.dumps(collection()).encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "code,name\n",
        "kind,name\nstreet,Jalan\n",
        "code,kind,name\nx,street\n",
        "code,kind,name\nx,street,a,b\n",
        "code,kind,name\nx,road,Jalan A\n",
        "code,kind,name\n'; --,street,Jalan A\n",
        "code,kind,name\nx,street,\n",
        "code,kind,name\nx,street,???\n",
        "code,kind,name\nx,street,Jalan A\nx,street,Jalan B\n",
        "code,kind,name,area\nx,street,Jalan A,99.99\n",
        "code,kind,name,latitude,longitude\nx,street,Jalan A,nan,1\n",
        "code,kind,name,latitude,longitude\nx,street,Jalan A,109.6,-6.9\n",
        "code,kind,name,latitude,longitude\nx,street,Jalan A,-6.9,\n",
        'code,kind,name\nx,street,"Jalan\n',
        "code,kind,name\nx,street,Jalan A\n\x00,street,Jalan B\n",
        "code,kind,name,aliases\nx,street,Jalan A," + ";".join("abcdefghijkl") + "\n",
    ],
)
def test_a_damaged_list_of_names_is_refused(text: str) -> None:
    with pytest.raises(BadFile):
        name_files.names(text.encode(), {"99.01"})


def test_a_list_that_is_no_utf8_says_in_which_line() -> None:
    with pytest.raises(BadFile, match="line 2"):
        name_files.names(b"code,kind,name\nx,street,Jal\xffan\n", set())


async def test_it_is_all_or_nothing_and_safe_to_repeat(store: Store, city: Path) -> None:
    files = Files(areas=city / "areas.geojson", area_names=city / "areas.csv", names=city / "names.csv")
    for expected in ([(12, 0, 0), (4, 0, 0), (98, 0, 0)], [(0, 0, 12), (0, 0, 4), (0, 0, 98)]):
        async with store.transaction() as connection:
            report = await take_in(connection, files, by="test")
        assert [(one.added, one.changed, one.same) for _, one in report.taken] == expected
    (city / "areas.geojson").write_text(json.dumps(collection(feature(square(1, 1)))))
    (city / "names.csv").write_text("code,kind,name\ns001,street,Jalan Anggrek\ns002,road,x\n")
    with pytest.raises(BadFile, match="line 3"):
        async with store.transaction() as connection:
            await take_in(connection, files, by="test")
    async with store.transaction() as connection:
        assert len(await places.areas(connection)) == 16
        assert [place.code for place in await places.search(connection, "jl melati raya", limit=1)] == [
            "s001"
        ]
        assert not [p for p in await places.search(connection, "anggrek") if p.name == "Jalan Anggrek"]
    (city / "names.csv").write_text("code,kind,name,area\ns001,street,Jalan Anggrek,99.02.01.1001\n")
    async with store.transaction() as connection:
        report = await take_in(connection, files, by="test")
    assert [(one.added, one.changed) for _, one in report.taken] == [(1, 0), (0, 0), (0, 1)]
    async with store.transaction() as connection:
        (first,) = await places.search(connection, "anggrek", limit=1)
        assert (first.code, first.name, first.area_name) == ("s001", "Jalan Anggrek", "Lain")


def test_the_commands(terminal: Terminal, city: Path) -> None:
    said = terminal.places(
        "import", "--areas", str(city / "areas.geojson"), "--names", str(city / "names.csv")
    )
    assert "areas: 12 added, 0 changed, 0 as they were" in said
    assert "names: 98 added" in said
    assert "Jalan Jenderal Sudirman" in terminal.places("search", "jl jend soedirman")
    assert "found no more" in terminal.places("remove", "s004")
    assert "Sudirman" not in terminal.places("search", "jl jend soedirman")
    assert "no street" in terminal.places("remove", "99.01.01.1001", code=1)
    assert "say what to import" in terminal.places("import", code=1)
    (city / "areas.geojson").write_text("{")
    assert "no JSON" in terminal.places("import", "--areas", str(city / "areas.geojson"), code=1)
    assert "cannot be read" in terminal.places("import", "--names", str(city), code=1)
