"""What commit 662f288 left on a machine is there after an upgrade: data, spool, configuration.

`from_662f288/` was made once by that commit's own code: its lab with real calls, its database written out by
pg_dump, its spool with a call the database does not have. The passwords were replaced by made ones.
"""

import asyncio
import json
import os
import shlex
import shutil
import sqlite3
import sys
import uuid
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ct112.serve.known import LastKnown
from lab.places import REPOSITORY
from lab.throwaway import Server
from tests.docs.blocks import script

FIXTURE = Path(__file__).parent / "from_662f288"
BEFORE = "/var/backups/ct112/before-upgrade"


@dataclass
class Machine:
    """A machine as that version has left it."""

    folder: Path
    database_url: str

    async def run(self, text: str, code: int = 0) -> str:
        """Run commands as an engineer does; check the exit code, return what was said."""
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", text),
            env={
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}",
                "CT112_ENV_FILE": str(self.folder / "ct112.env"),
            },
            stdout=PIPE,
            stderr=STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == code, said.decode()
        return said.decode()

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query gives."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()


@pytest.fixture
async def machine(server: Server, tmp_path: Path) -> AsyncIterator[Machine]:
    """Give one: its database as it was, its files where its settings say."""
    name = f"old_{uuid.uuid4().hex[:12]}"
    url = await server.create(name)
    connection = await asyncpg.connect(url)
    await connection.execute((FIXTURE / "database.sql").read_text("utf-8"))
    await connection.close()
    state = tmp_path / "state"
    (state / "spool").mkdir(parents=True)
    shutil.copy(FIXTURE / "spool.sqlite", state / "spool" / "spool.sqlite")
    shutil.copy(FIXTURE / "last-known.json", state / "last-known.json")
    shutil.copytree(FIXTURE / "etc", tmp_path / "etc")
    write_settings(tmp_path, url)
    command = tmp_path / "ct112"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ct112.cli "$@"\n')
    command.chmod(0o755)
    yield Machine(tmp_path, url)
    await server.drop(name)


def write_settings(folder: Path, url: str) -> None:
    """Write that version's settings, with this test's database and folders."""
    text = (FIXTURE / "ct112.env").read_text("utf-8")
    kept = [
        line
        for line in text.splitlines()
        if not line.startswith(("CT112_DATABASE_URL", "CT112_STATE_DIR", "CT112_FALLBACK_DIRS"))
    ]
    ours = [f"CT112_DATABASE_URL={url}", f"CT112_STATE_DIR={folder / 'state'}"]
    (folder / "ct112.env").write_text("\n".join([*kept, *ours]) + "\n", "utf-8")


def spooled() -> tuple[set[str], int]:
    """Return the calls that lie in the old spool, and how many facts."""
    with closing(sqlite3.connect(f"file:{FIXTURE / 'spool.sqlite'}?mode=ro&immutable=1", uri=True)) as db:
        bodies = [
            (kind, json.loads(body[: body.rindex("}") + 1]))
            for kind, body in db.execute("SELECT kind, body FROM entry")
        ]
    return {body["call"] for _, body in bodies}, sum(kind == "fact" for kind, _ in bodies)


async def test_the_data_of_then_is_the_data_of_now(machine: Machine, tmp_path: Path) -> None:
    facts = await machine.rows("SELECT call_id, seq, at, kind, data FROM call_fact ORDER BY call_id, seq")
    calls = await machine.rows("SELECT id, ani, outcome, operator, ended_at FROM call_record ORDER BY id")
    menus = await machine.rows(
        "SELECT version, source_yaml, note, published_at FROM ivr_version ORDER BY version"
    )
    accounts = await machine.rows("SELECT name, sip_password FROM position ORDER BY name")
    tasks = await machine.rows("SELECT number, state, reason, calls FROM callback_task")
    said = await machine.run(script("upgrade.md", "upgrade-the-data", {BEFORE: str(tmp_path / "before")}))
    assert "the newest" in said
    assert (
        await machine.rows("SELECT call_id, seq, at, kind, data FROM call_fact ORDER BY call_id, seq")
        == facts
    )
    assert (
        await machine.rows("SELECT id, ani, outcome, operator, ended_at FROM call_record ORDER BY id")
        == calls
    )
    assert (
        await machine.rows(
            "SELECT version, source_yaml, note, published_at FROM ivr_version ORDER BY version"
        )
        == menus
    )
    assert await machine.rows("SELECT name, sip_password FROM position ORDER BY name") == accounts
    assert await machine.rows("SELECT number, state, reason, calls FROM callback_task") == tasks
    assert (len(calls), len(facts), len(menus), len(accounts), len(tasks)) == (3, 28, 2, 4, 1)
    seated = await machine.rows(
        "SELECT operator, position, ready FROM seating WHERE until IS NULL ORDER BY 1"
    )
    assert seated == [
        ("dewi", "pos-9", False),
        *((f"operator-{n}", f"pos-{n}", True) for n in (1, 2, 3)),
    ]
    assert (await machine.rows("SELECT version FROM ivr_publication ORDER BY id"))[-1] == (2,)
    assert "version 2" in await machine.run("ct112 ivr show")
    assert "dewi" in await machine.run("ct112 operator list")


async def test_what_lay_in_the_spool_of_then_is_delivered_once(machine: Machine) -> None:
    waiting, facts = spooled()
    assert (len(waiting), facts) == (1, 10)
    await machine.run("ct112 db upgrade")
    for _ in range(2):
        await machine.run("ct112 spool replay")
        (call,) = waiting
        assert await machine.rows(f"SELECT ani, outcome, operator FROM call_record WHERE id = '{call}'") == [
            ("081200000004", "answered", "operator-1")
        ]
        assert await machine.rows(f"SELECT count(*) FROM call_fact WHERE call_id = '{call}'") == [(10,)]
        assert await machine.rows("SELECT count(*) FROM call_record") == [(4,)]
    assert "0 entries wait" in await machine.run("ct112 spool status")


async def test_the_last_known_people_of_then_are_read_while_the_database_is_away(machine: Machine) -> None:
    known = LastKnown(machine.folder / "state" / "last-known.json").load()
    assert [position.name for position in known.positions] == ["pos-1", "pos-2", "pos-3", "pos-9"]
    assert {operator.name for operator in known.operators} == {
        "dewi",
        "operator-1",
        "operator-2",
        "operator-3",
    }
    assert known.ivr is not None
    assert known.ivr.version == 2


async def test_the_configuration_of_then_is_rendered_again_with_its_passwords(machine: Machine) -> None:
    where = f"--target {machine.folder / 'etc'} --env-file {machine.folder / 'ct112.env'}"
    names = {"ct112 asterisk render": f"ct112 asterisk render {where}", "192.0.2.10": "127.0.0.2"}
    before = (machine.folder / "ct112.env").read_text()
    await machine.run(script("upgrade.md", "render-again", names))
    manager = (machine.folder / "etc" / "manager.conf").read_text()
    ari = (machine.folder / "etc" / "ari.conf").read_text()
    assert "made-for-a-test-0" in manager
    assert "made-for-a-test-5" in ari
    after = (machine.folder / "ct112.env").read_text()
    assert "made-for-a-test-5" in after
    assert "CT112_CONTROL_TOKEN=" in after
    assert set(before.splitlines()) - set(after.splitlines()) <= {
        line for line in before.splitlines() if line.startswith("CT112_NODES")
    }
    assert (machine.folder / "etc" / "extensions.conf").read_text() != (
        FIXTURE / "etc" / "extensions.conf"
    ).read_text()


async def test_a_backup_of_then_is_restored_as_now(machine: Machine, server: Server, tmp_path: Path) -> None:
    """The new program backs the old database up, and begins again from that."""
    await machine.run(f"ct112 backup {tmp_path / 'backup'}")
    new = Machine(tmp_path / "new", await server.create(f"{machine.database_url.rpartition('/')[2]}_new"))
    (new.folder / "state").mkdir(parents=True)
    write_settings(new.folder, new.database_url)
    shutil.copy(machine.folder / "ct112", new.folder / "ct112")
    await new.run(f"ct112 restore {tmp_path / 'backup'}")
    assert await new.rows("SELECT count(*) FROM call_record") == [(4,)], "the spool's call as well"
    assert await new.rows("SELECT count(*) FROM call_fact") == [(38,)]
    assert "the newest" in await new.run("ct112 db status")
    await server.drop(new.database_url.rpartition("/")[2])
