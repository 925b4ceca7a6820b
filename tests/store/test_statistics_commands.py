"""`ct112 statistics` and `ct112 report` as they are run."""

import asyncio
import csv
import io
import json
from pathlib import Path

from typer.testing import CliRunner

from ct112.cli.main import app
from tests.store.once import Once
from tests.store.test_statistics import made, write


async def run(database_url: str, *words: str, code: int = 0) -> str:
    environment = {"CT112_DATABASE_URL": database_url, "CT112_ENV_FILE": None}
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words), env=environment)
    assert result.exit_code == code, result.output
    return result.output


async def test_a_span_and_a_month(store: Once, database_url: str, tmp_path: Path) -> None:
    await write(store, made(1))
    span = ("statistics", "--from", "2026-11-01", "--to", "2026-12-01")
    said = json.loads(await run(database_url, *span, "--json"))
    assert said["calls"][0]["key"] == "all"
    assert "within_15_s" in await run(database_url, *span)
    files = ("--csv", str(tmp_path / "a.csv"), "--xlsx", str(tmp_path / "a.xlsx"))
    await run(database_url, "report", "2026-11", *files)
    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")
    printed = await run(database_url, "report", "2026-11")
    assert (tmp_path / "a.csv").read_text("utf-8-sig").split() == printed.split()
    lines = list(csv.reader(io.StringIO(printed)))
    assert len(lines) == 32
    assert sum(int(line[1]) for line in lines[1:-1]) == int(lines[-1][1])
    assert sum(int(line[11]) for line in lines[1:-1]) == int(lines[-1][11])


async def test_what_cannot_be_is_a_sentence(database_url: str, tmp_path: Path) -> None:
    assert "2026-11" in await run(database_url, "report", "november", code=1)
    assert "cannot be read" in await run(database_url, "report", "2026-11", "--mapping", "/none", code=1)
    assert "cannot be written" in await run(database_url, "report", "2026-11", "--csv", str(tmp_path), code=1)
    for since, until in (("2026-11-02", "2026-11-01"), ("0001-01-01", "9999-12-31")):
        await run(database_url, "statistics", "--from", since, "--to", until, code=1)
