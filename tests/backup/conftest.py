"""An installation that was filled, another that is empty, each with a database of its own."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.throwaway import Server
from tests.backup.installation import Installation


@pytest.fixture
async def first(database_url: str, tmp_path: Path) -> Installation:
    """Give one with calls, people, a menu and files."""
    filled = Installation(tmp_path / "first", database_url)
    filled.folder.mkdir()
    await filled.fill()
    return filled


@pytest.fixture
async def second(server: Server, tmp_path: Path) -> AsyncIterator[Installation]:
    """Give an empty one: its database was never migrated."""
    name = f"second_{uuid.uuid4().hex[:12]}"
    (tmp_path / "second" / "state").mkdir(parents=True)
    yield Installation(tmp_path / "second", await server.create(name))
    await server.drop(name)
