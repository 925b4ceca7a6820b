"""`ct112 doctor --offline`: what needs a name server, the world outside, or the city's provider is named."""

from pathlib import Path
from typing import Any

import pytest

from ct112.doctor import island
from ct112.settings import Settings
from ct112.store import Store, accounts
from ct112.store.roles import Role
from tests.doctor.test_examination import node, settings


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    """Write a machine's own names."""
    path = tmp_path / "hosts"
    path.write_text(
        "127.0.0.1 localhost\n# a comment\n10.1.2.3 DB.example db # ours\n8.8.8.8 far\nnonsense\n\xff"
    )
    return path


async def said(given: Settings, hosts: Path) -> dict[str, Any]:
    """Return the lines by name."""
    return {line.name.removeprefix("island: "): line for line in await island.lines(given, hosts)}


async def test_an_installation_on_one_machine_is_an_island(tmp_path: Path, hosts: Path) -> None:
    found = await said(settings(tmp_path), hosts)
    assert [line.ok for line in found.values()] == [True, True, True]


@pytest.mark.parametrize(
    ("change", "line", "why"),
    [
        (
            {"database_url": "postgresql://u:hush@db.city.example/x"},
            "names",
            "CT112_DATABASE_URL: db.city.example",
        ),
        ({"database_url": "postgresql://u:hush@8.8.8.8/x"}, "addresses", "CT112_DATABASE_URL: 8.8.8.8"),
        ({"database_url": "postgresql://u:hush@far/x"}, "addresses", "CT112_DATABASE_URL: far"),
        ({"serve_url": "http://serve.city.example:8113"}, "names", "CT112_SERVE_URL: serve.city.example"),
        ({"prompt_base_url": "http://[2001:4860:4860::8888]:1"}, "addresses", "CT112_PROMPT_BASE_URL"),
        ({"nodes": [node("http://node.city.example/ari")]}, "names", "CT112_NODES a ari_url"),
    ],
)
async def test_what_is_outside_is_named(
    tmp_path: Path, hosts: Path, change: dict[str, Any], line: str, why: str
) -> None:
    given = settings(tmp_path).model_copy(update=change)
    found = await said(given, hosts)
    assert found[line].ok is False
    assert why in found[line].detail
    assert "hush" not in found[line].detail
    assert [one.ok for name, one in found.items() if name != line] == [True, True]


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ct112@/ct112?host=/run/postgresql",
        "postgresql://u@db/x",
        "postgresql://u@DB.EXAMPLE/x",
        "",
    ],
)
async def test_what_is_inside_is_not(tmp_path: Path, hosts: Path, address: str) -> None:
    given = settings(tmp_path).model_copy(update={"database_url": address})
    assert (await said(given, hosts))["names"].ok is True


async def test_without_any_file_of_hosts_only_localhost_is_known(tmp_path: Path) -> None:
    given = settings(tmp_path).model_copy(update={"database_url": "postgresql://u@db/x"})
    assert (await said(given, tmp_path / "none"))["names"].ok is False


async def test_with_a_provider_somebody_has_a_password(
    tmp_path: Path, hosts: Path, database_url: str
) -> None:
    change = {"database_url": database_url, "oidc_issuer": "https://id.city.example"}
    given = settings(tmp_path).model_copy(update=change)
    assert (await said(given, hosts))["signing in"].ok is False
    store = await Store.create(database_url)
    async with store.transaction() as connection:
        await accounts.add(connection, "siti", Role.ADMIN, password_hash="$argon2id$made")
    await store.close()
    assert (await said(given, hosts))["signing in"].ok is True
