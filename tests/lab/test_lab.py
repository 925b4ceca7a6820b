"""Labs side by side: each with its own parts, and a part that is killed is started alone."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from lab.api import Lab
from lab.free_ports import free_base

pytestmark = pytest.mark.real
PARTS = ("postgres", "asterisk-a")


async def fetch(lab: Lab, query: str) -> object:
    """Run a query against the lab's database."""
    connection = await asyncpg.connect(lab.database_url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def test_two_labs_live_side_by_side_and_leave_nothing(tmp_path: Path) -> None:
    labs: list[Lab] = []
    try:
        for name in ("one", "two"):
            labs.append(Lab(tmp_path / name, free_base()))
            for part in PARTS:
                labs[-1].start(part)
        pids = [pid for lab in labs for pid in lab.living().values()]
        assert len(set(pids)) == 4
        labs[0].down()
        assert set(labs[1].living()) == set(PARTS)
        assert labs[1].nodes()[0].cli("core show uptime").returncode == 0
    finally:
        for lab in labs:
            lab.remove()
    assert [lab.living() for lab in labs] == [{}, {}]
    assert not any(node.folder.exists() for lab in labs for node in lab.nodes())


def test_a_killed_database_comes_back_with_what_it_had(tmp_path: Path) -> None:
    lab = Lab(tmp_path, free_base())
    try:
        lab.start("postgres")
        asyncio.run(fetch(lab, "create table kept as select 112 as number"))
        first = lab.living()["postgres"]
        lab.kill("postgres")
        assert lab.living() == {}
        lab.start("postgres")
        assert lab.living()["postgres"] != first
        assert asyncio.run(fetch(lab, "select number from kept")) == 112
    finally:
        lab.remove()


def test_a_wrong_password_does_not_open_the_database(tmp_path: Path) -> None:
    lab = Lab(tmp_path, free_base())
    try:
        lab.start("postgres")
        stranger = lab.database_url.replace(lab.postgres().password, "wrong")
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(asyncpg.connect(stranger))
    finally:
        lab.remove()


def test_two_nodes_have_their_own_ports_and_passwords(tmp_path: Path) -> None:
    lab = Lab(tmp_path, free_base(2), nodes=2)
    try:
        for part in ("asterisk-a", "asterisk-b"):
            lab.start(part)
        first, second = lab.nodes()
        assert first.ari_password != second.ari_password
        for node in (first, second):
            assert f"127.0.0.1:{node.ports.sip}" in node.cli("pjsip show transports").stdout
    finally:
        lab.remove()
