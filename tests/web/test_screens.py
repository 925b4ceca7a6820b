"""The screens as `ct112 web` serves them: what browsers keep, what they may, what is said without a build."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from ct112.store import Store
from ct112.web import make_app
from ct112.web.screens.built import Built
from tests.web.site import house

INDEX = '<meta property="csp-nonce" nonce="CT112-NONCE"><script src="/assets/index-1.js" nonce="CT112-NONCE">'
HTML = {"Accept": "text/html,*/*"}
Client = TestClient[Any, Any]


def write_build(folder: Path, number: int) -> Path:
    """Write what a build leaves; each has other names."""
    assets = folder / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    for old in assets.iterdir():
        old.unlink()
    (assets / f"index-{number}.js").write_text("drawn()" * 50, "ascii")
    (assets / f"index-{number}.js.gz").write_bytes(b"packed")
    (assets / "icon.svg").write_text("<svg/>", "ascii")
    new = folder / "index.new"
    new.write_text(INDEX.replace("index-1", f"index-{number}"), "ascii")
    new.rename(folder / "index.html")
    return folder


async def serve(store: Store, folder: Path, built: Built) -> Client:
    given = replace(house(store, folder), screens=built)
    return TestClient(TestServer(make_app(given, given.gate.access.authenticate)), auto_decompress=False)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    store = await Store.create("postgresql://nobody@127.0.0.1:1/none")  # the screens ask no database
    found = await serve(store, tmp_path, Built(write_build(tmp_path / "dist", 1)))
    async with found:
        yield found
    await store.close()


@pytest.mark.parametrize(
    "path",
    ["/", "/login", "/console", "/wallboard", "/supervisor", "/menu", "/admin", "/agency", "/admin/people/x"],
)
async def test_every_screen_is_the_page_with_a_policy_of_this_answer_alone(client: Client, path: str) -> None:
    nonces = set()
    for _ in range(2):
        async with client.get(path) as answer:
            body, policy = await answer.text(), answer.headers["Content-Security-Policy"]
            assert (answer.status, answer.content_type) == (200, "text/html")
            assert answer.headers["Cache-Control"] == "no-store"
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', body))
        assert f"style-src 'self' 'nonce-{nonce}'" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        nonces.add(nonce)
    assert len(nonces) == 2


async def test_a_pages_phone_may_reach_the_nodes_and_nobody_else(client: Client) -> None:
    async with client.get("/console") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "connect-src 'self' wss://112.example.id:8089;" in policy


async def test_files_are_kept_for_ever_and_come_packed_to_who_takes_it(client: Client) -> None:
    async with client.get("/assets/index-1.js", headers={"Accept-Encoding": "gzip, br"}) as answer:
        assert (answer.status, await answer.read()) == (200, b"packed")
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    async with client.get("/assets/index-1.js", headers={"Accept-Encoding": "identity"}) as answer:
        assert await answer.text() == "drawn()" * 50
        assert answer.headers["Vary"] == "Accept-Encoding"
    async with client.get("/assets/icon.svg") as answer:
        assert answer.headers["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path",
    ["/assets/index-9.js", "/assets/..%2Findex.html", "/assets/%2Fetc%2Fpasswd", "/assets/index-1.js.gz"],
)
async def test_no_other_file_is_given(client: Client, path: str) -> None:
    async with client.get(path, headers=HTML) as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")


async def test_a_mistyped_address_gets_a_page_and_a_program_problem_details(client: Client) -> None:
    async with client.get("/konsole", headers=HTML) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
    for path in ("/konsole", "/api/v1/nothing"):
        headers = HTML if path.startswith("/api") else {"Accept": "*/*"}
        async with client.get(path, headers=headers) as answer:
            assert (answer.status, answer.content_type) == (404, "application/problem+json")
    async with client.post("/console") as answer:
        assert answer.status == 405


async def test_a_new_build_is_served_at_once_and_an_open_page_still_finds_its_files(
    client: Client, tmp_path: Path
) -> None:
    await (await client.get("/")).read()
    write_build(tmp_path / "dist", 2)
    async with client.get("/") as answer:
        assert "index-2.js" in await answer.text()
    for number in (1, 2):
        async with client.get(f"/assets/index-{number}.js") as answer:
            assert answer.status == 200


async def test_without_a_build_the_pages_say_what_to_run_and_the_api_works(tmp_path: Path) -> None:
    store = await Store.create("postgresql://nobody@127.0.0.1:1/none")
    for built in (Built(None), Built(tmp_path / "nowhere")):
        async with await serve(store, tmp_path, built) as client:
            async with client.get("/console") as answer:
                assert answer.status == 503
                assert "./run up" in await answer.text()
            async with client.get("/api/v1/openapi.json") as answer:
                assert answer.status == 200
    await store.close()
