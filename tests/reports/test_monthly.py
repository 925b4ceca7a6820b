"""The monthly report: its figures, a receiver's columns, and files in which no cell is a formula."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from ct112.reports.mapping import DEFAULT, Column, Mapping, MappingTrouble, read
from ct112.reports.monthly import Month, known, row
from ct112.reports.writing import to_csv, to_xlsx
from ct112.store.statistics import AgencyFigures, CallFigures, IncidentFigures

NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NASTY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")')


CALLS = CallFigures(
    key="all",
    calls=2,
    answered=1,
    abandoned=1,
    within_10_s=1,
    within_15_s=1,
    within_20_s=1,
    answer_mean_seconds=4.26,
    answer_p90_seconds=4.26,
)
FIRE = IncidentFigures(
    key="all",
    incidents=1,
    closed=1,
    dispatched=1,
    dispatched_within_60_s=1,
    dispatched_after_answer=1,
    reached=1,
    reached_within_15_min=0,
    response_mean_seconds=1000.0,
    response_p90_seconds=1000.0,
)
DAMKAR = AgencyFigures(
    key="damkar",
    asked=3,
    acknowledged=1,
    declined=0,
    reached=1,
    acknowledged_mean_seconds=1.0,
    acknowledged_p90_seconds=1.0,
    on_scene_mean_seconds=2.0,
    on_scene_p90_seconds=2.0,
)


class November:
    """A month with two calls and a fire."""

    calls = (CALLS,)
    classes = (FIRE, replace(FIRE, key="emergency"))
    categories = (replace(FIRE, key="kebakaran"),)
    agencies = (DAMKAR,)


class Nothing:
    """A span without anything."""

    calls: tuple[CallFigures, ...] = ()
    classes: tuple[IncidentFigures, ...] = ()
    categories: tuple[IncidentFigures, ...] = ()
    agencies: tuple[AgencyFigures, ...] = ()


def cells(data: bytes) -> list[list[tuple[str, str]]]:
    """Return an XLSX's cells as (type, text), by its own XML; a formula is an AssertionError."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        shared = ["".join(part.itertext()) for part in fromstring(file.read("xl/sharedStrings.xml"))]
        sheet = fromstring(file.read("xl/worksheets/sheet1.xml"))
    assert sheet.find(f".//{NS}f") is None, "a formula"
    found = []
    for line in sheet.iter(f"{NS}row"):
        values = [(cell.get("t", "n"), cell.findtext(f"{NS}v") or "") for cell in line]
        found.append([("s", shared[int(value)]) if kind == "s" else (kind, value) for kind, value in values])
    return found


def test_the_default_columns_over_a_month() -> None:
    mapping = read()
    rows = [row("2026-11-01", Nothing()), row("2026-11", November())]
    lines = list(csv.reader(io.StringIO(to_csv(mapping, rows).decode("utf-8-sig"))))
    assert lines[0][:3] == ["Tanggal", "Panggilan masuk", "Panggilan terjawab"]
    by_name = dict(zip(lines[0], lines[2], strict=True))
    assert by_name["Kebakaran"] == "1"
    assert by_name["Banjir"] == "0"
    assert by_name["Rata-rata waktu jawab (detik)"] == "4.3"
    assert by_name["Petugas tiba dalam 15 menit"] == "0"
    empty = dict(zip(lines[0], lines[1], strict=True))
    assert (empty["Panggilan masuk"], empty["Rata-rata waktu jawab (detik)"]) == ("0", "")
    table = cells(to_xlsx(mapping, rows))
    assert [value for _, value in table[0]] == lines[0]
    assert table[2][:2] == [("s", "2026-11"), ("n", "2")]


@pytest.mark.parametrize("words", NASTY)
def test_no_cell_is_a_formula(words: str) -> None:
    mapping = Mapping(words, (Column(words, "day"), Column("n", "calls")))
    data = to_csv(mapping, [{"day": words, "calls": -5}]).decode("utf-8-sig")
    (head, line) = csv.reader(io.StringIO(data, newline=""))
    assert head[0] == line[0] == f"'{words}"
    assert line[1] == "-5", "a number stays one"
    table = cells(to_xlsx(mapping, [{"day": words, "calls": -5}]))
    assert table[1][0][0] == "s"
    assert table[1][1] == ("n", "-5")


@pytest.mark.parametrize(
    "words", ["\0\x01\x0b\x1f", "\ufffe\uffff", "]]>&<", "'", "[]:*?/\\", "x" * 99, "\ud83d\udd25"]
)
def test_whatever_stands_in_it_the_file_is_one(words: str) -> None:
    mapping = Mapping(words, (Column(words, "day"),))
    table = cells(to_xlsx(mapping, [{"day": words}]))
    assert len(table) == 2


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("title: x", "title and columns"),
        ("title: x\ncolumns: []", "list of 1"),
        ("title: x\ncolumns: [{name: a, figure: callers}]", "no figure 'callers'"),
        ("title: x\ncolumns: [{name: a}]", "column 1"),
        ("title: x\ncolumns: [{name: 3, figure: day}]", "text of one line"),
        ('title: "a\\nb"\ncolumns: [{name: a, figure: day}]', "text of one line"),
        ("{", "cannot be read"),
        ("!!python/object/apply:os.system [id]", "cannot be read"),
    ],
)
def test_a_mapping_that_is_none_says_why(tmp_path: Path, document: str, why: str) -> None:
    (tmp_path / "m.yaml").write_text(document)
    with pytest.raises(MappingTrouble, match=why):
        read(tmp_path / "m.yaml")
    with pytest.raises(MappingTrouble, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize(
    "words", ["2026-13", "26-11", "2026-1", "2026/11", "2026-11-01", "1999-12", "２０２６-11", ""]
)
def test_what_is_no_month(words: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.read(words)


def test_a_month_has_its_days() -> None:
    assert [len(Month.read(words).days()) for words in ("2026-02", "2028-02", "2026-11")] == [28, 29, 30]
    assert str(Month.read("2026-02")) == "2026-02"


def test_the_default_mapping_names_what_there_is() -> None:
    assert DEFAULT.exists()
    assert all(known(column.figure) for column in read().columns)
    assert not known("incidents_of_")
