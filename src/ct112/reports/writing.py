"""The report as CSV and as XLSX. No cell is a formula, whatever stands in it."""

import csv
import io
import re
from collections.abc import Sequence

import xlsxwriter

from ct112.reports.mapping import Mapping
from ct112.reports.monthly import Row

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell (OWASP: CSV injection)."""
NOT_IN_XLSX = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31

Value = str | int | float | None


def to_csv(mapping: Mapping, rows: Sequence[Row]) -> bytes:
    """Return the report as CSV in UTF-8 with its mark, as spreadsheets want it; numbers have a point."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_safe(column.name) for column in mapping.columns])
    for row in rows:
        writer.writerow([_safe(_rounded(value)) for value in mapping.cells(row)])
    return file.getvalue().encode("utf-8-sig", "replace")


def to_xlsx(mapping: Mapping, rows: Sequence[Row]) -> bytes:
    """Return the report as XLSX: one sheet, numbers as numbers, texts as texts."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet(_sheet_name(mapping.title))
    lines: list[Sequence[Value]] = [[column.name for column in mapping.columns]]
    for number, values in enumerate([*lines, *map(mapping.cells, rows)]):
        for place, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(number, place, NOT_IN_XLSX.sub("\N{REPLACEMENT CHARACTER}", value))
            elif value is not None:
                sheet.write_number(number, place, round(value, 1))
    sheet.freeze_panes(1, 1)
    book.close()
    return file.getvalue()


def _sheet_name(title: str) -> str:
    """Return a name Excel takes: 31 characters at most, some not, and no apostrophe at its ends."""
    return NOT_IN_A_NAME.sub(" ", NOT_IN_XLSX.sub(" ", title))[:LONGEST_NAME].strip() or "112"


def _safe(value: Value) -> Value:
    """Return a cell no spreadsheet takes for a formula: a text like one begins with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _rounded(value: Value) -> Value:
    return round(value, 1) if isinstance(value, float) else value
