"""`ct112 evidence` of an incident with a call, and what becomes of a pack somebody touched."""

import asyncio
import json
import zipfile
from pathlib import Path

from typer.testing import CliRunner

from ct112.cli.evidence import app
from ct112.worker.audit_key import make_key
from tests.store.examples import call_id, fact
from tests.store.once import Once
from tests.store.test_erasing import NUMBER, call, incident


async def run(database_url: str, folder: Path, *words: str, code: int = 0) -> str:
    environment = {
        "CT112_DATABASE_URL": database_url,
        "CT112_ENV_FILE": None,
        "CT112_AUDIT_KEY_FILE": str(folder / "key"),
    }
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words), env=environment)
    assert result.exit_code == code, result.output
    return result.output


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_packed_verified_and_touched(store: Once, database_url: str, tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    await store.write([call(1), call(2)], [fact(1), fact(1, 2), fact(2)])
    event = await incident(store, 1)
    file = tmp_path / "pack.zip"
    await run(database_url, tmp_path, "pack", str(event), str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert "✓ whole" in await run(database_url, tmp_path, "verify", str(file))
    with zipfile.ZipFile(file) as archive:
        rows = {name: archive.read(name).decode().splitlines() for name in archive.namelist()}
    assert len(rows["facts.jsonl"]) == 2
    assert [json.loads(row)["ani"] for row in rows["calls.jsonl"]] == [NUMBER]
    assert json.loads(rows["incident.jsonl"][0])["id"] == str(event)
    assert "cannot be written" in await run(database_url, tmp_path, "pack", str(event), str(file), code=1)
    assert _names(tmp_path) == {"key", "pack.zip"}, "no half a pack is left"
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("more.txt", "x")
    assert "not of this pack: more.txt" in await run(database_url, tmp_path, "verify", str(file), code=1)
    assert "no such incident" in await run(database_url, tmp_path, "pack", call_id(1), "/none/x", code=1)
    assert "cannot be read" in await run(database_url, tmp_path, "verify", "/none/x", code=1)
